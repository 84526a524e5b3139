// Says what was ignored in a file: the first line of each kind, or all of them.

/** Something that was ignored; `place` is file and line, `because` a clause. */
export interface Ignored {
  readonly place: string;
  readonly because: string;
}

/** One sentence each: all, or the first for each reason with the number of those like it. */
export function wordIgnored(ignored: readonly Ignored[], verbose: boolean): string[] {
  if (verbose) return ignored.map(({ place, because }) => `${place}: ${because}`);
  const byReason = new Map<string, { readonly first: Ignored; count: number }>();
  for (const each of ignored) {
    const known = byReason.get(each.because);
    if (known) known.count++;
    else byReason.set(each.because, { first: each, count: 1 });
  }
  return [...byReason.values()].map(({ first: { place, because }, count }) =>
    count === 1
      ? `${place}: ${because}`
      : `${place}: ${because}; ${count - 1} more like it (-v lists all)`,
  );
}

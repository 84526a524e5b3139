// Names of files that differ in nothing but their case.

/** Of `names`, the one that differs from `name` by its case only; undefined when `name` is among them, or none is like it. */
export function spellingIn(names: Iterable<string>, name: string): string | undefined {
  const lower = name.toLowerCase();
  let found: string | undefined;
  for (const each of names) {
    if (each === name) return undefined;
    if (found === undefined && each.toLowerCase() === lower) found = each;
  }
  return found;
}

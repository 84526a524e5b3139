// What two logs have in common.

interface Line {
  readonly text: string;
}

/** Lines of `a` that stand in `b`, too, in the same order: a longest such list. */
export function sharedLines<L extends Line>(a: readonly L[], b: readonly Line[]): readonly L[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head]?.text === b[head]?.text) head += 1;
  if (head === a.length) return a;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail]?.text === b[b.length - 1 - tail]?.text
  )
    tail += 1;
  const mine = a.slice(head, a.length - tail);
  const theirs = b.slice(head, b.length - tail);
  return [...a.slice(0, head), ...sharedMiddle(mine, theirs), ...a.slice(a.length - tail)];
}

function sharedMiddle<L extends Line>(a: readonly L[], b: readonly Line[]): L[] {
  const width = b.length + 1;
  // lengths[i * width + j]: how many lines a from i and b from j have in common.
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        a[i]?.text === b[j]?.text
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
  const common: L[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const line = a[i] as L;
    if (line.text === b[j]?.text) {
      common.push(line);
      i += 1;
      j += 1;
    } else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i += 1;
    else j += 1;
  }
  return common;
}

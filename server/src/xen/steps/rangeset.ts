// Xen's sets of inclusive ranges, with the subtraction that made ranges grow.

/** Inclusive at both ends, in bytes or pages as the release counts. */
export interface Span {
  start: bigint;
  end: bigint;
}

/** Ascending, disjoint, not touching. */
export type RangeSet = Span[];

export function addSpan(set: RangeSet, start: bigint, end: bigint): void {
  const last = set.at(-1);
  if (!last || last.end + 1n < start) {
    set.push({ start, end });
    return;
  }
  let [low, high] = [start, end];
  const kept = set.filter((span) => {
    if (span.end + 1n < low || span.start > high + 1n) return true;
    if (span.start < low) low = span.start;
    if (span.end > high) high = span.end;
    return false;
  });
  kept.push({ start: low, end: high });
  kept.sort((a, b) => (a.start < b.start ? -1 : 1));
  set.splice(0, set.length, ...kept);
}

/**
 * Takes [start, end] out. Where `grows`, a subtraction that begins in a gap moves the end of the range below the gap
 * up to its own start, as releases before the fix do (Xen: rangeset_remove_range).
 */
export function removeSpan(
  set: RangeSet,
  start: bigint,
  end: bigint,
  fault: 'grows' | 'none',
): void {
  if (end < start) return;
  const below = (address: bigint): number => set.findLastIndex((span) => span.start <= address);
  let first = below(start);
  const last = below(end);
  const lower = set[first];
  if (first === last) {
    if (!lower || lower.end < start) return;
    if (lower.start < start && lower.end > end) {
      set.splice(first + 1, 0, { start: end + 1n, end: lower.end });
      lower.end = start - 1n;
    } else if (lower.start === start && lower.end <= end) set.splice(first, 1);
    else if (lower.start === start) lower.start = end + 1n;
    else if (lower.end <= end) lower.end = start - 1n;
    return;
  }
  if (lower && lower.start < start) {
    if (fault === 'grows' || lower.end >= start) lower.end = start - 1n;
    first += 1;
  }
  first = Math.max(first, 0);
  set.splice(first, last - first);
  const upper = set[first];
  if (!upper) return;
  upper.start = end + 1n;
  if (upper.start > upper.end) set.splice(first, 1);
}

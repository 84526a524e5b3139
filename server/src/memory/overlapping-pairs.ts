// Finds pairs of ranges that share a byte.

import { compareRanges, type Range } from '../addresses/region.ts';

/** More ranges than this over one byte are one mistake, not as many as they make pairs. */
const MOST_OPEN = 64;

/**
 * Each overlapping pair once, in ascending order of the later start; within a pair the one with the lower start comes
 * first. A full sweep, not neighbours only: a long range is paired with all it covers. Where more than 64 ranges begin
 * before a byte and reach over it, only the 64 that reach farthest are paired, so that every range that overlaps is in some
 * pair and the number of pairs grows with the ranges, not with their square. Empty ranges never overlap.
 */
export function* overlappingPairs<T extends Range>(ranges: readonly T[]): Generator<[T, T]> {
  let open: T[] = [];
  for (const range of [...ranges].sort(compareRanges)) {
    if (range.start >= range.end) continue;
    open = open.filter((earlier) => earlier.end > range.start);
    for (const earlier of open) yield [earlier, range];
    open.push(range);
    if (open.length > MOST_OPEN) open.splice(indexOfNearestEnd(open), 1);
  }
}

function indexOfNearestEnd(ranges: readonly Range[]): number {
  let nearest = 0;
  ranges.forEach((range, index) => {
    if (range.end < (ranges[nearest]?.end ?? 0n)) nearest = index;
  });
  return nearest;
}

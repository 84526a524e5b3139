// The one range in which two texts differ.

/** `[start, endBefore)` of the old text was replaced by `[start, endAfter)` of the new one; all equal for equal texts. */
export interface ChangedRange {
  readonly start: number;
  readonly endBefore: number;
  readonly endAfter: number;
}

const blockLength = 1024;

/** The smallest range outside of which `before` and `after` are the same. */
export function changedRange(before: string, after: string): ChangedRange {
  if (before === after) {
    return { start: before.length, endBefore: before.length, endAfter: before.length };
  }
  const shorter = Math.min(before.length, after.length);
  // Whole blocks are compared natively; only the one that differs is walked through.
  let start = 0;
  while (start + blockLength <= shorter && sameBlock(before, start, after, start)) {
    start += blockLength;
  }
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let endBefore = before.length;
  let endAfter = after.length;
  const room = (): number => Math.min(endBefore, endAfter) - start;
  while (
    room() >= blockLength &&
    sameBlock(before, endBefore - blockLength, after, endAfter - blockLength)
  ) {
    endBefore -= blockLength;
    endAfter -= blockLength;
  }
  while (room() > 0 && before.charCodeAt(endBefore - 1) === after.charCodeAt(endAfter - 1)) {
    endBefore--;
    endAfter--;
  }
  return { start, endBefore, endAfter };
}

function sameBlock(a: string, atA: number, b: string, atB: number): boolean {
  return a.slice(atA, atA + blockLength) === b.slice(atB, atB + blockLength);
}

// Carries offsets between the text that was analysed and the text on screen, which may be some keystrokes ahead.

import type { Finding } from '../rules/finding.ts';
import type { FileSet } from '../text/source-file.ts';
import type { Span } from '../text/span.ts';

/** The one stretch in which two texts differ. */
export interface Difference {
  readonly start: number;
  /** End of the stretch in the old and in the new text, exclusive. */
  readonly oldEnd: number;
  readonly newEnd: number;
}

/** Where `before` and `after` differ, from the first to the last differing character; undefined when they are equal. */
export function differenceOf(before: string, after: string): Difference | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
  let tail = 0;
  while (
    tail < shorter - start &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  )
    tail += 1;
  return { start, oldEnd: before.length - tail, newEnd: after.length - tail };
}

/** An offset of the old text in the new one; inside the changed stretch its start. */
export function shiftForward(difference: Difference | undefined, offset: number): number {
  if (!difference || offset <= difference.start) return offset;
  if (offset >= difference.oldEnd) return offset + difference.newEnd - difference.oldEnd;
  return difference.start;
}

/** An offset of the new text in the old one; inside the changed stretch its start. */
export function shiftBack(difference: Difference | undefined, offset: number): number {
  if (!difference || offset <= difference.start) return offset;
  if (offset >= difference.newEnd) return offset - difference.newEnd + difference.oldEnd;
  return difference.start;
}

/** A finding about the texts of `before`, placed in those of `after`; it has no fixes. */
export function shiftFinding(finding: Finding, before: FileSet, after: FileSet): Finding {
  const shift = (span: Span): Span => {
    const old = before.get(span.file);
    const current = after.get(span.file);
    if (old === current || typeof old === 'string' || typeof current === 'string') return span;
    const difference = differenceOf(old.text, current.text);
    return {
      file: span.file,
      start: shiftForward(difference, span.start),
      end: shiftForward(difference, span.end),
    };
  };
  return {
    ...finding,
    at: shift(finding.at),
    related: finding.related.map((each) => ({ ...each, at: shift(each.at) })),
    fixes: [],
  };
}

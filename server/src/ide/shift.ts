// Carries offsets between the text that was analysed and the text on screen, which may be some keystrokes ahead.

import type { Finding } from '../rules/finding.ts';
import { changedRange, type ChangedRange } from '../text/changed-range.ts';
import type { FileSet } from '../text/source-file.ts';
import type { Span } from '../text/span.ts';

/** Where `before` and `after` differ; undefined when they are equal. */
export function differenceOf(before: string, after: string): ChangedRange | undefined {
  return before === after ? undefined : changedRange(before, after);
}

/** An offset of the old text in the new one; inside the changed stretch its start. */
export function shiftForward(difference: ChangedRange | undefined, offset: number): number {
  if (!difference || offset <= difference.start) return offset;
  if (offset >= difference.endBefore) return offset + difference.endAfter - difference.endBefore;
  return difference.start;
}

/** An offset of the new text in the old one; inside the changed stretch its start. */
export function shiftBack(difference: ChangedRange | undefined, offset: number): number {
  if (!difference || offset <= difference.start) return offset;
  if (offset >= difference.endAfter) return offset - difference.endAfter + difference.endBefore;
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
    proposals: [],
  };
}

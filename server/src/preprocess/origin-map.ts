// Where every piece of the expanded text came from.

import type { ChangedRange } from '../text/changed-range.ts';
import type { FileId, Span } from '../text/span.ts';
import type { Macro } from './macros.ts';
import type { Origin, OriginMap } from './origin.ts';

/** How a segment relates to its source range. */
export const Piece = {
  /** The same text, character by character. */
  verbatim: -1,
  /** Other text instead of the range: a space for a comment, a missing last newline. */
  instead: -2,
} as const;

/** Numbers per segment: where it begins in the text, file, source start, source end, macro index or Piece. */
export const segmentWidth = 5;

/** What a run collected; `numbers` has `segmentWidth` numbers per segment, in order of the text. */
export interface Segments {
  readonly numbers: Int32Array;
  readonly files: readonly FileId[];
  readonly macros: readonly Macro[];
  /** Length of the expanded text. */
  readonly length: number;
}

/** One piece of the expanded text. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly source: Span;
  readonly isVerbatim: boolean;
  readonly macro: Macro | undefined;
}

/** Moves spans of `file` behind an edit; one that the edit is in grows with it. */
export function shiftBehind(
  file: FileId,
  { endBefore, endAfter }: ChangedRange,
): (at: Span) => Span {
  const by = endAfter - endBefore;
  return (span) =>
    span.file !== file || span.end < endBefore
      ? span
      : { file, start: span.start < endBefore ? span.start : span.start + by, end: span.end + by };
}

/** Macros with their definitions where they are after an edit: nobody expands these any more. */
function movedMacros(
  macros: readonly Macro[],
  file: FileId,
  range: ChangedRange,
): readonly Macro[] {
  const isBehind = ({ definition }: Macro): boolean =>
    definition?.file === file && definition.start >= range.endBefore;
  if (!macros.some(isBehind)) return macros;
  const shift = shiftBehind(file, range);
  return macros.map(({ definition, ...macro }) => ({
    ...macro,
    definition: definition && shift(definition),
  }));
}

/** Answers by binary search in the segments. */
export class SegmentMap implements OriginMap {
  readonly #segments: Segments;

  constructor(segments: Segments) {
    this.#segments = segments;
  }

  /** How many segments there are. */
  get count(): number {
    return this.#segments.numbers.length / segmentWidth;
  }

  /** The segment number `index`, which must be below `count`. */
  segment(index: number): Segment {
    const { numbers, files, macros, length } = this.#segments;
    const place = index * segmentWidth;
    const macro = numbers[place + 4] as number;
    const next = place + segmentWidth;
    return {
      start: numbers[place] as number,
      end: next < numbers.length ? (numbers[next] as number) : length,
      source: {
        file: files[numbers[place + 1] as number] as FileId,
        start: numbers[place + 2] as number,
        end: numbers[place + 3] as number,
      },
      isVerbatim: macro === Piece.verbatim,
      macro: macros[macro],
    };
  }

  originOf(start: number, end: number): Origin {
    const firstIndex = this.indexOf(start);
    const first = this.segment(firstIndex);
    const lastIndex = end > first.end ? this.indexOf(end - 1) : firstIndex;
    let spanStart = first.isVerbatim
      ? first.source.start + start - first.start
      : first.source.start;
    let spanEnd = first.source.end;
    if (first.isVerbatim && end <= first.end) spanEnd = first.source.start + end - first.start;
    for (let index = firstIndex + 1; index <= lastIndex; index++) {
      const piece = this.segment(index);
      if (piece.source.file !== first.source.file) continue;
      const stops = piece.isVerbatim && end < piece.end;
      spanStart = Math.min(spanStart, piece.source.start);
      spanEnd = Math.max(
        spanEnd,
        stops ? piece.source.start + end - piece.start : piece.source.end,
      );
    }
    const span = { file: first.source.file, start: spanStart, end: Math.max(spanStart, spanEnd) };
    if (first.macro === undefined || lastIndex !== firstIndex) return { span };
    const { name, definition } = first.macro;
    const call = first.source;
    return { span, macro: definition === undefined ? { name, call } : { name, call, definition } };
  }

  expandedOffset(file: FileId, offset: number): number | undefined {
    const { numbers, files } = this.#segments;
    const wanted = files.indexOf(file);
    if (wanted < 0) return undefined;
    for (let place = 0; place < numbers.length; place += segmentWidth) {
      if (numbers[place + 1] !== wanted) continue;
      const start = numbers[place + 2] as number;
      if (offset < start || offset >= (numbers[place + 3] as number)) continue;
      const isVerbatim = numbers[place + 4] === Piece.verbatim;
      return (numbers[place] as number) + (isVerbatim ? offset - start : 0);
    }
    return undefined;
  }

  /**
   * The map after an edit of `file` within one verbatim segment that goes on at both ends of `range`, and where in the
   * text the edit is. Undefined when the range is anywhere else.
   */
  edited(
    file: FileId,
    range: ChangedRange,
  ): { readonly origins: SegmentMap; readonly at: number } | undefined {
    const { files, macros, length } = this.#segments;
    const number = files.indexOf(file);
    const { start, endBefore, endAfter } = range;
    const by = endAfter - endBefore;
    const numbers = this.#segments.numbers.slice();
    let at: number | undefined;
    for (let place = 0; place < numbers.length; place += segmentWidth) {
      if (at !== undefined) numbers[place] = (numbers[place] as number) + by;
      if (numbers[place + 1] !== number) continue;
      const from = numbers[place + 2] as number;
      const to = numbers[place + 3] as number;
      if (to <= start) continue;
      if (from >= endBefore) numbers[place + 2] = from + by;
      else if (
        at === undefined &&
        numbers[place + 4] === Piece.verbatim &&
        from < start &&
        to > endBefore
      )
        at = (numbers[place] as number) + start - from;
      else return undefined;
      numbers[place + 3] = to + by;
    }
    if (at === undefined) return undefined;
    return {
      at,
      origins: new SegmentMap({
        files,
        macros: movedMacros(macros, file, range),
        numbers,
        length: length + by,
      }),
    };
  }

  /**
   * The map after an edit of `file` within what is not in the text, or stands for something else in it, as a space does for
   * a comment; and from where to where in the file that goes. Undefined when the range is anywhere else.
   */
  editedInComment(
    file: FileId,
    range: ChangedRange,
  ): { readonly origins: SegmentMap; readonly from: number; readonly to: number } | undefined {
    const { files, macros, length } = this.#segments;
    const number = files.indexOf(file);
    const { start, endBefore, endAfter } = range;
    const by = endAfter - endBefore;
    const numbers = this.#segments.numbers.slice();
    let from = 0;
    let to = Infinity;
    for (let place = 0; place < numbers.length; place += segmentWidth) {
      if (numbers[place + 1] !== number) continue;
      const first = numbers[place + 2] as number;
      const end = numbers[place + 3] as number;
      if (end <= start) from = Math.max(from, end);
      else if (first >= endBefore && first > start) {
        to = Math.min(to, first);
        numbers[place + 2] = first + by;
        numbers[place + 3] = end + by;
      } else if (numbers[place + 4] === Piece.instead && first < start && end >= endBefore) {
        from = Math.max(from, first);
        to = Math.min(to, end);
        numbers[place + 3] = end + by;
      } else return undefined;
    }
    const origins = { files, macros: movedMacros(macros, file, range), numbers, length };
    return { from, to, origins: new SegmentMap(origins) };
  }

  /** The number of the last segment that begins at or before `offset`; of the first when there is none. */
  indexOf(offset: number): number {
    const { numbers } = this.#segments;
    let low = 0;
    let high = numbers.length / segmentWidth;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((numbers[middle * segmentWidth] as number) <= offset) low = middle;
      else high = middle;
    }
    return low;
  }
}

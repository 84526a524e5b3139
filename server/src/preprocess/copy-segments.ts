// Copies an expanded text piece by piece, so that a stage may put something else in between.

import type { FileId } from '../text/span.ts';
import { Piece, SegmentMap, type Segments } from './origin-map.ts';
import type { OutputBuilder } from './output.ts';

/** A cursor over an expanded text and its segments; `fileNumber` numbers files for the output. */
export class SegmentCopier {
  readonly #text: string;
  readonly #origins: SegmentMap;
  readonly #output: OutputBuilder;
  readonly #fileNumber: (id: FileId) => number;
  #segment = 0;
  /** Up to where the text was copied or skipped. */
  position = 0;

  constructor(
    expanded: Segments & { readonly text: string },
    output: OutputBuilder,
    fileNumber: (id: FileId) => number,
  ) {
    this.#text = expanded.text;
    this.#origins = new SegmentMap(expanded);
    this.#output = output;
    this.#fileNumber = fileNumber;
  }

  /** Copies from `position` to `end`. */
  copyTo(end: number): void {
    const output = this.#output;
    for (; this.#segment < this.#origins.count; this.#segment++) {
      const piece = this.#origins.segment(this.#segment);
      const start = Math.max(this.position, piece.start);
      const stop = Math.min(end, piece.end);
      if (start < stop) {
        const file = this.#fileNumber(piece.source.file);
        const text = this.#text.slice(start, stop);
        if (piece.isVerbatim) {
          const offset = piece.source.start - piece.start;
          output.copy(file, start + offset, stop + offset, Piece.verbatim, text);
        } else if (piece.macro === undefined) {
          output.copy(file, piece.source.start, piece.source.end, Piece.instead, text);
        } else output.expansion(file, piece.source.start, piece.source.end, piece.macro, text);
      }
      if (piece.end >= end) break;
    }
    this.position = end;
  }
}

// Converts offsets to lines and columns and back.

import { firstIndexWhere } from './first-index-where.ts';

/** A position as people count: line and column from 1, columns in UTF-16 code units. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/**
 * Line starts of one text. A line ends at `\n`, `\r\n` or a lone `\r`: so count both GCC's cpp (12.2) and the language
 * server protocol. Built once per text; look-ups are a binary search.
 */
export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    let feed = text.indexOf('\n');
    let carriage = text.indexOf('\r');
    while (feed >= 0 || carriage >= 0) {
      const isFeed = carriage < 0 || (feed >= 0 && feed <= carriage + 1);
      const end = isFeed ? feed : carriage;
      this.#starts.push(end + 1);
      if (feed >= 0 && feed <= end) feed = text.indexOf('\n', end + 1);
      if (carriage >= 0 && carriage <= end) carriage = text.indexOf('\r', end + 1);
    }
  }

  /** Where `offset` is; offsets outside the text are clamped to it. */
  positionAt(offset: number): LineColumn {
    const clamped = Math.max(0, Math.min(offset, this.#text.length));
    const starts = this.#starts;
    const line = firstIndexWhere(starts.length, (index) => (starts[index] ?? 0) > clamped);
    return { line, column: clamped - (starts[line - 1] ?? 0) + 1 };
  }

  /** The offset of a position; a column past the line's end gives the line's end, a line past the text the text's end. */
  offsetAt(position: LineColumn): number {
    const start = this.#starts[position.line - 1];
    if (start === undefined) return position.line < 1 ? 0 : this.#text.length;
    return Math.min(start + Math.max(0, position.column - 1), this.#endOf(position.line));
  }

  /** Where a line's characters end: before its `\n`, `\r\n` or `\r`. */
  #endOf(line: number): number {
    const next = this.#starts[line];
    if (next === undefined) return this.#text.length;
    return this.#text.startsWith('\r\n', next - 2) ? next - 2 : next - 1;
  }
}

const indexes = new WeakMap<object, LineIndex>();

/** The line index of a file value; built once for each. */
export function lineIndexOf(file: { readonly text: string }): LineIndex {
  let index = indexes.get(file);
  if (!index) {
    index = new LineIndex(file.text);
    indexes.set(file, index);
  }
  return index;
}

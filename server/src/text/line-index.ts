// Converts offsets to lines and columns and back.

/** A position as people count: line and column from 1, columns in UTF-16 code units. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/** Line starts of one text. Built once per text; look-ups are a binary search. */
export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #length: number;

  constructor(text: string) {
    this.#length = text.length;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      this.#starts.push(at + 1);
    }
  }

  /** Where `offset` is; offsets outside the text are clamped to it. */
  positionAt(offset: number): LineColumn {
    const clamped = Math.max(0, Math.min(offset, this.#length));
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= clamped) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: clamped - (this.#starts[low] ?? 0) + 1 };
  }

  /** The offset of a position; a column past the line's end gives the line's end, a line past the text the text's end. */
  offsetAt(position: LineColumn): number {
    const start = this.#starts[position.line - 1];
    if (start === undefined) return position.line < 1 ? 0 : this.#length;
    const next = this.#starts[position.line];
    const lineEnd = next === undefined ? this.#length : next - 1;
    return Math.min(start + Math.max(0, position.column - 1), lineEnd);
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

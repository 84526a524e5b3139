// Collects the expanded text and its segments while a run goes on.

import { Char } from '../text/char.ts';
import type { FileId } from '../text/span.ts';
import { isSpace } from './characters.ts';
import type { Macro } from './macros.ts';
import { Piece, segmentWidth, type Segments } from './origin-map.ts';

/** Text with a segment for every piece. */
export class OutputBuilder {
  #numbers = new Int32Array(segmentWidth * 1024);
  #used = 0;
  readonly #pieces: string[] = [];
  readonly #macros: Macro[] = [];
  readonly #macroNumbers = new Map<Macro, number>();
  #lastCode: number = Char.newline;
  /** UTF-16 units so far. */
  length = 0;

  /** Whether the text is empty or ends with white space. */
  get endsWithSpace(): boolean {
    return isSpace(this.#lastCode);
  }

  /** `[start, end)` of the file's `text`, as it is. */
  verbatim(file: number, text: string, start: number, end: number): void {
    const last = this.#used - segmentWidth;
    const continues =
      last >= 0 &&
      this.#numbers[last + 4] === Piece.verbatim &&
      this.#numbers[last + 1] === file &&
      this.#numbers[last + 3] === start;
    if (continues) this.#numbers[last + 3] = end;
    else this.#segment(file, start, end, Piece.verbatim);
    this.#add(text.slice(start, end));
  }

  /** The text that a macro call made. */
  expansion(file: number, start: number, end: number, macro: Macro, text: string): void {
    if (text === '') return;
    let number = this.#macroNumbers.get(macro);
    if (number === undefined) {
      number = this.#macros.push(macro) - 1;
      this.#macroNumbers.set(macro, number);
    }
    this.#segment(file, start, end, number);
    this.#add(text);
  }

  /** `text` that came from `[start, end)` of a file, related as `kind` says. */
  copy(file: number, start: number, end: number, kind: number, text: string): void {
    this.#segment(file, start, end, kind);
    this.#add(text);
  }

  /** One space instead of `[start, end)`, unless there is white space already. */
  space(file: number, start: number, end: number): void {
    if (this.endsWithSpace) return;
    this.#segment(file, start, end, Piece.instead);
    this.#add(' ');
  }

  /** Ends a file's last line. */
  endLine(file: number, end: number): void {
    if (this.#lastCode === Char.newline) return;
    this.#segment(file, end, end, Piece.instead);
    this.#add('\n');
  }

  finish(files: readonly FileId[]): Segments & { readonly text: string } {
    if (this.#used === 0) this.#segment(0, 0, 0, Piece.verbatim);
    const text = this.#pieces.join('');
    const numbers = this.#numbers.slice(0, this.#used);
    return { text, numbers, files, macros: this.#macros, length: text.length };
  }

  #add(text: string): void {
    this.#pieces.push(text);
    this.length += text.length;
    this.#lastCode = text.charCodeAt(text.length - 1);
  }

  #segment(file: number, start: number, end: number, kind: number): void {
    if (this.#used + segmentWidth > this.#numbers.length) {
      const longer = new Int32Array(this.#numbers.length * 2);
      longer.set(this.#numbers);
      this.#numbers = longer;
    }
    this.#numbers[this.#used] = this.length;
    this.#numbers[this.#used + 1] = file;
    this.#numbers[this.#used + 2] = start;
    this.#numbers[this.#used + 3] = end;
    this.#numbers[this.#used + 4] = kind;
    this.#used += segmentWidth;
  }
}

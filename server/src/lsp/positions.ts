// Between our offsets, which are UTF-16, and the protocol's positions, whose columns are in the unit that was agreed on.

import type { Position, Range } from 'vscode-languageserver';
import { lineIndexOf } from '../text/line-index.ts';

/** What a column counts: bytes of UTF-8, units of UTF-16, or characters. */
export type PositionEncoding = 'utf-8' | 'utf-16' | 'utf-32';

/** A text whose lines are counted once: a file value. */
interface Text {
  readonly text: string;
}

/** Converts positions of one encoding. Lines end at `\n`, `\r\n` and `\r`. */
export interface Positions {
  readonly encoding: PositionEncoding;
  /** The offset of a position; behind the line's end that end, within a character its start. */
  offsetIn(file: Text, position: Position): number;
  /** The position of an offset; of one within `\r\n` or a character that of its start. */
  positionIn(file: Text, offset: number): Position;
  rangeIn(file: Text, start: number, end: number): Range;
  /** How long a stretch of one line is. */
  lengthIn(file: Text, start: number, end: number): number;
  /** How many UTF-16 units of `line` come before a column. */
  unitsBefore(line: string, character: number): number;
}

/** The conversion for an encoding. */
export function positionsIn(encoding: PositionEncoding): Positions {
  const widthOf = WIDTHS[encoding];

  const unitsBefore = (line: string, character: number): number => {
    let at = 0;
    for (let columns = 0; at < line.length;) {
      const code = line.codePointAt(at) ?? 0;
      columns += widthOf(code);
      if (columns > character) break;
      at += code > 0xffff ? 2 : 1;
    }
    return at;
  };
  const columnsOf = (text: string, start: number, end: number): number => {
    let columns = 0;
    for (let at = start; at < end;) {
      const code = text.codePointAt(at) ?? 0;
      at += code > 0xffff ? 2 : 1;
      if (at <= end) columns += widthOf(code);
    }
    return columns;
  };
  /** Whether columns are UTF-16 units, so that nothing need be counted. */
  const isPlain = (file: Text): boolean => encoding === 'utf-16' || isAscii(file);
  /** The last place asked for in each text: the next one is mostly a little further on the same line. */
  const last = new WeakMap<Text, { lineStart: number; at: number; columns: number }>();

  const offsetIn = (file: Text, { line, character }: Position): number => {
    const index = lineIndexOf(file);
    if (isPlain(file)) return index.offsetAt({ line: line + 1, column: character + 1 });
    const start = index.offsetAt({ line: line + 1, column: 1 });
    const end = index.offsetAt({ line: line + 1, column: Infinity });
    return start + unitsBefore(file.text.slice(start, end), character);
  };
  const positionIn = (file: Text, offset: number): Position => {
    const isWithinLineEnd = file.text.startsWith('\r\n', offset - 1) && offset > 0;
    const place = lineIndexOf(file).positionAt(isWithinLineEnd ? offset - 1 : offset);
    const line = place.line - 1;
    const units = place.column - 1;
    if (isPlain(file)) return { line, character: units };
    const at = Math.max(0, Math.min(offset, file.text.length)) - (isWithinLineEnd ? 1 : 0);
    const lineStart = at - units;
    const known = last.get(file);
    const from =
      known?.lineStart === lineStart && known.at <= at ? known : { at: lineStart, columns: 0 };
    const columns = from.columns + columnsOf(file.text, from.at, at);
    if (!isWithinCharacter(file.text, at)) last.set(file, { lineStart, at, columns });
    return { line, character: columns };
  };
  return {
    encoding,
    offsetIn,
    positionIn,
    rangeIn: (file, start, end) => ({
      start: positionIn(file, start),
      end: positionIn(file, end),
    }),
    lengthIn: (file, start, end) =>
      isPlain(file) ? end - start : columnsOf(file.text, start, end),
    unitsBefore: encoding === 'utf-16' ? (_, character) => character : unitsBefore,
  };
}

// A lone surrogate, which stands for a byte that is not UTF-8, is sent as U+FFFD: three bytes as well.
const WIDTHS: Readonly<Record<PositionEncoding, (code: number) => number>> = {
  'utf-8': (code) => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4),
  'utf-16': (code) => (code < 0x10000 ? 1 : 2),
  'utf-32': () => 1,
};

function isWithinCharacter(text: string, at: number): boolean {
  return at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff;
}

const ascii = new WeakMap<Text, boolean>();

function isAscii(file: Text): boolean {
  let known = ascii.get(file);
  if (known === undefined) {
    known = /^[\0-\x7f]*$/.test(file.text);
    ascii.set(file, known);
  }
  return known;
}

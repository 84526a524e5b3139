// Spaces strings that go over lines as cpp prints them: behind its first line such a string is ordinary text to cpp.

import { Char } from '../text/char.ts';
import { encodeText } from '../text/encode.ts';
import type { FileId } from '../text/span.ts';
import { isSpace, quotedEnd } from './characters.ts';
import { SegmentCopier } from './copy-segments.ts';
import { Piece, SegmentMap, type Segment, type Segments } from './origin-map.ts';
import { OutputBuilder } from './output.ts';

/** A place of the expanded text that says nothing there, but has an effect on what cpp prints. */
export type Silent = { readonly at: number; readonly file: FileId; readonly start: number } & (
  | { readonly kind: 'empty-expansion' | 'pragma' }
  /** cpp prints `marker` on a line of its own; what it prints next it takes to be on line `line`. */
  | { readonly kind: 'marker'; readonly marker: string; readonly line: number }
);

/** What respacing needs to know of the files. */
export interface RespaceHost {
  readonly silent: readonly Silent[];
  /** The text of a file that was read. */
  textOf(file: FileId): string;
  /** The line of an offset, counted from 1. */
  lineOf(file: FileId, offset: number): number;
  fileNumber(id: FileId): number;
  fileIds(): readonly FileId[];
}

/** Lines without text from which on cpp prints a line marker in their place (maybe_print_line_1). */
const fewLines = 8;

type Expanded = Segments & { readonly text: string };

/** `expanded` with the white space that cpp prints in every string that goes over lines. */
export function respaceStrings(expanded: Expanded, host: RespaceHost): Expanded {
  const { text } = expanded;
  const output = new OutputBuilder();
  const copier = new SegmentCopier(expanded, output, (id) => host.fileNumber(id));
  const printer = new LinePrinter(expanded, output, host);
  for (const { start, end } of stringsOverLines(text)) {
    const firstEnd = text.indexOf('\n', start);
    const last = text.charCodeAt(firstEnd - 1) === Char.carriageReturn ? firstEnd - 1 : firstEnd;
    copier.copyTo(last);
    printer.print(firstToken(text, start), last, end);
    copier.position = end;
  }
  copier.copyTo(text.length);
  return output.finish(host.fileIds());
}

/** Where the first token of the line of `at` begins. */
function firstToken(text: string, at: number): number {
  let first = text.lastIndexOf('\n', at) + 1;
  while (isSpace(text.charCodeAt(first))) first++;
  return first;
}

/** Prints lines as cpp's scan_translation_unit does: a token, what separates it from the one before, a line's indentation. */
class LinePrinter {
  readonly #text: string;
  readonly #origins: SegmentMap;
  readonly #output: OutputBuilder;
  readonly #host: RespaceHost;
  /** The first of `host.silent` that is not yet passed. */
  #nextSilent = 0;
  /** The line that the output is on, and whether something was printed there. */
  #line = 0;
  #hasPrinted = true;
  #isLineStart = false;
  #isSpaced = false;
  /** Whether nothing was printed since the end of a macro: cpp then keeps a `#` apart, which might be read as a directive. */
  #isBehindMacro = false;
  /** Behind what was printed last, in its file. */
  #file: FileId = '';
  #end = 0;
  /** Where the token ends that is being printed, which a line continuation may cut in pieces. */
  #tokenEnd = 0;

  constructor(expanded: Expanded, output: OutputBuilder, host: RespaceHost) {
    this.#text = expanded.text;
    this.#origins = new SegmentMap(expanded);
    this.#output = output;
    this.#host = host;
  }

  /** Prints `[from, end)`; `from` is in the line that the token at `first` begins. */
  print(first: number, from: number, end: number): void {
    const begun = this.#origins.originOf(first, first + 1).span;
    this.#line = this.#host.lineOf(begun.file, begun.start);
    const before = this.#origins.originOf(from - 1, from).span;
    this.#file = before.file;
    this.#end = before.end;
    this.#hasPrinted = true;
    this.#isLineStart = false;
    this.#isSpaced = false;
    this.#isBehindMacro = false;
    this.#skipSilent(from);
    let index = this.#origins.indexOf(from);
    for (let at = from; at < end; index++) {
      const piece = this.#origins.segment(index);
      this.#printSilent(at);
      const stop = Math.min(piece.end, end);
      if (piece.macro !== undefined) this.#printExpansion(piece, at, stop);
      else if (piece.isVerbatim) this.#printVerbatim(piece, at, stop, end);
      else this.#isSpaced = true;
      at = stop;
    }
  }

  /** Passes what is silent before `at`. */
  #skipSilent(at: number): void {
    const { silent } = this.#host;
    while ((silent[this.#nextSilent]?.at ?? Infinity) < at) this.#nextSilent++;
  }

  /** Prints what is silent up to `at`. */
  #printSilent(at: number): void {
    for (;;) {
      const silent = this.#host.silent[this.#nextSilent];
      if (silent === undefined || silent.at > at) return;
      this.#nextSilent++;
      if (silent.kind === 'marker') this.#printMarker(silent);
      else {
        if (this.#isLineStart) this.#beginLine(silent.file, silent.start);
        if (silent.kind === 'empty-expansion') this.#isBehindMacro = true;
        // What follows a directive is on another line.
        else this.#isLineStart = true;
      }
    }
  }

  #printMarker({ file, start, marker, line }: Extract<Silent, { kind: 'marker' }>): void {
    const number = this.#host.fileNumber(file);
    const newline = this.#hasPrinted ? '\n' : '';
    this.#output.copy(number, start, start, Piece.instead, `${newline}${marker}\n`);
    this.#line = line;
    this.#hasPrinted = false;
    this.#isLineStart = true;
    this.#isSpaced = false;
  }

  #printExpansion(piece: Segment, at: number, stop: number): void {
    const { file, start, end } = piece.source;
    const text = this.#text.slice(at, stop);
    const token = text.trimStart();
    if (token.length < text.length) this.#isSpaced = true;
    this.#beginToken(file, start);
    if (piece.macro)
      this.#output.expansion(this.#host.fileNumber(file), start, end, piece.macro, token);
    this.#end = end;
    this.#isBehindMacro = true;
  }

  /** Prints `[from, stop)` of a piece; `limit` is where the string ends, in this piece or behind it. */
  #printVerbatim(piece: Segment, from: number, stop: number, limit: number): void {
    const text = this.#text;
    const { file } = piece.source;
    const shift = piece.source.start - piece.start;
    const printUpTo = (at: number, end: number): number => {
      const number = this.#host.fileNumber(file);
      this.#output.verbatim(number, this.#host.textOf(file), at + shift, end + shift);
      this.#file = file;
      this.#end = end + shift;
      return end;
    };
    let at = from < this.#tokenEnd ? printUpTo(from, Math.min(this.#tokenEnd, stop)) : from;
    while (at < stop) {
      const code = text.charCodeAt(at);
      if (isSpace(code)) {
        this.#isSpaced = code !== Char.newline;
        if (code === Char.newline) this.#isLineStart = true;
        at++;
      } else {
        const isHash = code === Char.hash && text.charCodeAt(at + 1) !== Char.hash;
        const isKeptApart = isHash && this.#isLineStart && this.#isBehindMacro;
        this.#beginToken(file, at + shift, isKeptApart);
        this.#tokenEnd = tokenEnd(text, at, limit);
        at = printUpTo(at, Math.min(this.#tokenEnd, stop));
      }
    }
  }

  /** Prints what separates the token at `start` of `file` from what was printed before. */
  #beginToken(file: FileId, start: number, isKeptApart = false): void {
    if (this.#isLineStart) this.#beginLine(file, start);
    if (this.#isSpaced || isKeptApart) this.#separate(' ', file, start);
    this.#isSpaced = false;
    this.#isBehindMacro = false;
    this.#file = file;
  }

  /** Ends the line before, and indents the line of the token at `start` up to one column before it. */
  #beginLine(file: FileId, start: number): void {
    this.#isLineStart = false;
    const host = this.#host;
    const line = host.lineOf(file, start);
    let space = '';
    if (this.#hasPrinted) {
      space = '\n';
      this.#line++;
    }
    if (line >= this.#line && line < this.#line + fewLines) space += '\n'.repeat(line - this.#line);
    else space += `# ${line} "${file}"\n`;
    this.#line = line;
    this.#hasPrinted = true;
    const source = host.textOf(file);
    const lineStart = source.lastIndexOf('\n', start - 1) + 1;
    const column = encodeText(source.slice(lineStart, start)).length;
    // What is before the first token of a line is white space or a comment; so is what is before a directive above it.
    this.#isSpaced = column > 0;
    this.#separate(space + ' '.repeat(Math.max(column - 1, 0)), file, start);
  }

  /** Prints white space before what begins at `start` of `file`, as a part of the source where it stands there. */
  #separate(space: string, file: FileId, start: number): void {
    if (space === '') return;
    const text = this.#host.textOf(file);
    const from = this.#file === file && this.#end <= start ? this.#end : start;
    const number = this.#host.fileNumber(file);
    if (text.startsWith(space, from))
      this.#output.verbatim(number, text, from, from + space.length);
    else this.#output.copy(number, from, start, Piece.instead, space);
  }
}

/** Behind the token at `start`: a word, or a quoted text with its white space. */
function tokenEnd(text: string, start: number, limit: number): number {
  let end = start;
  while (end < limit) {
    const code = text.charCodeAt(end);
    if (isSpace(code)) return end;
    if (code === Char.quote || code === Char.apostrophe) {
      end = quotedEnd(text, end, limit);
      // What has no partner takes the rest of its line, but for the `\r` of the line's end.
      const isAtLineEnd = text.charCodeAt(end) === Char.newline;
      return isAtLineEnd && text.charCodeAt(end - 1) === Char.carriageReturn ? end - 1 : end;
    }
    end++;
  }
  return end;
}

/** The strings of `text`, as dtc reads them, that go over lines. */
function stringsOverLines(
  text: string,
): readonly { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    if (code === Char.quote) {
      const end = stringEnd(text, at);
      if (text.slice(at, end).includes('\n')) found.push({ start: at, end });
      at = end;
    } else if (code === Char.apostrophe && text.charCodeAt(at + 2) === Char.apostrophe) at += 3;
    else at++;
  }
  return found;
}

/** Behind the quote that ends the string at `start`, or the end of the text. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === Char.quote) return at + 1;
    if (code === Char.backslash) at++;
  }
  return text.length;
}

// Formats devicetree source the way the kernel writes it. Only white space changes, so dtc compiles the same.

import { scanSource } from '../syntax/scan-source.ts';
import { readOutline, type SourceOutline } from './source-outline.ts';
import { isClosedString, type Token } from './source-tokens.ts';

export interface FormatOptions {
  readonly tabSize: number;
  /** Spaces in place of tabs. */
  readonly insertSpaces: boolean;
}

/** The kernel's style: tabs, eight columns wide. */
export const kernelStyle: FormatOptions = { tabSize: 8, insertSpaces: false };

/** A replacement of white space between two tokens. */
export interface SpaceEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The changes that format a file, ascending and apart; none when it holds an unclosed string or comment, whose white
 * space means something. Applying them and formatting again changes nothing.
 */
export function formatEdits(
  { text, tokens }: Pick<SourceOutline, 'text' | 'tokens'>,
  options: FormatOptions = kernelStyle,
): SpaceEdit[] {
  if (unclosedIn(text, tokens)) return [];
  const edits: SpaceEdit[] = [];
  const layout = new Layout(text, tokens, options);
  const endsInCr = text.charAt(text.indexOf('\n') - 1) === '\r';
  let before = 0;
  for (let index = 0; index <= tokens.length; index += 1) {
    const token = tokens[index];
    const start = before;
    const end = token?.start ?? text.length;
    const wanted = token ? layout.spaceBefore(index) : tokens.length === 0 ? '' : '\n';
    const gap = text.slice(start, end);
    const hasCr = gap.includes('\n') ? gap.includes('\r\n') : endsInCr;
    const kept = hasCr ? wanted.replaceAll('\n', '\r\n') : wanted;
    if (gap !== kept) edits.push({ start, end, text: kept });
    if (token) {
      for (const edit of layout.insideComment(token)) edits.push(edit);
      before = token.end;
    }
  }
  return edits;
}

/** `text` formatted. */
export function formatText(text: string, options: FormatOptions = kernelStyle): string {
  let result = '';
  let done = 0;
  for (const edit of formatEdits(scanned(text), options)) {
    result += text.slice(done, edit.start) + edit.text;
    done = edit.end;
  }
  return result + text.slice(done);
}

/** The first string or comment of `text` that does not end, because of which `formatEdits` changes nothing. */
export function findUnclosed(text: string): Unclosed | undefined {
  return unclosedIn(text, scanned(text).tokens);
}

function scanned(text: string): SourceOutline {
  return readOutline(scanSource(text));
}

export interface Unclosed {
  /** Offset of its first character. */
  readonly start: number;
  readonly what: 'string' | 'comment';
}

function unclosedIn(text: string, tokens: readonly Token[]): Unclosed | undefined {
  const token = tokens.find((each) => isUnclosed(text, each));
  return token && { start: token.start, what: token.kind === 'string' ? 'string' : 'comment' };
}

function isUnclosed(text: string, token: Token): boolean {
  if (token.kind === 'string') return !isClosedString(text, token);
  if (token.kind === 'comment' && text.startsWith('/*', token.start))
    return token.end - token.start < 4 || !text.startsWith('*/', token.end - 2);
  return false;
}

/** Nodes nested deeper, and values that begin farther right, are indented no farther: the text would grow with the square. */
const DEEPEST_INDENTATION = 100;
const FARTHEST_COLUMN = 1000;

interface Bracket {
  /** Column at which lines inside continue. */
  readonly column: number;
  /** Whether nothing follows it on its line: then its contents are indented like statements. */
  readonly hangs: boolean;
}

/** Walks the tokens once and says what goes before each. */
class Layout {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #options: FormatOptions;
  #depth = 0;
  /** Depths at the open `#if`s, so that `#else` starts from the same depth. */
  readonly #conditionals: number[] = [];
  /** Whether a statement has begun and not ended. */
  #inStatement = false;
  /** Whether the statement has its `=`. */
  #inValue = false;
  /** Column at which lines of the value continue. */
  #valueColumn: number | undefined;
  /** The open brackets, innermost last. */
  readonly #brackets: Bracket[] = [];
  /** Column behind the last token laid out. */
  #column = 0;
  /** Indentation of the line the last token is on. */
  #commentShift = '';
  #nextCode = 0;

  constructor(text: string, tokens: readonly Token[], options: FormatOptions) {
    this.#text = text;
    this.#tokens = tokens;
    this.#options = options;
  }

  spaceBefore(index: number): string {
    const token = this.#tokens[index];
    const previous = this.#tokens[index - 1];
    if (!token) return '';
    const gap = this.#text.slice(previous?.end ?? 0, token.start);
    const newlines = gap.split('\n').length - 1;
    const space = this.#space(token, previous, index, gap, newlines);
    this.#advance(token, index, space);
    return space;
  }

  /** Re-indents the lines of a block comment whose first line begins a line. */
  *insideComment(token: Token): Generator<SpaceEdit> {
    if (token.kind !== 'comment') return;
    const text = this.#text.slice(token.start, token.end);
    let at = text.indexOf('\n');
    while (at >= 0) {
      const next = text.indexOf('\n', at + 1);
      const line = text.slice(at + 1, next < 0 ? undefined : next);
      const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
      const starred = line.startsWith('*', indent.length);
      if (starred) {
        const wanted = `${this.#commentShift} `;
        const start = token.start + at + 1;
        if (indent !== wanted) yield { start, end: start + indent.length, text: wanted };
      }
      at = next;
    }
  }

  #space(
    token: Token,
    previous: Token | undefined,
    index: number,
    gap: string,
    newlines: number,
  ): string {
    if (!previous) return token.kind === 'directive' ? '' : this.#indent(this.#depth);
    if (token.kind === 'directive') return this.#lines(newlines, previous, token);
    if (previous.kind === 'directive')
      return this.#lines(newlines, previous, token) + this.#lead(token);
    if (token.kind === 'comment') {
      // A comment behind code stays where its author put it.
      if (newlines === 0) return previous.kind === 'comment' || gap !== '' ? gap : ' ';
      return this.#lines(newlines, previous, token) + this.#commentLead(index);
    }
    if (previous.kind === 'comment') {
      const isLine = this.#text.startsWith('//', previous.start);
      if (newlines === 0 && !isLine) return gap === '' ? '' : ' ';
      return this.#lines(newlines, previous, token) + this.#lead(token);
    }
    const text = this.#textOf(token);
    const before = this.#textOf(previous);
    if (!this.#inStatement) {
      // Statements begin on lines of their own.
      if (text === ';' && newlines === 0) return '';
      return this.#lines(Math.max(1, newlines), previous, token) + this.#lead(token);
    }
    if (newlines > 0 && this.#keepsBreak(token, text)) return `\n${this.#lead(token)}`;
    return this.#between(token, previous, text, before, gap);
  }

  // What stands between two tokens of one line.
  #between(token: Token, previous: Token, text: string, before: string, gap: string): string {
    if (token.kind === 'punctuation') {
      if (text === ';') return '';
      if (text === '{') return before === '' ? '' : ' ';
      if (text === '=' && !token.inside && !this.#inValue) return ' ';
      if (text === ',' && !token.inside) return '';
      if (this.#closes(token, text)) return '';
    }
    if (previous.kind === 'punctuation') {
      if (before === '=' && !previous.inside) return ' ';
      if (before === ',' && !previous.inside && this.#inValue) return ' ';
      if ((before === '<' || before === '[') && !previous.inside) return '';
    }
    if (previous.kind === 'label') return ' ';
    // Inside brackets columns are the author's; elsewhere a space separates what its author separated.
    if (token.inside) return gap.includes('\n') ? ' ' : gap;
    return gap === '' ? '' : ' ';
  }

  // Line breaks inside a value are the author's; those before `=`, `;`, `{` and closing brackets are not kept, except
  // before the bracket that closes a hanging list.
  #keepsBreak(token: Token, text: string): boolean {
    if (token.kind !== 'punctuation') return true;
    if (text === ';' || text === '{' || text === ',') return false;
    if (text === '=' && !this.#inValue) return false;
    return !this.#closes(token, text) || this.#brackets.at(-1)?.hangs === true;
  }

  #closes(token: Token, text: string): boolean {
    return token.kind === 'punctuation' && !token.inside && (text === '>' || text === ']');
  }

  /** The line breaks between two tokens: at most one empty line, none behind `{` or before `}`. */
  #lines(newlines: number, previous: Token, token: Token): string {
    if (newlines >= 2) {
      const opens = this.#textOf(previous) === '{';
      const closes = this.#textOf(token) === '}';
      if (!opens && !closes) return '\n\n';
    }
    return '\n';
  }

  #lead(token: Token): string {
    const text = this.#textOf(token);
    if (!this.#inStatement) return this.#indent(text === '}' ? this.#depth - 1 : this.#depth);
    const bracket = this.#brackets.at(-1);
    if (bracket?.hangs && this.#closes(token, text)) return this.#indent(this.#depth);
    const column = bracket?.column ?? this.#valueColumn;
    return column === undefined ? this.#indent(this.#depth + 1) : this.#padTo(column);
  }

  // A comment on its own line is indented as the next code is.
  #commentLead(index: number): string {
    const token = this.#tokens[this.#behindComments(index)];
    if (!token || token.kind === 'directive') return this.#indent(this.#depth);
    if (!this.#inStatement && this.#textOf(token) === '}') return this.#indent(this.#depth);
    return this.#lead(token);
  }

  /** The first token behind that of `index` that is no comment; asked for in ascending order. */
  #behindComments(index: number): number {
    if (this.#nextCode <= index) {
      this.#nextCode = index + 1;
      while (this.#tokens[this.#nextCode]?.kind === 'comment') this.#nextCode += 1;
    }
    return this.#nextCode;
  }

  #advance(token: Token, index: number, space: string): void {
    const text = this.#textOf(token);
    const newline = space.lastIndexOf('\n');
    if (newline >= 0) {
      this.#column = 0;
      this.#commentShift = space.slice(newline + 1);
    } else if (this.#column === 0 && token.start === 0) this.#commentShift = '';
    const start = this.#columnAfter(newline >= 0 ? space.slice(newline + 1) : space);
    this.#column = start;
    this.#column = this.#columnAfter(text.slice(text.lastIndexOf('\n') + 1));
    if (token.kind === 'comment') return;
    if (token.kind === 'directive') {
      this.#directive(text);
      return;
    }
    if (token.kind === 'punctuation') {
      if (text === '{') {
        this.#depth += 1;
        this.#endStatement();
        return;
      }
      if (text === '}') {
        this.#depth = Math.max(0, this.#depth - 1);
        this.#endStatement();
        return;
      }
      if (text === ';') {
        this.#endStatement();
        return;
      }
      if (text === '=' && !token.inside && !this.#inValue) this.#inValue = true;
      else if (text === '<' || text === '[' || text === '(') this.#open(token, index, text);
      else if ((text === '>' || text === ']' || text === ')') && this.#brackets.length > 0)
        this.#close(token, text);
    }
    if (this.#inValue && this.#valueColumn === undefined && text !== '=') this.#valueColumn = start;
    this.#inStatement = true;
  }

  #open(token: Token, index: number, text: string): void {
    // Inside parentheses `<` compares.
    if (text !== '(' && token.inside) return;
    const hangs = this.#endsLine(index);
    this.#brackets.push({
      column: hangs ? this.#hangingColumn() : this.#column,
      hangs,
    });
  }

  #endsLine(index: number): boolean {
    const next = this.#behindComments(index);
    const from = this.#tokens[index]?.end ?? 0;
    return this.#text.slice(from, this.#tokens[next]?.start ?? from).includes('\n');
  }

  #hangingColumn(): number {
    return (this.#depth + 1) * this.#options.tabSize;
  }

  #close(token: Token, text: string): void {
    if (text !== ')' && token.inside) return;
    this.#brackets.pop();
  }

  #endStatement(): void {
    this.#inStatement = false;
    this.#inValue = false;
    this.#valueColumn = undefined;
    this.#brackets.length = 0;
  }

  #directive(text: string): void {
    const word = /^#[ \t]*(\w+)/.exec(text)?.[1] ?? '';
    if (word.startsWith('if')) this.#conditionals.push(this.#depth);
    else if (word === 'else' || word === 'elif')
      this.#depth = this.#conditionals.at(-1) ?? this.#depth;
    else if (word === 'endif') this.#conditionals.pop();
  }

  #textOf(token: Token): string {
    return this.#text.slice(token.start, token.end);
  }

  #indent(depth: number): string {
    const { insertSpaces, tabSize } = this.#options;
    const count = Math.min(Math.max(0, depth), DEEPEST_INDENTATION);
    return insertSpaces ? ' '.repeat(count * tabSize) : '\t'.repeat(count);
  }

  #padTo(wanted: number): string {
    const { insertSpaces, tabSize } = this.#options;
    const column = Math.min(wanted, FARTHEST_COLUMN);
    if (insertSpaces) return ' '.repeat(column);
    return '\t'.repeat(Math.floor(column / tabSize)) + ' '.repeat(column % tabSize);
  }

  #columnAfter(text: string): number {
    const { tabSize } = this.#options;
    let column = this.#column;
    for (const character of text)
      column = character === '\t' ? (Math.floor(column / tabSize) + 1) * tabSize : column + 1;
    return column;
  }
}

// Preprocessing tokens: how text is cut into them and when two must not touch.

import { Char } from '../text/char.ts';
import { Class, classOf, isWord, lineCommentEnd, quotedEnd } from './characters.ts';
import type { NameTable } from './names.ts';

/** Kinds of tokens. */
export const Kind = {
  name: 0,
  number: 1,
  /** A string, or a character literal. */
  quoted: 2,
  punctuator: 3,
  /** A character that means nothing to C, or a quote without its partner up to the line's end. */
  other: 4,
  /** A parameter in a macro's body. */
  parameter: 5,
  /** Says only that two tokens met in an expansion; never text. */
  padding: 6,
  end: 7,
} as const;

/** Bits of `Token.flags`. */
export const Flag = {
  /** White space or a comment precedes the token. */
  space: 1,
  /** The token is the first of its line. */
  lineStart: 2,
  /** A name that met itself during its own expansion: never expanded again. */
  final: 4,
  /** `##` follows. */
  paste: 8,
  /** `#` precedes (parameters only). */
  stringify: 16,
  /** White space preceded the `##` behind this token; decides only whether two definitions are the same. */
  spaceBeforePaste: 32,
} as const;

export interface Token {
  readonly kind: number;
  readonly text: string;
  readonly flags: number;
  /** A name's number; a parameter's index. */
  readonly id: number;
  /** Padding: whose white space decides; undefined when only sticking together counts. */
  readonly source: Token | undefined;
  /** Offset in the source file; -1 for tokens of macro bodies. */
  readonly at: number;
}

export const endToken: Token = {
  kind: Kind.end,
  text: '',
  flags: 0,
  id: -1,
  source: undefined,
  at: -1,
};

/** A copy of `token` with other flags, which is at `at` in the source. Spelled out: spreading costs much more. */
export function withFlags(token: Token, flags: number, at: number = token.at): Token {
  const { kind, text, id, source } = token;
  return { kind, text, flags, id, source, at };
}

const punctuators = [
  ...['<<=', '>>=', '...'],
  ...['##', '<<', '>>', '&&', '||', '==', '!=', '<=', '>=', '++', '--', '->'],
  ...['+=', '-=', '*=', '/=', '%=', '&=', '|=', '^='],
];
const longPunctuators = new Map<number, readonly string[]>();
for (const punctuator of punctuators) {
  const first = punctuator.charCodeAt(0);
  longPunctuators.set(first, [...(longPunctuators.get(first) ?? []), punctuator]);
}
const shortPunctuators = new Set('#<>&|=!+-*/%^~()[]{},;:?.');

/** Cuts `[position, limit)` of a text without line continuations into tokens. */
export class Scanner {
  position: number;
  readonly #text: string;
  readonly #limit: number;
  readonly #names: NameTable;
  #lineStart: boolean;

  constructor(
    text: string,
    start: number,
    limit: number,
    names: NameTable,
    begins: 'line' | 'middle' = 'middle',
  ) {
    this.#text = text;
    this.position = start;
    this.#limit = limit;
    this.#names = names;
    this.#lineStart = begins === 'line';
  }

  /** The next token; `endToken` at the end. Afterwards `position` is where it ends. */
  next(): Token {
    const text = this.#text;
    let lineStart = this.#lineStart;
    let flags = lineStart ? Flag.space : 0;
    let at = this.position;
    for (; at < this.#limit;) {
      const kind = classOf(text.charCodeAt(at));
      if (kind === Class.blank) at++;
      else if (kind === Class.newline) {
        at++;
        lineStart = true;
      } else if (kind === Class.slash && text.charCodeAt(at + 1) === Char.asterisk) {
        at = blockCommentEnd(text, at + 2, this.#limit);
      } else if (kind === Class.slash && text.charCodeAt(at + 1) === Char.slash) {
        at = lineCommentEnd(text, at, this.#limit);
      } else break;
      flags = Flag.space;
    }
    this.#lineStart = false;
    if (at >= this.#limit) {
      this.position = this.#limit;
      return endToken;
    }
    if (lineStart) flags |= Flag.lineStart;
    const kind = tokenKind(text, at);
    const end = Math.min(tokenEnd(text, at, kind, this.#limit), this.#limit);
    this.position = end;
    const isOpen =
      kind === Kind.quoted && (end - at < 2 || text.charCodeAt(end - 1) !== quoteOf(text, at));
    const spelling = text.slice(at, end);
    return {
      kind: isOpen ? Kind.other : kind,
      text: spelling,
      flags,
      id: kind === Kind.name ? this.#names.id(spelling) : -1,
      source: undefined,
      at,
    };
  }
}

/** Behind the first `*` and `/` of `[start, limit)`, or `limit`. Not `indexOf`: it would look behind the limit each time. */
function blockCommentEnd(text: string, start: number, limit: number): number {
  for (let at = start; at + 1 < limit; at++)
    if (text.charCodeAt(at) === Char.asterisk && text.charCodeAt(at + 1) === Char.slash)
      return at + 2;
  return limit;
}

function quoteOf(text: string, at: number): number {
  return text.charCodeAt(text.charCodeAt(at) === Char.upperL ? at + 1 : at);
}

function tokenKind(text: string, at: number): number {
  const code = text.charCodeAt(at);
  const next = text.charCodeAt(at + 1);
  switch (classOf(code)) {
    case Class.letter:
      return code === Char.upperL && classOf(next) === Class.quote ? Kind.quoted : Kind.name;
    case Class.digit:
      return Kind.number;
    case Class.dot:
      return classOf(next) === Class.digit ? Kind.number : Kind.punctuator;
    case Class.quote:
      return Kind.quoted;
    default:
      return shortPunctuators.has(text.charAt(at)) ? Kind.punctuator : Kind.other;
  }
}

function tokenEnd(text: string, at: number, kind: number, limit: number): number {
  switch (kind) {
    case Kind.name: {
      let end = at + 1;
      while (isWord(text.charCodeAt(end))) end++;
      return end;
    }
    case Kind.number:
      return numberEnd(text, at);
    case Kind.quoted:
      return quotedEnd(text, text.charCodeAt(at) === Char.upperL ? at + 1 : at, limit);
    case Kind.punctuator: {
      const long = longPunctuators.get(text.charCodeAt(at));
      return at + (long?.find((each) => text.startsWith(each, at))?.length ?? 1);
    }
    default:
      return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
  }
}

/** The end of the preprocessing number at `start`: `0x1e+FOO` is one. */
export function numberEnd(text: string, start: number): number {
  let end = start + 1;
  for (;;) {
    const code = text.charCodeAt(end);
    if (isWord(code) || code === Char.dot) end++;
    else if ((code === Char.plus || code === Char.minus) && /[eEpP]/.test(text.charAt(end - 1)))
      end++;
    else return end;
  }
}

/** Whether the two tokens, printed without a space between them, would be read as something else. */
export function wouldStick(left: Token, right: Token): boolean {
  const first = right.kind === Kind.punctuator ? right.text.charAt(0) : '';
  if (left.kind === Kind.punctuator) {
    if (first === '=' && /^(?:[=!<>+\-*/%&|^]|<<|>>)$/.test(left.text)) return true;
    switch (left.text) {
      case '>':
        return first === '>';
      case '<':
        return first === '<' || first === '%' || first === ':';
      case '+':
        return first === '+';
      case '-':
        return first === '-' || first === '>';
      case '/':
        return first === '/' || first === '*';
      case '%':
        return first === ':' || first === '%';
      case '&':
        return first === '&';
      case '|':
        return first === '|';
      case ':':
        return first === ':' || first === '>';
      case '->':
        return first === '*';
      case '.':
        return first === '.' || first === '%' || right.kind === Kind.number;
      case '#':
        return first === '#' || first === '%';
      default:
        return false;
    }
  }
  if (left.kind === Kind.name) {
    return (
      right.kind === Kind.name ||
      right.kind === Kind.quoted ||
      (right.kind === Kind.number && !right.text.includes('.') && !/[-+]/.test(right.text))
    );
  }
  if (left.kind === Kind.number) {
    return (
      right.kind === Kind.number ||
      right.kind === Kind.name ||
      (right.kind === Kind.quoted && right.text.startsWith("'")) ||
      first === '.' ||
      first === '+' ||
      first === '-'
    );
  }
  return left.kind === Kind.other && left.text === '\\' && right.kind === Kind.name;
}

// The tokens of one source file as it is written: before preprocessing, broken or not.

export type TokenKind =
  | 'comment'
  /** A whole `#…` line of the preprocessor, its continuation lines included. */
  | 'directive'
  | 'string'
  | 'character'
  | 'number'
  /** A node or property name, unit address included; an identifier inside values. */
  | 'name'
  /** `label:`, colon included. */
  | 'label'
  /** `&label` or `&{/path}`. */
  | 'reference'
  /** `/dts-v1/`, `/bits/` … */
  | 'keyword'
  | 'punctuation';

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  /** End exclusive. */
  readonly end: number;
  /** Whether it stands inside `< >`, `[ ]` or `( )`. */
  readonly inside: boolean;
}

const DIRECTIVE =
  /#[ \t]*(?:include|define|undef|ifdef|ifndef|if|elif|else|endif|error|warning|pragma|line|\d+)(?![\w,.+*#?@-])/y;
const KEYWORD =
  /\/(?:dts-v1|plugin|include|bits|memreserve|delete-node|delete-property|incbin|omit-if-no-ref)\//y;
const NUMBER = /(?:0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*(?![\w,.+*#?@-])/y;
const CELL_NUMBER = /(?:0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*(?!\w)/y;
const NAME = /\\?[\w,.+*#?@-]+/y;
const IDENTIFIER = /\w+/y;
const LABEL = /[A-Za-z_]\w*:/y;
const REFERENCE = /&(?:\{[^}\s]*\}?|[A-Za-z_]\w*)/y;
const OPERATOR = /<<|>>|<=|>=|==|!=|&&|\|\||./suy;

/** The tokens of `text` in order; white space is left out, and every other character is in exactly one token. */
export function tokenize(text: string): readonly Token[] {
  return new Tokenizer(text).read();
}

/** A cursor over a text, and what the characters at it mean. */
class Tokenizer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  /** Open `(`, `<` and `[`; what a character means depends on the innermost. */
  readonly #open: string[] = [];
  readonly #unclosed: Unclosed = { until: 0, characterUntil: 0 };
  #at = 0;
  #inValue = false;
  #beginsLine = true;

  constructor(text: string) {
    this.#text = text;
  }

  read(): readonly Token[] {
    while (this.#at < this.#text.length) {
      const character = this.#text.charAt(this.#at);
      if (character === '\n') {
        this.#beginsLine = true;
        this.#at += 1;
      } else if (isBlank(character)) this.#at += 1;
      else this.#takeToken(character);
    }
    return this.#tokens;
  }

  #takeToken(character: string): void {
    const beginsLine = this.#beginsLine;
    this.#beginsLine = false;
    if (character === '/' && this.#takeComment(beginsLine)) return;
    if (this.#takeMarked(character, beginsLine) || this.#takeWord()) return;
    this.#takePunctuation(character);
  }

  /** Adds the token that ends at `end`; false, and nothing, for -1. */
  #take(kind: TokenKind, end: number): boolean {
    if (end < 0) return false;
    this.#tokens.push({ kind, start: this.#at, end, inside: this.#open.length > 0 });
    this.#at = end;
    return true;
  }

  /** The end of what matches here; -1 when nothing does. */
  #match(pattern: RegExp): number {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text) ? pattern.lastIndex : -1;
  }

  #takeComment(beginsLine: boolean): boolean {
    const text = this.#text;
    const second = text.charAt(this.#at + 1);
    if (second === '/') return this.#take('comment', lineEnd(text, this.#at));
    if (second !== '*') return false;
    const close = text.indexOf('*/', this.#at + 2);
    // A directive may follow on the same line.
    this.#beginsLine = beginsLine;
    return this.#take('comment', close < 0 ? text.length : close + 2);
  }

  /** What its first character tells. */
  #takeMarked(character: string, beginsLine: boolean): boolean {
    const text = this.#text;
    switch (character) {
      case '#':
        return (
          beginsLine &&
          this.#match(DIRECTIVE) >= 0 &&
          this.#take('directive', directiveEnd(text, this.#at, this.#unclosed))
        );
      case '"':
        return this.#take('string', stringEnd(text, this.#at, this.#unclosed));
      case "'":
        return this.#take('character', characterEnd(text, this.#at, this.#unclosed));
      case '/':
        return this.#take('keyword', this.#match(KEYWORD));
      case '&':
        return this.#open.at(-1) !== '(' && this.#take('reference', this.#match(REFERENCE));
      default:
        return false;
    }
  }

  /** Labels, numbers and names. */
  #takeWord(): boolean {
    const inner = this.#open.at(-1);
    const inside = inner !== undefined;
    return (
      (inner !== '(' && this.#take('label', this.#match(LABEL))) ||
      (inner === '[' && this.#take('number', this.#match(IDENTIFIER))) ||
      this.#take('number', this.#match(inside ? CELL_NUMBER : NUMBER)) ||
      this.#take('name', this.#match(inside || this.#inValue ? IDENTIFIER : NAME))
    );
  }

  #takePunctuation(character: string): void {
    const start = this.#at;
    const end = this.#open.at(-1) === '(' ? Math.max(this.#match(OPERATOR), start + 1) : start + 1;
    const wasInside = this.#open.length > 0;
    this.#nest(character);
    const closes = character === ')' || character === '>' || character === ']';
    const inside = this.#open.length > 0 && (closes || wasInside);
    this.#tokens.push({ kind: 'punctuation', start, end, inside });
    this.#at = end;
  }

  /** Opens and closes what the punctuation `character` does. */
  #nest(character: string): void {
    const open = this.#open;
    const inner = open.at(-1);
    switch (character) {
      case '(':
        open.push(character);
        break;
      case '<':
      case '[':
        if (inner !== '(') open.push(character);
        break;
      case ')':
        if (inner === '(') open.pop();
        break;
      case '>':
        if (inner === '<') open.pop();
        break;
      case ']':
        if (inner === '[') open.pop();
        break;
      case ';':
      case '{':
      case '}':
        open.length = 0;
        this.#inValue = false;
        break;
      case '=':
        if (inner === undefined) this.#inValue = true;
        break;
    }
  }
}

function isBlank(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\f';
}

/** Whether a string token has its closing quote. */
export function isClosedString(text: string, token: Token): boolean {
  return token.end - token.start >= 2 && text.charAt(token.end - 1) === '"';
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  const end = newline < 0 ? text.length : newline;
  return text.charAt(end - 1) === '\r' ? end - 1 : end;
}

// A directive ends with its line, unless the line is continued or ends inside a comment.
function directiveEnd(text: string, from: number, unclosed: Unclosed): number {
  let at = from;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '\n') return text.charAt(at - 1) === '\r' ? at - 1 : at;
    if (character === '\\' && text.charAt(at + 1) === '\n') at += 2;
    else if (character === '\\' && text.startsWith('\r\n', at + 1)) at += 3;
    else if (character === '"') at = stringEnd(text, at, unclosed);
    else if (character === '/' && text.charAt(at + 1) === '*') {
      const close = text.indexOf('*/', at + 2);
      at = close < 0 ? text.length : close + 2;
    } else at += 1;
  }
  return at;
}

/** Behind the `'` that closes the one at `from` on the same line; -1 without one, and for two in a row. */
function characterEnd(text: string, from: number, unclosed: Unclosed): number {
  if (from < unclosed.characterUntil) return -1;
  let at = from + 1;
  for (; at < text.length && text.charAt(at) !== '\n'; at += 1) {
    if (text.charAt(at) === "'") return at > from + 1 ? at + 1 : -1;
    if (text.charAt(at) === '\\' && text.charAt(++at) === '\n') break;
  }
  unclosed.characterUntil = at;
  return -1;
}

/**
 * Up to where a string, or a character, was looked for its end in vain. A quote before that was escaped, and what begins
 * there ends no sooner.
 */
interface Unclosed {
  until: number;
  characterUntil: number;
}

// A string that is not closed ends with its line, so that one missing quote does not swallow the file.
function stringEnd(text: string, from: number, unclosed: Unclosed): number {
  if (from < unclosed.until) return lineEnd(text, from);
  for (let at = from + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '"') return at + 1;
    else if (character === '\n') {
      unclosed.until = at;
      return lineEnd(text, from);
    }
  }
  return text.length;
}

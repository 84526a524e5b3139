// The tokens of one source file as it is written: before preprocessing, broken or not.

import { Char } from '../text/char.ts';
import { Lexer, TokenKind as LexerKind } from '../syntax/lexer.ts';
import { isSpace } from '../syntax/trivia.ts';
import { commentEnd, directiveEnd } from '../syntax/scan-source.ts';

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

const NUMBER = /^(?:0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*$/;
const INCLUDE = '/include/';
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '<': '>', '[': ']' };

/**
 * Reads a file stretch by stretch. The tokens of statements are those of dtc's lexer; comments, directives and `/include/`s
 * stand between them. All but white space is in exactly one token.
 */
export class TokenReader {
  readonly tokens: Token[] = [];
  readonly #text: string;
  readonly #code: string;
  /** Open `(`, `<` and `[`; what a character means depends on the innermost. */
  readonly #open: string[] = [];

  /** `code` is `text` with its comments and directives blanked. */
  constructor(text: string, code: string) {
    this.#text = text;
    this.#code = code;
  }

  /** Adds the tokens of one statement, or of its head or end, which is `[start, end)`. */
  addStatement(start: number, end: number): void {
    this.#open.length = 0;
    let lexer = new Lexer(this.#code, start, end);
    let done = start;
    while (lexer.next() !== LexerKind.end) {
      if (lexer.start > done) this.addGap(done, lexer.start);
      this.#addToken(lexer);
      done = lexer.end;
      // Behind a label that a macro makes, as in `LABEL(x): node@0 {`, a name follows, which dtc's lexer does not know.
      if (lexer.kind === Char.colon && this.#open.length === 0)
        lexer = new Lexer(this.#code, done, end);
    }
    this.addGap(done, end);
    this.#open.length = 0;
  }

  /**
   * Adds the comments, directives and `/include/`s in `[from, to)`, where no token of a statement is; gives the tokens of
   * the `/include/`s.
   */
  addGap(from: number, to: number): readonly (readonly Token[])[] {
    const text = this.#text;
    let includes: (readonly Token[])[] | undefined;
    for (let at = from; at < to;) {
      const code = text.charCodeAt(at);
      if (isSpace(code)) {
        at += 1;
        continue;
      }
      if (code === Char.hash)
        at = this.#add('directive', at, Math.max(directiveEnd(text, at), at + 1)).end;
      else if (code !== Char.slash) at = this.#add('punctuation', at, at + 1).end;
      else if (text.startsWith(INCLUDE, at)) {
        const keyword = this.#add('keyword', at, at + INCLUDE.length);
        let quote = keyword.end;
        while (isSpace(text.charCodeAt(quote))) quote += 1;
        const string = this.#add('string', quote, text.indexOf('"', quote + 1) + 1);
        at = string.end;
        (includes ??= []).push([keyword, string]);
      } else {
        const end = commentEnd(text, at) ?? text.length;
        at = this.#add(end > at ? 'comment' : 'punctuation', at, Math.max(end, at + 1)).end;
      }
    }
    return includes ?? [];
  }

  #addToken({ start, end, kind }: Lexer): void {
    switch (kind) {
      case LexerKind.name:
        this.#add(NUMBER.test(this.#text.slice(start, end)) ? 'number' : 'name', start, end);
        break;
      case LexerKind.label:
        // Between parentheses the colon belongs to `?`.
        if (this.#open.at(-1) === '(') {
          this.#add('name', start, end - 1);
          this.#add('punctuation', end - 1, end);
        } else this.#add('label', start, end);
        break;
      case LexerKind.integer:
        this.#add('number', start, end);
        break;
      case LexerKind.character:
        this.#add('character', start, end);
        break;
      case LexerKind.string:
        this.#add('string', start, end);
        break;
      case LexerKind.unterminated:
        this.#add(this.#text.charAt(start) === '"' ? 'string' : 'punctuation', start, end);
        break;
      case LexerKind.labelReference:
      case LexerKind.pathReference:
        this.#add('reference', start, end);
        break;
      case LexerKind.keyword:
        this.#add('keyword', start, end);
        break;
      case LexerKind.byte:
        this.#add('number', this.#joined(start), end);
        break;
      case LexerKind.word: {
        // `1abc` is one word of the preprocessor's.
        this.#add('name', this.#joined(start), end);
        break;
      }
      default:
        this.#addPunctuation(start, end);
    }
  }

  /** Where the word begins that goes on at `start`: with the number that ends there, which is taken back, or right there. */
  #joined(start: number): number {
    const last = this.tokens.at(-1);
    if (last?.end !== start || last.kind !== 'number') return start;
    this.tokens.pop();
    return last.start;
  }

  /** What encloses all is not inside. */
  #addPunctuation(start: number, end: number): void {
    const open = this.#open;
    // Operators of two characters are none but in expressions.
    const step = open.at(-1) === '(' ? end - start : 1;
    for (let at = start; at < end; at += step) {
      const character = this.#text.charAt(at);
      const inner = open.at(-1);
      if (step > 1) this.#add('punctuation', at, at + step);
      else {
        if (character === '(' || (inner !== '(' && (character === '<' || character === '[')))
          open.push(character);
        else if (inner !== undefined && character === CLOSING[inner]) open.pop();
        const inside = inner !== undefined && open.length > 0;
        this.tokens.push({ kind: 'punctuation', start: at, end: at + 1, inside });
      }
    }
  }

  #add(kind: TokenKind, start: number, end: number): Token {
    const token: Token = { kind, start, end, inside: this.#open.length > 0 };
    this.tokens.push(token);
    return token;
  }
}

/** Whether a string token has its closing quote. */
export function isClosedString(text: string, token: Token): boolean {
  return token.end - token.start >= 2 && text.charAt(token.end - 1) === '"';
}

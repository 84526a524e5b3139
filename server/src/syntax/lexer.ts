// Splits the text of one statement into dtc's tokens, with dtc's start conditions (dtc-lexer.l).

import { Char } from '../text/char.ts';
import {
  characterEnd,
  isLabelCharacter,
  isNameCharacter,
  pathReferenceEnd,
  skipTrivia,
  stringEnd,
} from './trivia.ts';

/** Kinds of tokens above the character codes; a token of one character has its code as kind. */
export const TokenKind = {
  end: 0x10000,
  /** A node or property name. */
  name: 0x10001,
  /** `label:`; `text` is without the colon. */
  label: 0x10002,
  integer: 0x10003,
  character: 0x10004,
  string: 0x10005,
  /** `&label`; `text` is without `&`. */
  labelReference: 0x10006,
  /** `&{/path}` or `&{label/path}`; `text` is what is in the braces. */
  pathReference: 0x10007,
  /** Two hexadecimal digits in `[...]`. */
  byte: 0x10008,
  /** `/bits/` and its like; `text` is the whole word. */
  keyword: 0x10009,
  shiftLeft: 0x1000a,
  shiftRight: 0x1000b,
  lessOrEqual: 0x1000c,
  greaterOrEqual: 0x1000d,
  equal: 0x1000e,
  notEqual: 0x1000f,
  and: 0x10010,
  or: 0x10011,
  /** A string or character literal that its line does not end. */
  unterminated: 0x10012,
  /** Letters that no token of dtc's begins with where they stand. */
  word: 0x10013,
} as const;

type State = 'name' | 'value' | 'bytes';

const keywords = new Set([
  '/dts-v1/',
  '/plugin/',
  '/memreserve/',
  '/bits/',
  '/delete-property/',
  '/delete-node/',
  '/omit-if-no-ref/',
  '/incbin/',
  '/include/',
]);
const namesFollow = new Set(['/delete-property/', '/delete-node/', '/omit-if-no-ref/']);
const valuesFollow = new Set(['/dts-v1/', '/memreserve/', '/bits/']);
const keyword = /\/[a-z][a-z0-9-]*\//y;
const integer = /(?:0[xX][0-9a-fA-F]+|[0-9]+)(?:ULL|UL|U|LL|L)?/y;

/** A cursor over the tokens of one range of a text. It holds the current token; `next` moves on. */
export class Lexer {
  readonly #text: string;
  readonly #end: number;
  #state: State = 'name';
  #at: number;
  kind: number = TokenKind.end;
  start: number;
  end: number;
  /** Where the token before the current one ended. */
  before: number;

  constructor(text: string, start: number, end: number) {
    this.#text = text;
    this.#end = end;
    this.#at = start;
    this.start = start;
    this.end = start;
    this.before = start;
  }

  /** The current token without its mark: a label without `:`, a reference without `&` and braces. */
  get text(): string {
    const { kind } = this;
    if (kind === TokenKind.label) return this.#text.slice(this.start, this.end - 1);
    if (kind === TokenKind.labelReference) return this.#text.slice(this.start + 1, this.end);
    if (kind === TokenKind.pathReference) return this.#text.slice(this.start + 2, this.end - 1);
    if (kind === TokenKind.name && this.#text.charCodeAt(this.start) === Char.backslash)
      return this.#text.slice(this.start + 1, this.end);
    return this.#text.slice(this.start, this.end);
  }

  /** Moves to the next token and returns its kind. */
  next(): number {
    this.before = this.end;
    const text = this.#text;
    const start = skipTrivia(text, this.#at, this.#end);
    this.start = start;
    if (start >= this.#end) {
      this.end = this.#at = this.#end;
      // The trivia before the end belong to no token.
      this.start = this.end = this.before;
      return (this.kind = TokenKind.end);
    }
    const code = text.charCodeAt(start);
    this.kind = this.#read(text, start, code);
    this.#at = this.end;
    return this.kind;
  }

  #read(text: string, start: number, code: number): number {
    const end = this.#end;
    if (isLabelCharacter(code) && (code < Char.zero || code > Char.nine)) {
      let at = start + 1;
      while (at < end && isLabelCharacter(text.charCodeAt(at))) at++;
      if (at < end && text.charCodeAt(at) === Char.colon) {
        this.end = at + 1;
        return TokenKind.label;
      }
    }
    if (this.#state === 'name') {
      const first = code === Char.backslash ? start + 1 : start;
      let at = first;
      while (at < end && isNameCharacter(text.charCodeAt(at))) at++;
      if (at > first) {
        this.end = at;
        this.#state = 'value';
        return TokenKind.name;
      }
    } else if (this.#state === 'bytes') {
      if (isHexDigit(code) && start + 1 < end && isHexDigit(text.charCodeAt(start + 1))) {
        this.end = start + 2;
        return TokenKind.byte;
      }
      if (code === Char.closeBracket) this.#state = 'value';
    } else if (code >= Char.zero && code <= Char.nine) {
      integer.lastIndex = start;
      integer.test(text);
      this.end = Math.min(integer.lastIndex, end);
      return TokenKind.integer;
    }
    switch (code) {
      case Char.quote: {
        const stop = stringEnd(text, start, end);
        this.end = stop < 0 ? ~stop : stop;
        return stop < 0 ? TokenKind.unterminated : TokenKind.string;
      }
      case Char.apostrophe: {
        const stop = characterEnd(text, start, end);
        this.end = stop > start ? stop : start + 1;
        return stop > start ? TokenKind.character : TokenKind.unterminated;
      }
      case Char.ampersand:
        return this.#readAmpersand(text, start, end);
      case Char.slash:
        keyword.lastIndex = start;
        if (keyword.test(text) && keyword.lastIndex <= end) {
          const word = text.slice(start, keyword.lastIndex);
          if (keywords.has(word) && (word !== '/incbin/' || this.#state === 'value')) {
            this.end = keyword.lastIndex;
            if (namesFollow.has(word)) this.#state = 'name';
            else if (valuesFollow.has(word)) this.#state = 'value';
            return TokenKind.keyword;
          }
        }
        break;
      case Char.openBrace:
      case Char.semicolon:
        this.#state = 'name';
        break;
      case Char.openBracket:
        this.#state = 'bytes';
        break;
    }
    const next = start + 1 < end ? text.charCodeAt(start + 1) : 0;
    const pair = pairKind(code, next);
    if (pair !== undefined) {
      this.end = start + 2;
      return pair;
    }
    let at = start + 1;
    if (isNameCharacter(code) && (isLabelCharacter(code) || code > 0x7f)) {
      while (at < end && isLabelCharacter(text.charCodeAt(at))) at++;
      this.end = at;
      return TokenKind.word;
    }
    this.end = at;
    return code;
  }

  #readAmpersand(text: string, start: number, end: number): number {
    const next = text.charCodeAt(start + 1);
    if (next === Char.openBrace) {
      const stop = pathReferenceEnd(text, start, end);
      if (stop > start + 3) {
        this.end = stop;
        return TokenKind.pathReference;
      }
    } else if (next === Char.ampersand) {
      this.end = start + 2;
      return TokenKind.and;
    } else if (isLabelCharacter(next) && (next < Char.zero || next > Char.nine)) {
      let at = start + 2;
      while (at < end && isLabelCharacter(text.charCodeAt(at))) at++;
      this.end = at;
      return TokenKind.labelReference;
    }
    this.end = start + 1;
    return Char.ampersand;
  }
}

function pairKind(code: number, next: number): number | undefined {
  switch (code) {
    case Char.openAngle:
      return next === Char.openAngle
        ? TokenKind.shiftLeft
        : next === Char.equals
          ? TokenKind.lessOrEqual
          : undefined;
    case Char.closeAngle:
      return next === Char.closeAngle
        ? TokenKind.shiftRight
        : next === Char.equals
          ? TokenKind.greaterOrEqual
          : undefined;
    case Char.equals:
      return next === Char.equals ? TokenKind.equal : undefined;
    case Char.exclamationMark:
      return next === Char.equals ? TokenKind.notEqual : undefined;
    case Char.bar:
      return next === Char.bar ? TokenKind.or : undefined;
    default:
      return undefined;
  }
}

function isHexDigit(code: number): boolean {
  return (
    (code >= Char.zero && code <= Char.nine) ||
    (code >= Char.upperA && code <= Char.upperF) ||
    (code >= Char.lowerA && code <= Char.lowerF)
  );
}

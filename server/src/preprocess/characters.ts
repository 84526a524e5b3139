// What each character means to the preprocessor's lexer.

import { Char } from '../text/char.ts';

/** Classes of characters. */
export const Class = {
  other: 0,
  blank: 1,
  newline: 2,
  letter: 3,
  digit: 4,
  quote: 5,
  slash: 6,
  hash: 7,
  backslash: 8,
  dot: 9,
} as const;

const classes = new Uint8Array(128);
for (const blank of ' \t\v\f\r\0') classes[blank.charCodeAt(0)] = Class.blank;
for (const letter of 'abcdefghijklmnopqrstuvwxyz_') {
  classes[letter.charCodeAt(0)] = Class.letter;
  classes[letter.toUpperCase().charCodeAt(0)] = Class.letter;
}
for (const digit of '0123456789') classes[digit.charCodeAt(0)] = Class.digit;
classes[Char.newline] = Class.newline;
classes[Char.quote] = Class.quote;
classes[Char.apostrophe] = Class.quote;
classes[Char.slash] = Class.slash;
classes[Char.hash] = Class.hash;
classes[Char.backslash] = Class.backslash;
classes[Char.dot] = Class.dot;

/** The class of a UTF-16 unit; NaN (past the end) is `other`. */
export function classOf(code: number): number {
  return code < 128 ? (classes[code] as number) : Class.other;
}

/** Whether `code` continues an identifier. */
export function isWord(code: number): boolean {
  if (!(code < 128)) return false;
  const kind = classes[code] as number;
  return kind === Class.letter || kind === Class.digit;
}

/** Whether `code` separates tokens: blank or newline. */
export function isSpace(code: number): boolean {
  const kind = classOf(code);
  return kind === Class.blank || kind === Class.newline;
}

/**
 * The offset behind the line continuation that begins with the backslash at `at`, or 0 when that is none. cpp accepts
 * blanks between backslash and newline.
 */
export function continuationEnd(text: string, at: number): number {
  let next = at + 1;
  while (classOf(text.charCodeAt(next)) === Class.blank) next++;
  return text.charCodeAt(next) === Char.newline ? next + 1 : 0;
}

/** `text` without line continuations. */
export function joinLines(text: string): string {
  return text.replace(/\\[ \t\v\f\r\0]*\n/g, '');
}

/** The end of the quoted text that begins at `start`: behind the closing quote, or the line's end when there is none. */
export function quotedEnd(text: string, start: number, limit: number): number {
  const quote = text.charCodeAt(start);
  let at = start + 1;
  while (at < limit) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === Char.newline) return at;
    if (code === Char.backslash) {
      const joined = continuationEnd(text, at);
      at = joined > 0 ? joined : afterEscape(text, at);
    } else at++;
  }
  return limit;
}

/** Behind the character that the backslash at `start` escapes; line continuations between them do not count. */
function afterEscape(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) === Char.backslash) {
    const joined = continuationEnd(text, at);
    if (joined === 0) break;
    at = joined;
  }
  return text.charCodeAt(at) === Char.newline ? at : at + 1;
}

/** The newline, or `limit`, that ends the `//` comment at `start`; line continuations prolong it. */
export function lineCommentEnd(text: string, start: number, limit: number): number {
  let at = text.indexOf('\n', start);
  while (at >= 0 && at < limit) {
    let back = at - 1;
    while (back > start && classOf(text.charCodeAt(back)) === Class.blank) back--;
    if (text.charCodeAt(back) !== Char.backslash) return at;
    at = text.indexOf('\n', at + 1);
  }
  return limit;
}

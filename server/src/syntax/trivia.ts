// What dtc skips or takes whole between tokens: white space, comments, line markers, strings.

import { Char } from '../text/char.ts';

/** C's isspace. */
export function isSpace(code: number): boolean {
  return code === Char.space || (code >= Char.tab && code <= Char.carriageReturn);
}

/** A character of node and property names as dtc's lexer takes them: letters, digits and `,._+*#?@-`. */
export function isNameCharacter(code: number): boolean {
  return nameCharacters[code] === 1;
}

const nameCharacters = new Uint8Array(65536);
for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,._+*#?@-') {
  nameCharacters[character.charCodeAt(0)] = 1;
}

/** A character a label may have after its first: a letter, a digit or `_`. */
export function isLabelCharacter(code: number): boolean {
  return labelCharacters[code] === 1;
}

const labelCharacters = new Uint8Array(65536);
for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_') {
  labelCharacters[character.charCodeAt(0)] = 1;
}

/**
 * The first offset from `at` on, at most `end`, that is neither white space, comment, line marker nor an `/include/`
 * that found no file.
 */
export function skipTrivia(text: string, at: number, end: number): number {
  while (at < end) {
    const code = text.charCodeAt(at);
    if (isSpace(code)) {
      at++;
    } else if (code === Char.slash) {
      const after = afterComment(text, at, end);
      if (after > at) at = after;
      else if (text.charCodeAt(at + 1) === Char.lowerI) {
        const stop = includeEnd(text, at);
        if (stop === at || stop > end) return at;
        at = stop;
      } else return at;
    } else if (code === Char.hash && (at === 0 || text.charCodeAt(at - 1) === Char.newline)) {
      const stop = lineMarkerEnd(text, at);
      if (stop === at || stop > end) return at;
      at = stop;
    } else return at;
  }
  return end;
}

// No patterns here: one that repeats alternatives, as strings need it, overflows the stack in a string of 8 million.

/** The end of the `/include/ "…"` at `at`; `at` when it is none. */
function includeEnd(text: string, at: number): number {
  if (!text.startsWith('/include/', at)) return at;
  let quote = at + '/include/'.length;
  while (isSpace(text.charCodeAt(quote))) quote++;
  if (text.charCodeAt(quote) !== Char.quote) return at;
  for (let each = quote + 1; each < text.length; each++) {
    const code = text.charCodeAt(each);
    if (code === Char.quote) return each + 1;
    if (code === Char.backslash && text.charCodeAt(++each) === Char.newline) return at;
  }
  return at;
}

const lineMarkerStart = /#(?:line)?[ \t]+[0-9]+[ \t]+"/y;
const lineMarkerFlag = /[ \t]+[0-9]+/y;

/** The end of the line marker at `at`, such as `# 1 "board.dts" 2`; `at` when it is none. */
function lineMarkerEnd(text: string, at: number): number {
  lineMarkerStart.lastIndex = at;
  if (!lineMarkerStart.test(text)) return at;
  let each = lineMarkerStart.lastIndex;
  for (; text.charCodeAt(each) !== Char.quote; each++) {
    if (text.charCodeAt(each) === Char.backslash) each++;
    if (each >= text.length || text.charCodeAt(each) === Char.newline) return at;
  }
  let end = each + 1;
  for (lineMarkerFlag.lastIndex = end; lineMarkerFlag.test(text);) end = lineMarkerFlag.lastIndex;
  return end;
}

/** A search for the end of something that went far: others that begin inside it end where it did. */
interface FarSearch {
  readonly text: string;
  readonly from: number;
  /** Where it ended; Infinity when nothing ends it. */
  readonly stop: number;
}

/** Searches that went less far are not remembered. */
const FAR = 1000;
const nowhere: FarSearch = { text: '', from: 0, stop: 0 };
let lastComment: FarSearch = nowhere;
let lastString: FarSearch & { readonly end?: number; readonly closes?: boolean } = nowhere;

function isWithin(far: FarSearch, text: string, at: number): boolean {
  return far.from <= at && at < far.stop && far.text === text;
}

/** The end of the comment that begins at `at`; `at` itself when none does or it has no end. */
export function afterComment(text: string, at: number, end: number): number {
  const next = text.charCodeAt(at + 1);
  if (next === Char.slash) {
    const stop = text.indexOf('\n', at + 2);
    return stop < 0 || stop >= end ? end : stop + 1;
  }
  if (next === Char.asterisk) {
    const from = at + 2;
    let { stop } = lastComment;
    if (!isWithin(lastComment, text, from)) {
      const found = text.indexOf('*/', from);
      stop = found < 0 ? Infinity : found;
      if (stop - from > FAR) lastComment = { text, from, stop };
    }
    return stop + 2 > end ? at : stop + 2;
  }
  return at;
}

/**
 * The end of the string whose `"` is at `at`, or `~stop` when it is unterminated, `stop` being the end of its line.
 * dtc lets a string go over lines; one that does counts as unterminated when what follows its closing quote
 * cannot follow a string, because then the quotes of the following lines have been paired the wrong way.
 */
export function stringEnd(text: string, at: number, end: number): number {
  for (let each = at + 1; each < end; each++) {
    const code = text.charCodeAt(each);
    if (code === Char.quote) return each + 1;
    if (code === Char.newline) return stringEndBelow(text, each, end);
    if (code === Char.backslash) {
      if (text.charCodeAt(each + 1) === Char.newline) return ~(each + 1);
      each++;
    }
  }
  return ~end;
}

/** `stringEnd` of a string that goes over the newline at `lineEnd`. */
function stringEndBelow(text: string, lineEnd: number, end: number): number {
  // A quote within this string that it went over was escaped; what follows an escape is the same for both.
  if (lastString.end !== end || !isWithin(lastString, text, lineEnd)) {
    let stop = lineEnd + 1;
    let closes = false;
    for (; stop < end; stop++) {
      const code = text.charCodeAt(stop);
      closes = code === Char.quote;
      if (closes || (code === Char.backslash && text.charCodeAt(++stop) === Char.newline)) break;
    }
    if (closes) {
      const after = skipTrivia(text, stop + 1, end);
      const next = after < end ? text.charCodeAt(after) : 0;
      closes = next === Char.comma || next === Char.semicolon || next === Char.closeParenthesis;
    }
    lastString = { text, from: lineEnd, stop, end, closes };
  }
  return lastString.closes === true ? lastString.stop + 1 : ~lineEnd;
}

/**
 * The end of the character literal whose `'` is at `at`; `at` when its line ends first. As dtc has it, a `'` behind a
 * backslash ends the literal only when no other does: in `'\\' 'a'` the first literal ends before the `a`.
 */
export function characterEnd(text: string, at: number, end: number): number {
  let stop = at;
  for (let each = at + 1; each < end; each++) {
    const code = text.charCodeAt(each);
    if (code === Char.newline) break;
    if (code !== Char.apostrophe) continue;
    stop = each + 1;
    if (text.charCodeAt(each - 1) !== Char.backslash) break;
  }
  return stop;
}

/** The end of the `&{…}` whose `&` is at `at`; `at` when it is none. */
export function pathReferenceEnd(text: string, at: number, end: number): number {
  let each = at + 2;
  while (
    each < end &&
    (isNameCharacter(text.charCodeAt(each)) || text.charCodeAt(each) === Char.slash)
  )
    each++;
  return each < end && text.charCodeAt(each) === Char.closeBrace ? each + 1 : at;
}

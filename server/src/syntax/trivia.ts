// What dtc skips or takes whole between tokens: white space, comments, line markers, strings.

const hash = 0x23;
const newline = 0x0a;
const backslash = 0x5c;

/** C's isspace. */
export function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
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

const lineMarker = /#(?:line)?[ \t]+[0-9]+[ \t]+"(?:[^\\"\n]|\\.)*"(?:[ \t]+[0-9]+)*/y;
const include = /\/include\/\s*"(?:[^\\"]|\\.)*"/y;

/**
 * The first offset from `at` on, at most `end`, that is neither white space, comment, line marker nor an `/include/`
 * that found no file.
 */
export function skipTrivia(text: string, at: number, end: number): number {
  while (at < end) {
    const code = text.charCodeAt(at);
    if (isSpace(code)) {
      at++;
    } else if (code === 0x2f) {
      const after = afterComment(text, at, end);
      if (after > at) at = after;
      else if (text.charCodeAt(at + 1) === 0x69) {
        include.lastIndex = at;
        if (!include.test(text) || include.lastIndex > end) return at;
        at = include.lastIndex;
      } else return at;
    } else if (code === hash && (at === 0 || text.charCodeAt(at - 1) === newline)) {
      lineMarker.lastIndex = at;
      if (!lineMarker.test(text) || lineMarker.lastIndex > end) return at;
      at = lineMarker.lastIndex;
    } else return at;
  }
  return end;
}

/** The end of the comment that begins at `at`; `at` itself when none does or it has no end. */
export function afterComment(text: string, at: number, end: number): number {
  const next = text.charCodeAt(at + 1);
  if (next === 0x2f) {
    const stop = text.indexOf('\n', at + 2);
    return stop < 0 || stop >= end ? end : stop + 1;
  }
  if (next === 0x2a) {
    const stop = text.indexOf('*/', at + 2);
    return stop < 0 || stop + 2 > end ? at : stop + 2;
  }
  return at;
}

/**
 * The end of the string whose `"` is at `at`, or `~stop` when it is unterminated, `stop` being the end of its line.
 * dtc lets a string go over lines; one that does counts as unterminated when what follows its closing quote
 * cannot follow a string, because then the quotes of the following lines have been paired the wrong way.
 */
export function stringEnd(text: string, at: number, end: number): number {
  let lineEnd = -1;
  for (let each = at + 1; each < end; each++) {
    const code = text.charCodeAt(each);
    if (code === 0x22) {
      if (lineEnd < 0) return each + 1;
      const after = skipTrivia(text, each + 1, end);
      const next = after < end ? text.charCodeAt(after) : 0;
      return next === 0x2c || next === 0x3b || next === 0x29 ? each + 1 : ~lineEnd;
    }
    if (code === newline && lineEnd < 0) lineEnd = each;
    if (code === backslash) {
      if (text.charCodeAt(each + 1) === newline) return ~(lineEnd < 0 ? each + 1 : lineEnd);
      each++;
    }
  }
  return ~(lineEnd < 0 ? end : lineEnd);
}

/**
 * The end of the character literal whose `'` is at `at`; `at` when its line ends first. As dtc has it, a `'` behind a
 * backslash ends the literal only when no other does: in `'\\' 'a'` the first literal ends before the `a`.
 */
export function characterEnd(text: string, at: number, end: number): number {
  let stop = at;
  for (let each = at + 1; each < end; each++) {
    const code = text.charCodeAt(each);
    if (code === newline) break;
    if (code !== 0x27) continue;
    stop = each + 1;
    if (text.charCodeAt(each - 1) !== backslash) break;
  }
  return stop;
}

/** The end of the `&{…}` whose `&` is at `at`; `at` when it is none. */
export function pathReferenceEnd(text: string, at: number, end: number): number {
  let each = at + 2;
  while (each < end && (isNameCharacter(text.charCodeAt(each)) || text.charCodeAt(each) === 0x2f))
    each++;
  return each < end && text.charCodeAt(each) === 0x7d ? each + 1 : at;
}

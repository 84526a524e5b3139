// Cuts a file into directives and the text between them, once per file, whatever board includes it.

import { Char } from '../text/char.ts';
import { firstIndexWhere } from '../text/first-index-where.ts';
import { changedRange } from '../text/changed-range.ts';
import type { SourceFile } from '../text/source-file.ts';
import {
  Class,
  classOf,
  continuationEnd,
  isWord,
  joinLines,
  lineCommentEnd,
  quotedEnd,
} from './characters.ts';
import type { Macro, BadMacro } from './macros.ts';
import { hashName, type NameTable } from './names.ts';
import { numberEnd } from './tokens.ts';

const directiveWords = [
  ...['define', 'include', 'endif', 'ifdef', 'if', 'else', 'ifndef', 'undef', 'line', 'elif'],
  ...['elifdef', 'elifndef', 'error', 'pragma', 'warning', 'include_next', 'ident', 'import'],
  ...['assert', 'unassert', 'sccs'],
] as const;

/** The words cpp takes as directives, 'null' for a `#` alone; any other `#word` is text for the assembler. */
export type DirectiveWord = (typeof directiveWords)[number] | 'null';

const wordOf = new Map<string, DirectiveWord>(directiveWords.map((word) => [word, word]));

/** Text between directives. */
export interface TextItem {
  readonly kind: 'text';
  readonly start: number;
  readonly end: number;
  /** Its marks are `[firstMark, lastMark)` of the file's. */
  readonly firstMark: number;
  readonly lastMark: number;
  /** Whether lines are continued with a backslash somewhere in it. */
  readonly continued: boolean;
}

/** A directive with its logical line. */
export interface DirectiveItem {
  readonly kind: 'directive';
  readonly word: DirectiveWord;
  /** Offset of the `#`. */
  readonly start: number;
  /** Where the line ends: at the newline, or the file's end. */
  readonly end: number;
  /** The word in the file. */
  readonly wordStart: number;
  readonly wordEnd: number;
  /** What follows the word, line continuations removed, and the offset of its beginning in the file. */
  readonly body: string;
  /** Whether offsets in `body` are not offsets in the file, because continuations were removed. */
  readonly continued: boolean;
  /** `#if`, `#elif`, `#else` and their like: index of the next branch's item; the number of items when it is missing. */
  next: number;
  /** Whether it is an `#else` or `#elif` behind `#else`. */
  isBehindElse: boolean;
  /** The macro a `#define` defines, once it was asked for. */
  macro: Macro | BadMacro | undefined;
}

export type Item = TextItem | DirectiveItem;

/** Marks with a negative name are not identifiers. */
export const Cut = {
  /** A comment: at least a space remains. */
  comment: -1,
  /** A line continuation, or a line marker: nothing remains. */
  nothing: -2,
} as const;

export interface LexedFile {
  readonly file: SourceFile;
  readonly items: readonly Item[];
  /** Triples: name number or Cut, start, end. In order of start; a cut within a name follows the name. */
  readonly marks: Int32Array;
  /** Name of the macro that, when defined, makes the whole file empty; -1 when there is none. */
  readonly guard: number;
  /** Where a comment that never ends begins; -1 when all end. */
  readonly openComment: number;
  /** Whether a branch stands behind an `#else` somewhere: cpp complains of it in text that is left out, too. */
  readonly hasBranchBehindElse: boolean;
}

const conditionals = new Set<DirectiveWord>(['if', 'ifdef', 'ifndef']);
const branches = new Set<DirectiveWord>(['elif', 'elifdef', 'elifndef', 'else', 'endif']);
const lineMarker = /#[ \t]+[0-9]+[ \t]+"[^"\n]*"[ \t0-9]*\r?(?=\n|$)/y;

/**
 * The items of `file`. Identifiers are numbered in `names`. With the items of an earlier text of the file, only what
 * changed is cut anew; the result is the same, but for `continued`, which may stay true.
 */
export function lexFile(file: SourceFile, names: NameTable, earlier?: LexedFile): LexedFile {
  const { text } = file;
  const limit = text.length;
  const change = earlier && changedRange(earlier.file.text, text);
  const unchanged = earlier && change && unchangedStart(earlier, change.start);
  const items: Item[] = unchanged?.items ?? [];
  let marks = new Int32Array(earlier ? earlier.marks.length + 768 : Math.max(96, limit >> 2));
  let markCount = unchanged?.markCount ?? 0;
  if (earlier !== undefined) marks.set(earlier.marks.subarray(0, markCount * 3));
  let openComment = -1;
  let at = unchanged?.at ?? (text.charCodeAt(0) === 0xfeff ? 1 : 0);
  let itemStart = unchanged?.item.start ?? at;
  let firstMark = unchanged?.item.firstMark ?? 0;
  let lineHasToken = unchanged !== undefined;
  let itemHasToken = lineHasToken;
  let continued = unchanged?.item.continued ?? false;
  /** The first mark of the earlier text that may still be met again. */
  let earlierMark = 0;

  const mark = (name: number, start: number, end: number): void => {
    const place = markCount * 3;
    if (place + 3 > marks.length) {
      const longer = new Int32Array(marks.length * 2);
      longer.set(marks);
      marks = longer;
    }
    marks[place] = name;
    marks[place + 1] = start;
    marks[place + 2] = end;
    markCount++;
  };
  /** Marks the line continuations inside `[start, end)`. */
  const markContinuations = (start: number, end: number): void => {
    for (let inside = start; inside < end; inside++) {
      const joined = text.charCodeAt(inside) === Char.backslash ? continuationEnd(text, inside) : 0;
      if (joined === 0) continue;
      mark(Cut.nothing, inside, joined);
      continued = true;
      inside = joined - 1;
    }
  };
  const endItem = (end: number): void => {
    if (itemHasToken) {
      items.push({
        kind: 'text',
        start: itemStart,
        end,
        firstMark,
        lastMark: markCount,
        continued,
      });
    } else markCount = firstMark;
    firstMark = markCount;
    itemHasToken = false;
    continued = false;
  };
  const readComment = (): boolean => {
    let second = at + 1;
    while (text.charCodeAt(second) === Char.backslash && continuationEnd(text, second) > 0) {
      second = continuationEnd(text, second);
    }
    const next = text.charCodeAt(second);
    let end: number;
    if (next === Char.asterisk) {
      const close = blockCommentEnd(text, second + 1);
      if (close < 0 && openComment < 0) openComment = at;
      end = close < 0 ? limit : close;
    } else if (next === Char.slash) end = lineCommentEnd(text, second, limit);
    else return false;
    mark(Cut.comment, at, end);
    markContinuations(at, second);
    at = end;
    return true;
  };

  /** Whether an identifier at `at` was one in the unchanged end of the earlier text: all that follows is the same. */
  const meetsEarlier = (): boolean => {
    if (earlier === undefined || change === undefined || at < change.endAfter) return false;
    const wanted = at - change.endAfter + change.endBefore;
    const starts = earlier.marks;
    while (earlierMark * 3 < starts.length && (starts[earlierMark * 3 + 1] as number) < wanted) {
      earlierMark++;
    }
    return starts[earlierMark * 3 + 1] === wanted && (starts[earlierMark * 3] as number) >= 0;
  };

  scanning: while (at < limit) {
    const code = text.charCodeAt(at);
    switch (classOf(code)) {
      case Class.blank:
        at++;
        continue;
      case Class.newline:
        at++;
        lineHasToken = false;
        continue;
      case Class.letter: {
        if (meetsEarlier()) break scanning;
        let end = at + 1;
        let hash = code;
        let next = text.charCodeAt(end);
        while (isWord(next)) {
          hash = hashName(hash, next);
          next = text.charCodeAt(++end);
        }
        if (next === Char.backslash && continuationEnd(text, end) > 0) {
          end = continuedWordEnd(text, end);
          mark(names.id(joinLines(text.slice(at, end))), at, end);
          markContinuations(at, end);
        } else if (code === Char.upperL && end === at + 1 && classOf(next) === Class.quote) {
          end = quotedEnd(text, end, limit);
          markContinuations(at, end);
        } else mark(names.idAt(text, at, end, hash), at, end);
        at = end;
        break;
      }
      case Class.digit: {
        const end = continuedNumberEnd(text, at);
        markContinuations(at, end);
        at = end;
        break;
      }
      case Class.dot:
        at = classOf(text.charCodeAt(at + 1)) === Class.digit ? numberEnd(text, at) : at + 1;
        break;
      case Class.quote: {
        const end = quotedEnd(text, at, limit);
        markContinuations(at, end);
        at = end;
        break;
      }
      case Class.slash:
        if (readComment()) continue;
        at++;
        break;
      case Class.backslash: {
        const joined = continuationEnd(text, at);
        if (joined > 0) {
          mark(Cut.nothing, at, joined);
          continued = true;
          at = joined;
          continue;
        }
        at++;
        break;
      }
      case Class.hash: {
        const directive = lineHasToken ? undefined : readDirective(text, at);
        if (directive !== undefined) {
          endItem(at);
          items.push(directive);
          if (directive.openComment >= 0 && openComment < 0) openComment = directive.openComment;
          at = Math.min(directive.end + 1, limit);
          itemStart = at;
          lineHasToken = false;
          continue;
        }
        lineMarker.lastIndex = at;
        if (!lineHasToken && lineMarker.test(text)) {
          mark(Cut.nothing, at, lineMarker.lastIndex);
          at = lineMarker.lastIndex;
          continue;
        }
        at++;
        break;
      }
      default:
        at++;
    }
    lineHasToken = true;
    itemHasToken = true;
  }
  if (at < limit && earlier !== undefined && change !== undefined) {
    const shift = change.endAfter - change.endBefore;
    const rest = earlier.marks.slice(earlierMark * 3);
    for (let place = 0; place < rest.length; place += 3) {
      rest[place + 1] = (rest[place + 1] as number) + shift;
      rest[place + 2] = (rest[place + 2] as number) + shift;
    }
    const moved = new Int32Array(markCount * 3 + rest.length);
    moved.set(marks.subarray(0, markCount * 3));
    moved.set(rest, markCount * 3);
    const open = {
      kind: 'text',
      start: itemStart,
      end: at,
      firstMark,
      lastMark: 0,
      continued,
    } as const;
    appendMoved(items, open, earlier, earlierMark, shift, markCount - earlierMark);
    if (earlier.openComment >= at - shift) openComment = earlier.openComment + shift;
    marks = moved;
    markCount = moved.length / 3;
  } else endItem(limit);
  const hasBranchBehindElse = linkBranches(items);
  return {
    file,
    items,
    marks: marks.length === markCount * 3 ? marks : marks.slice(0, markCount * 3),
    guard: guardOf(items, names),
    openComment,
    hasBranchBehindElse,
  };
}

interface UnchangedStart {
  /** Copies of the items before the one where cutting goes on. */
  readonly items: Item[];
  readonly item: TextItem;
  readonly markCount: number;
  /** Behind the last identifier that the change cannot touch. */
  readonly at: number;
}

/** Where cutting goes on when a file is the same up to `changeStart`; undefined: at its beginning. */
function unchangedStart(earlier: LexedFile, changeStart: number): UnchangedStart | undefined {
  const { marks, items } = earlier;
  const changed = firstIndexWhere(
    marks.length / 3,
    (mark) => (marks[mark * 3 + 1] as number) >= changeStart,
  );
  for (let mark = changed - 1; mark >= 0; mark--) {
    const end = marks[mark * 3 + 2] as number;
    if ((marks[mark * 3] as number) < 0 || end >= changeStart) continue;
    const next = marks[mark * 3 + 4];
    if (next !== undefined && next < end) continue;
    const index = items.findIndex((item) => item.end >= end);
    const item = items[index];
    if (item?.kind !== 'text') return undefined;
    const before = items.slice(0, index).map((each) => ({ ...each }));
    return { items: before, item, markCount: mark + 1, at: end };
  }
  return undefined;
}

/** Ends the item `open` as the earlier text's item around `firstMark` ends, and adds the items behind it. */
function appendMoved(
  items: Item[],
  open: TextItem,
  earlier: LexedFile,
  firstMark: number,
  shift: number,
  markShift: number,
): void {
  const index = earlier.items.findIndex(
    (item) => item.kind === 'text' && item.firstMark <= firstMark && firstMark < item.lastMark,
  );
  earlier.items.slice(index).forEach((item, place) => {
    const end = item.end + shift;
    if (item.kind === 'text') {
      const lastMark = item.lastMark + markShift;
      if (place === 0)
        items.push({ ...open, end, lastMark, continued: open.continued || item.continued });
      else {
        const start = item.start + shift;
        items.push({ ...item, start, end, firstMark: item.firstMark + markShift, lastMark });
      }
      return;
    }
    items.push({
      ...item,
      start: item.start + shift,
      end,
      wordStart: item.wordStart + shift,
      wordEnd: item.wordEnd + shift,
      next: -1,
      macro: shift === 0 ? item.macro : undefined,
    });
  });
}

/** Behind the `*` and `/`, on one line or continued, that end a comment from `start` on; -1 when nothing does. */
function blockCommentEnd(text: string, start: number): number {
  const close = text.indexOf('*/', start);
  const inside = text.slice(start, close < 0 ? text.length : close + 1);
  for (let star = inside.indexOf('*\\'); star >= 0; star = inside.indexOf('*\\', star + 1)) {
    let next = start + star + 1;
    while (text.charCodeAt(next) === Char.backslash && continuationEnd(text, next) > 0) {
      next = continuationEnd(text, next);
    }
    if (text.charCodeAt(next) === Char.slash) return next + 1;
  }
  return close < 0 ? -1 : close + 2;
}

function continuedWordEnd(text: string, start: number): number {
  let end = start;
  for (;;) {
    if (isWord(text.charCodeAt(end))) end++;
    else {
      const joined = text.charCodeAt(end) === Char.backslash ? continuationEnd(text, end) : 0;
      if (joined === 0 || !isWord(text.charCodeAt(joined))) return end;
      end = joined;
    }
  }
}

/** The end of the number at `start`, which may be continued on further lines. */
function continuedNumberEnd(text: string, start: number): number {
  let end = numberEnd(text, start);
  while (text.charCodeAt(end) === Char.backslash) {
    const joined = continuationEnd(text, end);
    if (joined === 0 || !isWord(text.charCodeAt(joined))) break;
    end = numberEnd(text, joined);
  }
  return end;
}

/** The directive at the `#` at `start`; undefined when its word is none. */
function readDirective(
  text: string,
  start: number,
): (DirectiveItem & { readonly openComment: number }) | undefined {
  const limit = text.length;
  let at = start + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (classOf(code) === Class.blank && at < limit) at++;
    else if (code === Char.slash && text.charCodeAt(at + 1) === Char.asterisk) {
      const close = text.indexOf('*/', at + 2);
      if (close < 0) break;
      at = close + 2;
    } else if (code === Char.backslash && continuationEnd(text, at) > 0)
      at = continuationEnd(text, at);
    else break;
  }
  const wordStart = at;
  const wordEnd = continuedWordEnd(text, at);
  const spelled = text.slice(wordStart, wordEnd);
  const isNull = spelled === '' && isLineEnd(text, wordEnd);
  const word = isNull ? 'null' : wordOf.get(spelled.includes('\\') ? joinLines(spelled) : spelled);
  if (word === undefined) return undefined;
  const angled = word === 'include' || word === 'include_next' || word === 'import';
  const line = readLine(text, wordEnd, angled);
  const raw = text.slice(wordEnd, line.end);
  return {
    kind: 'directive',
    word,
    start,
    end: line.end,
    wordStart,
    wordEnd,
    body: line.continued ? joinLines(raw) : raw,
    continued: line.continued,
    next: -1,
    isBehindElse: false,
    macro: undefined,
    openComment: line.openComment,
  };
}

/** Whether nothing but a line comment follows on the line. */
function isLineEnd(text: string, at: number): boolean {
  return at >= text.length || text.charCodeAt(at) === Char.newline || text.startsWith('//', at);
}

/** Where the logical line that goes on at `start` ends. */
function readLine(
  text: string,
  start: number,
  angled: boolean,
): { end: number; continued: boolean; openComment: number } {
  const limit = text.length;
  let at = start;
  let continued = false;
  let openComment = -1;
  /** The first `>` or newline behind the last `<`. */
  let closeOrNewline = start;
  while (at < limit) {
    const code = text.charCodeAt(at);
    if (code === Char.newline) break;
    if (code === Char.backslash) {
      const joined = continuationEnd(text, at);
      if (joined > 0) continued = true;
      at = Math.max(joined, at + 1);
    } else if (code === Char.quote || code === Char.apostrophe) {
      const end = quotedEnd(text, at, limit);
      if (text.slice(at, end).includes('\n')) continued = true;
      at = end;
    } else if (code === Char.slash && text.charCodeAt(at + 1) === Char.asterisk) {
      const close = text.indexOf('*/', at + 2);
      if (close < 0) openComment = at;
      const end = close < 0 ? limit : close + 2;
      at = end;
    } else if (code === Char.slash && text.charCodeAt(at + 1) === Char.slash) {
      const end = lineCommentEnd(text, at, limit);
      if (text.slice(at, end).includes('\n')) continued = true;
      at = end;
    } else if (code === Char.openAngle && angled) {
      if (at >= closeOrNewline) {
        closeOrNewline = at;
        while (closeOrNewline < limit && !isCloseOrNewline(text.charCodeAt(closeOrNewline)))
          closeOrNewline++;
      }
      at = text.charCodeAt(closeOrNewline) === Char.closeAngle ? closeOrNewline + 1 : at + 1;
    } else at++;
  }
  return { end: at, continued, openComment };
}

function isCloseOrNewline(code: number): boolean {
  return code === Char.closeAngle || code === Char.newline;
}

/** Tells every branch of a conditional where the next one is; whether one stands behind an `#else`. */
function linkBranches(items: readonly Item[]): boolean {
  const open: DirectiveItem[] = [];
  let hasBranchBehindElse = false;
  items.forEach((item, index) => {
    if (item.kind !== 'directive') return;
    if (branches.has(item.word)) {
      const before = open.pop();
      if (before !== undefined) before.next = index;
      item.isBehindElse =
        item.word !== 'endif' && (before?.word === 'else' || before?.isBehindElse === true);
      hasBranchBehindElse ||= item.isBehindElse;
      if (before !== undefined && item.word !== 'endif') open.push(item);
    } else if (conditionals.has(item.word)) open.push(item);
  });
  for (const item of open) item.next = items.length;
  return hasBranchBehindElse;
}

/** The include guard: the first item is `#ifndef X`, its `#endif` the last, and there is no other branch. */
function guardOf(items: readonly Item[], names: NameTable): number {
  const first = items[0];
  if (first?.kind !== 'directive' || first.next !== items.length - 1) return -1;
  const tested =
    first.word === 'ifndef'
      ? /^\s*([A-Za-z_]\w*)/.exec(first.body)
      : first.word === 'if'
        ? /^\s*!\s*defined\s*(?:\(\s*([A-Za-z_]\w*)\s*\)|([A-Za-z_]\w*))\s*$/.exec(first.body)
        : null;
  const name = tested?.[1] ?? tested?.[2];
  return name === undefined ? -1 : names.id(name);
}

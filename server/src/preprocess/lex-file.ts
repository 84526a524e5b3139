// Cuts a file into directives and the text between them, once per file, whatever board includes it.

import { Char } from '../text/char.ts';
import { firstIndexWhere } from '../text/first-index-where.ts';
import { changedRange, type ChangedRange } from '../text/changed-range.ts';
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
  /** A line continuation: nothing remains. */
  nothing: -2,
  /** A line marker: nothing remains, but in a string that goes over lines. */
  lineMarker: -3,
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
  /** Whether there may be a quote without its partner on the line: a string may then go over lines. */
  readonly hasOpenQuote: boolean;
  /** Whether a branch stands behind an `#else` somewhere: cpp complains of it in text that is left out, too. */
  readonly hasBranchBehindElse: boolean;
}

const BYTE_ORDER_MARK = 0xfeff;

const conditionals = new Set<DirectiveWord>(['if', 'ifdef', 'ifndef']);
const branches = new Set<DirectiveWord>(['elif', 'elifdef', 'elifndef', 'else', 'endif']);
const lineMarker = /#[ \t]+[0-9]+[ \t]+"[^"\n]*"[ \t0-9]*\r?(?=\n|$)/y;

/**
 * The items of `file`. Identifiers are numbered in `names`. With the items of an earlier text of the file, only what
 * changed is cut anew; the result is the same, but for `continued`, which may stay true. A text that had an open quote is cut
 * anew as a whole: its place is not kept, and each string is open while it is typed.
 */
export function lexFile(file: SourceFile, names: NameTable, earlier?: LexedFile): LexedFile {
  const reused = earlier?.hasOpenQuote === false ? new EarlierText(earlier, file.text) : undefined;
  return new FileLexer(file, names, reused).lex();
}

/** Cuts one text: a cursor, the line it is in, and the text item it is in. */
class FileLexer {
  readonly #file: SourceFile;
  readonly #text: string;
  readonly #names: NameTable;
  readonly #earlier: EarlierText | undefined;
  readonly #items: Item[];
  readonly #marks: MarkList;
  #at: number;
  #lineHasToken: boolean;
  /** The open text item. */
  #itemStart: number;
  #itemHasToken: boolean;
  #firstMark: number;
  #continued: boolean;
  #openComment = -1;
  #hasOpenQuote = false;

  constructor(file: SourceFile, names: NameTable, earlier: EarlierText | undefined) {
    const { text } = file;
    const unchanged = earlier?.unchangedStart();
    this.#file = file;
    this.#text = text;
    this.#names = names;
    this.#earlier = earlier;
    this.#items = unchanged?.items ?? [];
    this.#marks = earlier
      ? new MarkList(earlier.marks.length + 768, earlier.marks, unchanged?.markCount ?? 0)
      : new MarkList(Math.max(96, text.length >> 2));
    this.#at = unchanged?.at ?? (text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0);
    this.#lineHasToken = unchanged !== undefined;
    this.#itemStart = unchanged?.item.start ?? this.#at;
    this.#itemHasToken = unchanged !== undefined;
    this.#firstMark = unchanged?.item.firstMark ?? 0;
    this.#continued = unchanged?.item.continued ?? false;
  }

  lex(): LexedFile {
    let marks: Int32Array;
    const rest = this.#readToEndOrEarlier();
    if (rest) marks = this.#takeRest(rest);
    else {
      this.#endItem(this.#text.length);
      marks = this.#marks.toArray();
    }
    const items = this.#items;
    return {
      file: this.#file,
      items,
      marks,
      hasBranchBehindElse: linkBranches(items),
      guard: guardOf(items, this.#names),
      openComment: this.#openComment,
      hasOpenQuote: this.#hasOpenQuote,
    };
  }

  /** Reads to the end, or to an identifier behind which all is as in the earlier text, which is then handed back. */
  #readToEndOrEarlier(): EarlierText | undefined {
    const text = this.#text;
    const limit = text.length;
    while (this.#at < limit) {
      const at = this.#at;
      const code = text.charCodeAt(at);
      switch (classOf(code)) {
        case Class.blank:
          this.#at++;
          break;
        case Class.newline:
          this.#at++;
          this.#lineHasToken = false;
          break;
        case Class.letter:
          if (this.#earlier?.hasNameAt(at)) return this.#earlier;
          this.#readWord(code);
          break;
        case Class.digit:
          this.#takeToken(continuedNumberEnd(text, at));
          break;
        case Class.dot:
          this.#moveBehind(
            classOf(text.charCodeAt(at + 1)) === Class.digit ? numberEnd(text, at) : at + 1,
          );
          break;
        case Class.quote:
          this.#takeQuoted(at);
          break;
        case Class.slash:
          this.#readSlash();
          break;
        case Class.backslash:
          this.#readBackslash();
          break;
        case Class.hash:
          this.#readHash();
          break;
        default:
          this.#moveBehind(at + 1);
      }
    }
    return undefined;
  }

  /** Moves behind a token. */
  #moveBehind(end: number): void {
    this.#at = end;
    this.#lineHasToken = true;
    this.#itemHasToken = true;
  }

  /** Moves behind a token in which lines may be continued. */
  #takeToken(end: number): void {
    this.#markContinuations(this.#at, end);
    this.#moveBehind(end);
  }

  /** Moves behind the quoted text whose quote is at `quote`. */
  #takeQuoted(quote: number): void {
    const end = quotedEnd(this.#text, quote, this.#text.length);
    if (mayBeOpen(this.#text, quote, end)) this.#hasOpenQuote = true;
    this.#takeToken(end);
  }

  #readWord(first: number): void {
    const text = this.#text;
    const start = this.#at;
    let end = start + 1;
    let hash = first;
    let next = text.charCodeAt(end);
    while (isWord(next)) {
      hash = hashName(hash, next);
      next = text.charCodeAt(++end);
    }
    if (next === Char.backslash && continuationEnd(text, end) > 0) {
      end = continuedWordEnd(text, end);
      this.#marks.add(this.#names.id(joinLines(text.slice(start, end))), start, end);
      this.#takeToken(end);
    } else if (first === Char.upperL && end === start + 1 && classOf(next) === Class.quote) {
      this.#takeQuoted(end);
    } else {
      this.#marks.add(this.#names.idAt(text, start, end, hash), start, end);
      this.#moveBehind(end);
    }
  }

  /** A comment, or a slash. */
  #readSlash(): void {
    const text = this.#text;
    const start = this.#at;
    let second = start + 1;
    while (text.charCodeAt(second) === Char.backslash && continuationEnd(text, second) > 0) {
      second = continuationEnd(text, second);
    }
    const next = text.charCodeAt(second);
    if (next === Char.asterisk) {
      const close = blockCommentEnd(text, second + 1);
      if (close < 0) this.#leaveOpen(start);
      this.#at = close < 0 ? text.length : close;
    } else if (next === Char.slash) this.#at = lineCommentEnd(text, second, text.length);
    else {
      this.#moveBehind(start + 1);
      return;
    }
    this.#marks.add(Cut.comment, start, this.#at);
    this.#markContinuations(start, second);
  }

  /** A line continuation, or a backslash. */
  #readBackslash(): void {
    const joined = continuationEnd(this.#text, this.#at);
    if (joined === 0) this.#moveBehind(this.#at + 1);
    else {
      this.#marks.add(Cut.nothing, this.#at, joined);
      this.#continued = true;
      this.#at = joined;
    }
  }

  /** A directive or a line marker at the beginning of a line, else a `#`. */
  #readHash(): void {
    const text = this.#text;
    const start = this.#at;
    const directive = this.#lineHasToken ? undefined : readDirective(text, start);
    if (directive !== undefined) {
      this.#endItem(start);
      this.#items.push(directive);
      if (directive.openComment >= 0) this.#leaveOpen(directive.openComment);
      if (directive.hasOpenQuote) this.#hasOpenQuote = true;
      this.#at = Math.min(directive.end + 1, text.length);
      this.#itemStart = this.#at;
      return;
    }
    lineMarker.lastIndex = start;
    // dtc knows it only at the very beginning of a line.
    const isFirst = start === 0 || text.charCodeAt(start - 1) === Char.newline;
    if (isFirst && lineMarker.test(text)) {
      this.#at = lineMarker.lastIndex;
      this.#marks.add(Cut.lineMarker, start, this.#at);
    } else this.#moveBehind(start + 1);
  }

  #leaveOpen(comment: number): void {
    if (this.#openComment < 0) this.#openComment = comment;
  }

  /** Marks the line continuations inside `[start, end)`. */
  #markContinuations(start: number, end: number): void {
    const text = this.#text;
    for (let inside = start; inside < end; inside++) {
      if (text.charCodeAt(inside) !== Char.backslash) continue;
      const joined = continuationEnd(text, inside);
      if (joined === 0) continue;
      this.#marks.add(Cut.nothing, inside, joined);
      this.#continued = true;
      inside = joined - 1;
    }
  }

  /** Ends the open text item; one without a token is forgotten, with its marks. */
  #endItem(end: number): void {
    if (this.#itemHasToken)
      this.#items.push({ ...this.#openItem(end), lastMark: this.#marks.count });
    else this.#marks.count = this.#firstMark;
    this.#firstMark = this.#marks.count;
    this.#itemHasToken = false;
    this.#continued = false;
  }

  #openItem(end: number): TextItem {
    return {
      kind: 'text',
      start: this.#itemStart,
      end,
      firstMark: this.#firstMark,
      lastMark: 0,
      continued: this.#continued,
    };
  }

  /** Adds what the earlier text has from the cursor on to the items; all marks. */
  #takeRest(earlier: EarlierText): Int32Array {
    const { count } = this.#marks;
    const from = earlier.nextMark;
    earlier.appendMoved(this.#items, this.#openItem(this.#at), count - from);
    const open = earlier.movedOpenComment(this.#at);
    if (open !== undefined) this.#openComment = open;
    return this.#marks.withMoved(earlier.marks.subarray(from * 3), earlier.shift);
  }
}

/** Marks that are being collected, as triples: see LexedFile. */
class MarkList {
  #numbers: Int32Array;
  /** How many marks there are. */
  count: number;

  /** Room for `room` numbers, and the first `count` marks of `known`. */
  constructor(room: number, known?: Int32Array, count = 0) {
    this.#numbers = new Int32Array(room);
    if (known) this.#numbers.set(known.subarray(0, count * 3));
    this.count = count;
  }

  add(name: number, start: number, end: number): void {
    const place = this.count * 3;
    if (place + 3 > this.#numbers.length) {
      const longer = new Int32Array(this.#numbers.length * 2);
      longer.set(this.#numbers);
      this.#numbers = longer;
    }
    this.#numbers[place] = name;
    this.#numbers[place + 1] = start;
    this.#numbers[place + 2] = end;
    this.count++;
  }

  toArray(): Int32Array {
    const length = this.count * 3;
    return this.#numbers.length === length ? this.#numbers : this.#numbers.slice(0, length);
  }

  /** The marks, then those of `rest` moved by `shift`. */
  withMoved(rest: Int32Array, shift: number): Int32Array {
    const length = this.count * 3;
    const moved = new Int32Array(length + rest.length);
    moved.set(this.#numbers.subarray(0, length));
    moved.set(rest, length);
    for (let place = length; place < moved.length; place += 3) {
      moved[place + 1] = (moved[place + 1] as number) + shift;
      moved[place + 2] = (moved[place + 2] as number) + shift;
    }
    return moved;
  }
}

/** What was cut from a text before it was changed in one place. */
class EarlierText {
  readonly #lexed: LexedFile;
  readonly #change: ChangedRange;
  /** The first mark that may still be met again. */
  nextMark = 0;

  constructor(lexed: LexedFile, text: string) {
    this.#lexed = lexed;
    this.#change = changedRange(lexed.file.text, text);
  }

  get marks(): Int32Array {
    return this.#lexed.marks;
  }

  /** By how much what is behind the change has moved. */
  get shift(): number {
    return this.#change.endAfter - this.#change.endBefore;
  }

  /** Where cutting goes on when all before the change is the same; undefined: at the beginning. */
  unchangedStart(): UnchangedStart | undefined {
    return unchangedStart(this.#lexed, this.#change.start);
  }

  /** Whether a name at `at`, asked in ascending order, was one behind the change: all that follows is the same. */
  hasNameAt(at: number): boolean {
    if (at < this.#change.endAfter) return false;
    const { marks } = this.#lexed;
    const wanted = at - this.shift;
    while (this.nextMark * 3 < marks.length && (marks[this.nextMark * 3 + 1] as number) < wanted) {
      this.nextMark++;
    }
    return marks[this.nextMark * 3 + 1] === wanted && (marks[this.nextMark * 3] as number) >= 0;
  }

  /** Ends the item `open` as the item around the next mark ends, and adds the items behind it. */
  appendMoved(items: Item[], open: TextItem, markShift: number): void {
    appendMoved(items, open, this.#lexed, this.nextMark, this.shift, markShift);
  }

  /** Where the comment that never ends begins, if that is behind `at`; offsets of the text as it is now. */
  movedOpenComment(at: number): number | undefined {
    const { openComment } = this.#lexed;
    return openComment >= at - this.shift ? openComment + this.shift : undefined;
  }
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
): (DirectiveItem & { readonly openComment: number; readonly hasOpenQuote: boolean }) | undefined {
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
    hasOpenQuote: line.hasOpenQuote,
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
): { end: number; continued: boolean; openComment: number; hasOpenQuote: boolean } {
  const limit = text.length;
  let at = start;
  let continued = false;
  let openComment = -1;
  let hasOpenQuote = false;
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
      if (mayBeOpen(text, at, end)) hasOpenQuote = true;
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
  return { end: at, continued, openComment, hasOpenQuote };
}

/** Whether the quoted text `[start, end)` may lack its second quote; true as well for some that end in an escape. */
function mayBeOpen(text: string, start: number, end: number): boolean {
  if (end - start < 2 || text.charCodeAt(end - 1) !== text.charCodeAt(start)) return true;
  const before = text.charCodeAt(end - 2);
  return before === Char.backslash || before === Char.newline;
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

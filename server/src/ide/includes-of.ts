// Which files a text may include: read off its letters alone, since neither macros nor include paths are known.

import { Cut, lexFile } from '../preprocess/lex-file.ts';
import { NameTable } from '../preprocess/names.ts';
import { intern } from '../tree/intern.ts';

/** An include as written. */
export interface WrittenInclude {
  readonly path: string;
  /**
   * Where the file is looked for. `beside`: first beside the file that the directive stands in. `likely-beside`: there
   * by dtc and by `#include_next`, unless it is elsewhere first. `anywhere`: in folders that nobody knows here.
   */
  readonly search: 'beside' | 'likely-beside' | 'anywhere';
  /** Whether it is a directive for certain: alone on its line, with nothing but spaces around its word. */
  readonly isPlain: boolean;
}

/** What a text includes. */
export interface WrittenIncludes {
  /** In order, and more rather than fewer: those in comments, strings and branches that are not taken count. */
  readonly includes: readonly WrittenInclude[];
  /** Whether a macro makes a path, so that any file may be meant. */
  readonly isComputed: boolean;
}

const NOTHING: WrittenIncludes = { includes: [], isComputed: false };
/** A line goes on behind it; cpp lets white space stand before the line's end. */
const CONTINUATION = /\\[ \t\v\f]*(?:\r\n|\n|\r)/g;

/**
 * The includes of `text`, in time that grows with its length. The text itself need not stay in memory for them.
 */
export function includesOf(text: string): WrittenIncludes {
  if (!text.includes('\\')) return includesOfWhole(text);
  return includesOfWhole(text.replace(CONTINUATION, ''));
}

function includesOfWhole(text: string): WrittenIncludes {
  const includes: WrittenInclude[] = [];
  const ahead = new Lookahead(text);
  /** Directives whose path a macro seems to make. */
  const suspects: number[] = [];
  for (const [start, end] of wordsIn(text)) {
    const before = lastBefore(text, start);
    const isDtc = text.charAt(start - 1) === '/' && text.charAt(end) === '/';
    const at = ahead.behindTrivia(isDtc ? end + 1 : end);
    const path = at === undefined ? undefined : ahead.pathAt(at);
    if (path !== undefined) {
      const isQuoted = text.charAt(at ?? 0) === '"';
      const isCpp = !isDtc && !text.startsWith(NEXT, end - NEXT.length);
      includes.push({
        path: intern(path),
        search: !isQuoted ? 'anywhere' : isCpp ? 'beside' : 'likely-beside',
        isPlain: isPlain(text, isDtc ? start - 1 : before, at ?? 0, end),
      });
    } else if (isSuspect(text, before)) suspects.push(start);
  }
  const isComputed = suspects.length > 0 && isComputedIn(text, suspects);
  return includes.length === 0 && !isComputed ? NOTHING : { includes, isComputed };
}

const NEXT = '_next';

/** Where the words stand that include, in order: start and end. */
function* wordsIn(text: string): Generator<readonly [number, number]> {
  let include = text.indexOf('include');
  let other = text.indexOf('import');
  while (include >= 0 || other >= 0) {
    if (include < 0 || (other >= 0 && other < include)) {
      yield [other, other + 'import'.length];
      other = text.indexOf('import', other + 1);
    } else {
      const end = include + 'include'.length;
      yield [include, text.startsWith(NEXT, end) ? end + NEXT.length : end];
      include = text.indexOf('include', end);
    }
  }
}

/** The offset of the last letter before `start` that is no space of its line; -1 when there is none. */
function lastBefore(text: string, start: number): number {
  let at = start - 1;
  while (isBlank(text.charCodeAt(at))) at -= 1;
  return at;
}

function isPlain(text: string, before: number, at: number, wordEnd: number): boolean {
  const first = text.charAt(before);
  if (first !== '#' && first !== '/') return false;
  for (let space = first === '/' ? wordEnd + 1 : wordEnd; space < at; space += 1)
    if (!isBlank(text.charCodeAt(space))) return false;
  const outside = lastBefore(text, before);
  return outside < 0 || text.charAt(outside) === '\n' || text.charAt(outside) === '\r';
}

/**
 * Whether what ends at `before` may begin a directive: `#`, a comment behind one of these, or the `/` of
 * `/include/`, which in a path or a string begins none.
 */
function isSuspect(text: string, before: number): boolean {
  const last = text.charAt(before);
  if (last === '/') return !/[\w."<-]/.test(text.charAt(before - 1));
  return last === '#';
}

/** Whether one of the words at `suspects`, which are in order, is a directive or makes one, and is in no comment. */
function isComputedIn(text: string, suspects: readonly number[]): boolean {
  const { items, marks } = lexFile({ id: '', text }, new NameTable());
  let index = 0;
  let mark = 0;
  for (const start of suspects) {
    while ((items[index]?.end ?? start + 1) <= start) index += 1;
    const item = items[index];
    if (!item || item.start > start) continue;
    const isDtc = text.charAt(start - 1) === '/' && text.charAt(start - 2) !== '*';
    if (item.kind === 'directive') {
      if (item.wordStart === start || (isDtc && item.word === 'define')) return true;
      continue;
    }
    while (mark < marks.length && (marks[mark + 2] ?? 0) <= start) mark += 3;
    const isComment = marks[mark] === Cut.comment && (marks[mark + 1] ?? 0) <= start;
    if (isDtc && !isComment) return true;
  }
  return false;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0b || code === 0x0c;
}

/** Comments in a row after which the rest is as good as unknown: nobody writes them, and each costs time. */
const MOST_COMMENTS = 64;
/** The longest path of any system is shorter. */
const LONGEST_PATH = 4100;

/** Looks forward in a text; what was looked for from one place on is not looked for again from the next. */
class Lookahead {
  readonly #text: string;
  readonly #found = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  /** The first offset from `start` on that is neither white space nor comment; undefined when there is none, or none near. */
  behindTrivia(start: number): number | undefined {
    const text = this.#text;
    let at = start;
    for (let comments = 0; comments <= MOST_COMMENTS; comments += 1) {
      while (isBlank(text.charCodeAt(at)) || isLineEnd(text.charCodeAt(at))) at += 1;
      if (text.startsWith('/*', at)) at = this.#find('*/', at + 2) + 2;
      else if (text.startsWith('//', at)) at = this.#find('\n', at) + 1;
      else return at < text.length ? at : undefined;
    }
    return undefined;
  }

  /** What stands in `"path"` or `<path>` at `at`; undefined when there is none. */
  pathAt(at: number): string | undefined {
    const open = this.#text.charAt(at);
    if (open !== '"' && open !== '<') return undefined;
    const end = this.#find(open === '"' ? '"' : '>', at + 1);
    if (end > Math.min(this.#find('\n', at), this.#find('\r', at))) return undefined;
    if (end === this.#text.length || end - at > LONGEST_PATH || end === at + 1) return undefined;
    return this.#text.slice(at + 1, end);
  }

  /** Where `wanted` stands from `from` on; the length of the text when it does not. */
  #find(wanted: string, from: number): number {
    const known = this.#found.get(wanted);
    if (known !== undefined && known >= from) return known;
    const found = this.#text.indexOf(wanted, from);
    const at = found < 0 ? this.#text.length : found;
    this.#found.set(wanted, at);
    return at;
  }
}

function isLineEnd(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}

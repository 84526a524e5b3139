// `// dtmap-allow: rule-id — reason`: a finding the author of the tree has judged.

import { Char } from '../text/char.ts';
import type { FileSet, SourceFile } from '../text/source-file.ts';
import type { FileId, Span } from '../text/span.ts';

/** One allowance and the line it covers. */
export interface Allowance {
  /** Empty when none is named. */
  readonly rule: string;
  /** Empty when none is given: then it allows nothing. */
  readonly reason: string;
  /** The comment. */
  readonly at: Span;
  /** Offsets of the covered line: its own when something else stands there, else the next one with more than an allowance; end exclusive. */
  readonly covers: { readonly start: number; readonly end: number };
}

/** A comment that was meant as an allowance, by the word in place of `dtmap-allow:`. */
export interface MisspeltAllowance {
  readonly word: string;
  readonly at: Span;
}

/** What a file has of both. */
export interface Allowances {
  readonly allowances: readonly Allowance[];
  readonly misspelt: readonly MisspeltAllowance[];
}

const MARK = 'dtmap-allow:';
const RULE = /[A-Za-z0-9_-]+/y;
const NEXT_RULE = /[ \t]*,[ \t]*(?=[A-Za-z0-9_])/y;
const MEANT = /(?:\/\/|\/\*)[ \t]*(dtmap[-_ ]?al\w*(?:[ \t]*:)?)/gi;
// Dashes by number: one letter outside ASCII, and an engine keeps the whole bundle in two bytes a letter.
const SEPARATOR = /^(?:\u2014|\u2013|--|-|:)/;

const NONE: Allowances = { allowances: [], misspelt: [] };
const known = new WeakMap<SourceFile, Allowances>();

/** The allowances of one file. */
export function allowancesOf(file: FileId, files: FileSet): Allowances {
  const source = files.get(file);
  if (typeof source === 'string') return NONE;
  let found = known.get(source);
  if (!found) known.set(source, (found = read(source)));
  return found;
}

function read({ id: file, text }: SourceFile): Allowances {
  // Most files have none, and are asked at every key.
  if (!/dtmap[-_ ]?al/i.test(text)) return NONE;
  const misspelt: MisspeltAllowance[] = [];
  for (const { index, 0: whole, 1: word = '' } of text.matchAll(MEANT))
    if (!text.startsWith(MARK, index + whole.length - word.length))
      misspelt.push({ word, at: { file, start: index, end: index + whole.length } });
  const found: Allowance[] = [];
  let line = { start: 0, end: -1, holdsMore: false };
  for (let mark = text.indexOf(MARK); mark >= 0; mark = text.indexOf(MARK, mark + MARK.length)) {
    const start = commentBefore(text, mark);
    if (start < 0) continue;
    if (start > line.end) {
      const [from, to] = [text.lastIndexOf('\n', start) + 1, lineEnd(text, start)];
      line = { start: from, end: to, holdsMore: holdsMore(text, from, to) };
    }
    const end = commentEnd(text, start, line.end);
    const { rules, behind } = rulesAt(text, skipBlanks(text, mark + MARK.length), end);
    const reason = text
      .slice(behind, end)
      .replace(/\*\/$/, '')
      .trim()
      .replace(SEPARATOR, '')
      .trim();
    const at = { file, start, end };
    const behindIt = skipBlanks(text, end);
    const isBefore = behindIt < line.end && !isComment(text, behindIt);
    const covers =
      line.holdsMore || isBefore
        ? { start: line.start, end: line.end }
        : { start: line.end, end: line.end };
    for (const rule of rules) found.push({ rule, reason, at, covers });
  }
  return { allowances: withCovers(text, found), misspelt };
}

/** The names of rules between two offsets, with a comma between them, one empty name for none, and where they end. */
function rulesAt(
  text: string,
  from: number,
  end: number,
): { readonly rules: readonly string[]; readonly behind: number } {
  const rules: string[] = [];
  let at = from;
  for (;;) {
    RULE.lastIndex = at;
    const rule = RULE.exec(text)?.[0];
    if (rule === undefined || at + rule.length > end || /^-+$/.test(rule)) break;
    rules.push(rule);
    at += rule.length;
    NEXT_RULE.lastIndex = at;
    if (!NEXT_RULE.test(text)) break;
    at = NEXT_RULE.lastIndex;
  }
  return { rules: rules.length === 0 ? [''] : rules, behind: Math.min(at, end) };
}

/** Where the comment between `start` and the end of its line ends; end exclusive. */
function commentEnd(text: string, start: number, end: number): number {
  const close = text.startsWith('/*', start) ? text.slice(start, end).indexOf('*/') : -1;
  return close < 0 ? end : start + close + 2;
}

/** Where the `//` or `/*` begins behind which nothing but white space stands up to `mark`; -1 without one. */
function commentBefore(text: string, mark: number): number {
  let at = mark;
  while (isBlank(text.charCodeAt(at - 1))) at--;
  const opens = text.startsWith('//', at - 2) || text.startsWith('/*', at - 2);
  return opens ? at - 2 : -1;
}

function isBlank(code: number): boolean {
  return code === Char.space || (code >= Char.tab && code <= Char.carriageReturn);
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline < 0 ? text.length : newline;
}

/** `found` with the lines they cover, those that cover nothing yet the next one: of allowances below one another, the line below the last. */
function withCovers(text: string, found: readonly Allowance[]): readonly Allowance[] {
  /** By the starts of lines that hold nothing, or an allowance, what the line below them covers. */
  const known = new Map<number, Allowance['covers']>();
  const coveredFrom = (from: number): Allowance['covers'] => {
    const passed: number[] = [];
    let covers: Allowance['covers'] | undefined;
    for (let start = from; covers === undefined;) {
      covers = known.get(start);
      if (covers || start >= text.length) break;
      const end = lineEnd(text, start);
      if (holdsMore(text, start, end)) covers = { start, end };
      else {
        passed.push(start);
        start = end + 1;
      }
    }
    covers ??= { start: text.length, end: text.length };
    for (const start of passed) known.set(start, covers);
    return covers;
  };
  return found.map((each) =>
    each.covers.start < each.covers.end
      ? each
      : { ...each, covers: coveredFrom(each.covers.end + 1) },
  );
}

function isComment(text: string, at: number): boolean {
  return text.startsWith('//', at) || text.startsWith('/*', at);
}

/** Whether a line has something other than white space and an allowance. */
function holdsMore(text: string, start: number, end: number): boolean {
  const first = skipBlanks(text, start);
  if (first >= end) return false;
  if (!isComment(text, first)) return true;
  return !text.startsWith(MARK, skipBlanks(text, first + 2));
}

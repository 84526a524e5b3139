// `// dtmap-allow: rule-id — reason`: a finding the author of the tree has judged.

import { Char } from '../text/char.ts';
import type { FileSet } from '../text/source-file.ts';
import type { FileId, Span } from '../text/span.ts';

/** One allowance and the line it covers. */
export interface Allowance {
  readonly rule: string;
  readonly reason: string;
  readonly at: Span;
  /** Offsets of the covered line: the next one that holds more than an allowance; end exclusive. */
  readonly covers: { readonly start: number; readonly end: number };
}

const MARK = 'dtmap-allow:';
const RULE = /[a-z0-9_-]+/y;
// Dashes by number: one letter outside ASCII, and an engine keeps the whole bundle in two bytes a letter.
const SEPARATOR = /^(?:\u2014|\u2013|--|-|:)/;

/** The allowances of one file; those without a reason are left out, because they allow nothing. */
export function allowancesOf(file: FileId, files: FileSet): readonly Allowance[] {
  const source = files.get(file);
  if (typeof source === 'string' || !source.text.includes('dtmap-allow:')) return [];
  const { text } = source;
  const found: Allowance[] = [];
  for (let mark = text.indexOf(MARK); mark >= 0; mark = text.indexOf(MARK, mark + MARK.length)) {
    const start = commentBefore(text, mark);
    if (start < 0) continue;
    const end = lineEnd(text, mark);
    RULE.lastIndex = skipBlanks(text, mark + MARK.length);
    const rule = RULE.exec(text)?.[0];
    if (rule === undefined || RULE.lastIndex > end) continue;
    const reason = text.slice(RULE.lastIndex, end).trim().replace(SEPARATOR, '').trim();
    const isEmpty = reason === '' || reason === '*/';
    const covers = { start: text.length, end: text.length };
    if (!isEmpty)
      found.push({
        rule,
        reason: reason.endsWith('*/') ? reason.slice(0, -2).trimEnd() : reason,
        at: { file, start, end },
        covers,
      });
  }
  return withCovers(text, found);
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

/** `found` with the lines they cover: of allowances below one another, the line below the last. */
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
  return found.map((each) => ({ ...each, covers: coveredFrom(each.at.end + 1) }));
}

/** Whether a line has something other than white space and an allowance. */
function holdsMore(text: string, start: number, end: number): boolean {
  const first = skipBlanks(text, start);
  if (first >= end) return false;
  if (!text.startsWith('//', first) && !text.startsWith('/*', first)) return true;
  return !text.startsWith(MARK, skipBlanks(text, first + 2));
}

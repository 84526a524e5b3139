// `// dtmap-allow: rule-id — reason`: a finding the author of the tree has judged.

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

// Dashes by number: one letter outside ASCII, and an engine keeps the whole bundle in two bytes a letter.
const PATTERN =
  /\/[/*]\s*dtmap-allow:\s*([a-z0-9_-]+)\s*(?:(?:\u2014|\u2013|--|-|:)\s*)?([^\n]*?)\s*(?:\*\/)?\s*$/gm;

/** The allowances of one file; those without a reason are left out, because they allow nothing. */
export function allowancesOf(file: FileId, files: FileSet): readonly Allowance[] {
  const source = files.get(file);
  if (typeof source === 'string' || !source.text.includes('dtmap-allow:')) return [];
  const { text } = source;
  const found: Allowance[] = [];
  for (const match of text.matchAll(PATTERN)) {
    const [whole, rule = '', reason = ''] = match;
    if (reason === '') continue;
    const start = match.index;
    found.push({
      rule,
      reason,
      at: { file, start, end: start + whole.length },
      covers: coveredLine(text, start + whole.length),
    });
  }
  return found;
}

function coveredLine(text: string, from: number): { start: number; end: number } {
  let start = text.indexOf('\n', from) + 1;
  while (start > 0 && start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (!/^\s*\/[/*]\s*dtmap-allow:/.test(text.slice(start, end))) return { start, end };
    start = end + 1;
  }
  return { start: text.length, end: text.length };
}

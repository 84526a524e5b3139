// What can be folded in a file: nodes, long values, comments, conditionals, groups of includes.

import { LineIndex } from '../text/line-index.ts';
import type { SourceOutline } from './source-outline.ts';
import { walkItems } from './source-outline.ts';

export interface FoldingRange {
  /** Offsets; the line of `start` stays visible, that of `end` is the last one hidden. */
  readonly start: number;
  readonly end: number;
  readonly kind?: 'comment' | 'imports' | 'region';
}

/** The foldable stretches that reach over more than one line, sorted by start. */
export function foldingRanges(outline: SourceOutline): FoldingRange[] {
  const { text, tokens } = outline;
  const ranges: FoldingRange[] = [];
  // Not a search from each place: thousands of nodes may stand on one line.
  const lines = new LineIndex(text);
  const add = (start: number, end: number, kind?: FoldingRange['kind']): void => {
    if (lines.positionAt(start).line < lines.positionAt(end).line)
      ranges.push({ start, end, ...(kind && { kind }) });
  };
  // The line with the closing brace stays visible.
  const lineBefore = (offset: number): number => {
    const { line } = lines.positionAt(offset);
    return line === 1 ? offset : lines.offsetAt({ line, column: 1 }) - 1;
  };
  for (const item of walkItems(outline.items)) {
    if (item.kind === 'node') add(item.open, lineBefore(item.close ?? item.end));
    else if (item.kind === 'property') add(item.start, item.end);
  }
  const conditionals: number[] = [];
  let includesFrom: number | undefined;
  let includesTo = 0;
  for (const token of tokens) {
    if (token.kind === 'comment') {
      add(token.start, token.end, 'comment');
      continue;
    }
    const directive =
      token.kind === 'directive'
        ? (/^#[ \t]*(\w+)/.exec(text.slice(token.start, token.end))?.[1] ?? '')
        : '';
    if (directive === 'include') {
      includesFrom ??= token.start;
      includesTo = token.end;
      continue;
    }
    if (includesFrom !== undefined) add(includesFrom, includesTo, 'imports');
    includesFrom = undefined;
    if (directive.startsWith('if')) conditionals.push(token.start);
    else if (directive === 'else' || directive === 'elif' || directive === 'endif') {
      const from = conditionals.pop();
      if (from !== undefined) add(from, lineBefore(token.start), 'region');
      if (directive !== 'endif') conditionals.push(token.start);
    }
  }
  if (includesFrom !== undefined) add(includesFrom, includesTo, 'imports');
  return ranges.sort((a, b) => a.start - b.start || b.end - a.end);
}

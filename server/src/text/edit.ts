// Changes to source text: what a quick fix consists of.

import type { Span } from './span.ts';

/** Replaces the text at `at` (empty span: insert) by `text`. */
export interface TextEdit {
  readonly at: Span;
  readonly text: string;
}

/** A named set of edits that are applied together. */
export interface Fix {
  /** Says the result: "Move to 0x2_8000_0000 (next free, 2 MiB aligned)". */
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** Offered first, and applied by `check --fix`; at most one per finding. */
  readonly preferred?: boolean;
}

/**
 * `text` with those of `edits` that concern it applied. Edits must not overlap; equal insertions keep their order. Line
 * ends of an edit become those of the lines around it, so that a file with `\r\n` stays one.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const ordered = edits
    .map((edit, index) => ({ edit, index }))
    .sort((a, b) => a.edit.at.start - b.edit.at.start || a.index - b.index);
  const last = text.lastIndexOf('\n');
  let result = '';
  let done = 0;
  let newline = -1;
  for (const { edit } of ordered) {
    const { start, end } = edit.at;
    // The end of the line in which the edit ends; in a last line without one, that of the line before.
    if (newline < end) newline = end > last ? last : text.indexOf('\n', end);
    const lineEnd = text.charAt(newline - 1) === '\r' ? '\r\n' : '\n';
    result += text.slice(done, start) + edit.text.replace(/\r?\n/g, lineEnd);
    done = end;
  }
  return result + text.slice(done);
}

// An edit that removes a statement and the line it leaves empty.

import type { TextEdit } from '../text/edit.ts';
import type { FileSet } from '../text/source-file.ts';
import type { Span } from '../text/span.ts';

/** Removes `statement` (`;` included or following) with its line when nothing else is on it; undefined without a source. */
export function removeStatement(statement: Span, files: FileSet): TextEdit | undefined {
  const source = files.get(statement.file);
  if (typeof source === 'string') return undefined;
  const { text } = source;
  let { start, end } = statement;
  if (text[end - 1] !== ';') {
    const semicolon = /^\s*;/.exec(text.slice(end));
    if (semicolon) end += semicolon[0].length;
  }
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', end);
  const lineEnd = newline < 0 ? text.length : newline + 1;
  if (/^\s*$/.test(text.slice(lineStart, start)) && /^\s*$/.test(text.slice(end, lineEnd))) {
    start = lineStart;
    end = lineEnd;
  }
  return { at: { file: statement.file, start, end }, text: '' };
}

// An edit that adds a property in a line of its own.

import type { TextEdit } from '../text/edit.ts';
import type { FileSet } from '../text/source-file.ts';
import type { Span } from '../text/span.ts';

/** Adds `text` below the line of `statement`, indented alike; undefined without a source. */
export function insertStatement(
  statement: Span,
  text: string,
  files: FileSet,
): TextEdit | undefined {
  const source = files.get(statement.file);
  if (typeof source === 'string') return undefined;
  const lineStart = source.text.lastIndexOf('\n', statement.start - 1) + 1;
  const indent = /^\s*/.exec(source.text.slice(lineStart, statement.start))?.[0] ?? '';
  const rest = /^\s*;/.exec(source.text.slice(statement.end))?.[0];
  const isClosed = source.text[statement.end - 1] === ';';
  const end = isClosed ? statement.end : statement.end + (rest?.length ?? 0);
  return { at: { file: statement.file, start: end, end }, text: `\n${indent}${text}` };
}

// An edit that removes a statement and the line it leaves empty.

import type { TextEdit } from '../text/edit.ts';
import type { FileSet } from '../text/source-file.ts';
import type { Span } from '../text/span.ts';

/** Removes `statement`, `;` included, with its line when nothing else is on it; undefined without a source. */
export function removeStatement(files: FileSet, statement: Span): TextEdit | undefined {
  const source = files.get(statement.file);
  if (typeof source === 'string') return undefined;
  const { text } = source;
  let { start, end } = statement;
  if (text[end - 1] !== ';') {
    // A macro made the statement, and the `;` behind the call may be its end.
    let at = end;
    while (isBlank(text[at])) at += 1;
    if (text[at] === ';') end = at + 1;
  }
  let from = start;
  while (from > 0 && isBlank(text[from - 1])) from -= 1;
  let to = end;
  while (isBlank(text[to])) to += 1;
  const isOwnLine = from === 0 || text[from - 1] === '\n';
  if (isOwnLine && (to >= text.length || text[to] === '\n')) {
    start = from;
    end = Math.min(to + 1, text.length);
  }
  return { at: { file: statement.file, start, end }, text: '' };
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\r';
}

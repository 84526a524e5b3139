// Where the macros of a board's files are defined, read without preprocessing.

import type { Board } from '../rules/board.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { Span } from '../text/span.ts';

/** One `#define`: the name, and the rest of its first line. */
export interface MacroDefinition {
  readonly name: string;
  readonly at: Span;
  readonly body: string;
}

const DEFINE = /^([ \t]*#[ \t]*define[ \t]+)(\w+)([^\n]*)/gm;
const definitionsOf = new WeakMap<SourceFile, readonly MacroDefinition[]>();

/** The definitions in one file, in order. */
export function macrosIn(file: SourceFile): readonly MacroDefinition[] {
  let found = definitionsOf.get(file);
  if (!found) {
    found = [...file.text.matchAll(DEFINE)].map((match): MacroDefinition => {
      const start = match.index + (match[1] ?? '').length;
      const name = match[2] ?? '';
      return {
        name,
        at: { file: file.id, start, end: start + name.length },
        body: (match[3] ?? '').trim(),
      };
    });
    definitionsOf.set(file, found);
  }
  return found;
}

/** The definitions of a macro in the files of a board, in the order the files were read. */
export function macroDefinitions(board: Board, name: string): MacroDefinition[] {
  return filesOf(board).flatMap((file) => macrosIn(file).filter((each) => each.name === name));
}

/** The files a board was made from, the root first. */
export function filesOf(board: Board): SourceFile[] {
  return (board.source?.files ?? []).flatMap((id) => {
    const file = board.files.get(id);
    return typeof file === 'string' ? [] : [file];
  });
}

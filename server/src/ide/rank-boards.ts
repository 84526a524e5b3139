// Which boards an overlay, or a part that no board includes, may belong to: those that have the labels it refers to come first.

import type { SourceFile } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import { fileName, foldersAbove } from './paths.ts';
import { outlineOf, textOf, walkItems, type SourceOutline } from './source-outline.ts';

/** A board that a file may belong to. */
export interface RankedBoard {
  readonly board: FileId;
  /** Labels that the file refers to and no file of the board has; a macro may make one all the same. */
  readonly missing: readonly string[];
}

/** The labels that a file refers to and does not have itself, in order. */
export function labelsReferredTo(source: SourceFile): string[] {
  const outline = outlineOf(source);
  const own = labelsIn(source);
  const referred = outline.tokens
    .filter(({ kind }) => kind === 'reference')
    .map((token) => textOf(outline, token).slice(1))
    .filter((label) => /^\w+$/.test(label) && !own.has(label));
  return [...new Set(referred)];
}

/** The labels that are written in a file. */
export function labelsIn(source: SourceFile): ReadonlySet<string> {
  const outline = outlineOf(source);
  return new Set(
    [...walkItems(outline.items)].flatMap((item) =>
      item.kind === 'statement' ? [] : namesOf(outline, item.labels),
    ),
  );
}

function namesOf(outline: SourceOutline, labels: readonly { start: number; end: number }[]) {
  return labels.map((label) => outline.text.slice(label.start, label.end).replace(/\s*:$/, ''));
}

/** The nearest to `file` by name and place first: `board-camera.dtso` is likely `board.dts`'s. */
export function nearestByName(file: FileId, boards: Iterable<FileId>): FileId[] {
  const own = stemOf(file);
  const [folder] = foldersAbove(file);
  const near = [...boards].map((board) => {
    const stem = stemOf(board);
    return {
      board,
      isWhole: own.startsWith(stem),
      isBeside: foldersAbove(board)[0] === folder,
      shared: sharedLength(own, stem),
    };
  });
  return near
    .sort(
      (a, b) =>
        Number(b.isWhole) - Number(a.isWhole) ||
        b.shared - a.shared ||
        Number(b.isBeside) - Number(a.isBeside) ||
        (a.board < b.board ? -1 : 1),
    )
    .map(({ board }) => board);
}

/** The boards that lack the fewest of `labels` first, else in the order that is given. */
export function rankBoards(
  labels: readonly string[],
  boards: readonly FileId[],
  labelsOf: (board: FileId) => ReadonlySet<string>,
): RankedBoard[] {
  return boards
    .map((board) => {
      const has = labelsOf(board);
      return { board, missing: labels.filter((label) => !has.has(label)) };
    })
    .sort((a, b) => a.missing.length - b.missing.length);
}

function stemOf(file: FileId): string {
  return fileName(file)
    .replace(/\.\w+$/, '')
    .toLowerCase();
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

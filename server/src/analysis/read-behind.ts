// Reads a text behind a board's own, as Zephyr's build does with an overlay: cpp reads both as one.

import type { FileId } from '../text/span.ts';
import type { BoardRequest } from './analyze.ts';

/** `request` with `board` read in front of its root, with the include folders and macros of `base`, the board's request. */
export function readBehind(
  request: BoardRequest,
  board: FileId,
  { preprocessor: base }: Pick<BoardRequest, 'preprocessor'>,
): BoardRequest {
  const { preprocessor } = request;
  return {
    ...request,
    preprocessor: {
      ...preprocessor,
      includePaths: [...new Set([...base.includePaths, ...preprocessor.includePaths])],
      defines: new Map([...base.defines, ...preprocessor.defines]),
      includeFirst: [board],
    },
  };
}

// Reads a text behind a board's own, as Zephyr's build does with an overlay: cpp reads both as one.

import type { FileId } from '../text/span.ts';
import type { BoardRequest } from './analyze.ts';

/** `request` with `board` read in front of its root, with the include folders, macros and reader of `base`, the board's request. */
export function readBehind(
  request: BoardRequest,
  board: FileId,
  { preprocessor: base, readBy }: Pick<BoardRequest, 'preprocessor' | 'readBy'>,
): BoardRequest {
  const { preprocessor } = request;
  return {
    ...request,
    readBy: readBy ?? request.readBy,
    preprocessor: {
      ...preprocessor,
      includePaths: [...new Set([...base.includePaths, ...preprocessor.includePaths])],
      defines: new Map([...base.defines, ...preprocessor.defines]),
      includeFirst: [board],
    },
  };
}

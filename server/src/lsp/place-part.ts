// How a file that is only a part of boards is analysed when it is the root: behind its board, or as what it is.

import type { BoardRequest } from '../analysis/analyze.ts';
import { readBehind } from '../analysis/read-behind.ts';
import { seemsPart, type IncludeIndex } from '../ide/include-index.ts';
import { boardOfOverlay, isZephyrOverlay, namesBoardOf } from '../ide/overlay-boards.ts';
import type { FileId } from '../text/span.ts';
import type { Files } from './files.ts';

export interface PartHost {
  readonly files: Files;
  readonly index: IncludeIndex;
  /** Whether boards are still being looked for. */
  readonly isScanning: () => boolean;
  readonly requestFor: (root: FileId) => Promise<BoardRequest>;
}

/**
 * `request` for a root that is a part: a Zephyr overlay is read behind its board; of a part of which no board is known, or is
 * not known yet, only the text is judged. Other requests stay as they are.
 */
export async function placePart(request: BoardRequest, host: PartHost): Promise<BoardRequest> {
  const { root } = request;
  const text = await textOf(host.files, root);
  if (text === undefined) return request;
  if (isZephyrOverlay(root, text)) return behindBoard(request, host);
  const isPart = seemsPart(root, text) && (host.isScanning() || !host.index.isRoot(root));
  return isPart ? { ...request, isPart } : request;
}

async function behindBoard(request: BoardRequest, host: PartHost): Promise<BoardRequest> {
  const { files, index } = host;
  const named = namesBoardOf(request.root);
  await files.load(named.filter((file) => files.get(file) === 'not-loaded'));
  const board = boardOfOverlay(request.root, index, (file) => {
    const source = files.get(file);
    return typeof source === 'string' ? undefined : source.text;
  });
  if (board === undefined) return { ...request, isPart: true };
  return readBehind(request, board, await host.requestFor(board));
}

async function textOf(files: Files, file: FileId): Promise<string | undefined> {
  if (files.get(file) === 'not-loaded') await files.load([file]);
  const source = files.get(file);
  return typeof source === 'string' ? undefined : source.text;
}

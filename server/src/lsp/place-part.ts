// How a file that is only a part of boards is analysed when it is the root: behind or on its board, or as what it is.

import type { BoardRequest } from '../analysis/analyze.ts';
import { readBehind } from '../analysis/read-behind.ts';
import { hasHeader } from '../ide/has-header.ts';
import { seemsPart, type IncludeIndex } from '../ide/include-index.ts';
import { boardOfOverlay, isZephyrOverlay, namesBoardOf } from '../ide/overlay-boards.ts';
import type { FileId } from '../text/span.ts';
import type { Files } from './files.ts';

export interface PartHost {
  readonly files: Files;
  readonly index: IncludeIndex;
  /** Whether boards are still being looked for. */
  readonly isScanning: () => boolean;
  /** The board that the user chose for a file. */
  readonly chosenFor: (file: FileId) => FileId | undefined;
  readonly requestFor: (root: FileId) => Promise<BoardRequest>;
}

/**
 * `request` for a root that is a part: an overlay is applied to the base that was chosen for it, a Zephyr overlay is read behind
 * its board, and so is a part for which a board was chosen that does not include it. Of a part of which no board is known, or
 * is not known yet, only the text is judged. Other requests stay as they are.
 */
export async function placePart(request: BoardRequest, host: PartHost): Promise<BoardRequest> {
  const { root } = request;
  const text = await textOf(host.files, root);
  if (text === undefined) return request;
  const chosen = host.chosenFor(root);
  if (isZephyrOverlay(root, text)) return behindBoard(request, host, chosen);
  if (chosen !== undefined && hasHeader(text, '/plugin/'))
    return onBase(request, await host.requestFor(chosen));
  const isPart = seemsPart(root, text) && (host.isScanning() || !host.index.isRoot(root));
  if (!isPart) return request;
  return chosen === undefined
    ? { ...request, isPart }
    : readBehind(request, chosen, await host.requestFor(chosen));
}

/** The base with the overlay of `request` applied behind its own; its includes are found from where it lies, too. */
function onBase({ root, preprocessor }: BoardRequest, base: BoardRequest): BoardRequest {
  const { includePaths } = base.preprocessor;
  return {
    ...base,
    overlays: [...base.overlays.filter((each) => each !== root), root],
    preprocessor: {
      ...base.preprocessor,
      includePaths: [...new Set([...includePaths, ...preprocessor.includePaths])],
    },
  };
}

async function behindBoard(
  request: BoardRequest,
  host: PartHost,
  chosen: FileId | undefined,
): Promise<BoardRequest> {
  if (chosen !== undefined) return readBehind(request, chosen, await host.requestFor(chosen));
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

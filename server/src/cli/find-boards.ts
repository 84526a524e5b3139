// The boards through which an argument is read: itself, or for a part of boards those that include it.

import { isOverlayFile, isRootFile, seemsPart } from '../ide/include-index.ts';
import { foldersAbove } from '../ide/paths.ts';
import { boardOfOverlay, isZephyrOverlay } from '../ide/overlay-boards.ts';
import type { FileId } from '../text/span.ts';
import { Failure } from './failure.ts';
import type { BoardOptions } from './program.ts';
import type { BoardFile, OpenBoard, Session } from './session.ts';
import { settingsFor } from './settings.ts';
import { searchedFolder } from './try-fixes.ts';

/** Boards through which one part is checked: each costs as much as a board that is named. */
export const MOST_BOARDS_OF_PART = 32;

/**
 * The boards of an argument, boards before overlays: those that seem to include it when it is a part, else itself. Fails when it
 * cannot be read, and for an include file that no board seems to include.
 */
export async function findBoards(
  session: Session,
  name: string,
  options: BoardOptions,
): Promise<readonly BoardFile[]> {
  const boardFile = await session.find(name, options);
  const { file, root, isBlob } = boardFile;
  const source = isBlob || name === '-' ? undefined : session.shell.files.get(file);
  if (typeof source !== 'object') return [boardFile];
  if (isZephyrOverlay(file, source.text)) {
    const behind = root === file ? boardBehind(session, boardFile, options) : root;
    return [{ ...boardFile, root: file, behind }];
  }
  if (root !== file || !seemsPart(file, source.text)) return [boardFile];
  const real = session.shell.files.realPath(file);
  const top = searchedFolder(session, real);
  const index = session.boards.treeBelow(top)?.index;
  // A board without /dts-v1/ says so itself.
  if (isRootFile(file) && (index?.isRoot(real) ?? true)) return [boardFile];
  const roots = index?.rootsOf(real) ?? [];
  if (roots.length > 0) {
    const boards = [...roots].sort((a, b) => Number(isOverlayFile(a)) - Number(isOverlayFile(b)));
    return boards.map((each) => ({ ...boardFile, root: each }));
  }
  const where = session.shown(top);
  throw new Failure(
    index
      ? `${name}: an include file, and no board in ${where} includes it; name one with --root`
      : `${name}: an include file, and ${where} is too large to be searched for its boards; name one with --root`,
  );
}

/** The board whose text an overlay is read behind, in the overlay's project or in the Zephyr that it is built with. */
function boardBehind(session: Session, { name, file }: BoardFile, options: BoardOptions): FileId {
  const { files } = session.shell;
  const { includePaths } = session.preprocessorOf(file, settingsFor(session.shell, file, options));
  // What the overlay includes from tells where Zephyr is.
  const zephyr = includePaths
    .flatMap((folder) => foldersAbove(folder).slice(0, 2))
    .filter((folder) => ['boards', 'dts'].every((name) => files.exists(`${folder}/${name}`)));
  for (const top of new Set([searchedFolder(session, files.realPath(file)), ...zephyr])) {
    const index = session.boards.treeBelow(top)?.index;
    const board =
      index &&
      boardOfOverlay(file, index, (each) => {
        const source = files.get(each);
        return typeof source === 'string' ? undefined : source.text;
      });
    if (board !== undefined) return board;
  }
  throw new Failure(`${name}: no board is known for this overlay; name one with --root`);
}

/** Whether the board reads the file that was named: the index goes by names alone. */
export function readsNamedFile(
  { boardFile: { file, root }, board }: OpenBoard,
  session: Session,
): boolean {
  if (file === root) return true;
  const realPath = (each: FileId): FileId => session.shell.files.realPath(each);
  const real = realPath(file);
  return board.sources.some(({ files }) => files.some((each) => realPath(each) === real));
}

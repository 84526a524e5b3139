// Opens the tree that a view shows: of the argument itself, or of the first board that reads it when it is a part of boards.

import type { FactSource } from '../facts/gather-facts.ts';
import { Failure } from './failure.ts';
import { isTreeName } from '../boot-files/read-guests.ts';
import { findBoards, readsNamedFile } from './find-boards.ts';
import { textLines } from './output.ts';
import type { BoardOptions } from './program.ts';
import type { BoardFile, OpenBoard, Session } from './session.ts';
import { settingsFor } from './settings.ts';

/**
 * The board of an argument, read with the settings that `options` and the nearest `dtmap.json` give; `facts` are believed
 * after them. What was remarked, and through which of several boards a part is read, goes to standard error.
 */
export async function openTree(
  session: Session,
  name: string,
  options: BoardOptions,
  facts: readonly FactSource[] = [],
): Promise<OpenBoard> {
  const { shell } = session;
  const config = options.guest.find((guest) => !isTreeName(guest));
  if (config !== undefined)
    throw new Failure(
      `--guest ${config}: an xl configuration is for check; here only the partial device tree of a guest has a meaning`,
    );
  const boards = await findBoards(session, name, options);
  // A board that lacks an include may be meant to read the file there; it tells why no board reads it.
  let broken: OpenBoard | undefined;
  for (const boardFile of boards) {
    const settings = settingsFor(shell, boardFile.file, options);
    const opened = session.open(boardFile, settings, 'board', facts);
    if (!readsNamedFile(opened, session)) {
      if (opened.board.map.unread) broken ??= opened;
      continue;
    }
    const remarks = [...wordThrough(session, boardFile, boards.length, options), ...opened.remarks];
    shell.stderr.write(textLines(remarks.map((remark) => `dtmap: ${remark}`)));
    return opened;
  }
  if (broken) return broken;
  throw new Failure(`${name}: no board reads this file; name one with --root`);
}

function wordThrough(
  session: Session,
  { name, file, root, behind }: BoardFile,
  count: number,
  options: BoardOptions,
): string[] {
  if ((root === file && behind === undefined) || options.root !== undefined) return [];
  const more = count > 1 ? '; --root names another board' : '';
  return [`${name}: read through ${session.shown(behind ?? root)}${more}`];
}

// Keys in every place of a board, beside `cpp | dtc` for the same board, and beside another server.

import { readFileSync } from 'node:fs';
import { compileBoard } from './cpp-dtc.ts';
import { measureAllocations, measureKeys, type Keys } from './measure-keys.ts';
import { placeInRoot, placesToType } from './places-to-type.ts';

export interface BoardKeys {
  readonly board: string;
  /** CPU milliseconds of `cpp | dtc`, the mean of runs before and after the keys. */
  readonly cppDtc: number;
  readonly keys: readonly (Keys & { readonly allocated: number })[];
}

/** CPU milliseconds, means of the first fifty keys in the board's own file. */
export interface BesidePeer {
  readonly board: string;
  readonly own: number;
  readonly other: number;
}

/** 400 keys in each place of a board (a path below the kernel tree). */
export async function measureBoardKeys(board: string): Promise<BoardKeys> {
  const before = compileBoard(board);
  const keys: BoardKeys['keys'][number][] = [];
  for (const place of placesToType(board)) {
    const allocated = await measureAllocations(board, place, 80);
    keys.push({ ...(await measureKeys(board, place, 400)), allocated });
  }
  return { board, cppDtc: (before + compileBoard(board)) / 2, keys };
}

/** The first keys of a board in our server and in another one: `command` as a shell splits it, settings in a file as JSON. */
export async function measureBesidePeer(
  board: string,
  command: string,
  settingsFile: string | undefined,
): Promise<BesidePeer> {
  const place = placeInRoot(board);
  const settings =
    settingsFile === undefined
      ? {}
      : (JSON.parse(readFileSync(settingsFile, 'utf8')) as Record<string, unknown>);
  const other = await measureKeys(board, place, 50, {
    command: ['sh', '-c', `exec ${command}`],
    settings,
  });
  const own = await measureKeys(board, place, 50, {});
  return { board, own: own.first50, other: other.first50 };
}

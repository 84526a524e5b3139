// The boards that a file can be read through: those that include it, else those that it may belong to, the likeliest first.

import { hasHeader } from '../ide/has-header.ts';
import { isOverlayFile, isRootFile } from '../ide/include-index.ts';
import { labelsIn, labelsReferredTo, nearestByName, rankBoards } from '../ide/rank-boards.ts';
import type { FileId } from '../text/span.ts';
import type { BoardChoice, Boards } from './custom-requests.ts';
import type { Server } from './server-state.ts';
import { boardOf } from './status.ts';

/** Candidates whose files are read for the labels that they have; further ones are not offered. */
const MOST_CANDIDATES = 48;

/** Once all boards around `file` are known, those to choose from; the current one first, where there is one. */
export async function listBoards(server: Server, file: FileId): Promise<Boards> {
  const { boards, index, scan } = server;
  await scan.wholeAround(file, server.folders);
  const current = boards.chosenFor(file) ?? boards.rootOf(file);
  const isOverlayAlone = current === file && isOverlay(server, file);
  const including = isOverlay(server, file) ? [] : index.rootsOf(file);
  const choices: BoardChoice[] =
    including.length > 0
      ? including.map((root) => boardOf(server, root))
      : await candidatesFor(server, file);
  const isOrphan = current === undefined || (current === file && !index.isRoot(file));
  if (isOrphan || isOverlayAlone) return { boards: choices };
  const uri = server.uriOf(current);
  const known = choices.find((each) => each.uri === uri);
  const others = choices.filter((each) => each !== known);
  return { boards: [known ?? boardOf(server, current), ...others], current: uri };
}

/** Whether a file is an overlay that dtc compiles by itself, for a base that it does not name. */
export function isOverlay({ files }: Server, file: FileId): boolean {
  const source = files.get(file);
  return typeof source !== 'string' && hasHeader(source.text, '/plugin/');
}

async function candidatesFor(server: Server, file: FileId): Promise<BoardChoice[]> {
  const { files, index } = server;
  const source = files.get(file);
  const boards = [...index.files()].filter(
    (each) => each !== file && isRootFile(each) && !isOverlayFile(each) && index.isRoot(each),
  );
  const nearest = nearestByName(file, boards).slice(0, MOST_CANDIDATES);
  const textsOf = new Map(nearest.map((board) => [board, closureOf(server, board)] as const));
  const all = new Set([...textsOf.values()].flat());
  const unread = [...all].filter((each) => files.get(each) === 'not-loaded');
  await files.load(unread);
  const labelsBy = new Map(
    [...all].map((each) => {
      const text = files.get(each);
      return [each, typeof text === 'string' ? new Set<string>() : labelsIn(text)] as const;
    }),
  );
  const isBoard = (board: FileId): boolean => !isOverlay(server, board);
  const wanted = typeof source === 'string' ? [] : labelsReferredTo(source);
  const ranked = rankBoards(
    wanted,
    nearest.filter(isBoard),
    (board) =>
      new Set((textsOf.get(board) ?? []).flatMap((each) => [...(labelsBy.get(each) ?? [])])),
  );
  for (const each of unread) if (!server.isOpen(each)) files.forget(each);
  return ranked.map(({ board, missing }) => ({
    ...boardOf(server, board),
    detail: wordLabels(wanted.length, missing),
  }));
}

/** The files that a board is made from, as far as the index tells. */
function closureOf({ index }: Server, board: FileId): FileId[] {
  const found = new Set([board]);
  for (const each of found) for (const included of index.includedBy(each)) found.add(included);
  return [...found];
}

function wordLabels(wanted: number, missing: readonly string[]): string {
  if (wanted === 0) return '';
  if (missing.length === 0)
    return wanted === 1 ? 'has the label it refers to' : `has all ${wanted} labels it refers to`;
  const shown = missing.slice(0, 3).map((label) => `&${label}`);
  return `lacks ${shown.join(', ')}${missing.length > 3 ? ` and ${missing.length - 3} more` : ''}`;
}

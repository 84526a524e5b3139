// Tries fixes for the command line: on the boards of the work tree, inside the project.

import path from 'node:path';
import type { BoardRequest } from '../analysis/analyze.ts';
import {
  tryProposals,
  type Offer,
  type Refusal,
  type TrialBoard,
  type TrialHost,
} from '../analysis/try-proposals.ts';
import { inferIncludePaths } from '../preprocess/include-paths.ts';
import type { Finding } from '../rules/finding.ts';
import type { FileId } from '../text/span.ts';
import { Failure } from './failure.ts';
import type { CheckOptions } from './program.ts';
import type { OpenBoard, Session } from './session.ts';
import { settingsFor, type BoardSettings } from './settings.ts';

/** Boards that one file may belong to and still be changed: each is analysed twice for each fix. */
const MOST_BOARDS = 256;

/** What marks the top of a project. */
const MARKERS: readonly string[] = ['dtmap.json', '.git', '.hg', '.svn', '.repo'];

/** The board as trials take it. */
export function trialBoardOf({ request, board, findings }: OpenBoard): TrialBoard {
  return { request, analysis: { board, findings } };
}

/** What trials of fixes of `opened` read and ask. */
export async function trialHostFor(
  session: Session,
  opened: OpenBoard,
  options: CheckOptions,
): Promise<TrialHost> {
  const { shell } = session;
  const { root } = opened.boardFile;
  const project = projectFolder(session, root);
  return {
    files: shell.files,
    reader: await session.reader(),
    boardsReading: (files) => requestsReading(session, opened, files, project, options),
    load: () => Promise.resolve(),
    pause: () => Promise.resolve(),
    lockedBecause({ at }) {
      if (opened.places.isMade(at)) return 'It stands in a boot script; edit it there.';
      const folder = project === '/' ? project : `${project}/`;
      if (at.file === root || at.file.startsWith(folder)) return undefined;
      return `${session.shown(at.file)} lies outside the project (${project}); edit it by hand.`;
    },
  };
}

/** The folder of the nearest `dtmap.json` or repository above `root`, else its work tree, else the current folder. */
function projectFolder({ shell, folders }: Session, root: FileId): FileId {
  const { files, cwd } = shell;
  for (let folder = path.posix.dirname(root); ; folder = path.posix.dirname(folder)) {
    if (MARKERS.some((name) => files.exists(path.posix.join(folder, name)))) return folder;
    if (folder === path.posix.dirname(folder)) break;
  }
  const { tree, top } = inferIncludePaths(root, folders);
  // Includes may come from a tree beside the board.
  if (tree !== 'none' && root.startsWith(`${top}/`)) return top;
  return root.startsWith(`${cwd}/`) ? cwd : path.posix.dirname(root);
}

async function requestsReading(
  session: Session,
  { boardFile }: OpenBoard,
  files: readonly FileId[],
  project: FileId,
  options: CheckOptions,
): Promise<readonly BoardRequest[] | Refusal> {
  const roots = new Set<FileId>();
  for (const file of files) {
    const found = session.boards.boardsReading(file, project);
    // Standard input, or a board of another name than boards have.
    if (found === undefined && file === boardFile.root) continue;
    if (found === undefined) return { code: 'boards-unknown', file };
    if (found.length > MOST_BOARDS) return { code: 'too-many-boards', file, count: found.length };
    for (const root of found) roots.add(root);
  }
  // The board itself has been read, with what the command line says of it.
  roots.delete(boardFile.root);
  const requests: BoardRequest[] = [];
  for (const root of roots)
    try {
      requests.push(await session.requestFor(root, settingsOf(session, root, options)));
    } catch (error) {
      // A file that its settings name and that cannot be read.
      if (error instanceof Failure) return { code: 'board-unreadable', board: root };
      throw error;
    }
  return requests;
}

/** What is said of one board on the command line says nothing of the others that share a file with it. */
function settingsOf(session: Session, root: FileId, options: CheckOptions): BoardSettings {
  const common: Mutable<CheckOptions> = { ...options, overlay: [], guest: [] };
  delete common.profile;
  delete common.bootScript;
  delete common.memoryFrom;
  delete common.efiMap;
  const settings: Mutable<BoardSettings> = settingsFor(session.shell, root, common);
  // A script edits the board that it boots; in an overlay its text would be read by every board.
  if (!root.endsWith('.dts')) delete settings.bootScript;
  return settings;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What becomes of the fixes of each finding, by finding. */
export async function tryFixesOf(
  opened: OpenBoard,
  findings: readonly Finding[],
  host: TrialHost,
): Promise<ReadonlyMap<Finding, readonly Offer[]>> {
  const board = trialBoardOf(opened);
  const offers = new Map<Finding, readonly Offer[]>();
  for (const finding of findings) {
    if (finding.proposals.length === 0) continue;
    offers.set(finding, await tryProposals(finding.proposals, board, finding, host));
  }
  return offers;
}

// Tries fixes for the command line: on the boards of the work tree, inside the project.

import type { BoardRequest } from '../analysis/analyze.ts';
import {
  tryProposals,
  type Offer,
  type Refusal,
  type TrialBoard,
  type TrialHost,
} from '../analysis/try-proposals.ts';
import { isOverlayFile, isRootFile } from '../ide/include-index.ts';
import { foldersAbove } from '../ide/paths.ts';
import { findIncludes } from '../preprocess/find-includes.ts';
import type { Finding } from '../rules/finding.ts';
import { folderOf, joinPath, lastNameOf } from '../text/join-path.ts';
import type { FileId } from '../text/span.ts';
import { isSkipped, type SearchedTree } from './board-index.ts';
import { Failure } from './failure.ts';
import type { CheckOptions } from './program.ts';
import type { OpenBoard, Session } from './session.ts';
import { findProjectOf, settingsFor, type BoardSettings } from './settings.ts';

/** Boards that one file may belong to and still be changed: each is analysed twice for each fix. */
const MOST_BOARDS = 256;

/** What marks the top of a project. */
const MARKERS: readonly string[] = ['dtmap.json', '.git', '.hg', '.svn', '.repo'];

/** The board as trials take it. */
export function trialBoardOf({ request, board, findings }: OpenBoard): TrialBoard {
  return { request, analysis: { board, findings } };
}

/** What trials of fixes of `opened` read and ask. */
export function trialHostFor(
  session: Session,
  opened: OpenBoard,
  options: CheckOptions,
): TrialHost {
  const { shell } = session;
  const { root } = opened.boardFile;
  const { files } = shell;
  const project = projectFolder(session, files.realPath(root));
  return {
    files,
    cache: session.cache,
    boardsReading: (changed) => Promise.resolve(requestsReading(session, opened, changed, options)),
    load: () => Promise.resolve(),
    pause: () => Promise.resolve(),
    lockedBecause({ at }) {
      if (opened.places.isMade(at)) return 'It stands in a boot script; edit it there.';
      const real = files.realPath(at.file);
      if (real.startsWith(withSlash(project))) return undefined;
      return `${session.shown(real)} lies outside the project (${project}); edit it by hand.`;
    },
  };
}

/** The folder of the nearest `dtmap.json` or repository above `root`, else its work tree, else the current folder. */
function projectFolder(session: Session, root: FileId): FileId {
  const marked = markedFolders(session, root)[0];
  return marked ?? workTree(session, root) ?? currentFolder(session, root);
}

/** The outermost folder above `file` in which somebody may include it: all that is or may be one project. */
export function searchedFolder(session: Session, file: FileId): FileId {
  const marked = markedFolders(session, file).at(-1);
  const candidates = [
    marked ?? currentFolder(session, file),
    workTree(session, file),
    foldersAbove(file).findLast((folder) => folder.endsWith('/dts')),
  ].filter((folder) => folder !== undefined);
  return candidates.reduce((a, b) => (b.length < a.length ? b : a));
}

/** The folders above `file` that are the top of a project, innermost first. */
function markedFolders({ shell: { files } }: Session, file: FileId): FileId[] {
  const folders: FileId[] = [];
  for (let folder = folderOf(file); ; folder = folderOf(folder)) {
    if (MARKERS.some((name) => files.exists(`${folder}/${name}`))) folders.push(folder);
    if (folder === folderOf(folder)) return folders;
  }
}

function workTree({ facts }: Session, file: FileId): FileId | undefined {
  const { tree, top } = findIncludes(file, facts);
  // Includes may come from a tree beside the board.
  return tree !== 'none' && file.startsWith(withSlash(top)) ? top : undefined;
}

function currentFolder({ shell: { cwd, files } }: Session, file: FileId): FileId {
  const current = files.realPath(cwd);
  return file.startsWith(withSlash(current)) ? current : folderOf(file);
}

function withSlash(folder: FileId): string {
  return folder.endsWith('/') ? folder : `${folder}/`;
}

function requestsReading(
  session: Session,
  opened: OpenBoard,
  files: readonly FileId[],
  options: CheckOptions,
): readonly BoardRequest[] | Refusal {
  const { shell } = session;
  const roots = new Set<FileId>();
  for (const file of files) {
    // It is no file.
    if (opened.boardFile.name === '-' && file === opened.boardFile.root) continue;
    const found = rootsReading(session, opened.boardFile.root, file, options);
    if ('code' in found) return found;
    if (found.length > MOST_BOARDS) return { code: 'too-many-boards', file, count: found.length };
    for (const root of found) roots.add(root);
  }
  const requests = ownRequests(session, opened, options);
  roots.delete(nameInIndex(session, opened.boardFile.root));
  for (const root of roots)
    try {
      const own = settingsOf(shell, root, withoutCommandLine(options));
      requests.push(session.requestFor(root, own));
      const asked = settingsOf(shell, root, options);
      if (!readsAlike(own, asked)) requests.push(session.requestFor(root, asked));
    } catch (error) {
      // A file that its settings name and that cannot be read.
      if (error instanceof Failure) return { code: 'board-unreadable', board: root };
      throw error;
    }
  return requests;
}

/** The board itself has been read with what the command line says of it; others read it without. */
function ownRequests(
  session: Session,
  { boardFile: { root, name }, request, settings }: OpenBoard,
  options: CheckOptions,
): BoardRequest[] {
  if (name === '-') return [];
  const own = settingsOf(session.shell, root, withoutCommandLine(options));
  if (readsAlike(own, settings)) return [];
  const added = request.overlays.slice(settings.overlays.length);
  return [
    {
      ...request,
      overlays: [...own.overlays, ...added],
      preprocessor: session.preprocessorOf(root, own),
    },
  ];
}

/** The boards and overlays that may read `file`, by the names that have no link in their folders. */
function rootsReading(
  session: Session,
  own: FileId,
  file: FileId,
  options: CheckOptions,
): readonly FileId[] | Refusal {
  const { files } = session.shell;
  const real = files.realPath(file);
  const roots = new Set<FileId>();
  for (const top of new Set(
    [own, file].map((each) => searchedFolder(session, files.realPath(each))),
  )) {
    const tree = session.boards.treeBelow(top);
    if (tree === undefined) return { code: 'boards-unknown', file };
    if (real.startsWith(withSlash(top)) && isSkipped(real, top))
      return { code: 'not-searched', file };
    const found = tree.index.rootsOf(real, 'possible');
    for (const root of found) roots.add(root);
    const overlays = found.filter(isOverlayFile);
    if (overlays.length > 0)
      for (const root of boardsApplying(session, tree, overlays, options)) roots.add(root);
  }
  return [...roots];
}

/** The boards to which settings apply one of `overlays`, and those that a script boots, which may apply any. */
function boardsApplying(
  { shell }: Session,
  { index, projects }: SearchedTree,
  overlays: readonly FileId[],
  options: CheckOptions,
): FileId[] {
  const known = new Map<FileId, boolean>();
  const applies = (project: FileId): boolean => {
    let does = known.get(project);
    if (does === undefined) {
      does = appliesOneOf(shell, project, overlays, options);
      known.set(project, does);
    }
    return does;
  };
  if (projects.length === 0) return [];
  return [...index.files()].filter((root) => {
    const project =
      isRootFile(root) && !isOverlayFile(root) ? findProjectOf(shell, root) : undefined;
    return project !== undefined && applies(project);
  });
}

function appliesOneOf(
  shell: Session['shell'],
  project: FileId,
  overlays: readonly FileId[],
  options: CheckOptions,
): boolean {
  try {
    const settings = settingsFor(shell, project, { ...withoutCommandLine(options), overlay: [] });
    const applied = settings.overlays.map((each) => shell.files.realPath(each));
    return settings.bootScripts !== undefined || overlays.some((each) => applied.includes(each));
  } catch (error) {
    // Settings that say nothing.
    if (error instanceof Failure) return false;
    throw error;
  }
}

/** As the index names it: without links in its folder, but by its own name, which may be a link. */
function nameInIndex({ shell }: Session, root: FileId): FileId {
  return joinPath(shell.files.realPath(folderOf(root)), lastNameOf(root));
}

/** What is said of one board on the command line says nothing of the others that share a file with it. */
function settingsOf(shell: Session['shell'], root: FileId, options: CheckOptions): BoardSettings {
  const common: Mutable<CheckOptions> = { ...options, overlay: [], guest: [] };
  delete common.profile;
  delete common.bootScript;
  delete common.memoryFrom;
  delete common.efiMap;
  delete common.xenImage;
  const settings: Mutable<BoardSettings> = settingsFor(shell, root, common);
  // Overlays and scripts edit the board that they are for; an overlay by itself is none.
  if (!isOverlayFile(root)) return settings;
  delete settings.bootScripts;
  return { ...settings, overlays: [] };
}

/** Other boards are built with what their own settings say. */
function withoutCommandLine(options: CheckOptions): CheckOptions {
  return { ...options, define: [], include: [], config: undefined };
}

/** Whether two settings make the same tree of the same text. */
function readsAlike(a: BoardSettings, b: BoardSettings): boolean {
  const partsOf = ({ includePaths, defines, overlays }: BoardSettings): string =>
    JSON.stringify([includePaths, defines, overlays]);
  return partsOf(a) === partsOf(b);
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

// Tries fixes for an editor: on every board of the work tree, with turns of the event loop in between.

import type { BoardRequest } from '../analysis/analyze.ts';
import {
  boardNow,
  tryProposals,
  type Offer,
  type Refusal,
  type TrialBoard,
  type TrialHost,
} from '../analysis/try-proposals.ts';
import { isOverlayFile, isRootFile } from '../ide/include-index.ts';
import { fileName } from '../ide/paths.ts';
import { wordRefusal } from '../ide/word-refusal.ts';
import type { Finding } from '../rules/finding.ts';
import type { Proposal } from '../rules/proposal.ts';
import type { FileSet } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import type { Model } from './boards.ts';
import { lockedBecause } from './locked-files.ts';
import type { Server } from './server-state.ts';

/** Boards that one file may belong to and still be changed: each is analysed twice for each fix. */
const MOST_BOARDS = 256;

/**
 * What becomes of `proposals` about the board of `model`; `finding` is the one they are to remove. That takes time: the
 * edits are of the texts that `model` was made from (`isCurrent`).
 */
export async function tryFixes(
  server: Server,
  model: Model,
  proposals: readonly Proposal[],
  finding: Finding | undefined,
): Promise<readonly Offer[]> {
  if (proposals.length === 0) return [];
  const own = await trialBoardOf(server, model);
  if (!own) {
    const refusal: Refusal = { code: 'board-unreadable', board: model.root };
    return proposals.map(({ title }) => ({ ok: false, title, refusal }));
  }
  return tryProposals(proposals, own, finding, trialHostFor(server, model));
}

/** The board of the newest text, for trials: while that is broken, not the one that is shown. */
export async function trialBoardOf(server: Server, model: Model): Promise<TrialBoard | undefined> {
  const { board, findings } = model;
  const request = await server.boards.requestFor(model.root);
  if (!model.stale) return { request, analysis: { board, findings } };
  return boardNow(request, trialHostFor(server, model));
}

/** Whether the texts are still those that `model` was made from. */
export function isCurrent({ files }: Server, model: Model): boolean {
  const written = textsOf(model);
  for (const file of model.members) {
    const now = files.get(file);
    const then = written.get(file);
    const isSame =
      typeof now === 'string' || typeof then === 'string' ? now === then : now.text === then.text;
    // A file that nobody has asked for since it was forgotten is on the disk as it was.
    if (!isSame && now !== 'not-loaded') return false;
  }
  return true;
}

/** Why a proposal is not offered, for people. */
export function reasonOf(refusal: Refusal): string {
  return wordRefusal(refusal, fileName);
}

/** What trials about the board of `model` read and ask. */
export function trialHostFor(server: Server, model: Model): TrialHost {
  const { files } = server;
  return {
    files: withTextsOf(model, files),
    cache: server.cache,
    boardsReading: (changed) => requestsReading(server, model, changed),
    load: (missing) => files.load(missing),
    pause: () => server.pause(),
    lockedBecause: ({ at }) =>
      model.files.appended?.writtenAt(at)
        ? 'It stands in a boot script; edit it there.'
        : lockedBecause(server, at.file),
  };
}

/** The texts of a model as they are written. */
function textsOf({ files }: Model): FileSet {
  return files.appended?.base ?? files;
}

/** The files of now, where the model has read them as it read them: its spans are those of its own texts. */
function withTextsOf(model: Model, files: FileSet): FileSet {
  return {
    get: (id) => (model.members.has(id) ? textsOf(model) : files).get(id),
    bytes: (id) => files.bytes(id),
    ...(files.realPath && { realPath: files.realPath.bind(files) }),
    ...(files.linkText && { linkText: files.linkText.bind(files) }),
    ...(files.spelling && { spelling: files.spelling.bind(files) }),
  };
}

/** The boards and overlays that may read `file`: those of the index, and those that were seen to. */
function rootsReading({ index, boards, files }: Server, file: FileId): FileId[] {
  const realPath = (each: FileId): FileId => files.realPath?.(each) ?? each;
  const real = realPath(file);
  const found = new Set(index.rootsOf(file, 'possible'));
  for (const { root, members } of boards.models)
    if ([...members].some((member) => realPath(member) === real)) found.add(root);
  const overlays = [...found].filter(isOverlayFile);
  if (overlays.length > 0)
    for (const root of index.files())
      if (
        !isOverlayFile(root) &&
        isRootFile(root) &&
        overlays.some((each) => boards.isAppliedTo(each, root))
      )
        found.add(root);
  return [...found];
}

async function requestsReading(
  server: Server,
  model: Model,
  changed: readonly FileId[],
): Promise<readonly BoardRequest[] | Refusal> {
  const { scan, index, folders, boards } = server;
  for (const file of changed) scan.throughout(index.canonical(file), folders);
  await scan.finished();
  await scan.refresh(server.openFiles());
  const roots = new Set<FileId>();
  for (const file of changed) {
    const searched = index.canonical(file);
    if (!scan.isWhole(searched)) return { code: 'boards-unknown', file };
    if (scan.isSkipped(searched) && !isRootFile(file)) return { code: 'not-searched', file };
    const found = rootsReading(server, file);
    if (found.length > MOST_BOARDS) return { code: 'too-many-boards', file, count: found.length };
    for (const root of found) roots.add(root);
  }
  roots.delete(model.root);
  roots.delete(index.canonical(model.root));
  return Promise.all([...roots].map((root) => boards.requestFor(root)));
}

// What the status bar says about a document.

import { openFacts, wordOpenFacts } from '../ide/list-facts.ts';
import { hasHeader } from '../ide/has-header.ts';
import { wordUnreadText } from '../memory/unread-text.ts';
import { fileName } from '../ide/paths.ts';
import type { FileId } from '../text/span.ts';
import type { Board, Status } from './custom-requests.ts';
import type { Server } from './server-state.ts';

/** The board a document is read through, the targets, and whether the model is up to date. */
export function statusOf(server: Server, file: FileId): Status {
  const root = server.boards.rootOf(file);
  const model = server.boards.modelOf(file);
  const because = reasonOf(server, file, root);
  const facts = model && wordOpenFacts(openFacts(model.board));
  const chosen = root === file ? server.boards.chosenFor(file) : undefined;
  const needs = chosen === undefined ? needOf(server, file, root) : undefined;
  return {
    uri: server.uriOf(file),
    ...(root !== undefined && { board: boardOf(server, root) }),
    ...(chosen !== undefined && { base: boardOf(server, chosen) }),
    ...(needs && { needs }),
    targets: server.targetsOf(root),
    state: !model && because === undefined ? 'loading' : model?.stale ? 'stale' : 'ready',
    ...(because !== undefined && { because }),
    ...(facts !== undefined && { facts }),
    ...(model && root !== undefined && { bindings: wordBindings(server, root) }),
  };
}

/** Which bindings are used, for the tooltip. */
function wordBindings(server: Server, root: FileId): string {
  const state = server.bindingsOf(root);
  if (state.kind === 'none')
    return 'Bindings: none found above this board; set `dtmap.bindings.dir` to check against some.';
  if (state.kind === 'reading') return `Bindings: reading ${state.folder}.`;
  const [fault] = state.bindings.faults;
  const count = state.bindings.files.size;
  return `Bindings: ${count} in ${state.folder}${fault ? `; ${fileName(fault.file)} ${fault.because}` : ''}.`;
}

/** A board with a label that is as short as it stays clear: the path below `dts/` or the workspace folder. */
export function boardOf(server: Server, root: FileId): Board {
  const folder = server.folders.find((each) => root.startsWith(`${each}/`));
  const below = /\/(?:dts|boards)\/((?:[^/]+\/)?[^/]+)$/.exec(root)?.[1];
  const label =
    below ??
    (folder === undefined ? root.slice(root.lastIndexOf('/') + 1) : root.slice(folder.length + 1));
  return { uri: server.uriOf(root), label };
}

/** What the user is asked for: an overlay's base, or a board for a file that none was found to include. */
function needOf(
  server: Server,
  file: FileId,
  root: FileId | undefined,
): 'base' | 'board' | undefined {
  if (root !== file) return undefined;
  const source = server.files.get(file);
  if (typeof source !== 'string' && hasHeader(source.text, '/plugin/')) return 'base';
  const unread = server.boards.modelOf(file)?.unread;
  return unread?.because === 'no-board' && !server.scan.isRunning ? 'board' : undefined;
}

function reasonOf(server: Server, file: FileId, root: FileId | undefined): string | undefined {
  const model = server.boards.modelOf(file);
  const unread = model?.unread;
  if (model?.stale)
    return unread
      ? `${wordUnreadText(unread)}; what is shown is from before that.`
      : 'The text is broken at the moment; what is shown is from before that.';
  if (unread?.because === 'no-board' && server.index.isRoot(file))
    return 'No board for this overlay was found, so its memory is unknown: choose a board.';
  if (unread && unread.because !== 'no-board')
    return `${wordUnreadText(unread)}, so the memory of this board is unknown.`;
  const failed = server.boards.reasonFor(file);
  if (failed !== undefined) return failed;
  const chosen = server.boards.chosenFor(file);
  if (root === file && chosen !== undefined)
    return server.index.isRoot(file)
      ? `Applied to ${fileName(chosen)}.`
      : `${fileName(chosen)} does not include this file: it is read behind it.`;
  if (needOf(server, file, root) === 'base')
    return 'Choose the base of this overlay, so that its labels and its memory are checked.';
  if (root === undefined || server.index.isRoot(file)) return undefined;
  if (server.scan.isRunning && root === file)
    return 'Looking for the boards that include this file.';
  const count = server.index.rootsOf(file).length;
  // Of a very large tree only a part is searched, and of one that must be asked for the part up to the first boards.
  const isWhole = server.scan.isWhole(file);
  if (root === file)
    return isWhole
      ? 'No board that includes this file was found, so its memory is unknown: choose a board.'
      : 'None of the boards that were searched includes this file: choose a board.';
  return count > 1
    ? `One of ${isWhole ? '' : 'at least '}${count} boards that include this file.`
    : undefined;
}

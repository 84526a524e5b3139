// What the status bar says about a document.

import { openFacts, wordOpenFacts } from '../ide/list-facts.ts';
import { fileName } from '../ide/paths.ts';
import { wordUnreadText } from '../memory/unread-text.ts';
import type { FileId } from '../text/span.ts';
import type { Board, Status } from './custom-requests.ts';
import type { Server } from './server-state.ts';

/** The board a document is read through, the targets, and whether the model is up to date. */
export function statusOf(server: Server, file: FileId): Status {
  const root = server.boards.rootOf(file);
  const model = server.boards.modelOf(file);
  const because = reasonOf(server, file, root);
  const facts = model && wordOpenFacts(openFacts(model.board));
  return {
    uri: server.uriOf(file),
    ...(root !== undefined && { board: boardOf(server, root) }),
    targets: server.settings.targets,
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

function reasonOf(server: Server, file: FileId, root: FileId | undefined): string | undefined {
  const model = server.boards.modelOf(file);
  const unread = model?.unread;
  if (model?.stale)
    return unread
      ? `${wordUnreadText(unread)}; what is shown is from before that.`
      : 'The text is broken at the moment; what is shown is from before that.';
  if (unread?.because === 'no-board' && server.index.isRoot(file))
    return 'No board for this overlay was found, so its memory is unknown.';
  if (unread && unread.because !== 'no-board')
    return `${wordUnreadText(unread)}, so the memory of this board is unknown.`;
  const failed = server.boards.reasonFor(file);
  if (failed !== undefined) return failed;
  if (root === undefined || server.index.isRoot(file)) return undefined;
  if (server.scan.isRunning && root === file)
    return 'Looking for the boards that include this file.';
  const count = server.index.rootsOf(file).length;
  if (root === file) return 'No board that includes this file was found, so its memory is unknown.';
  return count > 1 ? `One of ${count} boards that include this file.` : undefined;
}

// Which files are not ours to change.

import { fileName } from '../ide/paths.ts';
import type { FileId } from '../text/span.ts';
import type { Server } from './server-state.ts';

function realPath({ files }: Server, id: FileId): FileId {
  return files.realPath?.(id) ?? id;
}

/** Why `file` must not be edited: read-only, or outside everything that is open. Undefined when it may be. */
export function lockedBecause(server: Server, file: FileId): string | undefined {
  if (server.files.isReadOnly(file)) return `${fileName(file)} is read-only.`;
  const real = realPath(server, file);
  const isWithin = (name: FileId, folder: FileId): boolean => name.startsWith(`${folder}/`);
  if (server.folders.some((folder) => isWithin(real, realPath(server, folder)))) return undefined;
  // What was opened from elsewhere is meant to be edited; what a link of the workspace leads to may be somebody else's.
  const isLink = server.folders.some((folder) => isWithin(file, folder));
  if (server.isOpen(file) && !isLink) return undefined;
  return `${fileName(file)} lies outside the workspace (${real}).`;
}

// Which files are not ours to change.

import { fileName } from '../ide/paths.ts';
import type { FileId } from '../text/span.ts';
import type { Server } from './server-state.ts';

/** Why `file` must not be edited: read-only, or outside everything that is open. Undefined when it may be. */
export function lockedBecause(server: Server, file: FileId): string | undefined {
  if (server.files.isReadOnly(file)) return `${fileName(file)} is read-only.`;
  if (server.isOpen(file)) return undefined;
  if (server.folders.some((folder) => file.startsWith(`${folder}/`))) return undefined;
  return `${fileName(file)} lies outside the workspace (${file}).`;
}

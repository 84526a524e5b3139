// Where the bindings of a board's work tree are.

import { folderOf } from '../text/join-path.ts';
import type { FileId } from '../text/span.ts';

/** Where projects keep them, from the top of a work tree: Linux, U-Boot, and the tree that has boards and bindings alone. */
const places = ['Documentation/devicetree/bindings', 'dts/upstream/Bindings', 'Bindings'];

/** Folders that may have the bindings of `board`: in each folder above it, the nearest first. */
export function* bindingFolders(board: FileId): Generator<FileId> {
  for (let folder = folderOf(board); ; folder = folderOf(folder)) {
    for (const place of places) yield `${folder === '/' ? '' : folder}/${place}`;
    if (folder === folderOf(folder)) return;
  }
}

/** The first of them that exists; undefined when none does. */
export function findBindings(board: FileId, exists: (file: FileId) => boolean): FileId | undefined {
  for (const folder of bindingFolders(board)) if (exists(folder)) return folder;
  return undefined;
}

/** Whether a file's name is that of a binding. */
export function isBindingName(name: string): boolean {
  return name.endsWith('.yaml') && !name.startsWith('.');
}

// One name for each file of a tree, where links in the tree give it several.

import { folderOf } from '../text/join-path.ts';
import type { FileSet } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';

/**
 * The name that a file or folder has in the tree it shares with `root`, without the links that lie in between: what Linux reads through
 * `scripts/dtc/include-prefixes/arm` is the file in `arch/arm/boot/dts` that people open. How the tree itself was reached is kept, and so
 * is the name of what a link brings from outside.
 */
export function nameInTree(files: Pick<FileSet, 'realPath'>, root: FileId, id: FileId): FileId {
  const real = files.realPath?.(id) ?? id;
  if (real === id) return id;
  let top = folderOf(root);
  while (!id.startsWith(`${top}/`)) {
    const above = folderOf(top);
    if (above === top) return id;
    top = above;
  }
  const realTop = files.realPath?.(top) ?? top;
  return real.startsWith(`${realTop}/`) ? top + real.slice(realTop.length) : id;
}

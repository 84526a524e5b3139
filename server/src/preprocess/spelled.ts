// Names of files in the case that the disk has, where a disk ignores case and a source wrote another one.

import { folderOf, lastNameOf } from '../text/join-path.ts';
import type { FileSet } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';

/** `id`, the file that `path` was found as, with the names that `path` wrote as their folders have them. */
export function spelled(files: Pick<FileSet, 'spelling'>, id: FileId, path: string): FileId {
  if (!files.spelling) return id;
  let above = id;
  let below = '';
  for (const part of path.split('/').reverse()) {
    // A drive, or another machine, has no name in a folder.
    if (part === '..' || folderOf(above) === above) break;
    if (part === '.' || part === '') continue;
    below = `/${files.spelling(above) ?? lastNameOf(above)}${below}`;
    above = folderOf(above);
  }
  return above + below;
}

// Symbolic links that were checked out as text: where a system has none, git writes a file with the link's target in it.

import { folderOf, joinPath } from './join-path.ts';
import type { FileId } from './span.ts';

/** Bytes of the longest file that may stand for a link: nobody's is longer. */
export const longestLinkText = 1024;

/** What stands under a name; of a file that is no longer than `longestLinkText` its text. */
export type Standing = 'absent' | 'folder' | 'file' | { readonly text: string };

/** Where a name leads when links that are text are followed. */
export interface Followed {
  /** The name without such links; of what is not there, the name that it would have. */
  readonly file: FileId;
  readonly isThere: boolean;
  /** The first link in the name; undefined when there is none. */
  readonly link: LinkText | undefined;
}

/** A link that was written as text, in the name of a file. */
export interface LinkText {
  /** The link itself: the file's own name, or that of a folder above it. */
  readonly name: FileId;
  /** The file's name without such links. */
  readonly behind: FileId;
}

/** Links in a row, after which one leads in a circle. */
const mostLinks = 40;

/**
 * The relative path that is all of a file's text, as git writes a link with core.symlinks=false (it adds no line end, some
 * editors do); undefined for any other text. Whether there is something at that path is for others to tell.
 */
export function readLinkText(text: string): string | undefined {
  if (text.length === 0 || text.length > longestLinkText) return undefined;
  const path = text.replace(/\r?\n$/, '');
  // Source begins with neither of these and has some of those; `C:` begins an absolute path.
  if (!/^[^\s/#"<>|?*:;{}\\][^\p{Cc}"<>|?*;{}\\]*$/u.test(path)) return undefined;
  return /^[A-Za-z]:/.test(path) ? undefined : path.replace(/\/+$/, '');
}

/**
 * Follows the links in `file`: asks for one name after the other, is told what stands there, and returns where it leads.
 * A text that leads nowhere is no link.
 */
export function* followLinks(
  file: FileId,
  left: number = mostLinks,
): Generator<FileId, Followed, Standing> {
  const standing = yield file;
  if (typeof standing === 'object') {
    if (left === 0) return { file, link: undefined, isThere: false };
    const link = yield* leadOf(file, standing.text, left);
    return link ?? { file, link: undefined, isThere: true };
  }
  if (standing !== 'absent') return { file, link: undefined, isThere: true };
  // One of the folders above may be a link.
  for (let folder = folderOf(file); ; folder = folderOf(folder)) {
    const above = folder === '' || folder === folderOf(folder) ? 'folder' : yield folder;
    if (above === 'absent') continue;
    if (typeof above === 'object') {
      const lead = yield* leadOf(folder, above.text, left);
      if (lead?.link !== undefined) {
        const to = yield* followLinks(lead.file + file.slice(folder.length), left - 1);
        return { ...to, link: { name: folder, behind: to.file } };
      }
    }
    return { file, link: undefined, isThere: false };
  }
}

/** Where a file of that text leads as a link; undefined when it is none. */
function* leadOf(
  name: FileId,
  text: string,
  left: number,
): Generator<FileId, Followed | undefined, Standing> {
  const path = left > 0 ? readLinkText(text) : undefined;
  const target = path === undefined ? name : joinPath(folderOf(name), path);
  if (target === name) return undefined;
  const { file, isThere } = yield* followLinks(target, left - 1);
  return isThere ? { file, link: { name, behind: file }, isThere } : undefined;
}

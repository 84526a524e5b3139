// Path arithmetic on file identities: absolute paths (also Windows ones) and URIs, always with `/`.

import type { FileId } from './span.ts';

/** What precedes the path proper: a URI's scheme and authority, a drive letter, `//server/share`, or nothing. */
function rootLength(id: FileId): number {
  const share = /^\/\/[^/]+\/[^/]+/.exec(id);
  if (share !== null) return share[0].length;
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]+:\/\/[^/]*/.exec(id);
  if (scheme !== null) return scheme[0].length;
  return /^[A-Za-z]:(?=\/)/.test(id) ? 2 : 0;
}

/** The folder a file lies in, without a `/` at the end; the root's own folder is the root. */
export function folderOf(id: FileId): FileId {
  const slash = id.lastIndexOf('/');
  return slash < rootLength(id) ? id : id.slice(0, slash);
}

/** The last name of a file or folder; empty for a root. */
export function lastNameOf(id: FileId): string {
  return id.slice(Math.max(id.lastIndexOf('/') + 1, rootLength(id)));
}

/**
 * The path from `folder` to `file`, with `..` where it leads up; empty for the folder itself, undefined when they are on different
 * drives, servers or schemes. Case does not tell names of Windows apart.
 */
export function relativePath(folder: FileId, file: FileId): string | undefined {
  const root = folder.slice(0, rootLength(`${folder}/`));
  if (file.slice(0, rootLength(`${file}/`)).toLowerCase() !== root.toLowerCase()) return undefined;
  const ignoresCase = /^(?:[A-Za-z]:|\/\/)/.test(root);
  const namesOf = (id: FileId): string[] => id.slice(root.length).split('/').filter(Boolean);
  const from = namesOf(folder);
  const to = namesOf(file);
  const isSame = (a = '', b = ''): boolean =>
    a === b || (ignoresCase && a.toLowerCase() === b.toLowerCase());
  let common = 0;
  while (common < from.length && common < to.length && isSame(from[common], to[common]))
    common += 1;
  return [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/');
}

/**
 * The identity of `path` seen from `folder`: `.` and `..` are resolved as text, an absolute path keeps only the URI's
 * scheme and authority of `folder`, its drive, its `//server/share`, or nothing of it.
 */
export function joinPath(folder: FileId, path: string): FileId {
  const isWindows = /^[A-Za-z]:\//.test(path);
  const root = isWindows ? path.slice(0, 2).toLowerCase() : folder.slice(0, rootLength(folder));
  const isAbsolute = isWindows || path.startsWith('/');
  const whole = isAbsolute ? path.slice(isWindows ? 2 : 0) : `${folder.slice(root.length)}/${path}`;
  if (!/(^|\/)\.{0,2}(\/|$)/.test(whole.slice(1))) return root + whole;
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part === '..' && !whole.startsWith('/')) parts.push(part);
    else if (part !== '.' && part !== '' && part !== '..') parts.push(part);
  }
  return root + (whole.startsWith('/') ? '/' : '') + parts.join('/');
}

// Path arithmetic on file ids, which are paths or URIs.

import type { FileId } from '../text/span.ts';

const SCHEME = /^[A-Za-z][\w+.-]+:/;

/** The folders above a file, innermost first, without `/` at their ends. */
export function foldersAbove(file: FileId): FileId[] {
  const hasAuthority = SCHEME.test(file) || /^\/\/[^/]/.test(file);
  const start = hasAuthority ? file.indexOf('/', file.indexOf('//') + 2) : 0;
  const folders: FileId[] = [];
  for (let end = file.lastIndexOf('/'); end > start; end = file.lastIndexOf('/', end - 1))
    folders.push(file.slice(0, end));
  return folders;
}

/** `path` as seen from `folder`; an absolute path stays itself. */
export function resolvePath(folder: FileId, path: string): FileId {
  if (path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) || SCHEME.test(path))
    return path.replaceAll('\\', '/');
  const parts = folder.split('/');
  for (const part of path.split(/[\\/]/)) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** The last name of a path. */
export function fileName(file: FileId): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

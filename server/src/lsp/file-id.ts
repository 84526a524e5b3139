// Between the protocol's URIs and the core's file ids: a path for files of the disk, the URI itself for all others.

import type { FileId } from '../text/span.ts';

const SCHEME = /^[A-Za-z][\w+.-]+:/;

/** `/work/board.dts` for `file:///work/board.dts`, `c:/board.dts` for a drive; any other URI as it is. */
export function fileIdOf(uri: string): FileId {
  if (!uri.startsWith('file://')) return uri;
  const path = decodeURIComponent(uri.slice('file://'.length));
  const drive = /^\/([A-Za-z]):/.exec(path);
  if (drive) return `${(drive[1] ?? '').toLowerCase()}:${path.slice(3)}`;
  return path.startsWith('/') ? path : `//${path}`;
}

/** The URI of a file id, percent-encoded as Node's pathToFileURL does. */
export function uriOf(file: FileId): string {
  if (SCHEME.test(file)) return file;
  const path = file.startsWith('/') ? file : `/${file}`;
  return `file://${encodeURI(path).replaceAll('#', '%23').replaceAll('?', '%3F')}`;
}

// Between the protocol's URIs and the core's file ids: a path for files of the disk, the URI itself for all others.

import type { FileId } from '../text/span.ts';

const SCHEME = /^[A-Za-z][\w+.-]+:/;

/**
 * `/work/board.dts` for `file:///work/board.dts`, `c:/board.dts` for a drive, `//server/share/board.dts` for a file of
 * another machine, also where its URI has four or five slashes; any other URI as it is. A `%` that encodes nothing
 * stands for itself.
 */
export function fileIdOf(uri: string): FileId {
  const rest = /^file:\/\/(.*)$/is.exec(uri)?.[1];
  if (rest === undefined) return uri;
  const path = decodeEscapes(rest);
  const drive = /^\/([A-Za-z]):/.exec(path);
  if (drive) return `${(drive[1] ?? '').toLowerCase()}:${path.slice(3)}`;
  const local = path.replace(/^localhost(?=\/)/i, '');
  return local.startsWith('/') ? local.replace(/^\/{2,}/, '//') : `//${local}`;
}

/** The URI of a file id, percent-encoded as Node's pathToFileURL does. */
export function uriOf(file: FileId): string {
  if (SCHEME.test(file)) return file;
  const encoded = encodeURI(file.replace(LONE_SURROGATES, '\ufffd'))
    .replaceAll('#', '%23')
    .replaceAll('?', '%3F');
  // Another machine's name is the authority.
  if (/^\/\/[^/]/.test(encoded)) return `file:${encoded}`;
  return `file://${encoded.startsWith('/') ? '' : '/'}${encoded}`;
}

const LONE_SURROGATES = /\p{Surrogate}/gu;

function decodeEscapes(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

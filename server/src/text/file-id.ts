// Between the protocol's URIs and the core's file ids: a path for files of the disk, a decoded URI for all others.

import type { FileId } from './span.ts';

const SCHEME = /^[A-Za-z][\w+.-]+:/;

/**
 * `/work/board.dts` for `file:///work/board.dts`, `c:/board.dts` for a drive, `//server/share/board.dts` for a file of
 * another machine, also where its URI has four or five slashes. Of other schemes the path is decoded, so that a name is the
 * same whether the client or an include wrote it; a URI with a query or fragment stays as it is. A `%` that encodes
 * nothing stands for itself.
 */
export function fileIdOf(uri: string): FileId {
  const rest = /^file:\/\/(.*)$/is.exec(uri)?.[1];
  if (rest === undefined) return otherIdOf(uri);
  const path = decodeEscapes(rest);
  const drive = /^\/([A-Za-z]):/.exec(path);
  if (drive) return `${(drive[1] ?? '').toLowerCase()}:${path.slice(3)}`;
  const local = path.replace(/^localhost(?=\/)/i, '');
  return local.startsWith('/') ? local.replace(/^\/{2,}/, '//') : `//${local}`;
}

/** The URI of a file id, percent-encoded as VS Code does, so that its strings and ours are equal. */
export function uriOf(file: FileId): string {
  const other = partsOf(file);
  if (other)
    return other.path === undefined
      ? file
      : `${other.origin}${encodePath(other.path, KEPT_ESCAPE)}`;
  const encoded = encodePath(file);
  // Another machine's name is the authority.
  if (/^\/\/[^/]/.test(encoded)) return `file:${encoded}`;
  return `file://${encoded.startsWith('/') ? '' : '/'}${encoded}`;
}

/** Escapes that stay in the ids of other schemes, where they tell a name from a query; and every other `%`. */
const KEPT_ESCAPE = /%(?:25|3F|23)/gi;

function otherIdOf(uri: string): FileId {
  const parts = partsOf(uri);
  if (parts?.path === undefined) return uri;
  const path = parts.path.split(KEPT_ESCAPE).map(decodeEscapes);
  const kept = parts.path.match(KEPT_ESCAPE) ?? [];
  return `${parts.origin}${path.map((text, index) => text + (kept[index] ?? '').toUpperCase()).join('')}`;
}

/** Scheme and authority, and the path behind them where nothing follows it; undefined for a path of the disk. */
function partsOf(
  uri: string,
): { readonly origin: string; readonly path: string | undefined } | undefined {
  if (!SCHEME.test(uri)) return undefined;
  const [, origin = uri, path] = /^([A-Za-z][\w+.-]+:(?:\/\/[^/?#]*)?)([^?#]*)$/s.exec(uri) ?? [];
  return { origin, path };
}

const LONE_SURROGATES = /\p{Surrogate}/gu;

/** All but letters, digits and `-._~/` is escaped; what `kept` matches is an escape already. */
function encodePath(path: string, kept?: RegExp): string {
  const encode = (text: string): string =>
    encodeURIComponent(text.replace(LONE_SURROGATES, '\ufffd'))
      .replaceAll('%2F', '/')
      .replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
  if (!kept) return encode(path);
  const escapes = path.match(kept) ?? [];
  return path
    .split(kept)
    .map((text, index) => encode(text) + (escapes[index] ?? ''))
    .join('');
}

function decodeEscapes(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

// From the name of a file, as people write it on the command line and in settings, to its identity.

import { fileIdOf } from './file-id.ts';
import { joinPath } from './join-path.ts';
import type { FileId } from './span.ts';

/** Whether `folder` is on a disk of Windows, as its drive or its server tells. */
export function isOnWindows(folder: FileId): boolean {
  return /^(?:[A-Za-z]:|\/\/[^/])/.test(folder);
}

/** The identity of a path as the operating system of `cwd`, or of the path itself, writes it. */
export function fileIdOfPath(path: string): FileId {
  if (!/^(?:[A-Za-z]:|\\\\|\/\/[^/])/.test(path)) return path;
  // `\\?\` and `\\.\` lift limits of Windows, and are no part of a name.
  const plain = path
    .replaceAll('\\', '/')
    .replace(/^\/\/[?.]\/UNC\//i, '//')
    .replace(/^\/\/[?.]\//, '');
  return plain.replace(/^[A-Z]:/, (drive) => drive.toLowerCase());
}

/**
 * The identity of what `name` means in `folder`: `soc.dtsi`, `..\soc.dtsi`, `C:\work\soc.dtsi`, `c:/work/soc.dtsi`,
 * `\\server\share\soc.dtsi`, `file:///C:/work/soc.dtsi` or another URI. Whether `\` stands between folders is for Windows to say, and
 * for files that are read on every system (`anywhere`); in a name given to a shell of Linux it is a letter.
 */
export function resolveName(
  name: string,
  folder: FileId,
  written: 'here' | 'anywhere' = 'here',
): FileId {
  if (/^[A-Za-z][\w+.-]+:\/\//.test(name)) return idOfUri(name, isOnWindows(folder));
  const isWindows = isOnWindows(folder);
  const path = isWindows || written === 'anywhere' ? name.replaceAll('\\', '/') : name;
  const [, drive, below] =
    isWindows || written === 'anywhere' ? (/^([A-Za-z]:)([^]*)$/.exec(path) ?? []) : [];
  if (drive !== undefined && below !== undefined) {
    const own = drive.toLowerCase();
    if (below.startsWith('/')) return joinPath(`${own}/`, below);
    // `C:soc.dtsi` is in the folder where one is on that drive.
    return joinPath(folder.startsWith(`${own}/`) ? folder : `${own}/`, below);
  }
  if (isWindows && /^\/\/[^/]/.test(path)) {
    const share = fileIdOfPath(path);
    const [root = ''] = /^(?:\/\/[^/]+\/[^/]+|[a-z]:)/.exec(share) ?? [];
    return joinPath(`${root}/`, share.slice(root.length) || '/');
  }
  return joinPath(folder, path);
}

/** Whether a name says by itself which file it means, whatever folder it is seen from. */
export function isAbsoluteName(name: string, folder: FileId): boolean {
  if (/^[A-Za-z][\w+.-]+:\/\//.test(name) || name.startsWith('/')) return true;
  return isOnWindows(folder) && /^(?:\\|[A-Za-z]:[\\/])/.test(name);
}

/** A `file:` URI that means no file here stays as it is, for whoever reads files to say why. */
function idOfUri(uri: string, isWindows: boolean): FileId {
  const [, host = '', path] = /^file:\/\/([^/?#]*)(\/[^?#]*)$/i.exec(uri) ?? [];
  if (path === undefined) return /^file:/i.test(uri) ? uri : fileIdOf(uri);
  if (/%(?:2f|00)/i.test(path) || (isWindows && /%5c/i.test(path))) return uri;
  if (isWindows) return fileIdOf(uri);
  if (host !== '' && host.toLowerCase() !== 'localhost') return uri;
  try {
    return joinPath('/', decodeURIComponent(path));
  } catch {
    return uri;
  }
}

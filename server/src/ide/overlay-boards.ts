// Which board a Zephyr overlay is read through: an overlay is no tree of its own, the build reads it behind the board's `.dts`.

import type { FileId } from '../text/span.ts';
import { hasHeader } from './has-header.ts';
import type { IncludeIndex } from './include-index.ts';
import { fileName, foldersAbove } from './paths.ts';

/** Whether a file is a part that Zephyr reads behind a board's `.dts`; an overlay with a header of its own is dtc's. */
export function isZephyrOverlay(file: FileId, text: string): boolean {
  return /\.overlay$/i.test(file) && !hasHeader(text, '/dts-v1/') && !hasHeader(text, '/plugin/');
}

/** Folders above an overlay in which its application or a build of it may be. */
const MOST_LEVELS = 4;

/** Files that may name the board of an overlay, the most telling first; most are not there. */
export function namesBoardOf(overlay: FileId): FileId[] {
  return foldersAbove(overlay)
    .slice(0, MOST_LEVELS)
    .flatMap((folder) => [`${folder}/build/CMakeCache.txt`, `${folder}/CMakeLists.txt`]);
}

/**
 * The board of an overlay among the files of `index`: that of its own name, else the one a build was made for or
 * `CMakeLists.txt` sets. `textOf` gives the files of `namesBoardOf`. Undefined when there is none.
 */
export function boardOfOverlay(
  overlay: FileId,
  index: IncludeIndex,
  textOf: (file: FileId) => string | undefined,
): FileId | undefined {
  const own = fileName(overlay).replace(/\.overlay$/i, '');
  const named = namesBoardOf(overlay).flatMap((file) => boardIn(textOf(file) ?? '') ?? []);
  for (const target of [own, ...named])
    for (const name of fileNamesOf(target)) {
      const found = index.named(`${name}.dts`);
      const board = found.find((each) => each.includes('/boards/')) ?? found[0];
      if (board !== undefined) return board;
    }
  return undefined;
}

/** The board a cache or a list of CMake names. */
function boardIn(text: string): string | undefined {
  const cached = /^(?:CACHED_)?BOARD:\w+=(\S+)/m.exec(text)?.[1];
  return cached ?? /^[ \t]*set[ \t]*\([ \t]*BOARD[ \t]+"?([\w@/.-]+)/im.exec(text)?.[1];
}

/** Names that the `.dts` of a board target may have: with its qualifiers, without a revision, by its first word alone. */
function fileNamesOf(target: string): string[] {
  const bare = target.replace(/@[^/]*/, '');
  const whole = bare.replaceAll('/', '_');
  return [
    ...new Set([
      whole,
      whole.replace(/_(?:\d+(?:_\d+){0,2}|[A-Z])$/, ''),
      ...(bare.includes('/') ? [bare.slice(0, bare.indexOf('/'))] : []),
    ]),
  ];
}

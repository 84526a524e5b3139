// Where the includes of a board are looked for when nobody said so.

import type { FileId } from '../text/span.ts';
import { foldersAbove, resolvePath } from './paths.ts';

/**
 * Folders worth having on the include path of `file`, by work tree: Linux, U-Boot, Zephyr, Buildroot or Yocto. For each
 * folder above the file, innermost first; most do not exist, which the caller finds out.
 */
export function includeFolderCandidates(file: FileId): FileId[] {
  const architecture = /\/arch\/([^/]+)\//.exec(file)?.[1] ?? /\/src\/([^/]+)\//.exec(file)?.[1];
  const below = [
    'scripts/dtc/include-prefixes',
    'include',
    'dts/upstream/src',
    ...(architecture === undefined ? [] : [`dts/upstream/src/${architecture}`]),
    'dts/upstream/include',
    ...(architecture === undefined ? [] : [`arch/${architecture}/dts`]),
    ...(architecture === undefined ? [] : [`arch/${architecture}/boot/dts`]),
    'dts',
    'dts/common',
    ...(architecture === undefined ? [] : [`dts/${architecture}`]),
  ];
  const candidates = foldersAbove(file).flatMap((folder) => [
    // Folders of boards: `<st/stm32.dtsi>` in Zephyr, `<qcom/msm8916.dtsi>` in copies of Linux' files.
    ...(/\/dts(?:\/|$)/.test(folder) ? [folder] : []),
    ...below.map((name) => `${folder}/${name}`),
  ]);
  const own = foldersAbove(file)[0];
  return [...new Set(own === undefined ? candidates : [own, ...candidates])];
}

/** What a recorded compiler call says: `-I` and `-isystem` folders as written, `-D` macros. */
export interface RecordedCommand {
  readonly includePaths: readonly string[];
  readonly defines: ReadonlyMap<string, string>;
}

/** Where kbuild records the command that made a board's blob: `.name.dtb.cmd` beside the source. */
export function recordedCommandFile(board: FileId): FileId {
  const slash = board.lastIndexOf('/');
  const name = board.slice(slash + 1).replace(/\.dtso?$/, '');
  const kind = board.endsWith('.dtso') ? 'dtbo' : 'dtb';
  return `${board.slice(0, slash)}/.${name}.${kind}.cmd`;
}

/** Reads the preprocessor's options out of a recorded command. */
export function readRecordedCommand(text: string): RecordedCommand {
  const includePaths = new Set<string>();
  const defines = new Map<string, string>();
  const first = text.split('\n', 1)[0] ?? '';
  for (const match of first.matchAll(
    /(?:^|\s)(-I|-isystem|-D)\s*(?:'([^']*)'|"([^"]*)"|([^\s'"]+))/g,
  )) {
    const value = match[2] ?? match[3] ?? match[4] ?? '';
    if (match[1] === '-D') {
      const equals = value.indexOf('=');
      if (equals < 0) defines.set(value, '1');
      else defines.set(value.slice(0, equals), value.slice(equals + 1));
    } else includePaths.add(value);
  }
  return { includePaths: [...includePaths], defines };
}

/** The places a folder of a recorded command may be: it is relative to the top of the build or source tree. */
export function recordedFolderCandidates(board: FileId, folder: string): FileId[] {
  return [...new Set(foldersAbove(board).map((above) => resolvePath(above, folder)))];
}

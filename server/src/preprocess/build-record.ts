// What a build recorded of how it made a board: include folders and macros, which win over what a layout tells.

import { folderOf, joinPath } from '../text/join-path.ts';
import type { FileId } from '../text/span.ts';

/** A compiler call that a build recorded for a board. */
export interface BuildCommand {
  /** `-I` folders, then dtc's `-i` folders that are not among them. */
  readonly includePaths: readonly FileId[];
  /** `-D` macros without those that the preprocessor always defines. */
  readonly defines: ReadonlyMap<string, string>;
  /** `-include` files. */
  readonly includeFirst: readonly FileId[];
  /** What the build added to the end of the board: names as in `#include "..."`. */
  readonly includeLast: readonly string[];
}

/** Where kbuild records how it built the board `root`: `.NAME.dtb.cmd` beside it, or in a build folder of its tree. */
export function buildCommandCandidates(root: FileId): readonly FileId[] {
  const own = folderOf(root);
  const name = root.slice(own.length + 1).replace(/\.dtso?$/, '');
  const files = [`.${name}.dtb.cmd`, `.${name}.dtbo.cmd`];
  const tree = /^([^]*)\/(arch\/[^/]+\/(?:boot\/)?dts(?:\/[^]*)?|dts\/upstream\/[^]*)$/.exec(own);
  const built = ['build', 'out', 'obj', '../build', '../out'].flatMap((folder) =>
    tree === null ? [] : [joinPath(tree[1] ?? '', `${folder}/${tree[2] ?? ''}`)],
  );
  return [own, ...built].flatMap((folder) => files.map((file) => `${folder}/${file}`));
}

/**
 * Reads a `.cmd` file that kbuild saved at `id`. Relative paths in it begin where make ran, which is told by the name of
 * the target it was saved for. Undefined when it holds no compiler call.
 */
export function parseBuildCommand(id: FileId, text: string): BuildCommand | undefined {
  const saved = /^(?:saved)?cmd_(\S+)\s*:=\s*/m.exec(text);
  if (saved === null) return undefined;
  const target = saved[1] ?? '';
  const start = saved.index + saved[0].length;
  let end = text.indexOf('\n', start);
  while (end > start && text.charAt(end - 1) === '\\') end = text.indexOf('\n', end + 1);
  const command = text.slice(start, end < 0 ? undefined : end);
  const workFolder = folderAbove(folderOf(id), folderOf(`/${target}`).slice(1));
  const options = optionsOf(splitWords(command), workFolder);
  if (options === undefined) return undefined;
  // U-Boot: echo '#include "BOARD-u-boot.dtsi"' >> FILE
  const added = command.matchAll(/echo\s+'(?:#|\$\(pound\))include\s+"([^"\n]+)"'\s*>>/g);
  const includeLast = [...added].map(([, name = '']) => name);
  return { ...options, includeLast };
}

type Options = Omit<BuildCommand, 'includeLast'>;

/** The preprocessor's options in a command's words; undefined when no folder is among them. */
function optionsOf(words: readonly string[], workFolder: FileId): Options | undefined {
  const includePaths: FileId[] = [];
  const dtcPaths: FileId[] = [];
  const includeFirst: FileId[] = [];
  const defines = new Map<string, string>();
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const option = /^-(include|I|i|D|U)/.exec(word)?.[1];
    if (option === undefined) continue;
    let value = word.slice(option.length + 1);
    if (value === '') value = words[++index] ?? '';
    if (value === '') continue;
    const place = joinPath(workFolder, value);
    if (option === 'I') includePaths.push(place);
    else if (option === 'i') dtcPaths.push(place);
    else if (option === 'include') includeFirst.push(place);
    else if (option === 'U') defines.delete(value);
    else {
      const [, name = '', body] = /^([^=]+)(?:=([^]*))?$/.exec(value) ?? [];
      if (name !== '' && name !== '__DTS__') defines.set(name, body ?? '1');
    }
  }
  if (includePaths.length + dtcPaths.length === 0) return undefined;
  const all = [...new Set([...includePaths, ...dtcPaths])];
  return { includePaths: all, defines, includeFirst };
}

/** Where CMake and others record every call of a compiler, for a board in or below `folder`. */
export function compilerCallsCandidates(folder: FileId): readonly FileId[] {
  return [`${folder}/compile_commands.json`, `${folder}/build/compile_commands.json`];
}

/** What `compile_commands.json` at `id` says of the board `root`; undefined when it does not name it. */
export function parseCompilerCalls(
  id: FileId,
  text: string,
  root: FileId,
): BuildCommand | undefined {
  if (!text.includes(root.slice(folderOf(root).length + 1))) return undefined;
  let calls: unknown;
  try {
    calls = JSON.parse(text);
  } catch {
    // It is being written, or is none: as good as not there.
    return undefined;
  }
  for (const call of Array.isArray(calls) ? (calls as readonly unknown[]) : []) {
    if (typeof call !== 'object' || call === null) continue;
    const { directory, file, command, arguments: words } = call as Record<string, unknown>;
    if (typeof directory !== 'string' || typeof file !== 'string') continue;
    const workFolder = joinPath(folderOf(id), directory);
    if (joinPath(workFolder, file) !== root) continue;
    const given = Array.isArray(words)
      ? words.map(String)
      : splitWords(typeof command === 'string' ? command : '');
    const options = optionsOf(given, workFolder);
    if (options) return { ...options, includeLast: [] };
  }
  return undefined;
}

/** Where a build of Zephyr records its devicetree, for a board or an application in or below `folder`: best first. */
export function zephyrRecordCandidates(folder: FileId): readonly FileId[] {
  return [`${folder}/build/build_info.yml`, `${folder}/build/zephyr/zephyr.dts.d`];
}

/**
 * The include folders in a record of Zephyr's at `id`: listed by `build_info.yml` (Zephyr 3.7 and later), else told by the
 * files that were read. Undefined when the build was of another board than `root`.
 */
export function parseZephyrRecord(
  id: FileId,
  text: string,
  root: FileId,
): BuildCommand | undefined {
  const own = folderOf(id);
  const places = (paths: readonly string[]): FileId[] => paths.map((path) => joinPath(own, path));
  const isList = id.endsWith('.yml');
  const read = places(isList ? listIn(text, 'files') : text.split(/\\?\s+/).slice(1));
  if (!read.includes(root)) return undefined;
  const includePaths = isList ? places(listIn(text, 'include-dirs')) : foldersRead(read);
  if (includePaths.length === 0) return undefined;
  return { includePaths, defines: new Map(), includeFirst: [], includeLast: [] };
}

/** The items of the list `key` under `devicetree:`. */
function listIn(yaml: string, key: string): readonly string[] {
  const items: string[] = [];
  let isDevicetree = false;
  let isWanted = false;
  for (const line of yaml.split('\n')) {
    const item = /^\s*-\s+["']?([^"']*?)["']?\s*$/.exec(line)?.[1];
    if (item !== undefined) {
      if (isDevicetree && isWanted) items.push(item);
      continue;
    }
    const [, indent = '', name = ''] = /^(\s*)([\w-]+):/.exec(line) ?? [];
    if (indent.length <= 2) isDevicetree = name === 'devicetree';
    isWanted = name === key;
  }
  return items;
}

/** The folders of cmake/modules/dts.cmake in which files that were read lie, by root, in Zephyr's order. */
function foldersRead(files: readonly FileId[]): FileId[] {
  const kinds = [
    ...[/^[^]*?\/include(?=\/)/, /^[^]*?\/include\/zephyr(?=\/)/, /^[^]*?\/dts\/common(?=\/)/],
    ...[/^[^]*?\/dts\/vendor(?=\/)/, /^[^]*?\/dts\/[^/]+(?=\/)/, /^[^]*?\/dts(?=\/)/],
  ];
  return [...new Set(kinds.flatMap((kind) => files.flatMap((file) => kind.exec(file) ?? [])))];
}

/** `folder` without the relative path at its end; `folder` itself when it does not end with it. */
function folderAbove(folder: FileId, relative: string): FileId {
  if (relative === '') return folder;
  return folder.endsWith(`/${relative}`) ? folder.slice(0, -relative.length - 1) : folder;
}

/** A shell command's words, quotes removed, with make's escapes undone. */
function splitWords(command: string): readonly string[] {
  const unescaped = command
    .replace(/\\\n/g, ' ')
    .replace(/\$\(pound\)/g, '#')
    .replace(/\$\$/g, '$');
  const words: string[] = [];
  let word: string | undefined;
  const end = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  for (let at = 0; at < unescaped.length; at++) {
    const character = unescaped.charAt(at);
    if (character.trim() === '') end();
    else if (character === ';') {
      end();
      words.push(character);
    } else if (character === '\\') {
      at++;
      word = (word ?? '') + unescaped.charAt(at);
    } else if (character === "'") {
      const close = unescaped.indexOf("'", at + 1);
      word = (word ?? '') + unescaped.slice(at + 1, close < 0 ? undefined : close);
      at = close < 0 ? unescaped.length : close;
    } else if (character === '"') {
      const start = at + 1;
      for (at = start; at < unescaped.length && unescaped.charAt(at) !== '"'; at++)
        if (unescaped.charAt(at) === '\\') at++;
      word = (word ?? '') + unescaped.slice(start, at).replace(/\\(["\\$`])/g, '$1');
    } else word = (word ?? '') + character;
  }
  end();
  return words;
}

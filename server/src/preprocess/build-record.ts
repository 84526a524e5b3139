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
  const includePaths: FileId[] = [];
  const dtcPaths: FileId[] = [];
  const includeFirst: FileId[] = [];
  const defines = new Map<string, string>();
  const words = splitWords(command);
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
  // U-Boot: echo '#include "BOARD-u-boot.dtsi"' >> FILE
  const added = command.matchAll(/echo\s+'(?:#|\$\(pound\))include\s+"([^"\n]+)"'\s*>>/g);
  const includeLast = [...added].map(([, name = '']) => name);
  return { includePaths: all, defines, includeFirst, includeLast };
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

// Where a board's includes lie when nobody says so: inferred from the layout of Linux, U-Boot, Zephyr and Yocto trees.

import { folderOf, joinPath } from '../text/join-path.ts';
import type { FileId } from '../text/span.ts';

/** What a shell tells about folders. Both answer "nothing" for what it has not looked at yet. */
export interface FolderFacts {
  /** Whether there is a file or folder. */
  exists(id: FileId): boolean;
  /** The names of a folder's folders. */
  foldersIn(id: FileId): readonly string[];
}

/** The kind of work tree a board was found in; 'none' when only its own folder is known. */
export type TreeKind = 'linux' | 'u-boot' | 'zephyr' | 'rebasing' | 'yocto' | 'neighbour' | 'none';

export interface InferredPaths {
  readonly tree: TreeKind;
  /** The work tree's top folder; the board's folder for 'none'. */
  readonly top: FileId;
  /** `-I` folders in order; all of them exist. The board's folder is the last. */
  readonly includePaths: readonly FileId[];
}

/** How many folders above the board are looked at. */
const mostLevels = 16;

/** The include paths for the board `root`, from the nearest work tree above it. */
export function inferIncludePaths(root: FileId, facts: FolderFacts): InferredPaths {
  const own = folderOf(root);
  const above = foldersAbove(own);
  for (const recognise of [recogniseTree, recogniseYocto, recogniseNeighbour]) {
    for (const folder of above) {
      const found = recognise(folder, root, facts);
      if (found === undefined) continue;
      const includePaths = [...found.candidates, own].filter((each) => facts.exists(each));
      return { tree: found.tree, top: found.top, includePaths: [...new Set(includePaths)] };
    }
  }
  const includePaths = above.map((folder) => `${folder}/include`).filter((id) => facts.exists(id));
  return { tree: 'none', top: own, includePaths: [...includePaths, own] };
}

interface Recognised {
  readonly tree: TreeKind;
  readonly top: FileId;
  readonly candidates: readonly FileId[];
}

/** `folder` and what lies above it, nearest first. */
function foldersAbove(folder: FileId): readonly FileId[] {
  const found = [folder];
  for (let level = 0; level < mostLevels; level++) {
    const last = found.at(-1) ?? folder;
    const next = folderOf(last);
    if (next === last || next === '') break;
    found.push(next);
  }
  return found;
}

function recogniseTree(folder: FileId, root: FileId, facts: FolderFacts): Recognised | undefined {
  const has = (path: string): boolean => facts.exists(`${folder}/${path}`);
  const inside = (path: string): string => root.slice(folder.length + 1 + path.length);
  // U-Boot carries devicetree-rebasing below dts/upstream: its own tree is the one above.
  if (folder.endsWith('/dts/upstream')) {
    const top = folderOf(folderOf(folder));
    if (facts.exists(`${top}/include`)) return recogniseUBoot(top, root, facts);
  }
  if (has('scripts/dtc/include-prefixes') || (has('include/dt-bindings') && has('arch'))) {
    if (has('dts/upstream') || has('include/u-boot')) return recogniseUBoot(folder, root, facts);
    return {
      tree: 'linux',
      top: folder,
      candidates: linuxFolders(folder, architectureOf(inside(''))),
    };
  }
  if (has('dts/upstream')) return recogniseUBoot(folder, root, facts);
  for (const zephyr of [folder, `${folder}/zephyr`]) {
    if (!facts.exists(`${zephyr}/dts/common`) || !facts.exists(`${zephyr}/include`)) continue;
    return { tree: 'zephyr', top: zephyr, candidates: zephyrFolders(zephyr, facts) };
  }
  if (has('include/dt-bindings') && has('src')) {
    const architecture = /^\/?([^/]+)\//.exec(inside('src'))?.[1];
    const source = architecture === undefined ? [] : [`${folder}/src/${architecture}`];
    const candidates = [`${folder}/include`, ...source, `${folder}/src`];
    return { tree: 'rebasing', top: folder, candidates };
  }
  return undefined;
}

/** The architecture whose folder below `arch/` a path within a tree lies in. */
function architectureOf(path: string): string | undefined {
  return /^\/?arch\/([^/]+)\//.exec(path)?.[1];
}

/** scripts/Makefile.lib: dtc_cpp_flags of today (include-prefixes) and of kernels before 4.12. */
function linuxFolders(top: FileId, architecture: string | undefined): readonly FileId[] {
  const boards = architecture === undefined ? [] : [`${top}/arch/${architecture}/boot/dts`];
  return [
    `${top}/scripts/dtc/include-prefixes`,
    `${top}/include`,
    ...boards,
    ...boards.map((folder) => `${folder}/include`),
  ];
}

function recogniseUBoot(top: FileId, root: FileId, facts: FolderFacts): Recognised {
  const path = root.slice(top.length + 1);
  const upstream = /^dts\/upstream\/src\/([^/]+)\//.exec(path)?.[1];
  const named = architectureOf(path) ?? upstream;
  // U-Boot builds arm64 from arch/arm, and from upstream's arm64 folder.
  const folders = named === 'arm' || named === 'arm64' ? ['arm', 'arm64'] : named ? [named] : [];
  const present = folders.length > 0 ? folders : facts.foldersIn(`${top}/arch`);
  return {
    tree: 'u-boot',
    top,
    candidates: [
      ...present.flatMap((name) => [`${top}/arch/${name}/dts`, `${top}/arch/${name}/dts/include`]),
      `${top}/include`,
      `${top}/dts/upstream/include`,
      ...present.map((name) => `${top}/dts/upstream/src/${name}`),
      `${top}/dts/upstream/src`,
    ],
  };
}

/** cmake/modules/dts.cmake: DTS_ROOT_SYSTEM_INCLUDE_DIRS; vendor modules bring roots of their own. */
function zephyrFolders(top: FileId, facts: FolderFacts): readonly FileId[] {
  const rest = new Set(['bindings', 'common', 'vendor']);
  const architectures = facts.foldersIn(`${top}/dts`).filter((name) => !rest.has(name));
  const modules = `${folderOf(top)}/modules/hal`;
  return [
    ...['include', 'include/zephyr', 'dts/common', 'dts/vendor'].map((path) => `${top}/${path}`),
    ...architectures.map((name) => `${top}/dts/${name}`),
    `${top}/dts`,
    ...facts.foldersIn(modules).map((name) => `${modules}/${name}/dts`),
  ];
}

/** A recipe's board: the kernel that was unpacked for a machine. */
function recogniseYocto(folder: FileId, _root: FileId, facts: FolderFacts): Recognised | undefined {
  for (const build of ['tmp', 'build/tmp']) {
    const shared = `${folder}/${build}/work-shared`;
    for (const machine of facts.foldersIn(shared)) {
      const top = `${shared}/${machine}/kernel-source`;
      if (!facts.exists(`${top}/include/dt-bindings`)) continue;
      return { tree: 'yocto', top, candidates: kernelElsewhere(top, facts) };
    }
  }
  return undefined;
}

/** A kernel tree beside the board's folder or beside one above it. */
function recogniseNeighbour(
  folder: FileId,
  _root: FileId,
  facts: FolderFacts,
): Recognised | undefined {
  const names = facts.foldersIn(folder).filter((name) => /linux|kernel/i.test(name));
  const top = names
    .map((name) => `${folder}/${name}`)
    .find((id) => facts.exists(`${id}/include/dt-bindings`));
  if (top === undefined) return undefined;
  return { tree: 'neighbour', top, candidates: kernelElsewhere(top, facts) };
}

/** The folders of a kernel that the board is not part of: any architecture's files may be meant. */
function kernelElsewhere(top: FileId, facts: FolderFacts): readonly FileId[] {
  const boards = facts.foldersIn(`${top}/arch`).map((name) => `${top}/arch/${name}/boot/dts`);
  return [...linuxFolders(top, undefined), ...boards];
}

/** A compiler call that a build recorded for a board. */
export interface BuildCommand {
  /** `-I` folders, then dtc's `-i` folders that are not among them. */
  readonly includePaths: readonly FileId[];
  /** `-D` macros without those that the preprocessor always defines. */
  readonly defines: ReadonlyMap<string, string>;
  /** `-include` files. */
  readonly includeFirst: readonly FileId[];
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
  return { includePaths: all, defines, includeFirst };
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

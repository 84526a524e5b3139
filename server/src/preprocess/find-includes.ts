// Where a board's includes lie when nobody says so: told by what a build recorded, then by the layout of the work tree.

import { folderOf } from '../text/join-path.ts';
import type { FileId } from '../text/span.ts';
import { buildCommandCandidates, parseBuildCommand, type BuildCommand } from './build-record.ts';
import { foldersFrom, Look, type TreeFacts } from './look.ts';

/** The kind of work tree a board was found in; 'none' when only its own folder is known. */
export type TreeKind = 'linux' | 'u-boot' | 'zephyr' | 'rebasing' | 'yocto' | 'neighbour' | 'none';

/** Why a folder is looked in: a build recorded it, the tree's layout has it, it lies above the board, it is the board's. */
export type FolderReason = 'recorded' | 'layout' | 'above' | 'own';

export interface FoundIncludes {
  readonly tree: TreeKind;
  /** The work tree's top folder; the board's folder for 'none'. */
  readonly top: FileId;
  /** `-I` folders in order, each with why; all of them exist. */
  readonly folders: ReadonlyMap<FileId, FolderReason>;
  /** Macros that the build defined. */
  readonly defines: ReadonlyMap<string, string>;
}

/**
 * The include folders of the board `root`. This is the one place that knows them: editor, browser, command line and
 * library differ only in how `facts` come. What `facts` does not know yet counts as not there; ask again with more.
 */
export function findIncludes(root: FileId, facts: TreeFacts): FoundIncludes {
  const look = new Look(facts);
  const own = folderOf(root);
  const above = foldersFrom(own);
  const record = recordOf(root, look);
  const folders = new Map<FileId, FolderReason>();
  const add = (because: FolderReason, candidates: readonly FileId[]): void => {
    for (const each of candidates)
      if (!folders.has(each) && facts.exists(each)) folders.set(each, because);
  };
  add('recorded', record?.includePaths ?? []);
  const found = recogniseAbove(above, root, look);
  add('layout', found?.candidates ?? []);
  if (found === undefined)
    add(
      'above',
      above.map((folder) => `${folder}/include`),
    );
  add('own', [own]);
  const { tree, top } = found ?? { tree: 'none' as const, top: own };
  return { tree, top, folders, defines: record?.defines ?? new Map() };
}

function recordOf(root: FileId, look: Look): BuildCommand | undefined {
  for (const candidate of buildCommandCandidates(root)) {
    const slash = candidate.lastIndexOf('/');
    const text = look.textOf(candidate.slice(0, slash), candidate.slice(slash + 1));
    const command = text === undefined ? undefined : parseBuildCommand(candidate, text);
    if (command) return command;
  }
  return undefined;
}

function recogniseAbove(
  above: readonly FileId[],
  root: FileId,
  look: Look,
): Recognised | undefined {
  for (const recognise of [recogniseTree, recogniseYocto, recogniseNeighbour])
    for (const folder of above) {
      const found = recognise(folder, root, look);
      if (found) return found;
    }
  return undefined;
}

interface Recognised {
  readonly tree: TreeKind;
  readonly top: FileId;
  readonly candidates: readonly FileId[];
}

function recogniseTree(folder: FileId, root: FileId, look: Look): Recognised | undefined {
  const has = (path: string): boolean => look.has(folder, path);
  const inside = (path: string): string => root.slice(folder.length + 1 + path.length);
  // U-Boot carries devicetree-rebasing below dts/upstream: its own tree is the one above.
  if (folder.endsWith('/dts/upstream')) {
    const top = folderOf(folderOf(folder));
    if (look.has(top, 'include')) return recogniseUBoot(top, root, look);
  }
  if (has('scripts/dtc/include-prefixes') || (has('include/dt-bindings') && has('arch'))) {
    if (has('dts/upstream') || has('include/u-boot')) return recogniseUBoot(folder, root, look);
    return {
      tree: 'linux',
      top: folder,
      candidates: linuxFolders(folder, architectureOf(inside(''))),
    };
  }
  if (has('dts/upstream')) return recogniseUBoot(folder, root, look);
  for (const below of ['', 'zephyr/']) {
    if (!has(`${below}dts/common`) || !has(`${below}include`)) continue;
    const top = below === '' ? folder : `${folder}/zephyr`;
    return { tree: 'zephyr', top, candidates: zephyrFolders(top, look) };
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

function recogniseUBoot(top: FileId, root: FileId, look: Look): Recognised {
  const path = root.slice(top.length + 1);
  const upstream = /^dts\/upstream\/src\/([^/]+)\//.exec(path)?.[1];
  const named = architectureOf(path) ?? upstream;
  // U-Boot builds arm64 from arch/arm, and from upstream's arm64 folder.
  const folders = named === 'arm' || named === 'arm64' ? ['arm', 'arm64'] : named ? [named] : [];
  const present = folders.length > 0 ? folders : look.foldersIn(top, 'arch');
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
function zephyrFolders(top: FileId, look: Look): readonly FileId[] {
  const rest = new Set(['bindings', 'common', 'vendor']);
  const architectures = look.foldersIn(top, 'dts').filter((name) => !rest.has(name));
  const modules = `${folderOf(top)}/modules/hal`;
  return [
    ...['include', 'include/zephyr', 'dts/common', 'dts/vendor'].map((path) => `${top}/${path}`),
    ...architectures.map((name) => `${top}/dts/${name}`),
    `${top}/dts`,
    ...look.foldersIn(folderOf(top), 'modules/hal').map((name) => `${modules}/${name}/dts`),
  ];
}

/** A recipe's board: the kernel that was unpacked for a machine. */
function recogniseYocto(folder: FileId, _root: FileId, look: Look): Recognised | undefined {
  for (const build of ['tmp', 'build/tmp']) {
    const shared = `${build}/work-shared`;
    for (const machine of look.foldersIn(folder, shared)) {
      const top = `${folder}/${shared}/${machine}/kernel-source`;
      if (!look.has(top, 'include/dt-bindings')) continue;
      return { tree: 'yocto', top, candidates: kernelElsewhere(top, look) };
    }
  }
  return undefined;
}

/** A kernel tree beside the board's folder or beside one above it. */
function recogniseNeighbour(folder: FileId, _root: FileId, look: Look): Recognised | undefined {
  const top = look
    .namesIn(folder)
    .filter((name) => /linux|kernel/i.test(name))
    .map((name) => `${folder}/${name}`)
    .find((id) => look.has(id, 'include/dt-bindings'));
  if (top === undefined) return undefined;
  return { tree: 'neighbour', top, candidates: kernelElsewhere(top, look) };
}

/** The folders of a kernel that the board is not part of: any architecture's files may be meant. */
function kernelElsewhere(top: FileId, look: Look): readonly FileId[] {
  const boards = look.foldersIn(top, 'arch').map((name) => `${top}/arch/${name}/boot/dts`);
  return [...linuxFolders(top, undefined), ...boards];
}

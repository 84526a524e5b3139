// Where a board's includes lie when no setting says so: told by what a build recorded, then by the layout of the work tree.

import { folderOf, joinPath } from '../text/join-path.ts';
import type { FileId } from '../text/span.ts';
import {
  buildCommandCandidates,
  compilerCallsCandidates,
  parseBuildCommand,
  parseCompilerCalls,
  parseZephyrRecord,
  zephyrRecordCandidates,
  type BuildCommand,
} from './build-record.ts';
import {
  kernelElsewhere,
  kernelsIn,
  layouts,
  type Layout,
  type Place,
  type TreeKind,
} from './layouts.ts';
import { foldersFrom, Look, type TreeFacts } from './look.ts';

/**
 * Why a folder is looked in: a build recorded it, the tree's layout has it, it lies above the board, a kernel near the tree
 * has it, it is the board's own.
 */
export type FolderReason = 'recorded' | 'layout' | 'above' | 'kernel' | 'own';

export interface FoundIncludes {
  /** The kind of work tree the board is in; 'none' when no row of the table of layouts knows it. */
  readonly tree: TreeKind | 'none';
  /** The work tree's top folder; the board's folder for 'none'. */
  readonly top: FileId;
  /** `-I` folders in order, each with why; all of them exist. */
  readonly folders: ReadonlyMap<FileId, FolderReason>;
  /** The kernel near the tree that boards are built in; undefined when there is none or none is needed. */
  readonly kernel: FileId | undefined;
  /** Macros that the build defined. */
  readonly defines: ReadonlyMap<string, string>;
  /** Files that the project's build includes at the end of the board, in order. */
  readonly includeLast: readonly FileId[];
  /** The system that alone reads the boards of that place, instead of Linux and Xen; undefined when the place tells of none. */
  readonly readBy: string | undefined;
  /** The folder with a file that the build may include there instead, by a name that nothing here tells. */
  readonly lastUnknown: FileId | undefined;
}

/**
 * The include folders of the board `root`. This is the one place that knows them: editor, browser, command line and
 * library differ only in how `facts` come. What `facts` does not know yet counts as not there; ask again with more.
 */
export function findIncludes(root: FileId, facts: TreeFacts): FoundIncludes {
  const look = new Look(facts);
  const own = folderOf(root);
  const above = foldersFrom(own);
  const found = treeAbove(above, root, look);
  const record = recordOf(root, found, look);
  const folders = new Map<FileId, FolderReason>();
  const add = (because: FolderReason, top: FileId, candidates: readonly FileId[]): void => {
    for (const each of candidates)
      if (!folders.has(each) && look.isThere(each, top)) folders.set(each, because);
  };
  for (const each of record?.includePaths ?? []) add('recorded', '', [each]);
  // A workspace has its modules beside the tree.
  if (found) add('layout', folderOf(found.place.top), found.layout.folders(found.place, look));
  else for (const folder of above) add('above', folder, [`${folder}/include`]);
  const kernel = kernelNear(above, found, look);
  if (kernel !== undefined) {
    const inKernel = found?.layout.inKernel?.(found.place);
    add('kernel', kernel, kernelElsewhere(kernel, inKernel, look));
  }
  add('own', '', [own]);
  return {
    tree: found?.layout.tree ?? 'none',
    top: found?.place.top ?? own,
    folders,
    kernel,
    defines: record?.defines ?? new Map(),
    includeLast: lastOf(record, found, look),
    readBy: found?.layout.readBy?.(found.place),
    lastUnknown: record ? undefined : found?.layout.lastUnknown?.(found.place, look),
  };
}

/** What is included last: as recorded, by name; else the first that the layout names and that is there. */
function lastOf(
  record: BuildCommand | undefined,
  found: Found | undefined,
  look: Look,
): readonly FileId[] {
  const isThere = (file: FileId): boolean => look.isThere(file, found?.place.top ?? '');
  if (record)
    return record.includeLast.flatMap(
      (name) => record.includePaths.map((folder) => joinPath(folder, name)).find(isThere) ?? [],
    );
  const first = found?.layout.last?.(found.place, look).find(isThere);
  return first === undefined ? [] : [first];
}

interface Found {
  readonly layout: Layout;
  readonly place: Place;
}

/** The nearest tree above that a row of the table knows. */
function treeAbove(above: readonly FileId[], root: FileId, look: Look): Found | undefined {
  for (const folder of above)
    for (const layout of layouts) {
      const top = layout.top(folder, root, look);
      if (top === undefined) continue;
      const own = folderOf(root);
      const below = own.startsWith(`${top}/`) ? own.slice(top.length + 1) : '';
      return { layout, place: { root, top, below } };
    }
  return undefined;
}

/** The kernel that the board is built in when its own tree has none. */
function kernelNear(
  above: readonly FileId[],
  found: Found | undefined,
  look: Look,
): FileId | undefined {
  if (found) {
    const { layout, place } = found;
    if (layout.isPart?.(place, look) !== true) return undefined;
    const [own] = layout.kernels?.(place, look) ?? [];
    if (own !== undefined) return own;
  }
  const from =
    found === undefined ? above : above.filter((each) => !each.startsWith(`${found.place.top}/`));
  for (const folder of from) {
    const [kernel] = kernelsIn(folder, look).filter((each) => each !== found?.place.top);
    if (kernel !== undefined) return kernel;
  }
  return undefined;
}

/** What the build of the board recorded. Kernels, U-Boot and barebox record each board by itself. */
function recordOf(root: FileId, found: Found | undefined, look: Look): BuildCommand | undefined {
  const above = foldersFrom(folderOf(root));
  const first = <Of>(
    files: readonly FileId[],
    read: (id: FileId, text: string) => Of | undefined,
  ) => {
    for (const id of files) {
      const folder = above.find((each) => id.startsWith(`${each}/`)) ?? folderOf(id);
      const text = look.textOf(folder, id.slice(folder.length + 1));
      const record = text === undefined ? undefined : read(id, text);
      if (record) return record;
    }
    return undefined;
  };
  const recorded = first(buildCommandCandidates(root), parseBuildCommand);
  if (recorded) return recorded;
  const tree = found?.layout.tree;
  if (tree === 'zephyr')
    return first(above.flatMap(zephyrRecordCandidates), (id, text) =>
      parseZephyrRecord(id, text, root),
    );
  // Theirs is of megabytes, and names no board.
  if (tree === 'linux' || tree === 'u-boot' || tree === 'barebox') return undefined;
  return first(above.flatMap(compilerCallsCandidates), (id, text) =>
    parseCompilerCalls(id, text, root),
  );
}

// Where Zephyr's boards and applications find their includes: devicetree roots, the board's architecture, a workspace.

import { folderOf } from '../text/join-path.ts';
import type { FileId } from '../text/span.ts';
import { foldersFrom, type Look } from './look.ts';

/** Whether `folder` is Zephyr itself, of any release: by its folders, of which no one is enough. */
function isZephyr(folder: FileId, look: Look): boolean {
  if (look.has(folder, 'include/zephyr') || look.has(folder, 'dts/common'))
    return look.hasAll(folder, 'boards', 'dts') && !look.has(folder, 'zephyr/module.yml');
  return look.has(folder, 'Kconfig.zephyr');
}

/** What only a board, a module or an application of Zephyr has. */
const markers = [
  ...['zephyr/module.yml', 'west.yml', '.west', 'prj.conf', 'board.yml', 'board.cmake'],
  ...['Kconfig.board', 'sample.yaml', 'testcase.yaml'],
];

/** Zephyr itself, when `folder` is or is a workspace that has it and `root` belongs to what is built with it. */
export function zephyrTop(folder: FileId, root: FileId, look: Look): FileId | undefined {
  if (isZephyr(folder, look)) return folder;
  if (!look.has(folder, 'zephyr') || !isZephyr(`${folder}/zephyr`, look)) return undefined;
  const isOfZephyr =
    root.endsWith('.overlay') ||
    foldersFrom(folderOf(root))
      .filter((each) => `${each}/`.startsWith(`${folder}/`))
      .some((each) => markers.some((path) => look.has(each, path)));
  return isOfZephyr ? `${folder}/zephyr` : undefined;
}

/**
 * The architecture of a board, by which Zephyr looks in one folder of `dts`; undefined when nothing tells it. Told by the
 * description beside the board (`BOARD.yaml`), or by the folder it lies in up to Zephyr 3.6 (`boards/ARCHITECTURE/`).
 */
export function zephyrArchitecture(root: FileId, top: FileId, look: Look): string | undefined {
  const own = folderOf(root);
  const name = root.slice(own.length + 1).replace(/\.[^.]*$/, '');
  const said = /^arch:[ \t]*["']?(\w+)/m.exec(look.textOf(own, `${name}.yaml`) ?? '')?.[1];
  const folder = /\/boards\/([^/]+)\/[^/]+\//.exec(root)?.[1];
  // The description tells riscv32 from riscv64, the folders do not.
  return [said, said?.replace(/\d+$/, ''), folder].find(
    (each) => each !== undefined && look.has(top, `dts/${each}`),
  );
}

/**
 * cmake/modules/dts.cmake: DTS_ROOT_SYSTEM_INCLUDE_DIRS. Roots of the project that the board is in come first, then Zephyr,
 * then the vendors' modules. Without an architecture all are looked in.
 */
export function zephyrFolders(
  root: FileId,
  top: FileId,
  architecture: string | undefined,
  look: Look,
): readonly FileId[] {
  const rest = new Set(['bindings', 'common', 'vendor']);
  const foldersOfRoot = (dtsRoot: FileId): readonly FileId[] => {
    const architectures =
      architecture === undefined
        ? look.foldersIn(dtsRoot, 'dts').filter((name) => !rest.has(name))
        : [architecture];
    return [
      ...['include', 'include/zephyr', 'dts/common', 'dts/vendor'],
      ...architectures.map((name) => `dts/${name}`),
      'dts',
    ].map((path) => `${dtsRoot}/${path}`);
  };
  const workspace = folderOf(top);
  const isInside = `${root}/`.startsWith(`${top}/`);
  const projects = isInside
    ? []
    : foldersFrom(folderOf(root)).filter((each) => each.startsWith(`${workspace}/`));
  return [
    ...projects.flatMap(foldersOfRoot),
    ...foldersOfRoot(top),
    ...look
      .foldersIn(workspace, 'modules/hal')
      .map((name) => `${workspace}/modules/hal/${name}/dts`),
  ];
}

// Where Zephyr's boards and applications find their includes: devicetree roots, the board's architecture, a workspace.

import { folderOf, joinPath } from '../text/join-path.ts';
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
  const roots = new Set([
    ...projects.flatMap((each) => [each, ...dtsRootOf(each, look)]),
    // The board's own folder is one.
    folderOf(root),
    ...modulesIn(workspace, look).flatMap((each) => dtsRootOf(each, look)),
    top,
  ]);
  return [
    ...[...roots].flatMap(foldersOfRoot),
    ...look
      .foldersIn(workspace, 'modules/hal')
      .map((name) => `${workspace}/modules/hal/${name}/dts`),
  ];
}

/** The modules of a workspace where west puts them: beside Zephyr, and in `modules` and its folders of one kind each. */
function modulesIn(workspace: FileId, look: Look): readonly FileId[] {
  // A folder that holds Zephyr among others need be no workspace of west.
  const beside = look.has(workspace, '.west')
    ? look.namesIn(workspace).map((name) => `${workspace}/${name}`)
    : [];
  const below = look
    .foldersIn(workspace, 'modules')
    .flatMap((kind) => [
      `${workspace}/modules/${kind}`,
      ...look
        .foldersIn(workspace, `modules/${kind}`)
        .map((name) => `${workspace}/modules/${kind}/${name}`),
    ]);
  return [...beside, ...below];
}

/** The devicetree root that a module names: `build: settings: dts_root` in `zephyr/module.yml` (zephyr_module.py). */
function dtsRootOf(module: FileId, look: Look): readonly FileId[] {
  const text = ['zephyr/module.yml', 'zephyr/module.yaml']
    .map((path) => look.textOf(module, path))
    .find((each) => each !== undefined);
  const [, path] = /^[ \t]+dts_root:[ \t]*["']?([^\s"'#]+)/m.exec(text ?? '') ?? [];
  return path === undefined ? [] : [joinPath(module, path)];
}

// Reads the guests named beside a board: xl configurations, partial trees, and partial trees a boot script loads.

import { readTree } from '../analysis/read-tree.ts';
import { readXlConfig, type Placed } from '../inputs/read-xl-config.ts';
import type { PreprocessCache } from '../preprocess/preprocess.ts';
import type { PreprocessOptions } from '../preprocess/preprocessed.ts';
import type { Guest, Load } from '../rules/board.ts';
import { folderOf, joinPath, lastNameOf } from '../text/join-path.ts';
import type { FileId, Span } from '../text/span.ts';
import { spanOf, type DeviceTree } from '../tree/device-tree.ts';
import { Failure } from './failure.ts';
import type { BootFileSet } from './boot-host.ts';

/** Whether a guest is named by its partial tree, not by an xl configuration. */
export function isTreeName(name: string): boolean {
  return /\.(?:dts|dtso|dtb|dtbo)$/i.test(name);
}

/** The guests of `names`, then those whose partial tree is among `loads`; fails when one cannot be read. */
export function readGuests(
  files: BootFileSet,
  names: readonly FileId[],
  loads: readonly Load[],
  preprocessor: PreprocessOptions,
  cache: PreprocessCache,
  shown: (file: FileId) => string,
): Guest[] {
  const treeOf = (file: FileId): DeviceTree => {
    const why = files.whyUnreadable(file);
    if (why !== undefined) throw new Failure(`${shown(file)}: ${why}`);
    const reading = readTree(file, files, { preprocessor, symbols: false }, cache);
    if (reading.kind !== 'tree')
      throw new Failure(
        `${shown(file)}: ${reading.kind === 'unreadable' ? reading.because : 'cannot be read'}`,
      );
    const problem = reading.tree.problems.find(({ level }) => level === 'error');
    if (problem) {
      const { file: where } = spanOf(problem.at);
      throw new Failure(`${shown(where)}: ${problem.id.replace(/_/g, ' ')} in a guest's tree`);
    }
    return reading.tree;
  };
  const named = names.map((file): Guest => {
    if (isTreeName(file))
      return {
        name: lastNameOf(file),
        iomem: [],
        nodes: [],
        wrong: [],
        tree: treeOf(file),
      };
    return configured(files, file, shown(file), treeOf);
  });
  const loaded = loads.flatMap((load): Guest[] => {
    if (load.role !== 'file' || load.path === undefined || !/\.dtbo?$/i.test(load.path)) return [];
    const tree = treeOf(load.path);
    return [{ name: load.file, iomem: [], nodes: [], wrong: [], tree, loadedAt: load.address }];
  });
  return [...named, ...loaded];
}

function configured(
  files: BootFileSet,
  file: FileId,
  name: string,
  treeOf: (file: FileId) => DeviceTree,
): Guest {
  const why = files.whyUnreadable(file);
  const source = files.get(file);
  if (why !== undefined || typeof source === 'string')
    throw new Failure(`${name}: ${why ?? 'no such file'}`);
  const config = readXlConfig(source.text);
  if (!config) throw new Failure(`${name}: neither an xl configuration nor a devicetree`);
  const spanOf = ({ start, end }: Placed<unknown>): Span => ({ file, start, end });
  // The path is that of the machine the guest runs on; a copy beside the configuration is as good.
  const { deviceTree, memory } = config;
  const tree = deviceTree
    ? [deviceTree.value, lastNameOf(deviceTree.value)]
        .map((each) => joinPath(folderOf(file), each))
        .find((each) => files.sizeOf(each) !== undefined)
    : undefined;
  return {
    name: lastNameOf(file),
    isMadeByXl: true,
    ...(memory ? { memory: { size: memory.value, at: spanOf(memory) } } : {}),
    iomem: config.iomem.map((entry) => ({ ...entry.value, at: spanOf(entry) })),
    nodes: [
      ...config.dtdev.map((each) => ({
        path: each.value,
        by: 'dtdev' as const,
        at: spanOf(each),
      })),
      ...config.passthroughNodes.map((each) => ({
        path: each.value,
        by: 'dt_passthrough_nodes' as const,
        at: spanOf(each),
      })),
    ],
    wrong: config.wrong.map((each) => ({ because: each.because, at: spanOf(each) })),
    ...(tree === undefined ? {} : { tree: treeOf(tree) }),
  };
}

// Which CPU a tree is for, as its CPU nodes say.

import { nodeAt, stringOf, stringsIn, type DeviceTree } from '../tree/device-tree.ts';
import { CPU_MODELS } from './cpu-models.ts';

/** The one model that all CPU nodes name; undefined where they name none that is known, or several. */
export function cpuOf(tree: DeviceTree): string | undefined {
  const cpus = (nodeAt(tree, '/cpus')?.children ?? []).filter(
    (node) => stringOf(node, 'device_type') === 'cpu',
  );
  const models = new Set(
    cpus.map((node) =>
      stringsIn(node, 'compatible').find((name) => Object.hasOwn(CPU_MODELS, name)),
    ),
  );
  const [model] = models;
  return models.size === 1 ? model : undefined;
}

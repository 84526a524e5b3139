// How many bits of a physical address the CPUs of a tree have.

import { nodeAt, stringOf, stringsIn, type DeviceTree, type DtNode } from '../tree/device-tree.ts';
import { CPU_MODELS } from './cpu-models.ts';

/** 32-bit cores by their `compatible`, as their reference manuals say: 40 bits with LPAE, 32 without. */
const ARM32_MODELS: Readonly<Record<string, number>> = {
  'arm,arm920t': 32,
  'arm,arm926ej-s': 32,
  'arm,arm1136jf-s': 32,
  'arm,arm1176jzf-s': 32,
  'arm,cortex-a5': 32,
  'arm,cortex-a8': 32,
  'arm,cortex-a9': 32,
  'arm,cortex-a7': 40,
  'arm,cortex-a12': 40,
  'arm,cortex-a15': 40,
  'arm,cortex-a17': 40,
};

/** What all CPUs of a tree reach. */
export interface PhysicalBits {
  readonly bits: number;
  /** The CPU node with the fewest, and its model. */
  readonly node: DtNode;
  readonly model: string;
}

/** The fewest bits of all CPUs; undefined where there are none, or one has no model that is known. */
export function physicalBitsOf(tree: DeviceTree): PhysicalBits | undefined {
  let least: PhysicalBits | undefined;
  for (const node of nodeAt(tree, '/cpus')?.children ?? []) {
    if (stringOf(node, 'device_type') !== 'cpu') continue;
    const known = stringsIn(node, 'compatible').flatMap((model) => {
      const bits = bitsOf(model);
      return bits === undefined ? [] : [{ bits, node, model }];
    });
    const [first] = known;
    if (!first) return undefined;
    if (!least || first.bits < least.bits) least = first;
  }
  return least;
}

function bitsOf(model: string): number | undefined {
  for (const models of [CPU_MODELS, ARM32_MODELS])
    if (Object.hasOwn(models, model)) return models[model];
  return undefined;
}

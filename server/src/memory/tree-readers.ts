// Whose tree it is: some are read by neither Linux nor Xen, and what those would make of one is not asked.

import { stringsOf, type DeviceTree, type DtNode } from '../tree/device-tree.ts';
import { isModule } from './map-memory.ts';

/** A system that reads trees of its own, and the signs by which one is known. */
interface Reader {
  readonly name: string;
  hasSign(tree: DeviceTree): boolean;
}

const READERS: readonly Reader[] = [
  {
    // Zephyr: dts/bindings, "chosen nodes": boards name their RAM, console and flash by properties of this prefix.
    name: 'Zephyr',
    hasSign: ({ root }) =>
      childrenNamed(root, 'chosen').some(({ properties }) =>
        [...properties.keys()].some((name) => name.startsWith('zephyr,')),
      ),
  },
  {
    // Arm DEN0077 (FF-A), and Hafnium's and TF-A's bindings: manifests of partitions and of what manages them.
    name: 'an FF-A partition manager',
    hasSign: ({ root }) => compatibles(root).some((name) => name.startsWith('arm,ffa-')),
  },
  {
    // TF-A: docs/components/fconf: configuration that its boot stages hand on.
    name: 'Trusted Firmware-A',
    hasSign: ({ root }) =>
      root.children.some((node) => compatibles(node).some((name) => name.startsWith('fconf,'))),
  },
];

/**
 * The name of the system that reads a tree instead of Linux and Xen, by what is in it, else by its place (`readBy`); undefined
 * for all other trees. One that names boot modules is Xen's, whatever else it holds.
 */
export function foreignReaderOf(tree: DeviceTree, readBy?: string): string | undefined {
  const name = READERS.find((each) => each.hasSign(tree))?.name ?? readBy;
  return childrenNamed(tree.root, 'chosen').some(hasModules) ? undefined : name;
}

function childrenNamed({ children }: DtNode, name: string): readonly DtNode[] {
  return children.filter((node) => node.name === name);
}

function hasModules({ children }: DtNode): boolean {
  return children.some((node) => isModule(node) || node.children.some(isModule));
}

function compatibles(node: DtNode): readonly string[] {
  const property = node.properties.get('compatible');
  return property ? stringsOf(property) : [];
}

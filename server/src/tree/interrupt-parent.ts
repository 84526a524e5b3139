// Who takes the interrupts of a node.

import { bytesOf, cellAtByte, type DeviceTree, type DtNode } from './device-tree.ts';

/**
 * The interrupt parent of `node`: what the nearest `interrupt-parent` of it or of a node above names, or the nearest node above
 * that is itself a controller or maps interrupts (Devicetree Specification, §2.4.1). Undefined when nothing is named, or a
 * phandle of no node.
 */
export function interruptParentOf(node: DtNode, tree: DeviceTree): DtNode | undefined {
  for (let above: DtNode | undefined = node; above; above = above.parent) {
    if (above !== node && takesInterrupts(above)) return above;
    const bytes = bytesOf(above, 'interrupt-parent');
    if (bytes) return tree.phandles.get(cellAtByte(bytes, 0));
  }
  return undefined;
}

/** Whether interrupts may lead to `node`: it is a controller, or a nexus that maps them on. */
export function takesInterrupts({ properties }: DtNode): boolean {
  return properties.has('interrupt-controller') || properties.has('interrupt-map');
}

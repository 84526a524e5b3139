// The node that holds what the boot loader and Xen agree on.

import type { DeviceTree, DtNode } from '../tree/device-tree.ts';

/** `/chosen` as Xen finds it once the tree is unflattened: any case, no unit address (Xen: dt_find_node_by_path). */
export function chosenOf(tree: DeviceTree): DtNode | undefined {
  return tree.root.children.find(({ name }) => name.toLowerCase() === 'chosen');
}

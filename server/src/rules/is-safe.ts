// Which changes are safe to make unseen: no address moves, nothing is enabled, and no memory is given away.

import { baseName, nodeAt, type DeviceTree, type DtNode } from '../tree/device-tree.ts';
import type { TreeChange } from '../tree/tree-change.ts';

/** Whether a change of a property is safe; `node` is as it is before the change, `bytes` undefined when it goes. */
type PropertyTest = (node: DtNode, bytes: Uint8Array | undefined) => boolean;

const added: PropertyTest = (_node, bytes) => bytes !== undefined;
const removed: PropertyTest = (_node, bytes) => bytes === undefined;
/** Such a property says where a region is to be placed; `reg` has placed it. */
const removedBesideReg: PropertyTest = (node, bytes) =>
  bytes === undefined && node.properties.has('reg');
const removedWithoutChildren: PropertyTest = (node, bytes) =>
  bytes === undefined && node.children.length === 0;

/**
 * The properties that may change, and how. All others are unsafe: what a property decides that is not listed here,
 * is not known to be harmless.
 */
const SAFE_PROPERTIES: Readonly<Record<string, PropertyTest>> = {
  // Takes memory from the kernel's map, and gives it to no other owner.
  'no-map': added,
  // The contrary: the region stays whole.
  reusable: removed,
  'linux,cma-default': removed,
  // Empty: addresses below are those above.
  ranges: (node, bytes) => bytes?.length === 0 && !node.properties.has('ranges'),
  size: removedBesideReg,
  'alloc-ranges': removedBesideReg,
  '#address-cells': removedWithoutChildren,
  '#size-cells': removedWithoutChildren,
};

/** Whether `changes` to `tree` move no address, enable nothing and give no memory away. */
export function isSafe(changes: readonly TreeChange[], tree: DeviceTree): boolean {
  return changes.every((change) => {
    switch (change.kind) {
      case 'rename-label':
        return true;
      case 'rename-node': {
        // Its unit address is a name; what stands before it may say what the node is.
        const node = nodeAt(tree, change.node);
        return node !== undefined && change.to.split('@')[0] === baseName(node);
      }
      case 'set-property':
      case 'delete-property': {
        const node = nodeAt(tree, change.node);
        const test = Object.hasOwn(SAFE_PROPERTIES, change.property)
          ? SAFE_PROPERTIES[change.property]
          : undefined;
        const bytes = change.kind === 'set-property' ? change.bytes : undefined;
        return node !== undefined && test?.(node, bytes) === true;
      }
      case 'rename-property':
      case 'delete-node':
      case 'add-node':
      case 'add-reservation':
      case 'delete-reservation':
        return false;
    }
  });
}

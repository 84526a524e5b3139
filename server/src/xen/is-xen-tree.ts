// Tells trees that are made to be booted by Xen from those that merely could be.

import { isModule } from '../memory/map-memory.ts';
import type { DeviceTree } from '../tree/device-tree.ts';

/**
 * Whether the tree carries anything Xen reads that Linux does not: boot modules or `xen,` properties in /chosen. Silent
 * hazards that need Xen are warnings on such a tree and information on others.
 */
export function isXenTree(tree: DeviceTree): boolean {
  const chosen = tree.root.children.find((node) => node.name === 'chosen');
  if (!chosen) return false;
  // Also one whose reg cannot be read: that is what Xen stops at.
  if (chosen.children.some((node) => isModule(node) || node.children.some(isModule))) return true;
  return [...chosen.properties.keys()].some((name) => name.startsWith('xen,'));
}

// Tells trees that are made to be booted by Xen from those that merely could be.

import type { Board } from './board.ts';

/**
 * Whether the tree carries anything Xen reads that Linux does not: boot modules or `xen,` properties in /chosen. Silent
 * hazards that need Xen are warnings on such a tree and information on others.
 */
export function isXenTree(board: Board): boolean {
  const chosen = board.tree.root.children.find((node) => node.name === 'chosen');
  if (!chosen) return false;
  if (board.map.modules.some((module) => module.node !== chosen)) return true;
  return [...chosen.properties.keys()].some((name) => name.startsWith('xen,'));
}

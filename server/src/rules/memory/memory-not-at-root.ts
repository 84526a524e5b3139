// A memory node stands where nobody looks for one.

import { stringOf, type DtNode } from '../../tree/device-tree.ts';
import { nodesWith } from '../../tree/nodes-with.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly node: DtNode;
}

export const memoryNotAtRoot = rule<Facts>({
  id: 'memory-not-at-root',
  severity: 'warning',
  title: 'A memory node is not a child of the root',
  why: `
Linux, U-Boot and Xen since 4.20 look for RAM among the children of the root only. Older Xen takes a node named memory at
any depth for RAM, so the two disagree about it.`,
  instead: 'Move the node to the root, and write its `reg` with the cells of the root.',
  source: ['linux: early_init_dt_scan_memory', 'xen: early_scan_node, 47d4d3cdc5e9'],

  *check(board: Board) {
    for (const node of nodesWith(board.tree, ['device_type'])) {
      if (stringOf(node, 'device_type') !== 'memory' || !node.parent?.parent) continue;
      const at = node.openings[0]?.name;
      // A description of what an overlay will add, or of another processor's memory, is no claim here.
      if (node.path.includes('/__overlay__/') || node.properties.has('compatible')) continue;
      if (at) yield { at, facts: { node } };
    }
  },

  message: ({ node }) => `${node.path} has device_type "memory" but is no child of the root`,
});

// A memory node stands where newer readers do not look for one.

import { linuxBoots } from '../../linux/linux-boots.ts';
import { stringOf, type DtNode } from '../../tree/device-tree.ts';
import { nodesWith } from '../../tree/nodes-with.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly node: DtNode;
  /** Whether a kernel takes it for RAM nevertheless. */
  readonly isTaken: boolean;
}

export const memoryNotAtRoot = rule<Facts>({
  id: 'memory-not-at-root',
  severity: 'warning',
  title: 'A memory node is not a child of the root',
  why: `
Linux since 5.17 and Xen since 4.20 look for RAM among the children of the root only. Linux before 5.17 takes a node with
\`device_type = "memory"\` at any depth, and reads its \`reg\` with the cells of the root; Xen before 4.20 takes a node named
\`memory\` or \`memory@…\` at any depth. U-Boot finds its banks by \`device_type\`, also at any depth. So the readers of one
board disagree about the RAM.`,
  instead: 'Move the node to the root, and write its `reg` with the cells of the root.',
  source: [
    'linux: early_init_dt_scan_memory, 1f012283e936 (5.17)',
    'xen: early_scan_node, 47d4d3cdc5e9 (4.20)',
    'u-boot: get_next_memory_node (6073c36)',
  ],
  behaviours: ['xen.strictMemoryNode', 'linux.memoryAtRootOnly'],

  *check(board: Board) {
    for (const node of nodesWith(board.tree, ['device_type'])) {
      if (stringOf(node, 'device_type') !== 'memory' || !node.parent?.parent) continue;
      const at = node.openings[0]?.name;
      // A description of what an overlay will add, or of another processor's memory, is no claim here.
      if (node.path.includes('/__overlay__/') || node.properties.has('compatible')) continue;
      if (!at) continue;
      const taking = linuxBoots(board).filter(({ memoryNodes }) => memoryNodes.includes(node));
      if (taking.length === 0) yield { at, facts: { node, isTaken: false } };
      for (const { target } of taking) yield { at, facts: { node, isTaken: true }, target };
    }
  },

  message: ({ node, isTaken }, releases) =>
    isTaken
      ? `${releases} ${releases.includes(',') ? 'take' : 'takes'} ${node.path} for RAM, and reads its reg with the cells of the root`
      : `${node.path} has device_type "memory" but is no child of the root`,
});

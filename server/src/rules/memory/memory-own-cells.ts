// A memory node has cell counts of its own.

import { isMemoryNode } from '../../memory/map-memory.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { removeProperty } from '../remove-property.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly node: DtNode;
  readonly property: string;
}

export const memoryOwnCells = rule<Facts>({
  id: 'memory-own-cells',
  severity: 'information',
  title: 'A memory node has #address-cells or #size-cells',
  why: `
They count for children, of which a memory node has none; its \`reg\` is read with the root's. Some readers take them for
the node's own and read \`reg\` shifted: OP-TEE 2.5 did.`,
  instead: 'Remove them.',
  source: [
    'Devicetree Specification, section 2.3.5',
    'dtc: avoid_unnecessary_addr_size (1.6.1)',
    'op-tee: get_memory, corrected by 6dc18b3025 (2.6)',
  ],

  *check(board: Board) {
    for (const node of board.tree.root.children) {
      if (!isMemoryNode(node) || node.children.length > 0) continue;
      for (const property of ['#address-cells', '#size-cells']) {
        const at = node.properties.get(property)?.definition?.whole;
        if (at) yield { at, facts: { node, property } };
      }
    }
  },

  message: ({ node, property }) =>
    `${property} of ${node.name} counts for children only; its reg is read with the cells of the root`,

  fixes({ facts: { node, property } }, board) {
    const removal = removeProperty(board, node, property);
    return removal ? [{ ...removal, preferred: true }] : [];
  },
});

// A memory or reserved-memory node has reg but no unit address.

import { regCells, tuplesOf } from '../../addresses/cells.ts';
import { formatRange } from '../../addresses/format.ts';
import type { Range } from '../../addresses/region.ts';
import { isMemoryNode } from '../../memory/map-memory.ts';
import { unitAddress, type DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { renameNode } from '../rename-node.ts';
import { rule } from '../rule.ts';
import { reservedChildren } from '../static-regions.ts';

interface Facts {
  readonly node: DtNode;
  readonly range: Range;
}

export const unitAddressMissing = rule<Facts>({
  id: 'unit-address-missing',
  severity: 'information',
  title: 'A node with reg has no unit address',
  why: `
Two nodes of the same bare name are one node: dtc merges them, and the later \`reg\` silently replaces the earlier. A
program that adds a node of that name (Xen for dom0, U-Boot) makes a duplicate, which Linux renames ("Duplicate name in
base, renamed to "memory#1"").`,
  instead: 'Append the first address of `reg` to the name, in lower-case hex.',
  source: [
    'Devicetree Specification, section 2.2.1',
    'dtc: unit_address_vs_reg (1.6.1)',
    'xen: make_memory_node, 98d1dac88f82 (4.13)',
  ],

  *check(board: Board) {
    const nodes = [...board.tree.root.children.filter(isMemoryNode), ...reservedChildren(board)];
    for (const node of nodes) {
      const reg = node.properties.get('reg');
      const at = node.openings[0]?.name;
      const tuple = reg && tuplesOf(reg, regCells(node))[0];
      if (unitAddress(node) !== undefined || !tuple || !at || tuple.size === 0n) continue;
      const range = { start: tuple.address, end: tuple.address + tuple.size };
      yield { at, facts: { node, range } };
    }
  },

  message: ({ node, range }) =>
    `${node.name} has reg ${formatRange(range)} but no unit address: ${node.name}@${range.start.toString(16)}`,

  fixes({ facts: { node, range } }, board) {
    const name = `${node.name}@${range.start.toString(16)}`;
    const rename = renameNode(board, node, name);
    return [{ title: `Rename to ${name}`, ...rename, change: [rename.change] }];
  },
});

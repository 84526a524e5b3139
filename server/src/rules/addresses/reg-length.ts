// A reg (or a property like it) is not a whole number of entries.

import type { DtNode } from '../../tree/device-tree.ts';
import { regCells } from '../../addresses/cells.ts';
import { isMemoryNode } from '../../memory/map-memory.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly node: DtNode;
  readonly bytes: number;
  readonly addressCells: number;
  readonly sizeCells: number;
}

/**
 * Whether the node says where memory is: memory nodes, reserved regions, boot modules and domains. The check `reg_format`
 * of dtc has the others.
 */
export function claimsMemory(node: DtNode): boolean {
  const top = node.path.split('/')[1] ?? '';
  return top === 'reserved-memory' || top === 'chosen' || isMemoryNode(node);
}

export const regLength = rule<Facts>({
  id: 'reg-length',
  severity: 'error',
  reads: 'nodes',
  title: 'reg has the wrong number of cells',
  why: `
The parent's #address-cells and #size-cells say how many cells an entry has. With cells left over the entries are read
shifted: Linux skips a reserved region ("invalid reg property") and takes the whole entries of a memory node; Xen takes the whole
entries of both and drops the rest without a word.`,
  instead:
    'Write <address size> entries with the cell counts of the parent, or correct the counts.',
  source: [
    'Devicetree Specification, section 2.3.6',
    'xen: device_tree_get_meminfo (4.22)',
    'dtc: reg_format (1.6.1)',
  ],

  *check(board: Board) {
    for (const { node, because } of board.map.unknown) {
      if (because.code !== 'reg-length' || !claimsMemory(node)) continue;
      const definition = node.properties.get('reg')?.definition;
      const at = definition?.value ?? definition?.whole;
      if (!at) continue;
      const counts = regCells(node);
      const parent = node.parent?.openings[0];
      yield {
        at,
        facts: {
          node,
          bytes: because.bytes,
          addressCells: counts.address,
          sizeCells: counts.size,
        },
        related: parent ? [{ message: 'the cell counts apply here', at: parent.name }] : [],
      };
    }
  },

  message({ node, bytes, addressCells, sizeCells }) {
    const cells = bytes % 4 === 0 ? `${bytes / 4} cells` : `${bytes} bytes`;
    return (
      `reg of ${node.name} has ${cells}, which is no multiple of ${addressCells + sizeCells} ` +
      `(#address-cells ${addressCells}, #size-cells ${sizeCells})`
    );
  },
});

// A region that is not a direct child of /reserved-memory.

import { regCells, tuplesOf } from '../../addresses/cells.ts';
import { formatRange } from '../../addresses/format.ts';
import type { Range } from '../../addresses/region.ts';
import { isEnabled } from '../../memory/map-memory.ts';
import { walkNodes, type DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { reservedChildren } from '../static-regions.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly node: DtNode;
  readonly range: Range;
}

export const reservedNestedNode = rule<Facts>({
  id: 'reserved-nested-node',
  severity: 'warning',
  title: 'A region is nested too deep in /reserved-memory',
  why: `
Linux and U-Boot read the direct children of /reserved-memory only, so nothing is reserved. Xen reads all depths:
since 4.13 it keeps the range and lists it as dom0 RAM, and dom0's Linux takes it for its own ("Failing to acquire the MFN").
Before 4.13 Xen ignores it as well.`,
  instead: 'Make the region a direct child of /reserved-memory.',
  source: ['linux: fdt_scan_reserved_mem (6.12)', 'xen: process_reserved_memory (4.22)'],
  behaviours: ['xen.readsReservedMemory'],

  *check(board: Board) {
    for (const child of reservedChildren(board)) {
      for (const node of walkNodes(child)) {
        if (node === child || !isEnabled(node)) continue;
        const reg = node.properties.get('reg');
        const tuple = reg && tuplesOf(reg, regCells(node))[0];
        const at = node.openings[0]?.name;
        // Parts of a region, such as nvmem cells and partitions, are described by small offsets within it.
        if (!tuple || tuple.size === 0n || !at || child.properties.has('reg')) continue;
        const range = { start: tuple.address, end: tuple.address + tuple.size };
        const found = { at, facts: { node, range } };
        yield found;
        for (const boot of xenBoots(board))
          if (boot.reserved.some((kept) => kept.node === node) && isForXen(board))
            yield { ...found, severity: 'error', target: boot.target };
      }
    }
  },

  message: ({ node, range }) =>
    `${node.name} ${formatRange(range)} is no direct child of /reserved-memory: Linux does not reserve it`,
});

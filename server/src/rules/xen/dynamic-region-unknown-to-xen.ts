// A reserved region without an address, which Xen passes over.

import { formatSize } from '../../addresses/format.ts';
import type { DynamicReserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly region: DynamicReserved;
}

export const dynamicRegionUnknownToXen = rule<Facts>({
  id: 'dynamic-region-unknown-to-xen',
  severity: 'information',
  title: 'Xen passes over a region without an address',
  why: `
A region with \`size\` and no \`reg\` has no place until Linux chooses one. Under Xen that is dom0's Linux, and it can only
choose inside dom0's own banks; \`alloc-ranges\` made for the host may not meet them.`,
  instead: 'Give it a `reg`, or make sure that dom0’s banks meet its alloc-ranges.',
  source: ['xen: process_reserved_memory_node (4.22)', 'linux: __reserved_mem_alloc_size (6.12)'],

  *check(board: Board) {
    if (!isForXen(board)) return;
    for (const region of board.map.dynamic) {
      const opening = region.node.openings[0];
      if (!opening || !region.enabled) continue;
      for (const boot of xenBoots(board))
        yield { at: opening.name, facts: { region }, target: boot.target };
    }
  },

  message: ({ region }) =>
    `Xen passes over ${region.node.name}; dom0 places its ${formatSize(region.size)} inside its own banks`,
});

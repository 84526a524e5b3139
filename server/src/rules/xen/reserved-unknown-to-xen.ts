// A reserved region that this Xen does not keep: its memory is Xen's to use.

import { lineWith } from '../../messages/event.ts';
import { formatRange } from '../../addresses/format.ts';
import { overlaps } from '../../addresses/region.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import { behavioursOf } from '../../xen/behaviours.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly region: Reserved;
}

export const reservedUnknownToXen = rule<Facts>({
  id: 'reserved-unknown-to-xen',
  severity: 'warning',
  title: 'Xen does not keep a reserved region',
  why: `
Up to 4.12 Xen ignores /reserved-memory. Later releases misread it when it lacks #address-cells or #size-cells (they
assume 2 and 1), and never find it under another name. The memory goes to Xen's heap, while firmware or a device uses it
and dom0 may have it mapped as a device.`,
  instead:
    'Use 4.13 or later, name the node `reserved-memory`, and give it the cell counts of the root.',
  source: ['xen: process_reserved_memory (4.22)', 'xen: device_tree_for_each_node (4.22)'],
  behaviours: ['xen.readsReservedMemory'],

  *check(board: Board) {
    if (!isForXen(board)) return;
    for (const boot of xenBoots(board)) {
      // What is lost because the scan stopped is told where it stops.
      if (lineWith(boot.log, 'node-parsing-failed') || boot.ram.length === 0) continue;
      for (const region of board.map.reserved) {
        if (region.kind !== 'static' || !region.enabled || !region.written) continue;
        if (region.end <= region.start) continue;
        if (!boot.heap.some((free) => overlaps(free, region))) continue;
        // A release that knows no reservations is a fact to know, not a fault of the tree.
        const isTreesFault = behavioursOf(boot.release).readsReservedMemory;
        yield {
          at: region.written,
          facts: { region },
          target: boot.target,
          ...(isTreesFault ? {} : { severity: 'information' as const }),
        };
      }
    }
  },

  message: ({ region }, releases) =>
    `${releases} ${releases.includes(',') ? 'do' : 'does'} not keep ${region.node?.name ?? ''} ${formatRange(region)}: the memory goes to its heap`,
});

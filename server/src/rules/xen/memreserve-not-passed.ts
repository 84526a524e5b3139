// A /memreserve/ entry, which Xen keeps from dom0 and does not tell dom0 about.

import { formatRange } from '../../addresses/format.ts';
import type { Range } from '../../addresses/region.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly range: Range;
}

export const memreserveNotPassed = rule<Facts>({
  id: 'memreserve-not-passed',
  severity: 'information',
  title: '/memreserve/ does not reach dom0',
  why: `
Xen keeps the range out of its heap and out of dom0. The tree it makes for dom0 has an empty reservation block, so a
dom0 driver that goes there finds nothing mapped and faults. Xen 4.16 to 4.18 may even offer the range to dom0 as an extended
region, room for pages of other domains.`,
  instead: 'Where dom0 needs the range, write a child of /reserved-memory with `no-map`.',
  source: [
    'xen: prepare_dtb_hwdom (4.22)',
    'xen: dt_unreserved_regions (4.22)',
    'xen: find_unallocated_memory, 53dc37829c (4.19)',
  ],
  behaviours: ['xen.extendedRegions', 'xen.memreserveInReserved'],

  *check(board: Board) {
    if (!isForXen(board)) return;
    for (const reservation of board.tree.memoryReservations)
      for (const boot of xenBoots(board))
        yield {
          at: reservation.written.whole,
          facts: {
            range: {
              start: reservation.address,
              end: reservation.address + reservation.size,
            },
          },
          target: boot.target,
        };
  },

  message: ({ range }) =>
    `Xen keeps ${formatRange(range)} from dom0 and does not tell dom0 about it`,
});

// Two RAM banks share bytes.

import { endOf } from '../../xen/ending.ts';
import { formatRange, formatSize } from '../../addresses/format.ts';
import { intersection } from '../../addresses/region.ts';
import type { Bank } from '../../memory/memory-map.ts';
import { overlappingPairs } from '../../memory/overlapping-pairs.ts';
import type { Board } from '../board.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { isWrittenLater } from '../is-written-later.ts';
import { rule, type Found } from '../rule.ts';
import { endingBoot } from '../xen-places.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly own: Bank;
  readonly other: Bank;
}

export const banksOverlap = rule<Facts>({
  id: 'banks-overlap',
  severity: 'warning',
  title: 'Two RAM banks overlap',
  why: `
Linux joins the banks without a word, so a wrong size goes unnoticed: memory that does not exist is handed out, or the
board has less than the sum says. Xen adds the shared pages to its boot allocator twice and stops ("Xen BUG at … page_alloc.c").
Where they are all reserved, Xen since 4.17 stops as it maps them twice ("Unable to setup the directmap mappings.").`,
  instead: 'Correct the size or the start of one of the banks.',
  source: [
    'linux: memblock_add (6.12)',
    'xen: bootmem_region_add (4.22)',
    'xen: setup_directmap_mappings (4.17)',
  ],
  behaviours: ['xen.directmapRefusesOverlap'],

  *check(board: Board) {
    const banks = board.map.banks.filter((bank) => bank.enabled);
    for (const [first, second] of overlappingPairs(banks)) {
      if (!first.written || !second.written) continue;
      const isFirstLater = isWrittenLater(board, first.written, second.written);
      const [own, other] = isFirstLater ? [first, second] : [second, first];
      const found: Found<Facts> = {
        at: isFirstLater ? first.written : second.written,
        facts: { own, other },
        related: [
          {
            message: `the other bank ${formatRange(other)}`,
            at: isFirstLater ? second.written : first.written,
          },
        ],
      };
      yield found;
      if (!isForXen(board)) continue;
      for (const boot of xenBoots(board)) {
        if (endOf(boot)?.because.some(({ code }) => code === 'ram-twice'))
          yield endingBoot(found, boot);
      }
    }
  },

  message({ own, other }) {
    const shared = intersection(own, other) ?? own;
    return (
      `RAM bank ${formatRange(own)} and bank ${formatRange(other)} share ${formatRange(shared)}, ` +
      formatSize(shared.end - shared.start)
    );
  },
});

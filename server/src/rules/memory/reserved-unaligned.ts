// A reserved region does not begin or end on a page.

import { PAGE_SIZE } from '../../addresses/page.ts';
import { formatRange, formatSize } from '../../addresses/format.ts';
import { alignDown, alignUp, type Range } from '../../addresses/region.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import { pageSizeOf } from '../../facts/page-size-of.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { reservationName, staticRegions } from '../static-regions.ts';

interface Facts {
  readonly region: Reserved;
  readonly pages: Range;
  /** Bytes of a page. */
  readonly pageSize: bigint;
}

export const reservedUnaligned = rule<Facts>({
  id: 'reserved-unaligned',
  severity: 'information',
  title: 'A reserved region is no whole number of pages',
  why: `
Memory is mapped and protected by pages. The rest of the first and the last page is lost with \`no-map\`, or shared with
whoever gets it without; firmware that protects whole pages owns more than the node says.`,
  instead:
    'Write the region in whole pages: 4 KiB, or what `kernel.pageSize` of the boot profile says.',
  source: ['linux: memblock_mark_nomap (6.12)', 'op-tee: check_phys_mem_is_outside (d5001fe0a)'],

  *check(board: Board) {
    const pageSize = pageSizeOf(board.facts);
    for (const region of staticRegions(board)) {
      if (!region.written || ((region.start | region.end) & (pageSize - 1n)) === 0n) continue;
      const pages = {
        start: alignDown(region.start, pageSize),
        end: alignUp(region.end, pageSize),
      };
      yield { at: region.written, facts: { region, pages, pageSize } };
    }
  },

  message: ({ region, pages, pageSize }) =>
    `${reservationName(region)} ${formatRange(region)} covers only part of the pages ${formatRange(pages)}` +
    (pageSize === PAGE_SIZE ? '' : `, which have ${formatSize(pageSize)} each`),
});

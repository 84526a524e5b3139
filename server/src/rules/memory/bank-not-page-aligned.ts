// A RAM bank does not begin or end on a page.

import { lineWith } from '../../messages/event.ts';
import { formatRange, formatSize } from '../../addresses/format.ts';
import { pageSizeOf } from '../../facts/page-size-of.ts';
import type { Bank } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { linesAbout } from '../lines-about.ts';
import { rule } from '../rule.ts';
import { logOfAll } from '../target-lines.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

interface Facts {
  readonly bank: Bank;
  /** Bytes of a page. */
  readonly pageSize: bigint;
}

export const bankNotPageAligned = rule<Facts>({
  id: 'bank-not-page-aligned',
  severity: 'information',
  title: 'A RAM bank is no whole number of pages',
  why: 'Linux rounds the start up and the end down to pages (4 KiB, or `kernel.pageSize` of the boot profile); a bank smaller than a page is dropped ("Ignoring memory block").',
  instead: 'Write the bank in whole pages.',
  source: ['linux: early_init_dt_add_memory_arch (6.12)'],

  *check(board: Board) {
    const pageSize = pageSizeOf(board.facts);
    for (const bank of board.map.banks) {
      if (!bank.enabled || !bank.written || ((bank.start | bank.end) & (pageSize - 1n)) === 0n)
        continue;
      yield {
        at: bank.written,
        facts: { bank, pageSize },
        ...logOfAll(linuxBoots(board), (boot) =>
          lineWith(linesAbout(boot, bank.node), 'memory-ignored'),
        ),
      };
    }
  },

  message: ({ bank, pageSize }) =>
    `RAM bank ${formatRange(bank)} does not begin and end on a ${formatSize(pageSize)} page`,
});

// A reserved region begins inside a RAM bank and ends outside it, or the other way round.

import { formatRange, formatSize } from '../../addresses/format.ts';
import { indexBehind, intersection, partsWithin, type Range } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { moveRegionFixes } from '../move-region.ts';
import { rule } from '../rule.ts';
import { reservationName } from '../static-regions.ts';

interface Facts {
  readonly region: Reserved;
  readonly bank: Range;
  /** Bytes of the region that are not RAM. */
  readonly outside: bigint;
}

export const reservedStraddlesBank = rule<Facts>({
  id: 'reserved-straddles-bank',
  severity: 'warning',
  title: 'A reserved region crosses the edge of RAM',
  why: `
Part of the region is RAM and part is not. One of the two numbers is wrong: the region's, or the memory node's. Xen since
4.13 lists the whole region in a memory node of dom0, the part without memory behind it included.`,
  instead: 'Correct the size, or split the region at the edge of the bank.',
  source: ['xen: make_memory_node (4.22)', 'linux: __reserved_mem_reserve_reg (6.12)'],
  behaviours: ['xen.reservedAsMemory'],

  *check(board: Board) {
    if (!board.map.ramKnown) return;
    const ram = ramOf(board.map);
    for (const region of board.map.reserved) {
      const isKept = region.kind === 'static' || region.kind === 'memreserve';
      if (!isKept || !region.enabled || !region.written) continue;
      const inside = partsWithin(ram, region).reduce(
        (sum, each) => sum + each.end - each.start,
        0n,
      );
      const outside = region.end - region.start - inside;
      const bank = ram[indexBehind(ram, region.start)];
      if (inside === 0n || outside === 0n || !bank) continue;
      const banks = board.map.banks.filter((each) => intersection(each, region) && each.written);
      yield {
        at: region.written,
        facts: { region, bank, outside },
        related: banks.flatMap((each) =>
          each.written ? [{ message: `RAM bank ${formatRange(each)}`, at: each.written }] : [],
        ),
      };
    }
  },

  message: ({ region, bank, outside }) =>
    `${reservationName(region)} ${formatRange(region)} crosses the edge of RAM ${formatRange(bank)}: ` +
    `${formatSize(outside)} of it is not RAM`,

  fixes: ({ facts }, board) => moveRegionFixes(board, facts.region),
});

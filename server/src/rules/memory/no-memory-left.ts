// Reservations cover all RAM.

import { formatRange, formatSize } from '../../addresses/format.ts';
import { intersection, subtract, type Range } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { reservationName } from '../static-regions.ts';

/** Less than this holds no kernel. */
const ROOM_FOR_A_KERNEL = 4n << 20n;

interface Facts {
  readonly name: string;
  readonly range: Range;
  readonly left: bigint;
}

export const noMemoryLeft = rule<Facts>({
  id: 'no-memory-left',
  severity: 'warning',
  title: 'The reservations leave no RAM to the kernel',
  why: 'What a reserved region or a /memreserve/ entry covers is not for the kernel to use. Together they cover all RAM of the tree, so that nothing is left to run in.',
  instead: 'Shrink the region, or correct the size of the memory node.',
  source: ['linux: memblock_reserve (6.12)', 'xen: populate_boot_allocator (4.22)'],

  *check(board: Board) {
    if (!board.map.ramKnown) return;
    const ram = ramOf(board.map);
    const kept = board.map.reserved.filter(
      (region) =>
        region.kind === 'memreserve' ||
        (region.kind === 'static' && region.enabled && !region.reusable),
    );
    const left = sizeOf(subtract(ram, kept));
    if (left >= ROOM_FOR_A_KERNEL) return;
    const taken = (region: Range): bigint =>
      sizeOf(ram.flatMap((bank) => intersection(bank, region) ?? []));
    const [largest] = [...kept].sort((a, b) => (taken(a) > taken(b) ? -1 : 1));
    if (largest?.written && taken(largest) > 0n)
      yield {
        at: largest.written,
        facts: { name: reservationName(largest), range: largest, left },
      };
  },

  message: ({ name, range, left }) =>
    `${name} ${formatRange(range)} leaves ${left === 0n ? 'no RAM' : `${formatSize(left)} of RAM`} to the kernel`,
});

function sizeOf(ranges: readonly Range[]): bigint {
  return ranges.reduce((sum, range) => sum + range.end - range.start, 0n);
}

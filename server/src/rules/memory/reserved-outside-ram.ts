// A reserved region lies where no memory node says there is RAM.

import { formatRange } from '../../addresses/format.ts';
import { overlaps, partsWithin } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { moveRegionFixes } from '../move-region.ts';
import { rule } from '../rule.ts';
import { reservationName } from '../static-regions.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly region: Reserved;
}

export const reservedOutsideRam = rule<Facts>({
  id: 'reserved-outside-ram',
  severity: 'information',
  title: 'A reserved region lies outside RAM',
  why: `
Reserving what is not RAM has no effect in Linux. Xen since 4.13 lists every reserved region in a memory node for dom0,
so dom0 is told that there is RAM: SRAM, a carve-out that firmware holds back, or nothing at all.`,
  instead:
    'Correct the address, or describe the range as a device (for example mmio-sram) rather than as reserved memory.',
  source: ['xen: make_memory_node (4.22)', 'linux: memblock_reserve (6.12)'],
  behaviours: ['xen.reservedAsMemory'],

  *check(board: Board) {
    if (!board.map.ramKnown) return;
    const ram = ramOf(board.map);
    for (const region of board.map.reserved) {
      const isKept = region.kind === 'static' || region.kind === 'memreserve';
      if (!isKept || !region.enabled || !region.written) continue;
      if (region.end <= region.start || partsWithin(ram, region).length > 0) continue;
      const found = { at: region.written, facts: { region } };
      yield found;
      if (!isForXen(board) || region.kind === 'memreserve') continue;
      for (const boot of xenBoots(board))
        if (boot.dom0?.memoryNodes.some(({ reg }) => reg.some((each) => overlaps(each, region))))
          yield { ...found, severity: 'warning', target: boot.target };
    }
  },

  message: ({ region }) =>
    `${reservationName(region)} ${formatRange(region)} lies outside every RAM bank`,

  // SRAM that was meant is not to be moved into RAM unasked.
  fixes: ({ facts }, board) =>
    moveRegionFixes(board, facts.region).map((fix) => ({ ...fix, preferred: false })),
});

// A reserved region lies where no memory node says there is RAM.

import { formatRange } from '../../addresses/format.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { moveRegionFixes } from '../move-region.ts';
import { regionsOutsideRam } from '../outside-ram.ts';
import { rule } from '../rule.ts';
import { reservationName } from '../static-regions.ts';

interface Facts {
  readonly region: Reserved;
}

export const reservedOutsideRam = rule<Facts>({
  id: 'reserved-outside-ram',
  severity: 'information',
  title: 'A reserved region lies outside RAM',
  why: `
Reserving what is not RAM has no effect in Linux: SRAM, a carve-out that firmware holds back, or nothing at all. Under Xen,
dom0 is told that there is RAM; without \`no-map\` it maps it, which \`reserved-cacheable-outside-ram\` reports.`,
  instead:
    'Correct the address, or describe the range as a device (for example mmio-sram) rather than as reserved memory.',
  source: ['xen: make_memory_node (4.22)', 'linux: memblock_reserve (6.12)'],
  behaviours: ['xen.reservedAsMemory'],

  *check(board: Board) {
    for (const region of regionsOutsideRam(board)) {
      if (region.written) yield { at: region.written, facts: { region } };
    }
  },

  message: ({ region }) =>
    `${reservationName(region)} ${formatRange(region)} lies outside every RAM bank`,

  fixes: ({ facts }, board) =>
    isMeant(board, facts.region)
      ? []
      : moveRegionFixes(board, facts.region).map((fix) => ({ ...fix, preferred: false })),
});

/**
 * Whether the region is likely where it should be: SRAM below RAM, a hole that the banks leave for it or that begins where one
 * ends, or what a driver is bound to. What is left lies behind the end of RAM: a board with less of it than was thought.
 */
function isMeant(board: Board, { node, start }: Reserved): boolean {
  const end = ramOf(board.map).at(-1)?.end ?? start;
  return start <= end || node?.properties.has('compatible') === true;
}

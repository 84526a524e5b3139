// A region that the kernel places fits only when the boot loader keeps out of its way.

import { formatRange, formatSize } from '../../addresses/format.ts';
import { contains, subtract, type Range } from '../../addresses/region.ts';
import type { DynamicReserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { placeOfProperty } from '../static-regions.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

/** About a kernel and an initrd: where a gap leaves less, what is loaded into it takes the place of the region. */
const ROOM_FOR_FILES = 64n << 20n;

interface Facts {
  readonly region: DynamicReserved;
  /** The only gap in which it fits. */
  readonly gap: Range;
  /** Bytes of the gap that the region does not take. */
  readonly left: bigint;
}

export const dynamicRegionTight = rule<Facts>({
  id: 'dynamic-region-tight',
  severity: 'information',
  title: 'A dynamic region needs a gap nearly to itself',
  why: `
Kernel image, initrd and blob are reserved before Linux places the region. One gap of RAM is large enough, and the region
takes nearly all of it: anything that the boot loader puts there, and "failed to allocate memory for node" is the
result.`,
  instead: 'Lower `size`, widen `alloc-ranges`, or move the reservations that divide the RAM.',
  source: ['linux: __reserved_mem_alloc_size (6.12)'],

  *check(board: Board) {
    if (!board.map.ramKnown) return;
    for (const boot of linuxBoots(board)) {
      const fixed = boot.reserved.filter((each) => each.kind !== 'dynamic' && each.kind !== 'cma');
      for (const place of boot.reserved) {
        const region = board.map.dynamic.find((each) => each.node === place.node);
        const at = region && placeOfProperty(region.node, 'size');
        if (place.kind !== 'dynamic' || !region || !at) continue;
        const windows = region.allocRanges.length > 0 ? region.allocRanges : boot.memory;
        const outside = subtract([{ start: 0n, end: 1n << 64n }], windows);
        const gaps = subtract(boot.memory, [...fixed, ...outside]).filter(
          (gap) => gap.end - gap.start >= region.size,
        );
        const [gap] = gaps;
        if (!gap || gaps.length > 1 || !contains(gap, place)) continue;
        const left = gap.end - gap.start - region.size;
        // A small system has small files.
        if (left < ROOM_FOR_FILES && left < region.size)
          yield { at, facts: { region, gap, left }, target: boot.target };
      }
    }
  },

  message: ({ region, gap, left }) =>
    `${region.node.name} takes ${formatSize(region.size)} of ${formatRange(gap)}, the only RAM where it fits: ` +
    (left === 0n
      ? 'nothing else may lie there'
      : `${formatSize(left)} are left for what is loaded`),
});

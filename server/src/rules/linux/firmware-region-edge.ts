// RAM next to firmware's memory is left to the kernel.

import { formatRange } from '../../addresses/format.ts';
import { indexBehind, subtract, union, type Range } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { reservationName, staticRegions } from '../static-regions.ts';
import { isFirmwareRegion, isSecureRegion } from './firmware-words.ts';

/** Less between two firmware regions is more likely forgotten than meant. */
const SMALL_GAP = 16n << 20n;

interface Facts {
  readonly region: Reserved;
  readonly firmware: Range;
  readonly gap: Range;
}

export const firmwareRegionEdge = rule<Facts>({
  id: 'firmware-region-edge',
  severity: 'information',
  title: 'RAM next to firmware is left to the kernel',
  why: `
Firmware regions usually lie side by side. Where one is declared too short, or one is missing, the kernel uses memory that
firmware protects: the board dies at random, mostly late. The tree cannot say where firmware really ends; this is the
place to compare with the firmware's memory map.`,
  instead:
    'Extend the region, or add the missing one, when the firmware owns more. Nothing to do otherwise.',
  source: [
    'linux: memblock_free_all (6.12)',
    'linux commits 6e5333090967, 8f4a7a00c101, 48e21ded0432',
  ],

  *check(board: Board) {
    if (!board.map.ramKnown) return;
    // Secure firmware keeps its memory, whether the tree says no-map or not.
    const regions = staticRegions(board).filter(
      (region) => region.noMap || isSecureRegion(region.node),
    );
    const all = board.map.reserved.filter(
      (region) => region.kind === 'memreserve' || (region.kind === 'static' && region.enabled),
    );
    const open = subtract(ramOf(board.map), all);
    const openBefore = new Map(open.map((range) => [range.end, range]));
    const openAfter = new Map(open.map((range) => [range.start, range]));
    const blocks = union(regions);
    const [lowest, highest] = [blocks[0], blocks.at(-1)];
    const parts = blocks.map((): typeof regions => []);
    for (const region of regions) parts[indexBehind(blocks, region.start)]?.push(region);
    for (const [index, block] of blocks.entries()) {
      const inside = parts[index] ?? [];
      if (!inside.some((region) => isFirmwareRegion(region.node))) continue;
      const before = openBefore.get(block.start);
      const after = openAfter.get(block.end);
      const first = inside.find((region) => region.start === block.start);
      const last = inside.findLast((region) => region.end === block.end);
      // Between two blocks only a small gap is suspicious; at the edges of all firmware any is.
      const isOuter = (gap: Range): boolean =>
        gap.end - gap.start <= SMALL_GAP || block === (gap.end === block.start ? lowest : highest);
      if (before && first?.written && isOuter(before))
        yield { at: first.written, facts: { region: first, firmware: block, gap: before } };
      if (after && last?.written && isOuter(after))
        yield { at: last.written, facts: { region: last, firmware: block, gap: after } };
    }
  },

  message: ({ region, firmware, gap }) =>
    `${reservationName(region)} ${gap.end === firmware.start ? 'begins' : 'ends'} firmware's memory ` +
    `${formatRange(firmware)}; the kernel uses the RAM next to it, ${formatRange(gap)}`,
});

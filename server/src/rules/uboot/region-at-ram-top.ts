// A reserved region lies where U-Boot runs.

import { formatRange } from '../../addresses/format.ts';
import { overlaps, type Range } from '../../addresses/region.ts';
import { relocationRange } from '../../linux/uboot.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { moveRegionFixes } from '../move-region.ts';
import { rule } from '../rule.ts';
import { reservationName, staticRegions } from '../static-regions.ts';

interface Facts {
  readonly region: Reserved;
  readonly top: Range;
}

export const regionAtRamTop = rule<Facts>({
  id: 'region-at-ram-top',
  severity: 'information',
  title: 'A reserved region at the end of RAM, where U-Boot lies',
  why: `
U-Boot relocates itself, its stack and its heap to the end of the highest bank below 4 GiB. When it then reserves the
regions of the devicetree it boots, this one collides with itself ("ERROR: reserving fdt memory region failed"), and
whatever uses the region before Linux starts overwrites U-Boot.`,
  instead:
    'Move the region down by 64 MiB or more, or make U-Boot end its RAM below it (board_get_usable_ram_top).',
  source: ['u-boot: boot_fdt_handle_region, setup_dest_addr'],

  *check(board: Board) {
    const top = relocationRange(board.map);
    if (!top) return;
    for (const region of staticRegions(board)) {
      if (region.written && overlaps(region, top))
        yield { at: region.written, facts: { region, top } };
    }
  },

  message: ({ region, top }) =>
    `${reservationName(region)} ${formatRange(region)} ` +
    `${region.end >= top.end ? 'reaches the end' : 'lies at the end'} of RAM, where U-Boot lies: ${formatRange(top)}`,

  fixes: ({ facts }, board) => moveRegionFixes(board, facts.region),
});

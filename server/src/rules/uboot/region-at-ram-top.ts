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
U-Boot relocates itself, its stack and its heap to the end of RAM: by default to the end of the *first* \`reg\` tuple of
/memory, not of the highest bank. When it then reserves the regions of the devicetree it boots, this one collides with itself
("ERROR: reserving fdt memory region failed"), and whatever uses the region before Linux starts overwrites U-Boot. Boards may
choose another place (board_get_usable_ram_top, get_effective_memsize, CONFIG_RELOC_ADDR_TOP): \`bdinfo\` prints it as relocaddr.`,
  instead:
    'Move the region down by 64 MiB or more, or make U-Boot end its RAM below it (board_get_usable_ram_top).',
  source: [
    'u-boot: fdtdec_setup_mem_size_base, setup_dest_addr, boot_fdt_handle_region (6073c36b2c)',
  ],

  *check(board: Board) {
    const top = relocationRange(board.map);
    if (!top) return;
    for (const region of staticRegions(board)) {
      if (region.written && overlaps(region, top))
        yield { at: region.written, facts: { region, top } };
    }
  },

  message: ({ region, top }) =>
    `${reservationName(region)} ${formatRange(region)} lies where U-Boot relocates itself by default: ` +
    `${formatRange(top)}, the end of the first tuple of /memory`,

  fixes: ({ facts }, board) => moveRegionFixes(board, facts.region),
});

// Memory of secure firmware stays mapped in the kernel.

import { formatRange } from '../../addresses/format.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import { addProperty } from '../add-property.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { reservationName, staticRegions } from '../static-regions.ts';
import { isSecureRegion } from './firmware-words.ts';

interface Facts {
  readonly region: Reserved;
}

export const secureRegionMapped = rule<Facts>({
  id: 'secure-region-mapped',
  severity: 'information',
  title: 'A region of secure firmware without no-map',
  why: `
Without \`no-map\` Linux keeps the region in its linear map, cacheable. The CPU may read ahead into it, which faults when
the memory is secure, and \`ioremap\` of it is refused.`,
  instead: 'Add `no-map;` when the firmware protects the memory.',
  source: [
    'linux: memblock_mark_nomap (6.12)',
    'op-tee: add_res_mem_dt_node (d5001fe0a)',
    'tf-a: fdt_add_reserved_memory (6a164dda7)',
  ],

  *check(board: Board) {
    for (const region of staticRegions(board)) {
      if (region.noMap || region.reusable || !region.written) continue;
      if (!isSecureRegion(region.node)) continue;
      yield { at: region.written, facts: { region } };
    }
  },

  message: ({ region }) =>
    `${reservationName(region)} ${formatRange(region)} has no no-map: Linux keeps the memory of secure firmware mapped`,

  fixes({ facts: { region } }, board) {
    const { node } = region;
    const addition = node && addProperty(board, node, node.properties.get('reg'), 'no-map');
    return addition ? [{ ...addition, preferred: true }] : [];
  },
});

// The default CMA area will lie where 32-bit devices do not reach.

import { formatRange } from '../../addresses/format.ts';
import type { Range } from '../../addresses/region.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { placeOfProperty } from '../static-regions.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

const FOUR_GIB = 1n << 32n;

interface Facts {
  readonly node: DtNode;
  readonly place: Range;
}

export const defaultPoolAbove4Gib = rule<Facts>({
  id: 'default-pool-above-4gib',
  severity: 'information',
  title: 'The default CMA area will lie above 4 GiB',
  why: `
Linux places a region without \`alloc-ranges\` as high as it can, whatever its users reach. All devices without a pool of
their own share the default CMA area, and one with 32 address bits cannot use memory above 4 GiB: its buffers then come
from elsewhere or not at all.`,
  instead: 'Write `alloc-ranges` that end at 4 GiB, or lower when a bus reaches less.',
  source: ['linux: __reserved_mem_alloc_size (6.12)', 'linux: dma_alloc_contiguous (6.12)'],

  *check(board: Board) {
    // Without RAM below there is nothing better.
    if (!board.map.banks.some((bank) => bank.enabled && bank.start < FOUR_GIB)) return;
    for (const boot of linuxBoots(board)) {
      for (const { node, kind, start, end } of boot.reserved) {
        const isDefault = node?.properties.has('linux,cma-default') ?? false;
        if (kind !== 'dynamic' || !node || !isDefault || end <= FOUR_GIB) continue;
        const at = placeOfProperty(node, 'size');
        if (at) yield { at, facts: { node, place: { start, end } }, target: boot.target };
      }
    }
  },

  message: ({ node, place }) =>
    `${node.name} will most likely lie at ${formatRange(place)}: devices with 32 address bits do not reach it`,
});

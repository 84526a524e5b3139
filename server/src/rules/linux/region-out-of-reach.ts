// A device uses a reserved region that its bus cannot address.

import { formatRange } from '../../addresses/format.ts';
import { contains, overlaps, type Range } from '../../addresses/region.ts';
import { dmaReach } from '../../linux/dma-reach.ts';
import { isCompatible } from '../../linux/region-drivers.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { moveRegionFixes } from '../move-region.ts';
import { rule } from '../rule.ts';
import { placeOfProperty, staticRegions } from '../static-regions.ts';
import { usersOf } from '../users-of.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

interface Facts {
  readonly name: string;
  readonly range: Range;
  /** Undefined for a region that the kernel places. */
  readonly region: Reserved | undefined;
  readonly user: DtNode;
  readonly reach: readonly Range[];
}

export const regionOutOfReach = rule<Facts>({
  id: 'region-out-of-reach',
  severity: 'warning',
  title: 'A DMA pool lies where its user cannot reach',
  why: `
\`dma-ranges\` of the bus say which addresses its devices can use. A pool outside of them cannot be set up ("reserved memory
is beyond device's set DMA address range"), and transfers go astray.`,
  instead: 'Move the pool below the limit of the bus, or correct `dma-ranges`.',
  source: ['linux: dma_init_coherent_memory', 'Devicetree Specification, section 2.3.9'],

  *check(board: Board) {
    for (const region of staticRegions(board)) {
      const { node } = region;
      if (!isPool(node) || !region.written) continue;
      for (const user of usersOf(board, node)) {
        const reach = dmaReach(user);
        if (!reach || reach.some((range) => contains(range, region))) continue;
        const use = placeOfProperty(user, 'memory-region');
        yield {
          at: region.written,
          facts: { name: node.name, range: region, region, user, reach },
          related: use ? [{ message: `${user.name} uses it`, at: use }] : [],
        };
      }
    }
    for (const boot of linuxBoots(board)) {
      for (const place of boot.reserved) {
        const { node } = place;
        const at = node && placeOfProperty(node, 'size');
        if (place.kind !== 'dynamic' || !node || !at || !isPool(node)) continue;
        for (const user of usersOf(board, node)) {
          const reach = dmaReach(user);
          if (!reach || reach.some((range) => contains(range, place))) continue;
          const canBeReached = reach.some((range) => overlaps(range, place.within ?? place));
          yield {
            at,
            facts: {
              name: node.name,
              range: { start: place.start, end: place.end },
              region: undefined,
              user,
              reach,
            },
            target: boot.target,
            ...(canBeReached ? { severity: 'information' as const } : {}),
          };
        }
      }
    }
  },

  message: ({ name, range, region, user, reach }) =>
    `${name} ${region ? '' : 'will most likely lie at '}${formatRange(range)}` +
    `${region ? ' lies' : ','} outside what ${user.name} can reach: ${reach.map(formatRange).join(', ')}`,

  fixes: ({ facts }, board) => (facts.region ? moveRegionFixes(board, facts.region) : []),
});

function isPool(node: DtNode): boolean {
  return isCompatible(node, 'shared-dma-pool') || isCompatible(node, 'restricted-dma-pool');
}

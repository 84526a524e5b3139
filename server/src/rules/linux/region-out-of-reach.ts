// A device uses a reserved region that its bus cannot address.

import { formatRange } from '../../addresses/format.ts';
import { contains, overlaps, type Range } from '../../addresses/region.ts';
import { dmaReach } from '../../linux/dma-reach.ts';
import type { LinuxReserved } from '../../linux/linux-boot.ts';
import { isCompatible } from '../../linux/region-drivers.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { moveRegionFixes } from '../move-region.ts';
import { hasDmaDevices, isInUse, limitingBuses } from '../limiting-buses.ts';
import { rule, type Place } from '../rule.ts';
import { placeOfProperty, staticRegions } from '../static-regions.ts';
import { usersOf } from '../users-of.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

const FOUR_GIB = 1n << 32n;

interface Facts {
  readonly name: string;
  readonly range: Range;
  /** Undefined for a region that the kernel places. */
  readonly region: Reserved | undefined;
  /** Who uses it: a device, or the devices of a bus, which share the default pool. */
  readonly user: string;
  readonly reach: readonly Range[];
}

export const regionOutOfReach = rule<Facts>({
  id: 'region-out-of-reach',
  severity: 'warning',
  title: 'A DMA pool lies where its user cannot reach',
  why: `
\`dma-ranges\` of the bus say which addresses its devices can use. Of a pool outside of them Linux says no more than
"reserved memory is beyond device's set DMA address range"; it is set up, and DMA reaches the wrong memory or fails. All
devices without a pool of their own share the default pool: those on a bus that does not reach it get buffers from
elsewhere, and large ones not at all.`,
  instead:
    'Move the pool below the limit of the bus, give it `alloc-ranges` that end there, or correct `dma-ranges`.',
  source: [
    'linux: rmem_dma_device_init, dma_alloc_contiguous (6.12)',
    'Devicetree Specification, section 2.3.9',
  ],

  *check(board: Board) {
    for (const region of staticRegions(board)) {
      const { node } = region;
      if (!isPool(node) || !region.written) continue;
      for (const user of usersOf(board, node)) {
        const reach = isInUse(user) ? dmaReach(user) : undefined;
        if (!reach || reach.some((range) => contains(range, region))) continue;
        const use = placeOfProperty(user, 'memory-region');
        yield {
          at: region.written,
          facts: { name: node.name, range: region, region, user: user.name, reach },
          related: use ? [{ message: `${user.name} uses it`, at: use }] : [],
        };
      }
    }
    for (const boot of linuxBoots(board)) {
      for (const place of boot.reserved) {
        const { node } = place;
        const at = node && placeOfProperty(node, 'size');
        if (place.kind !== 'dynamic' || !node || !at || !isPool(node)) continue;
        for (const { user, reach, related, shares } of [
          ...ownUsers(board, node),
          ...sharers(board, place),
        ]) {
          if (reach.some((range) => contains(range, place))) continue;
          const canBeReached = reach.some((range) => overlaps(range, place.within ?? place));
          // Who shares the default pool has other memory, too.
          const isGrave = !canBeReached && !shares;
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
            related,
            ...(isGrave ? {} : { severity: 'information' as const }),
          };
        }
      }
    }
  },

  message: ({ name, range, region, user, reach }) =>
    `${name} ${region ? '' : 'will most likely lie at '}${formatRange(range)}` +
    `${region ? ' lies' : ','} outside what ${user} can reach: ${reach.map(formatRange).join(', ')}`,

  fixes: ({ facts }, board) => (facts.region ? moveRegionFixes(board, facts.region) : []),
});

interface User extends Pick<Facts, 'user' | 'reach'> {
  /** Whether it is given the pool because it has none of its own. */
  readonly shares: boolean;
  readonly related: readonly { readonly message: string; readonly at: Place }[];
}

/** The devices in use that name a pool and whose bus limits them. */
function ownUsers(board: Board, node: DtNode): User[] {
  return usersOf(board, node).flatMap((user) => {
    const reach = isInUse(user) ? dmaReach(user) : undefined;
    const use = placeOfProperty(user, 'memory-region');
    const related = use ? [{ message: `${user.name} uses it`, at: use }] : [];
    return reach ? [{ user: user.name, reach, related, shares: false }] : [];
  });
}

/**
 * The devices of the bus that reaches least, where they take buffers from the default pool. Of one above 4 GiB another
 * rule speaks, and a bus that reaches no RAM has no use for any pool.
 */
function sharers(board: Board, place: LinuxReserved): User[] {
  const { node, end } = place;
  if (!node?.properties.has('linux,cma-default') || end > FOUR_GIB) return [];
  const ram = ramOf(board.map);
  const [least] = limitingBuses(board.tree)
    .filter(({ bus, reach }) => hasDmaDevices(bus) && reach.some((each) => hasRam(ram, each)))
    .sort((a, b) => (endOf(a.reach) < endOf(b.reach) ? -1 : 1));
  // Linux fills the pool from its start, so a part within reach is of use.
  if (!least || least.reach.some((range) => overlaps(range, place))) return [];
  const { bus, reach } = least;
  const limit = placeOfProperty(bus, 'dma-ranges');
  const related = limit ? [{ message: `what ${bus.name} reaches`, at: limit }] : [];
  return [{ user: `devices on ${bus.name}`, reach, related, shares: true }];
}

function endOf(reach: readonly Range[]): bigint {
  return reach.at(-1)?.end ?? 0n;
}

function hasRam(ram: readonly Range[], reach: Range): boolean {
  return ram.some((bank) => overlaps(bank, reach));
}

function isPool(node: DtNode): boolean {
  return isCompatible(node, 'shared-dma-pool') || isCompatible(node, 'restricted-dma-pool');
}

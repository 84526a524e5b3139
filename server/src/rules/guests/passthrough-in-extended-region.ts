// A guest sees a device where its Xen also offers it room for mappings.

import { formatRange } from '../../addresses/format.ts';
import { overlaps, type Range } from '../../addresses/region.ts';
import { behavioursOf } from '../../xen/behaviours.ts';
import { cellsOf, stringOf, type DtNode } from '../../tree/device-tree.ts';
import type { Board, Guest } from '../board.ts';
import { rule } from '../rule.ts';
import { dom0lessGuestsOf, passedNodes, passedRanges } from './guests-of.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly node: string;
  readonly device: Range;
  readonly region: Range;
}

/** xen/include/public/arch-arm.h: GUEST_RAM0_BASE and the end of that bank. */
const GUEST_RAM: Range = { start: 0x4000_0000n, end: 0x1_0000_0000n };

/** find_domU_holes: regions begin and end at multiples of 2 MiB. */
const REGION_ALIGNMENT = 0x20_0000n;

export const passthroughInExtendedRegion = rule<Facts>({
  id: 'passthrough-in-extended-region',
  severity: 'error',
  title: 'A passed-through device lies in an extended region',
  why: `
A domU of a dom0less boot with \`xen,enhanced\` is offered the rest of its RAM window as room for foreign mappings. In
Xen 4.17 to 4.20 this takes no notice of \`xen,reg\`: the guest maps foreign pages over the device, and its driver crashes.`,
  instead: 'Place the device below 0x4000_0000 in the guest, or use Xen 4.21 or later.',
  source: ['xen: find_domU_holes (4.22)', 'xen: make_hypervisor_node (4.22)'],
  behaviours: ['xen.domUExtendedRegions'],

  *check(board: Board) {
    for (const guest of dom0lessGuestsOf(board)) {
      const region = regionOf(board, guest);
      if (!region) continue;
      for (const node of passedNodes(guest.tree)) {
        for (const { start, end, guest: seen, written } of passedRanges(node)) {
          const device = { start: seen, end: seen + end - start };
          if (!written || !overlaps(device, region)) continue;
          for (const boot of xenBoots(board))
            if (behavioursOf(boot.release).domUExtendedRegions === 'over-devices')
              yield {
                at: written,
                facts: { node: node.name, device, region },
                target: boot.target,
              };
        }
      }
    }
  },

  message: ({ node, device, region }) =>
    `${node} is at ${formatRange(device)} in the guest, inside its extended region ${formatRange(region)}`,
});

/** What is left of the guest's first RAM window; undefined for a guest that is offered none. */
function regionOf(board: Board, { loadedAt }: Guest): Range | undefined {
  const module = board.map.modules.find(({ start }) => start === loadedAt);
  const domain = module?.node.parent;
  if (loadedAt === undefined || !domain || !isEnhanced(domain)) return undefined;
  const memory = domain.properties.get('memory');
  if (!memory || domain.properties.has('direct-map')) return undefined;
  const cells = cellsOf(memory);
  const size = ((BigInt(cells[0] ?? 0) << 32n) | BigInt(cells[1] ?? 0)) << 10n;
  const top = GUEST_RAM.start + size;
  const start = (top + REGION_ALIGNMENT - 1n) & ~(REGION_ALIGNMENT - 1n);
  return start < GUEST_RAM.end ? { start, end: GUEST_RAM.end } : undefined;
}

function isEnhanced(domain: DtNode): boolean {
  const property = domain.properties.get('xen,enhanced');
  return property !== undefined && stringOf(domain, 'xen,enhanced') !== 'disabled';
}

// A child of /reserved-memory is named memory@….

import { formatRange } from '../../addresses/format.ts';
import { overlaps, type Range } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import { baseName, type DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { rule, type Found } from '../rule.ts';
import { staticRegions } from '../static-regions.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { endOf } from '../../xen/ending.ts';
import type { XenBoot } from '../../xen/xen-boot.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import { endingBoot } from '../xen-places.ts';

interface Facts {
  readonly node: DtNode;
  readonly range: Range;
  readonly outside: boolean;
  /** What that leads to, where it is known: the boot ends, or Xen uses memory that does not exist. */
  readonly comesTo?: 'panic' | 'no-ram-used';
}

export const reservedNamedMemory = rule<Facts>({
  id: 'reserved-named-memory',
  severity: 'information',
  title: 'A reserved region is named memory',
  why: `
Xen before 4.20 takes every node named memory, at any depth, for RAM: the region is a bank and a reservation at once.

Inside RAM the bank is there twice. Xen 4.17 to 4.19 panic as they map it ("Unable to setup the directmap mappings."). Xen 4.13
to 4.16 count it twice and go on. Older Xen does not read reservations: it panics over the pages it has already ("Xen BUG at
page_alloc.c").

Outside RAM, Xen before 4.13 hands out memory that does not exist; later releases keep it reserved.

With \`device_type = "memory"\` it is worse: then Xen takes the node out of dom0's tree, and dom0 uses the region as its own RAM,
in 4.20 and later, too (reserved-not-honoured).`,
  instead: 'Name the region after what it is for: `modem@…`, `framebuffer@…`.',
  source: [
    'xen: early_scan_node, 47d4d3cdc5 (4.20)',
    'xen: process_reserved_memory, d96594eef3 (4.13)',
    'xen: setup_directmap_mappings (4.17), bootmem_region_add (4.11)',
    'Devicetree Specification, section 3.5.2',
  ],
  behaviours: ['xen.strictMemoryNode', 'xen.readsReservedMemory', 'xen.directmapRefusesOverlap'],

  *check(board: Board) {
    const ram = ramOf(board.map);
    for (const region of staticRegions(board)) {
      const { node } = region;
      const at = node.openings[0]?.name;
      if (baseName(node) !== 'memory' || region.index !== 0 || !at) continue;
      const outside = board.map.ramKnown && !ram.some((bank) => overlaps(bank, region));
      const facts: Facts = { node, range: region, outside };
      const found: Found<Facts> = { at, facts };
      if (outside || isForXen(board)) yield found;
      for (const boot of xenBoots(board)) {
        if (!boot.ram.some((bank) => bank.node === node)) continue;
        if (!isForXen(board)) yield { ...found, target: boot.target };
        else if (endsAtBank(boot, node))
          yield endingBoot({ ...found, facts: { ...facts, comesTo: 'panic' } }, boot);
        else if (outside && boot.heap.some((range) => overlaps(range, region)))
          yield {
            ...found,
            facts: { ...facts, comesTo: 'no-ram-used' },
            severity: 'error',
            target: boot.target,
          };
        else yield { ...found, severity: 'warning', target: boot.target };
      }
    }
  },

  message: ({ node, range, outside, comesTo }) => {
    const counts = `${node.name} ${formatRange(range)} below /reserved-memory counts as RAM for Xen before 4.20, by its name`;
    if (comesTo === 'panic') return `${counts}, and is RAM twice: Xen panics`;
    if (comesTo === 'no-ram-used') return `${counts}: there is no RAM, and Xen hands it out`;
    return counts + (outside ? '; there is no RAM' : '');
  },
});

/** Whether the boot ends because the node's range is RAM a second time. */
function endsAtBank(boot: XenBoot, node: DtNode): boolean {
  const end = endOf(boot);
  const isTwice = end?.because.some(({ code }) => code === 'ram-twice' || code === 'banks-overlap');
  return isTwice === true && end?.line?.node === node;
}

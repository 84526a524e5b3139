// A child of /reserved-memory is named memory@….

import { formatRange } from '../../addresses/format.ts';
import { overlaps, type Range } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import { baseName, type DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { staticRegions } from '../static-regions.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly node: DtNode;
  readonly range: Range;
  readonly outside: boolean;
}

export const reservedNamedMemory = rule<Facts>({
  id: 'reserved-named-memory',
  severity: 'information',
  title: 'A reserved region is named memory',
  why: `
Xen before 4.20 takes every node named memory, at any depth, for RAM: the region is a bank and a reservation at once. Where
there is no RAM behind it, Xen or dom0 dies.`,
  instead: 'Name the region after what it is for: `modem@…`, `framebuffer@…`.',
  source: ['xen: early_scan_node, 47d4d3cdc5e9', 'Devicetree Specification, section 3.5.2'],

  *check(board: Board) {
    const ram = ramOf(board.map);
    for (const region of staticRegions(board)) {
      const { node } = region;
      const at = node.openings[0]?.name;
      if (baseName(node) !== 'memory' || region.index !== 0 || !at) continue;
      const outside = board.map.ramKnown && !ram.some((bank) => overlaps(bank, region));
      const found = { at, facts: { node, range: region, outside } };
      if (outside || isForXen(board)) yield found;
      for (const boot of xenBoots(board))
        if (boot.ram.some((bank) => bank.node === node))
          yield {
            ...found,
            severity: isForXen(board) ? ('error' as const) : ('information' as const),
            target: boot.target,
          };
    }
  },

  message: ({ node, range, outside }) =>
    `${node.name} ${formatRange(range)} below /reserved-memory counts as RAM for Xen before 4.20, by its name` +
    (outside ? '; there is no RAM' : ''),
});

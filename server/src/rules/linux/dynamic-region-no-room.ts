// A region that the kernel places finds no room.

import { formatRange, formatSize } from '../../addresses/format.ts';
import { intersection, type Range } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { DynamicReserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { linesAbout } from '../lines-about.ts';
import { rule } from '../rule.ts';
import { placeOfProperty } from '../static-regions.ts';
import { logOf } from '../target-lines.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

interface Facts {
  readonly region: DynamicReserved;
  /** RAM within its alloc-ranges. */
  readonly ram: readonly Range[];
}

export const dynamicRegionNoRoom = rule<Facts>({
  id: 'dynamic-region-no-room',
  severity: 'warning',
  title: 'A dynamic region does not fit',
  why: `
Linux looks for one free piece of RAM inside \`alloc-ranges\`, with the alignment asked for. It finds none with the banks
and reservations of this tree, so the region does not exist, and its users fail.`,
  instead: 'Lower `size`, widen `alloc-ranges`, or leave `alloc-ranges` out.',
  source: ['linux: __reserved_mem_alloc_size'],

  *check(board: Board) {
    if (!board.map.ramKnown) return;
    for (const boot of linuxBoots(board)) {
      // A tree without RAM for Linux has another fault.
      if (boot.memory.length === 0) continue;
      for (const { node, because } of boot.ignored) {
        if (because !== 'no-room') continue;
        const region = board.map.dynamic.find((each) => each.node === node);
        const at = placeOfProperty(node, 'size');
        if (!region || region.size === 0n || !at) continue;
        const ranges = node.properties.get('alloc-ranges')?.definition;
        const line = linesAbout(boot, node).find((each) => each.level === 'error');
        const ram = ramOf(board.map);
        const inside =
          region.allocRanges.length === 0
            ? ram
            : region.allocRanges.flatMap((range) =>
                ram.flatMap((bank) => intersection(bank, range) ?? []),
              );
        yield {
          at,
          facts: { region, ram: inside },
          target: boot.target,
          related: ranges ? [{ message: 'where it may go', at: ranges.whole }] : [],
          ...logOf(boot, line),
        };
      }
    }
  },

  message({ region, ram }) {
    const where =
      region.allocRanges.length === 0
        ? ''
        : ` in ${region.allocRanges.map(formatRange).join(', ')}`;
    const have =
      ram.length === 0 ? 'there is no RAM' : `RAM there: ${ram.map(formatRange).join(', ')}`;
    return `${region.node.name} needs ${formatSize(region.size)}${where}: no room (${have})`;
  },
});

// A reserved region reaches into the registers of a device outside RAM.

import { formatRange } from '../../addresses/format.ts';
import { intersection, partsWithin, subtract } from '../../addresses/region.ts';
import type { Region } from '../../addresses/decode.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import { RangeIndex } from '../../memory/range-index.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { reservationName, staticRegions } from '../static-regions.ts';
import { usersOf } from '../users-of.ts';

interface Facts {
  readonly region: Reserved;
  readonly device: Region;
}

export const deviceOverlapsReserved = rule<Facts>({
  id: 'device-overlaps-reserved',
  severity: 'information',
  title: 'A reserved region covers a device',
  why: `
Outside RAM, a reserved region that covers registers is usually a wrong address. Xen since 4.13 lists the region
for dom0 as RAM and as reserved: dom0 honours the reservation, but without \`no-map\` maps the registers cacheable. Only where
Linux does not reserve it (a \`reusable\` region, a disabled one before 4.19) may it write data into them.`,
  instead:
    'Correct the address. Memory on a device, such as SRAM, is described by the device node alone.',
  source: ['xen: make_memory_node (4.22)', 'linux: memblock_reserve (6.12)'],
  behaviours: ['xen.reservedAsMemory', 'xen.honoursStatus'],

  *check(board: Board) {
    if (!board.map.ramKnown) return;
    const ram = ramOf(board.map);
    const devices = new RangeIndex(board.map.devices);
    for (const region of staticRegions(board)) {
      if (!region.written) continue;
      const met = devices.meeting(region);
      if (met.length === 0) continue;
      const outside = subtract([region], partsWithin(ram, region));
      for (const device of met) {
        if (!outside.some((part) => intersection(part, device))) continue;
        // A remote processor names its own RAM in reg and as memory-region.
        if (!usersOf(board, region.node).includes(device.node))
          yield {
            at: region.written,
            facts: { region, device },
            related: device.written
              ? [{ message: `${device.node.name} is here`, at: device.written }]
              : [],
          };
      }
    }
  },

  message: ({ region, device }) =>
    `${reservationName(region)} ${formatRange(region)} covers ${device.node.name} ${formatRange(device)}`,
});

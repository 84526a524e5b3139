// A device's registers lie in RAM that nothing reserves.

import { formatRange } from '../../addresses/format.ts';
import { partsWithin, subtract, type Range } from '../../addresses/region.ts';
import type { Region } from '../../addresses/decode.ts';
import { isCompatible } from '../../linux/region-drivers.ts';
import { isEnabled } from '../../memory/map-memory.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import { RangeIndex } from '../../memory/range-index.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly device: Region;
  readonly ram: Range;
  /** Devices in the same bank; above a handful, it is the bank that is wrong. */
  readonly count: number;
}

const HANDFUL = 3;

function isOn(node: DtNode): boolean {
  for (let each: DtNode | undefined = node; each; each = each.parent)
    if (!isEnabled(each)) return false;
  return true;
}

export const deviceInRam = rule<Facts>({
  id: 'device-in-ram',
  severity: 'information',
  title: 'A device lies in RAM that the kernel uses',
  why: `
Linux hands the memory out to anyone while the driver uses it too; \`ioremap\` of RAM fails. One of the addresses is
wrong, or a reservation is missing.`,
  instead:
    'Correct the address or the bank, or cover the range with a reserved-memory node with `no-map`.',
  source: [
    'linux: ioremap_allowed (6.1), before it __ioremap_caller (5.15)',
    'linux: early_init_dt_scan_memory (6.12)',
  ],

  *check(board: Board) {
    if (!board.map.ramKnown) return;
    const kept = board.map.reserved.filter(
      (region) => region.kind === 'memreserve' || (region.kind === 'static' && region.enabled),
    );
    const usable = subtract(ramOf(board.map), kept);
    const devices = new RangeIndex(board.map.devices);
    for (const bank of board.map.banks) {
      if (!bank.enabled) continue;
      const inside: { device: Region; ram: Range }[] = [];
      for (const device of devices.meeting(bank)) {
        const { node, written } = device;
        // A bus has the addresses of what is connected to it.
        if (!written || node.properties.has('ranges') || isCompatible(node, 'ramoops')) continue;
        const [ram] = partsWithin(usable, device);
        if (ram && isOn(node)) inside.push({ device, ram });
      }
      const count = inside.length;
      const [first] = inside;
      if (count > HANDFUL && first && bank.written)
        yield { at: bank.written, facts: { ...first, count } };
      else
        for (const each of inside)
          if (each.device.written) yield { at: each.device.written, facts: { ...each, count: 1 } };
    }
  },

  message({ device, ram, count }) {
    const what = `${device.node.name} ${formatRange(device)}`;
    return count > 1
      ? `${count} devices lie in this RAM bank, the first is ${what}`
      : `${what} lies in RAM that nothing reserves: ${formatRange(ram)}`;
  },
});

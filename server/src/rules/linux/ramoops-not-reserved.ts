// A ramoops device lies in RAM that no reservation covers.

import { formatRange } from '../../addresses/format.ts';
import { subtract, type Range } from '../../addresses/region.ts';
import type { Region } from '../../addresses/decode.ts';
import { isCompatible } from '../../linux/region-drivers.ts';
import { isEnabled } from '../../memory/map-memory.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly device: Region;
  readonly open: readonly Range[];
}

export const ramoopsNotReserved = rule<Facts>({
  id: 'ramoops-not-reserved',
  severity: 'warning',
  title: 'ramoops writes to memory that is not reserved',
  why: 'A ramoops node outside /reserved-memory reserves nothing. Where no reservation covers its range, the kernel uses the memory too, and the records overwrite it.',
  instead: 'Make it a child of /reserved-memory, or cover exactly its range with a region.',
  source: ['linux: fs/pstore/ram.c: ramoops_parse_dt (6.12)'],

  *check(board: Board) {
    const kept = board.map.reserved.filter(
      (region) => region.kind === 'memreserve' || (region.kind === 'static' && region.enabled),
    );
    for (const device of board.map.devices) {
      if (!isCompatible(device.node, 'ramoops') || !isEnabled(device.node)) continue;
      const open = subtract([device], kept);
      if (!device.written || open.length === 0) continue;
      const near = kept.find((region) => region.node?.name.includes('ramoops'));
      yield {
        at: device.written,
        facts: { device, open },
        related: near?.written
          ? [
              {
                message: `${near.node?.name ?? ''} reserves ${formatRange(near)}`,
                at: near.written,
              },
            ]
          : [],
      };
    }
  },

  message: ({ device, open }) =>
    `${device.node.name} ${formatRange(device)} is not reserved: ${open.map(formatRange).join(', ')}`,
});

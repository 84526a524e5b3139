// What a /memreserve/ does not do.

import { formatRange } from '../../addresses/format.ts';
import { partsWithin } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import { RangeIndex } from '../../memory/range-index.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly entry: Reserved;
}

export const memreserveMapped = rule<Facts>({
  id: 'memreserve-mapped',
  severity: 'information',
  title: 'A /memreserve/ entry keeps the range mapped, and dom0 does not see it',
  why: `
Linux leaves the range out of its allocator but keeps it in the linear map, cacheable: the CPU may read it ahead at any
time. Secure memory then faults, and a device that owns it sees stale data. Xen does not pass the entry on to dom0.`,
  instead:
    'Use a child of /reserved-memory, with `no-map` when firmware or a device owns the memory.',
  source: [
    'linux: memblock_reserve (6.12)',
    'xen: prepare_dtb_hwdom, which writes an empty reservation block (4.22)',
    'Devicetree Specification, section 5.3',
  ],

  *check(board: Board) {
    const ram = board.map.ramKnown ? ramOf(board.map) : undefined;
    const regions = new RangeIndex(
      board.map.reserved.filter((region) => region.kind === 'static' && region.enabled),
    );
    for (const entry of board.map.reserved) {
      if (entry.kind !== 'memreserve' || entry.end <= entry.start || !entry.written) continue;
      // What is not RAM is not mapped.
      if (ram && partsWithin(ram, entry).length === 0) continue;
      if (regions.meeting(entry).length === 0) yield { at: entry.written, facts: { entry } };
    }
  },

  message: ({ entry }) =>
    `/memreserve/ ${formatRange(entry)} stays mapped in Linux (no no-map) and is not passed to dom0`,
});

// More reserved regions than the kernel keeps.

import type { DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { linesAbout } from '../lines-about.ts';
import { rule } from '../rule.ts';
import { logOf } from '../target-lines.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

interface Facts {
  readonly node: DtNode;
  /** How many regions the kernel records, or places. */
  readonly limit: number;
}

export const regionLimit = rule<Facts>({
  id: 'region-limit',
  severity: 'warning',
  title: 'More reserved regions than Linux records',
  why: `
Linux before 5.7 records 32 regions, Linux before 6.12 64; later ones as many as there are, but place only 64 dynamic
ones. A static region past the limit is still reserved, but its users do not find it (-EINVAL); a dynamic one does not
exist.`,
  instead: 'Join neighbouring regions, or delete those the board does not use.',
  source: [
    'linux: fdt_reserved_mem_save_node, MAX_RESERVED_REGIONS, 632c99084052 (5.7)',
    'linux: alloc_reserved_mem_array, 00c9a452a235 (6.12)',
  ],
  behaviours: ['linux.records64Regions', 'linux.staticRecordedLate'],

  *check(board: Board) {
    for (const boot of linuxBoots(board)) {
      for (const { node, because } of boot.ignored) {
        const at = node.openings[0]?.name;
        if (because !== 'table-full' || !at) continue;
        const line = linesAbout(boot, node).find((each) => each.level === 'error');
        yield {
          at,
          facts: { node, limit: boot.regionLimit },
          target: boot.target,
          ...logOf(boot, line),
        };
      }
    }
  },

  message: ({ node, limit }) =>
    `${node.name} is past the ${limit} regions Linux records: its users will not find it`,
});

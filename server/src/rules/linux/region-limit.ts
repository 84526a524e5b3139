// More reserved regions than the kernel keeps.

import { REGION_LIMIT } from '../../linux/reserve-static.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { linesAbout } from '../lines-about.ts';
import { rule } from '../rule.ts';
import { logOf } from '../target-lines.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

interface Facts {
  readonly node: DtNode;
}

export const regionLimit = rule<Facts>({
  id: 'region-limit',
  severity: 'warning',
  title: 'More reserved regions than Linux records',
  why: `
Kernels before 6.12 record ${REGION_LIMIT} regions; later ones as many as there are, but place only ${REGION_LIMIT} dynamic ones. A
static region past the limit is still reserved, but its users do not find it (-EINVAL); a dynamic one does not exist.`,
  instead: 'Join neighbouring regions, or delete those the board does not use.',
  source: ['linux: fdt_reserved_mem_save_node, MAX_RESERVED_REGIONS'],

  *check(board: Board) {
    for (const boot of linuxBoots(board)) {
      for (const { node, because } of boot.ignored) {
        const at = node.openings[0]?.name;
        if (because !== 'table-full' || !at) continue;
        const line = linesAbout(boot, node).find((each) => each.level === 'error');
        yield {
          at,
          facts: { node },
          target: boot.target,
          ...logOf(boot, line),
        };
      }
    }
  },

  message: ({ node }) =>
    `${node.name} is past the ${REGION_LIMIT} regions Linux records: its users will not find it`,
});

// A reserved-memory node has more than one range.

import { lineWith } from '../../messages/event.ts';
import { formatRange } from '../../addresses/format.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { linesAbout } from '../lines-about.ts';
import { rule } from '../rule.ts';
import { reservationName, staticRegions } from '../static-regions.ts';
import { logOfAll } from '../target-lines.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

interface Facts {
  readonly region: Reserved;
  readonly first: Reserved;
  /** The kernel that records none of its ranges. */
  readonly lostBy: string | undefined;
}

export const reservedManyTuples = rule<Facts>({
  id: 'reserved-many-tuples',
  severity: 'information',
  title: 'A reserved-memory node with several ranges',
  why: `
Linux before 6.19 reserves all of them, but only the first can be found by a \`memory-region\` user and takes part in its
overlap check. Linux 6.14 to 6.18.8, and stable updates of the two branches before, warn ("ignores 1 regions in node"). Linux since
6.19, and 6.18 since 6.18.9, reserves all and records none: no user finds even the first, and nothing is printed. U-Boot
reserves the first only.`,
  instead: 'Give every range a node of its own.',
  source: [
    'linux: fdt_scan_reserved_mem_reg_nodes, 81dfedd5234b (6.14), 85a8a30c5b8e (6.19)',
    'dt-schema: reserved-memory.yaml (maxItems 1)',
  ],
  behaviours: ['linux.severalRangesUnrecorded'],

  *check(board: Board) {
    const regions = staticRegions(board);
    const firsts = new Map<DtNode, Reserved>();
    for (const region of regions) {
      const first = firsts.get(region.node) ?? region;
      if (first === region) firsts.set(region.node, region);
      if (region.index === 0 || !region.written) continue;
      const lostBy = linuxBoots(board).find(({ ignored }) =>
        ignored.some(({ node, because }) => node === region.node && because === 'several-ranges'),
      );
      yield {
        at: region.written,
        facts: { region, first, lostBy: lostBy && `Linux ${lostBy.release}` },
        ...logOfAll(linuxBoots(board), (boot) =>
          lineWith(linesAbout(boot, region.node), 'regions-ignored'),
        ),
      };
    }
  },

  message: ({ region, first, lostBy }) =>
    lostBy === undefined
      ? `${reservationName(region)}: users find only the first range ${formatRange(first)}, not ${formatRange(region)}`
      : `${reservationName(region)} has several ranges: its users find none of them under ${lostBy}`,
});

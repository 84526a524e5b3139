// A /memreserve/ entry shares bytes with a reserved-memory node or another entry.

import { lineWith } from '../../messages/event.ts';
import { formatRange, formatSize } from '../../addresses/format.ts';
import { intersection } from '../../addresses/region.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import { overlappingPairs } from '../../memory/overlapping-pairs.ts';
import type { Board } from '../board.ts';
import { linesAbout } from '../lines-about.ts';
import { refusalParts, refusedOverlaps, wordRefusals, type Refusal } from '../refused-overlap.ts';
import { rule, type Found } from '../rule.ts';
import { reservationName } from '../static-regions.ts';
import { logOf } from '../target-lines.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

interface Facts {
  readonly entry: Reserved;
  readonly other: Reserved;
  /** The boots of Xen that do not take both. */
  readonly refusals: readonly Refusal[];
}

export const memreserveOverlap = rule<Facts>({
  id: 'memreserve-overlap',
  severity: 'information',
  title: 'A /memreserve/ entry overlaps another reservation',
  why: `
One mechanism is enough, and two disagree about the mapping. Up to Linux 6.3 the entry comes first: a \`no-map\` node over
it fails ("failed to reserve memory") and the range stays mapped. From 6.4 on the node comes first. Xen since 4.19
panics where the two overlap, except that since 4.19.2 a region that lies wholly inside the entry is accepted; the other way
round it is not. Entries must not overlap each other.`,
  instead: 'Keep the reserved-memory node and delete the /memreserve/.',
  source: [
    'linux: early_init_fdt_scan_reserved_mem, b41328187629 (6.4)',
    'xen: boot_fdt_info, 53dc37829c31 (4.19)',
    'xen: meminfo_overlap_check, a14593e3995a (4.20, 4.19.2)',
    'Devicetree Specification, section 5.3',
  ],
  behaviours: ['xen.memreserveInReserved', 'xen.toleratesMemreserve', 'linux.memreserveLast'],

  *check(board: Board) {
    const regions = board.map.reserved.filter(
      (region) => region.kind === 'memreserve' || (region.kind === 'static' && region.enabled),
    );
    const failed = new Map(
      linuxBoots(board).map((boot) => [
        boot,
        new Set(boot.reserved.flatMap(({ node, state }) => (state === 'failed' && node) || [])),
      ]),
    );
    const refusalsOf = refusedOverlaps(board);
    for (const [first, second] of overlappingPairs(regions)) {
      const entry = first.kind === 'memreserve' ? first : second;
      const other = entry === first ? second : first;
      if (entry.kind !== 'memreserve' || !entry.written) continue;
      const refusals = refusalsOf(entry, other);
      const found: Found<Facts> = {
        at: entry.written,
        facts: { entry, other, refusals },
        related: other.written
          ? [
              {
                message: `${reservationName(other)} ${formatRange(other)} is here`,
                at: other.written,
              },
            ]
          : [],
      };
      yield found;
      for (const boot of linuxBoots(board)) {
        const hasFailed = other.node !== undefined && failed.get(boot)?.has(other.node);
        const line = lineWith(linesAbout(boot, other.node), 'linux-not-reserved');
        if (hasFailed && line)
          yield { ...found, severity: 'warning', target: boot.target, ...logOf(boot, line) };
      }
      for (const refusal of refusals)
        yield {
          ...found,
          severity: 'error',
          target: refusal.boot.target,
          ...refusalParts([refusal]),
        };
    }
  },

  message({ entry, other, refusals }) {
    const shared = intersection(entry, other) ?? entry;
    return (
      `/memreserve/ ${formatRange(entry)} and ${reservationName(other)} ${formatRange(other)} share ` +
      `${formatRange(shared)}, ${formatSize(shared.end - shared.start)}` +
      wordRefusals(refusals, other.node)
    );
  },
});

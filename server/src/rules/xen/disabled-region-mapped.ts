// A disabled region whose reg Xen maps into dom0 although it owns the memory.

import { formatRange } from '../../addresses/format.ts';
import { overlaps } from '../../addresses/region.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly region: Reserved;
  readonly meetsDom0: boolean;
  /** Whether the place of dom0's RAM is only the likely one. */
  readonly isLikely: boolean;
}

export const disabledRegionMapped = rule<Facts>({
  id: 'disabled-region-mapped',
  severity: 'information',
  title: 'A disabled region is mapped into dom0 all the same',
  why: `
Since 4.19 Xen takes a disabled region for ordinary memory, yet it still maps the \`reg\` of every node into dom0, whatever its
status. Where the range meets dom0's own RAM, that RAM stays readable, writable and cacheable, but its type becomes
\`p2m_mmio_direct_c\`: it is no longer executable, and for Xen it is no longer RAM of dom0, so that grants of these pages and
copies to them by guest-physical address are refused. Programs whose pages land there fail.

Elsewhere dom0 can reach memory that Xen gives to others. dom0 does not own it: a hypercall buffer there is refused ("Failing
to acquire the MFN").`,
  instead: 'Delete the node instead of disabling it.',
  source: [
    'xen: handle_node, map_range_to_domain (4.22)',
    'xen: device_tree_get_meminfo, c419d2dd35 (4.19)',
    'xen: p2m_set_permission, p2m_get_page_from_gfn, get_page_from_gva (4.19)',
  ],
  behaviours: ['xen.honoursStatus'],

  *check(board: Board) {
    if (!isForXen(board)) return;
    for (const boot of xenBoots(board)) {
      const { dom0, uncertain } = boot;
      if (!dom0) continue;
      const isLikely = uncertain.some(({ what }) => what === 'dom0.banks');
      const kept = new Set(boot.reserved.map((each) => each.node));
      const mapped = new Set<DtNode | undefined>(dom0.mapped.map((each) => each.node));
      for (const region of board.map.reserved) {
        if (region.kind !== 'static' || region.enabled || !region.written) continue;
        if (kept.has(region.node) || !mapped.has(region.node)) continue;
        const meetsDom0 = dom0.banks.some((bank) => overlaps(bank, region));
        yield {
          at: region.written,
          facts: { region, meetsDom0, isLikely },
          target: boot.target,
          ...(meetsDom0 && !isLikely ? { severity: 'warning' as const } : {}),
        };
      }
    }
  },

  message: ({ region, meetsDom0, isLikely }) =>
    meetsDom0
      ? `${region.node?.name ?? ''} ${formatRange(region)} is disabled, but Xen ${isLikely ? 'likely ' : ''}maps it over dom0's RAM: no longer executable, grants of it fail`
      : `${region.node?.name ?? ''} ${formatRange(region)} is disabled, but Xen maps it into dom0`,
});

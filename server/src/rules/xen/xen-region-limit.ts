// More reserved ranges than a release of Xen keeps.

import { behavioursOf } from '../../xen/behaviours.ts';
import { RELEASES, type Release } from '../../xen/releases.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly count: number;
  readonly limit: number;
  /** The newest release with this limit, or whose end of the table is off by one. */
  readonly upTo: Release;
}

export const xenRegionLimit = rule<Facts>({
  id: 'xen-region-limit',
  severity: 'information',
  title: 'More reserved ranges than Xen keeps',
  why: `
Xen keeps the reserved ranges in a table of fixed size (NR_MEM_BANKS: 128 up to 4.16.0, 256 since 4.16.1). Since
4.13 Xen panics at the first range of /reserved-memory past the end ("Max number of supported reserved-memory regions
reached"). A table that is exactly full ends in "Xen BUG at … domain_build.c" while the tree of dom0 is made; 4.20.4, 4.21.2 and
4.22 are the first without that.`,
  instead: 'Join neighbouring regions, or delete those the board does not use.',
  source: [
    'xen: NR_MEM_BANKS (4.22)',
    'xen: device_tree_get_meminfo (4.22)',
    'xen: make_memory_node, fc453fef77',
  ],
  behaviours: ['xen.bankLimit', 'xen.readsReservedMemory', 'xen.fullMemoryNodeBugs'],

  *check(board: Board) {
    const parent = board.tree.root.children.find((node) => node.name === 'reserved-memory');
    const at = parent?.openings[0]?.name;
    if (!at) return;
    const ranges = board.map.reserved.filter(
      (region) => region.kind === 'static' && region.end > region.start,
    );
    const count = ranges.length;
    const told = new Set<number>();
    for (const release of [...RELEASES].reverse()) {
      const { readsReservedMemory, bankLimit, fullMemoryNodeBugs } = behavioursOf(release);
      const isTooSmall = count > bankLimit || (count === bankLimit && fullMemoryNodeBugs);
      if (!readsReservedMemory || !isTooSmall || told.has(bankLimit)) continue;
      told.add(bankLimit);
      yield { at, facts: { count, limit: bankLimit, upTo: release } };
    }
  },

  message: ({ count, limit, upTo }) =>
    upTo === RELEASES.at(-1)
      ? `${count} reserved ranges: Xen keeps ${limit}`
      : `${count} reserved ranges: Xen up to ${upTo.name} keeps ${limit}${count === limit ? ', and trips over the last' : ''}`,
});

// More reservations than an older U-Boot keeps.

import { LMB_LIMITS, lmbEntries } from '../../linux/uboot.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly entries: number;
  readonly limits: readonly { readonly before: string; readonly regions: number }[];
}

/** U-Boot's own image and stack, the blob and the initrd. */
const OWN_ENTRIES = 3;

export const ubootRegionLimit = rule<Facts>({
  id: 'uboot-region-limit',
  severity: 'information',
  title: 'More reservations than an older U-Boot keeps',
  why: `
U-Boot keeps 8 reservations before 2023.04, and 16 from 2023.04 on, its own included (CONFIG_LMB_MAX_REGIONS); since 2025.01
there is no limit. What is past it is not reserved: U-Boot loads or relocates files into it, or finds no place for the blob.`,
  instead:
    'Raise CONFIG_LMB_MAX_REGIONS, or put regions next to each other, so that they count as one.',
  source: ['u-boot: lmb_add_region_flags, 2dc16a2c1f9 (2023.04), e32bdd91f2d (2025.01)'],
  behaviours: ['u-boot.lmbLimit'],

  *check(board: Board) {
    const entries = lmbEntries(board.map);
    const limits = LMB_LIMITS.filter((limit) => entries + OWN_ENTRIES > limit.regions);
    const parent = board.tree.root.children.find((node) => node.name === 'reserved-memory');
    const at = parent?.openings[0]?.name;
    if (at && limits.length > 0) yield { at, facts: { entries, limits } };
  },

  message: ({ entries, limits }) =>
    `${entries} reservations and ${OWN_ENTRIES} of U-Boot's own: more than fit by default ` +
    limits.map(({ before, regions }) => `before ${before} (${regions})`).join(' and '),
});

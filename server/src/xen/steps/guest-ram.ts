// Where a domain that the tree describes has its RAM, when it is not mapped 1:1.

import type { Range } from '../../addresses/region.ts';

/** GUEST_RAM0 and GUEST_RAM1. */
export const GUEST_RAM: readonly Range[] = [
  { start: 0x40000000n, end: 0x100000000n },
  { start: 0x200000000n, end: 0x10000000000n },
];

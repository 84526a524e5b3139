// A dom0 without memory below 4 GiB.

import { rule } from '../rule.ts';
import { foundLines } from '../xen-places.ts';

interface Facts {
  readonly line: string;
}

export const dom0NoLowBank = rule<Facts>({
  id: 'dom0-no-low-bank',
  severity: 'warning',
  title: 'dom0 has no memory that 32-bit DMA reaches',
  why: `
Xen found no free block of 128 MiB (or of dom0_mem, when that is less) below 4 GiB. Devices whose DMA has 32 address
bits do not work in dom0, or only through bounce buffers that have no place.`,
  instead: 'Free a block of RAM below 4 GiB: move or shrink a reserved region or a module.',
  source: ['xen: allocate_memory_11'],

  check: (board) => foundLines(board, 'no-low-bank'),

  message: ({ line }) => `dom0 gets no memory below 4 GiB ("${line}")`,
});

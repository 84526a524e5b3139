// A dom0 without memory below 4 GiB.

import { formatSize } from '../../addresses/format.ts';
import { rule } from '../rule.ts';
import { foundLines } from '../xen-places.ts';

interface Facts {
  readonly line: string;
  /** `4 GiB`: what devices reach. */
  readonly limit: string;
}

export const dom0NoLowBank = rule<Facts>({
  id: 'dom0-no-low-bank',
  severity: 'warning',
  title: 'dom0 has no memory that DMA of all devices reaches',
  why: `
Xen found no free block of 128 MiB (or of dom0_mem, when that is less) below 4 GiB, or on the Raspberry Pi 4 since 4.14
below 1 GiB. Devices whose DMA has no more address bits do not work in dom0, or only through bounce buffers that have no
place.`,
  instead:
    'Free a block of RAM below the limit: move or shrink a reserved region or a module. Or lower `dom0_mem`.',
  source: ['xen: allocate_memory_11'],

  *check(board) {
    for (const found of foundLines(board, 'no-low-bank')) {
      const bits = /(\d+)-bit/.exec(found.facts.line)?.[1] ?? '32';
      yield { ...found, facts: { ...found.facts, limit: formatSize(1n << BigInt(bits)) } };
    }
  },

  message: ({ line, limit }) => `dom0 gets no memory below ${limit} ("${line}")`,
});

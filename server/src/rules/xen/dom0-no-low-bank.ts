// A dom0 without memory below 4 GiB.

import { formatSize } from '../../addresses/format.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import { rule } from '../rule.ts';
import { foundLines } from '../xen-places.ts';

interface Facts {
  readonly line: string;
  /** `4 GiB`: what devices reach. */
  readonly limit: string;
  /** Whether the board has RAM below it. */
  readonly hasLowRam: boolean;
}

export const dom0NoLowBank = rule<Facts>({
  id: 'dom0-no-low-bank',
  severity: 'warning',
  title: 'dom0 has no memory that DMA of all devices reaches',
  why: `
Xen found no free block of 128 MiB (or of dom0_mem, when that is less) that DMA reaches: below 4 GiB, and since 4.14 below what
the platform says when that is less, as on the Raspberry Pi 4 (30 bits: 1 GiB). Devices whose DMA has no more address bits do
not work in dom0, or only through bounce buffers that have no place. A board that has no RAM there at all has nothing to free;
then it is information only.`,
  instead:
    'Free a block of RAM below the limit: move or shrink a reserved region or a module. Or lower `dom0_mem`.',
  source: ['xen: allocate_memory_11 (4.22)', 'xen: arch_get_dma_bitsize, ca3c17c4fc (4.14)'],
  behaviours: ['xen.platformDmaBits'],

  *check(board) {
    for (const found of foundLines(board, 'no-low-bank')) {
      const bits = /(\d+)-bit/.exec(found.facts.line)?.[1] ?? '32';
      const limit = 1n << BigInt(bits);
      const boot = xenBoots(board).find(({ target }) => target === found.target);
      const hasLowRam = boot?.ram.some(({ start }) => start < limit) ?? true;
      yield {
        ...found,
        facts: { ...found.facts, limit: formatSize(limit), hasLowRam },
        ...(hasLowRam ? {} : { severity: 'information' as const }),
      };
    }
  },

  message: ({ line, limit, hasLowRam }) =>
    `dom0 gets no memory below ${limit}${hasLowRam ? '' : ', where the board has no RAM'} ("${line}")`,
});

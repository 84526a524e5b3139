// A bank lies where no CPU of the board can address it.

import { formatRange } from '../../addresses/format.ts';
import { intersection, type Range } from '../../addresses/region.ts';
import { physicalBitsOf } from '../../facts/physical-bits.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  /** What of the bank is too high. */
  readonly range: Range;
  readonly model: string;
  readonly bits: number;
  /** Whether a kernel with LPAE reaches it. */
  readonly needsLpae: boolean;
}

const ADDRESS_SPACE_END = 1n << 64n;
const FOUR_GIB = 1n << 32n;

export const ramAbovePa = rule<Facts>({
  id: 'ram-above-pa',
  severity: 'warning',
  title: 'RAM above what the CPU can address',
  why: `
The physical addresses of a CPU have a fixed number of bits: 32 on 32-bit cores without LPAE (Cortex-A5, A8, A9), 40 with it
(A7, A12, A15, A17) and on small 64-bit cores (A53, A55), 44 on larger ones (A57, A72). A bank above is no RAM for this CPU, so
that its address is most likely wrong. 32-bit Linux drops it; a 64-bit kernel or Xen that uses it takes an address size
fault. A 32-bit kernel that is built without CONFIG_ARM_LPAE drops all above 4 GiB, whatever the CPU: that is information.`,
  instead:
    'Correct `reg` of the memory node or `compatible` of the CPUs, or build the kernel with CONFIG_ARM_LPAE.',
  source: [
    'Arm Architecture Reference Manual, ID_AA64MMFR0_EL1.PARange',
    'linux: arm_add_memory (6.12)',
    'xen: setup_virt_paging (4.22)',
  ],

  *check(board: Board) {
    const reach = physicalBitsOf(board.tree);
    if (!reach) return;
    const { bits, model, node } = reach;
    const opening = node.openings[0]?.name;
    const related = opening ? [{ message: `${model} is here`, at: opening }] : [];
    for (const bank of board.map.banks) {
      if (!bank.enabled || !bank.written) continue;
      const facts = { model, bits };
      const above = intersection(bank, { start: 1n << BigInt(bits), end: ADDRESS_SPACE_END });
      if (above) {
        yield { at: bank.written, facts: { ...facts, range: above, needsLpae: false }, related };
        continue;
      }
      const high = intersection(bank, { start: FOUR_GIB, end: ADDRESS_SPACE_END });
      if (!high) continue;
      for (const { architecture, target } of linuxBoots(board))
        if (architecture === 'arm32')
          yield {
            at: bank.written,
            facts: { ...facts, range: high, needsLpae: true },
            target,
            severity: 'information',
            related,
          };
    }
  },

  message: ({ range, model, bits, needsLpae }) =>
    needsLpae
      ? `Linux uses the RAM at ${formatRange(range)} only if it is built with CONFIG_ARM_LPAE`
      : `${model} cannot address the RAM at ${formatRange(range)}: its physical addresses have ${bits} bits`,
});

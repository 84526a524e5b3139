// One RAM bank reaches across the 4 GiB line.

import { formatRange, formatSize } from '../../addresses/format.ts';
import type { Bank } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

const FOUR_GIB = 1n << 32n;

interface Facts {
  readonly bank: Bank;
}

export const bankCrosses4Gib = rule<Facts>({
  id: 'bank-crosses-4gib',
  severity: 'information',
  title: 'A RAM bank crosses the 4 GiB line',
  why: `
Of the arm64 boards of Linux 6.12 with RAM above 4 GiB, 24 have one tuple that crosses the line and 3 have two that meet there;
36 have a gap, most often where the registers of devices are. A size with a digit too many looks like the first kind, and the
memory it promises does not exist. Where the boot loader does not correct the size, Linux hands it out.`,
  instead: 'Compare the size with the board. Nothing to do when it is right.',
  source: ['Devicetree Specification, section 3.4', 'linux: arch/arm64/boot/dts (6.12)'],

  *check(board: Board) {
    for (const bank of board.map.banks) {
      if (!bank.enabled || !bank.written) continue;
      if (bank.start < FOUR_GIB && bank.end > FOUR_GIB) yield { at: bank.written, facts: { bank } };
    }
  },

  message: ({ bank }) =>
    `RAM bank ${formatRange(bank)} is ${formatSize(bank.end - bank.start)} and crosses 4 GiB: ` +
    `${formatSize(bank.end - FOUR_GIB)} lie above`,
});

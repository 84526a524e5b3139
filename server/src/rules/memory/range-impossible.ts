// A range reaches further than any processor addresses.

import { formatRange } from '../../addresses/format.ts';
import { regCells } from '../../addresses/cells.ts';
import { ADDRESS_BITS, type Range } from '../../addresses/region.ts';
import type { DtNode, Written } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly name: string;
  readonly range: Range;
  readonly bits: number;
}

interface Claim extends Range {
  readonly node: DtNode | undefined;
  readonly written: Written | undefined;
}

export const rangeImpossible = rule<Facts>({
  id: 'range-impossible',
  severity: 'warning',
  title: 'A range that no processor can address',
  why: `
The range ends past the last address: cells are missing or in the wrong order, so that a size is read as half of an
address, or a digit is too many. Readers cut the range off at the end or let it begin again at 0.`,
  instead:
    'Write as many cells for the address and for the size as the counts of the parent say, high cells first.',
  source: ['linux: memblock_cap_size (6.12)', 'xen: device_tree_get_reg (4.22)'],

  *check(board: Board) {
    const { banks, reserved, modules } = board.map;
    const claims: readonly Claim[] = [...banks, ...reserved, ...modules];
    for (const claim of claims) {
      if (!claim.written) continue;
      const isOneCell = claim.node !== undefined && regCells(claim.node).address === 1;
      const bits = isOneCell ? 32 : ADDRESS_BITS;
      if (claim.end <= 1n << BigInt(bits)) continue;
      const name = claim.node?.name ?? '/memreserve/';
      yield { at: claim.written, facts: { name, range: claim, bits } };
    }
  },

  message: ({ name, range, bits }) =>
    `${name} ${formatRange(range)} ends past the last address of ${bits} bits`,
});

// A memory node gives Linux other RAM than Xen.

import { childCells, tuplesOf } from '../../addresses/cells.ts';
import { writtenTuple } from '../../addresses/decode.ts';
import { formatRange } from '../../addresses/format.ts';
import { subtract, union, type Range } from '../../addresses/region.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

const USABLE = 'linux,usable-memory';

interface Facts {
  readonly name: string;
  readonly range: Range;
  /** Whether Xen takes the range, and Linux alone would not; else the other way round. */
  readonly isXens: boolean;
}

export const usableMemory = rule<Facts>({
  id: 'usable-memory',
  severity: 'warning',
  title: 'A memory node gives Linux other RAM than Xen',
  why: `
Linux reads \`linux,usable-memory\` of a memory node in place of its \`reg\`. Xen does not know the property: it takes all of
\`reg\`, for its heap and for dom0, and does not pass the property on. What the property keeps from Linux, for firmware or for
another system, may then be written to.`,
  instead:
    'Say in `reg` what there is, and reserve what must stay unused: a node below /reserved-memory, which Xen reads, too.',
  source: [
    'linux: early_init_dt_scan_memory (5.4 to current)',
    'xen: process_memory_node (4.11 to current)',
  ],

  *check(board: Board) {
    if (!isForXen(board) || board.facts.boot.value === 'efi') return;
    for (const bank of board.map.banks) {
      const property = bank.node.properties.get(USABLE);
      if (!property || !bank.enabled || bank.index > 0) continue;
      const taken = board.map.banks.filter(({ node }) => node === bank.node);
      const tuples = tuplesOf(property, childCells(board.tree.root));
      const usable = tuples.map(({ address, size }) => ({
        start: address,
        end: address + size,
      }));
      const [first] = tuples;
      const at = (first && writtenTuple(property, first)) ?? property.definition?.whole;
      if (!at) continue;
      const differences = [
        ...subtract(union(taken), union(usable)).map((range) => ({ range, isXens: true })),
        ...subtract(union(usable), union(taken)).map((range) => ({ range, isXens: false })),
      ];
      for (const difference of differences)
        for (const { target } of xenBoots(board))
          yield { at, facts: { name: bank.node.name, ...difference }, target };
    }
  },

  message: ({ name, range, isXens }) =>
    isXens
      ? `${name} keeps ${formatRange(range)} from Linux, but Xen uses it: it reads reg alone`
      : `${name} gives ${formatRange(range)} to Linux, but Xen does not know this RAM: it reads reg alone`,
});

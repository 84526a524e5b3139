// A RAM bank that one of Xen and Linux sees and the other does not.

import { formatRange } from '../../addresses/format.ts';
import type { Range } from '../../addresses/region.ts';
import { lineWith } from '../../messages/event.ts';
import { RangeIndex } from '../../memory/range-index.ts';
import type { Board } from '../board.ts';
import { isUntypedMemory } from '../memory/memory-device-type.ts';
import { rule, type Place } from '../rule.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly name: string;
  readonly range: Range;
  readonly by: 'xen' | 'linux';
}

export const bankReadDifferently = rule<Facts>({
  id: 'bank-read-differently',
  severity: 'warning',
  title: 'Xen and Linux disagree about a RAM bank',
  why: `
Linux takes nodes at the root with device_type = "memory" that are not disabled. Xen up to 4.19 goes by the name
\`memory\` or \`memory@…\` at any depth and does not ask for device_type; up to 4.18 it takes disabled ones too. Since 4.20
it wants the root, the name and device_type. A bank that only one of them sees is lost, or is used where there is none.`,
  instead:
    'Name the node memory@…, put it at the root, give it device_type = "memory"; delete a bank rather than disabling it.',
  source: ['xen: early_scan_node', 'xen: process_memory_node', 'linux: early_init_dt_scan_memory'],

  *check(board: Board) {
    if (!isForXen(board) || !board.map.ramKnown) return;
    // UEFI's map is what counts then, for Xen and for Linux.
    if (board.facts.boot.value === 'efi') return;
    const banks = new RangeIndex(board.map.banks.filter((bank) => bank.enabled));
    for (const boot of xenBoots(board)) {
      // A boot that ends before its table of RAM takes nothing for RAM.
      if (boot.unscanned.length > 0 || !lineWith(boot.log, 'ram')) continue;
      const seen = new RangeIndex(boot.ram);
      for (const bank of board.map.banks) {
        if (!bank.enabled || !bank.written || isUntypedMemory(bank.node)) continue;
        if (seen.meeting(bank).length > 0) continue;
        yield {
          at: bank.written,
          facts: { name: bank.node.name, range: bank, by: 'linux' },
          target: boot.target,
        };
      }
      for (const ram of boot.ram) {
        if (banks.meeting(ram).length > 0) continue;
        const at: Place | undefined = ram.written ?? ram.node?.openings[0]?.name;
        // That the node lacks its type is a finding of its own, which tells who misses the RAM.
        if (!at || !ram.node || isUntypedMemory(ram.node)) continue;
        yield {
          at,
          facts: { name: ram.node.name, range: ram, by: 'xen' },
          target: boot.target,
        };
      }
    }
  },

  message: ({ name, range, by }) =>
    by === 'linux'
      ? `this Xen does not take ${name} ${formatRange(range)} for RAM`
      : `this Xen takes ${name} ${formatRange(range)} for RAM, Linux does not`,
});

// A RAM bank that some of Xen, Linux and their releases see and others do not.

import { formatRange } from '../../addresses/format.ts';
import type { Range } from '../../addresses/region.ts';
import { lineWith } from '../../messages/event.ts';
import { isEnabled } from '../../memory/map-memory.ts';
import { RangeIndex } from '../../memory/range-index.ts';
import type { Board } from '../board.ts';
import { isUntypedMemory } from '../memory/memory-device-type.ts';
import { rule, type Place } from '../rule.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly name: string;
  readonly range: Range;
  /** Who takes it for RAM: Xen alone, Linux alone, or a kernel although the node is disabled. */
  readonly by: 'xen' | 'linux' | 'old-linux';
  /** Why other readers pass the node over. */
  readonly because: 'disabled' | 'nested' | 'other';
}

/** Why newer kernels do not take a node for RAM. */
function becauseOf(node: DtNode): Facts['because'] {
  return node.parent?.parent ? 'nested' : isEnabled(node) ? 'other' : 'disabled';
}

const LINUX_WORDS = {
  disabled: 'Linux since 5.19 does not: it is disabled',
  nested: 'Linux since 5.17 does not: it is no child of the root',
  other: 'Linux does not',
} as const;

export const bankReadDifferently = rule<Facts>({
  id: 'bank-read-differently',
  severity: 'warning',
  title: 'Xen, Linux or their releases disagree about a RAM bank',
  why: `
Linux since 5.19 takes nodes at the root with device_type = "memory" that are not disabled; Linux before 5.19 takes
disabled ones too, and before 5.17 those at any depth. Xen before 4.20 goes by the name \`memory\` or \`memory@…\` at any depth
and does not ask for device_type; Xen before 4.19 takes disabled ones too. Since 4.20 it wants the root, the name and
device_type. A bank that only one of them takes is lost, or is used where there is none.`,
  instead:
    'Name the node memory@…, put it at the root, give it device_type = "memory"; delete a bank rather than disabling it.',
  source: [
    'xen: early_scan_node, 47d4d3cdc5e9 (4.20)',
    'xen: device_tree_get_meminfo (4.19)',
    'linux: early_init_dt_scan_memory, 1f012283e936 (5.17), df5cd3698761 (5.19)',
  ],
  behaviours: [
    'xen.strictMemoryNode',
    'xen.honoursStatus',
    'linux.memoryAtRootOnly',
    'linux.disabledMemoryIgnored',
  ],

  *check(board: Board) {
    if (!board.map.ramKnown) return;
    for (const boot of linuxBoots(board)) {
      for (const bank of board.map.banks) {
        if (bank.enabled || !bank.written || !boot.memoryNodes.includes(bank.node)) continue;
        yield {
          at: bank.written,
          facts: { name: bank.node.name, range: bank, by: 'old-linux', because: 'disabled' },
          target: boot.target,
        };
      }
    }
    if (!isForXen(board)) return;
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
          facts: { name: bank.node.name, range: bank, by: 'linux', because: 'other' },
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
          facts: {
            name: ram.node.name,
            range: ram,
            by: 'xen',
            because: becauseOf(ram.node),
          },
          target: boot.target,
        };
      }
    }
  },

  message({ name, range, by, because }, releases) {
    const verb = releases.includes(',') ? ['do not take', 'take'] : ['does not take', 'takes'];
    const what = `${name} ${formatRange(range)}`;
    switch (by) {
      case 'linux':
        return `${releases} ${verb[0]} ${what} for RAM`;
      case 'xen':
        return `${releases} ${verb[1]} ${what} for RAM, ${LINUX_WORDS[because]}`;
      case 'old-linux':
        return `${releases} ${verb[1]} ${what} for RAM although it is disabled`;
    }
  },
});

// The memory for a crash kernel cannot be reserved.

import { formatAddress, formatRange, formatSize } from '../../addresses/format.ts';
import type { UnplacedCrashKernel } from '../../linux/linux-boot.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';
import { nodeAt } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { placeOfProperty } from '../static-regions.ts';

export const crashkernelNoRoom = rule<UnplacedCrashKernel>({
  id: 'crashkernel-no-room',
  severity: 'warning',
  title: 'Linux cannot reserve memory for a crash kernel',
  why: `
\`crashkernel=SIZE\` needs one free piece of RAM of that size, \`crashkernel=SIZE@BASE\` exactly that place, at a multiple of
2 MiB (1 MiB on 32-bit Arm). Where banks and reservations of the tree leave none, Linux prints "cannot allocate crashkernel"
or "crashkernel reservation failed" and boots without: there will be no dump after a crash. What the boot loader loads and
where the kernel places pools only leaves less, so what is reported cannot be had on any boot.`,
  instead: 'Ask for less, leave `@BASE` out, or move the reserved region.',
  source: [
    'linux: parse_crashkernel (6.12)',
    'linux: reserve_crashkernel (6.1), reserve_crashkernel_generic (6.12)',
  ],

  *check(board: Board) {
    const chosen = nodeAt(board.tree, '/chosen');
    const at = chosen && placeOfProperty(chosen, 'bootargs');
    if (!board.map.ramKnown || !at) return;
    for (const boot of linuxBoots(board)) {
      const facts = boot.unplacedCrashKernel;
      if (!facts || boot.memory.length === 0) continue;
      const written = facts.because === 'reserved' ? facts.owner.written : undefined;
      const related = written ? [{ message: 'this is in the way', at: written }] : [];
      yield { at, facts, related, target: boot.target };
    }
  },

  message(facts) {
    const no = `Linux cannot reserve ${facts.word}: `;
    switch (facts.because) {
      case 'size':
        return `${no}the largest free piece of RAM has ${formatSize(facts.largest)}`;
      case 'alignment':
        return `${no}its base is not a multiple of ${formatAddress(facts.alignment)}`;
      case 'outside-ram':
        return `${no}${formatRange(facts.place)} is not all RAM`;
      case 'reserved':
        return `${no}${facts.owner.node?.name ?? 'a reservation'} ${formatRange(facts.owner)} is in the way`;
    }
  },
});

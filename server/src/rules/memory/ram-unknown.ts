// The tree does not say how much RAM there is.

import { isEnabled, isMemoryNode } from '../../memory/map-memory.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { placeOfProperty } from '../static-regions.ts';

interface Facts {
  readonly node: DtNode;
  readonly fault: 'size' | 'disabled';
}

export const ramUnknown = rule<Facts>({
  id: 'ram-unknown',
  severity: 'information',
  title: 'The size of RAM is left to firmware',
  why: `
A memory node with size 0 is a place for the boot loader to fill in. One that does not (GRUB, a script that loads another
blob) leaves the kernel without this RAM. As long as the size is not known, nothing is said about regions outside of RAM
or dynamic regions without room.`,
  instead:
    'Write the size of the board’s RAM, or give it in the boot profile. Nothing to do where the boot loader fills it in.',
  source: [
    'linux: early_init_dt_scan_memory (6.12)',
    'u-boot: fdt_fixup_memory_banks (6073c36b2c)',
  ],

  *check(board: Board) {
    for (const node of board.tree.root.children) {
      if (!isMemoryNode(node)) continue;
      const isOn = isEnabled(node);
      const isEmpty = board.map.unknown.some(
        (each) => each.node === node && each.because.code === 'size-zero',
      );
      const at = placeOfProperty(node, isOn ? 'reg' : 'status');
      if (isOn ? !isEmpty : board.map.ramKnown) continue;
      if (at) yield { at, facts: { node, fault: isOn ? 'size' : 'disabled' } };
    }
  },

  message: ({ node, fault }) =>
    fault === 'size'
      ? `${node.name} has size 0: this RAM exists only when the boot loader fills it in`
      : `${node.name} is disabled, and no other node gives RAM`,
});

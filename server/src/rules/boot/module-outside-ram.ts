// A boot module lies where there is no RAM.

import { formatRange, formatSize } from '../../addresses/format.ts';
import { subtract } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { Module } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly module: Module;
  /** Bytes of the module that are not RAM. */
  readonly outside: bigint;
}

export const moduleOutsideRam = rule<Facts>({
  id: 'module-outside-ram',
  severity: 'error',
  title: 'A boot module lies outside RAM',
  why: `
Nothing can have been loaded there: \`reg\` is not where the boot loader put the file, often an offset that was not added
to the start of RAM. Xen takes whatever the bus returns for a kernel ("invalid compressed format (err=1)") or stops with a
BUG in its page allocator.`,
  instead: 'Write the address the file is loaded at, or load it into RAM.',
  source: [
    'xen: kernel_probe (4.22)',
    'xen: init_heap_pages (4.22)',
    'linux: early_init_dt_check_for_initrd (6.12)',
  ],

  *check(board: Board) {
    // Under UEFI the memory nodes are not read, and the map that counts is another.
    if (!board.map.ramKnown || board.facts.boot.value === 'efi') return;
    const ram = ramOf(board.map);
    for (const module of board.map.modules) {
      const outside = subtract([module], ram).reduce(
        (sum, each) => sum + each.end - each.start,
        0n,
      );
      if (outside > 0n && module.written) yield { at: module.written, facts: { module, outside } };
    }
  },

  message({ module, outside }) {
    const name = `the ${module.kind} module ${formatRange(module)}`;
    return outside === module.end - module.start
      ? `${name} lies outside every RAM bank`
      : `${formatSize(outside)} of ${name} is not RAM`;
  },
});

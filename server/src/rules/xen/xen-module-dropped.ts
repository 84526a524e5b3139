// A boot module of the tree is not among the modules Xen has.

import { endOf } from '../../xen/ending.ts';
import { formatRange } from '../../addresses/format.ts';
import { lineWith } from '../../messages/event.ts';
import type { Module } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { linesAbout } from '../lines-about.ts';
import { endsInScan } from '../xen-places.ts';
import { rule } from '../rule.ts';
import { logOf } from '../target-lines.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly module: Module;
}

export const xenModuleDropped = rule<Facts>({
  id: 'xen-module-dropped',
  severity: 'error',
  title: 'Xen drops a boot module',
  why: `
Since 4.18 a module that overlaps something Xen has already read is left out without a word of its own; a kernel shared
by two domains is lost for the second. Modules outside /chosen, nested too deep, or behind the node where the scan
stopped are not seen either. dom0 then has no kernel or no ramdisk.`,
  instead: 'Load the module where nothing else is, below /chosen; give each domain its own copy.',
  source: ['xen: add_boot_module (4.22)', 'xen: process_multiboot_node (4.22)'],
  behaviours: ['xen.checksOverlaps'],

  *check(board: Board) {
    for (const boot of xenBoots(board)) {
      if (endOf(boot)?.kind === 'panics' && boot.modules.length === 0) continue;
      if (endsInScan(boot)) continue;
      // What the end of the scan costs is told where it ends.
      const isStopped = lineWith(boot.log, 'node-parsing-failed') !== undefined;
      for (const module of board.map.modules) {
        const isKept = boot.modules.some((kept) => kept.start === module.start);
        const kept = boot.modules.some(
          (each) => each.node === module.node && each.start === module.start,
        );
        if (kept || (isKept && module.kind !== 'kernel') || !module.written) continue;
        const about = linesAbout(boot, module.node);
        const line = lineWith(about, 'region-overlap', 'module-limit', 'module-command-line-limit');
        if (!line && (isKept || isStopped)) continue;
        yield {
          at: module.written,
          facts: { module },
          target: boot.target,
          ...logOf(boot, line),
        };
      }
    }
  },

  message: ({ module }) =>
    `Xen drops the ${module.kind} module ${module.node.name} ${formatRange(module)}`,
});

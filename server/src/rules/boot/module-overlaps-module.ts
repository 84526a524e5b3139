// Two boot modules share memory.

import { formatRange, formatSize } from '../../addresses/format.ts';
import { intersection } from '../../addresses/region.ts';
import type { Module } from '../../memory/memory-map.ts';
import { RangeIndex } from '../../memory/range-index.ts';
import type { Board } from '../board.ts';
import { refusalParts, refusedOverlaps, wordRefusals, type Refusal } from '../refused-overlap.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly module: Module;
  readonly other: Module;
  /** Bytes both claim. */
  readonly shared: bigint;
  /** The boots of Xen that do not take both. */
  readonly refusals: readonly Refusal[];
}

export const moduleOverlapsModule = rule<Facts>({
  id: 'module-overlaps-module',
  severity: 'error',
  title: 'Two boot modules share memory',
  why: `
One of the two files was loaded over the other, or a \`reg\` is larger than its file. Up to Xen 4.17 the shared pages are
given to the heap twice, which ends in a BUG of the page allocator later; Xen 4.18 and later drop the module that stands
later in the tree. The same kernel named by two domains is another matter: xen-module-dropped tells what becomes of it.`,
  instead: "Load the files apart and give each module its file's size.",
  source: ['xen: add_boot_module (4.22)', 'xen: discard_initial_modules (4.22)'],
  behaviours: ['xen.checksOverlaps', 'xen.freesModulesTwice'],

  *check(board: Board) {
    const { modules } = board.map;
    const refusalsOf = refusedOverlaps(board);
    const index = new RangeIndex(modules);
    const earlier = new Set<Module>();
    for (const module of modules) {
      for (const other of index.meeting(module)) {
        const shared = intersection(module, other);
        if (!shared || !module.written || !earlier.has(other)) continue;
        if (module.start === other.start && module.end === other.end) continue;
        const refusals = refusalsOf(module, other);
        yield {
          at: module.written,
          facts: { module, other, shared: shared.end - shared.start, refusals },
          related: other.written
            ? [{ message: `${nameOf(other)} is here`, at: other.written }]
            : [],
          ...refusalParts(refusals),
        };
      }
      earlier.add(module);
    }
  },

  message: ({ module, other, shared, refusals }) =>
    `${nameOf(module)} overlaps ${formatSize(shared)} of ${nameOf(other)}` +
    wordRefusals(refusals, module.node),
});

function nameOf(module: Module): string {
  return `the ${module.kind} module ${formatRange(module)}`;
}

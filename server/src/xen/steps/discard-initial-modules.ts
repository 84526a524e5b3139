// Modules given back to the heap once all domains are built.

import { overlaps } from '../../addresses/region.ts';
import { rangeOf, type BootState } from '../boot-state.ts';
import { crash, event } from '../console.ts';
import { reason } from '../reasons.ts';

/** Where modules may overlap, the memory both have is freed twice (Xen: discard_initial_modules). */
export function discardInitialModules(state: BootState): void {
  if (!state.does.freesModulesTwice || state.hasStaticHeap) return;
  const freed = state.modules.filter(({ kind }) => kind === 'Kernel' || kind === 'Ramdisk');
  for (const [index, module] of freed.entries()) {
    const other = freed.slice(index + 1).find((next) => overlaps(rangeOf(module), rangeOf(next)));
    if (!other) continue;
    crash(
      state,
      state.does.firstPageHoldsRegionList
        ? undefined
        : event('xen-bug', { file: state.does.pageAllocPath }),
      reason('modules-freed-twice', { other: other.kind, module: module.kind }),
      other,
    );
    return;
  }
}

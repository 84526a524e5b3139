// Modules given back to the heap once all domains are built.

import { intersection } from '../../addresses/region.ts';
import { rangeOf, type BootModule, type BootState } from '../boot-state.ts';
import { crash, event } from '../console.ts';
import { reason } from '../reasons.ts';
import { reservations, subtractRanges } from './dt-unreserved-regions.ts';

/** Where modules may overlap, the memory both have is freed twice (Xen: discard_initial_modules). */
export function discardInitialModules(state: BootState): void {
  if (!state.does.freesModulesTwice || keepsModules(state)) return;
  const freed = state.modules.filter(({ kind }) => kind === 'Kernel' || kind === 'Ramdisk');
  for (const [index, module] of freed.entries()) {
    const other = freed.slice(index + 1).find((next) => isFreedTwice(state, module, next));
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

/** Whether the heap gets no more memory than the tree gives it. */
export function keepsModules({ hasStaticHeap, does }: BootState): boolean {
  return hasStaticHeap && !does.freesModulesToStaticHeap;
}

/** What is reserved stays so; a static heap has its part of a module from the start. */
function isFreedTwice(state: BootState, a: BootModule, b: BootModule): boolean {
  const shared = intersection(rangeOf(a), rangeOf(b));
  return shared !== undefined && subtractRanges(shared, reservations(state)).length > 0;
}

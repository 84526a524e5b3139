// A gzip kernel is unpacked into the heap before dom0 gets its memory.

import { PAGE_SIZE_NUMBER } from '../../addresses/page.ts';
import { rangeOf, type BootModule, type BootState } from '../boot-state.ts';
import { giveUp } from '../console.ts';
import { reason } from '../reasons.ts';
import { keepsModules } from './discard-initial-modules.ts';
import { reservations, subtractRanges } from './dt-unreserved-regions.ts';
import { allocate, freeRegion, type Buddy } from './page-alloc.ts';

/**
 * Takes a block for the unpacked kernel, gives back what is left of it, and the module's own memory
 * (Xen: kernel_decompress).
 */
export function unpackKernel(state: BootState): void {
  const { buddies, dom0Kernel: kernel, world } = state;
  if (!kernel || world.valueOf('kernel.format') !== 'gzip') return;
  const fileSize = world.valueOf('kernel.fileSize');
  if (fileSize !== undefined && fileSize !== kernel.size) {
    // The last four bytes of a gzip file tell how long its contents are; Xen looks for them at the module's end.
    const sizes = { file: Number(fileSize), module: Number(kernel.size) };
    const because = reason('kernel-size-not-file', sizes);
    for (const what of ['dom0', 'log', 'outcome'])
      state.uncertain.push({ what, because: [because] });
    giveUp(state, because);
    return;
  }
  const pages = Math.ceil(
    Number(world.valueOf('kernel.uncompressedSize') ?? kernel.size) / PAGE_SIZE_NUMBER,
  );
  for (const buddy of buddies) unpackFrom(state, buddy, kernel, pages);
}

function unpackFrom(state: BootState, buddy: Buddy, kernel: BootModule, pages: number): void {
  const order = pages <= 1 ? 0 : Math.ceil(Math.log2(pages));
  const first = allocate(buddy, order, Infinity);
  if (first === undefined) return;
  freeRegion(buddy, { start: first + pages, end: first + 2 ** order });
  if (keepsModules(state)) return;
  // The module was never in the heap: it is as dirty as the rest was.
  const firstDirty = state.options.bootscrub === 'idle' ? 0 : undefined;
  for (const { start, end } of subtractRanges(rangeOf(kernel), reservations(state)))
    freeRegion(
      buddy,
      {
        start: Number((start + BigInt(PAGE_SIZE_NUMBER) - 1n) / BigInt(PAGE_SIZE_NUMBER)),
        end: Number(end / BigInt(PAGE_SIZE_NUMBER)),
      },
      firstDirty,
    );
}

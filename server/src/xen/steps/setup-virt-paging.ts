// The roots of the page tables that translate for dom0, taken before its memory.

import { CPU_MODELS } from '../../facts/cpu-models.ts';
import type { BootState } from '../boot-state.ts';
import { allocate } from './page-alloc.ts';

/** log2 of the pages of a root, by the bits of a physical address (Xen: pa_range_info). */
const ROOT_ORDER: Readonly<Record<number, number>> = { 36: 0, 40: 1, 42: 3, 44: 0, 48: 0, 52: 4 };

/**
 * Takes the root of dom0's tables, and an empty one where the CPU needs it. Each request for more than a page looks for
 * clean memory first, which rotates the lists of dirty memory (Xen: setup_virt_paging, p2m_alloc_table). Where no memory
 * is dirty, and where a root is one page, it is among the pages that Xen takes for itself.
 */
export function takeRoots(state: BootState): void {
  if (!state.buddies.some(({ prefersClean }) => prefersClean)) return;
  const cpu = state.arm32 ? undefined : state.world.valueOf('cpu');
  const bits = cpu === undefined ? undefined : CPU_MODELS[cpu];
  const order = state.arm32 ? 1 : ((bits === undefined ? undefined : ROOT_ORDER[bits]) ?? 0);
  if (order === 0) return;
  const roots = cpu !== undefined && state.does.emptyRoot.includes(cpu) ? 2 : 1;
  for (const buddy of state.buddies)
    for (let root = 0; root < roots; root += 1) allocate(buddy, order, Infinity);
}

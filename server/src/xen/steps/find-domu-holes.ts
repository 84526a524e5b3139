// Extended regions of a domain that the tree describes: addresses that it may use for foreign mappings.

import { PAGE_SIZE } from '../../addresses/page.ts';
import type { Range } from '../../addresses/region.ts';
import type { BootState } from '../boot-state.ts';
import { regionsOf } from './find-unallocated-memory.ts';
import { GUEST_RAM } from './guest-ram.ts';
import { addSpan, removeSpan, type RangeSet } from './rangeset.ts';

const STEP = 2n << 20n;
const SMALLEST = 64n << 20n;

/**
 * What is left of the banks that a domain may have RAM in, above its RAM and beside its shared memory: in whole 2 MiB, at
 * least 64 MiB (Xen: find_domU_holes). `size`: bytes of its RAM.
 */
export function findDomUHoles(state: BootState, size: bigint, shared: readonly Range[]): Range[] {
  let left = size;
  const holes: Range[] = [];
  for (const { start, end } of GUEST_RAM) {
    const used = left < end - start ? left : end - start;
    left -= used;
    const from = ((start + used + STEP - 1n) / STEP) * STEP;
    if (end - from >= SMALLEST) holes.push({ start: from, end });
  }
  // Before shared memory has a list of its own it is not looked at.
  if (!state.does.sharedMemoryList || shared.length === 0) return holes;
  const set: RangeSet = [];
  for (const { start, end } of holes) addSpan(set, start / PAGE_SIZE, (end - 1n) / PAGE_SIZE);
  const fault = state.does.rangesetGrows ? 'grows' : 'none';
  for (const { start, end } of shared)
    removeSpan(set, start / PAGE_SIZE, (end - 1n) / PAGE_SIZE, fault);
  return regionsOf(state, set, PAGE_SIZE);
}

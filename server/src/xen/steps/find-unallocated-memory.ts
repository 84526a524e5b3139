// Extended regions: unused addresses that dom0 may use for foreign mappings.

import { PAGE_SIZE } from '../../addresses/page.ts';
import type { Range } from '../../addresses/region.ts';
import { is32Bit, rangeOf, type BootState } from '../boot-state.ts';
import { print } from '../console.ts';
import { reason } from '../reasons.ts';
import { addSpan, removeSpan, type RangeSet } from './rangeset.ts';

const STEP = 2n << 20n;
const SMALLEST = 64n << 20n;

/**
 * RAM that is neither dom0's nor reserved nor the grant table's; with an IOMMU for dom0, all addresses that no host
 * node uses. Ranges of at least 64 MiB, 2 MiB aligned (Xen: make_hypervisor_node, find_unallocated_memory,
 * find_memory_holes).
 */
export function findExtendedRegions(state: BootState): void {
  const { does, options } = state;
  const iommu = state.world.valueOf('iommu') === true;
  if (does.extendedRegions === 'none') return;
  const domain = 'd0';
  if (!options.extendedRegions || is32Bit(state)) {
    print(state, options.extendedRegions ? 'extended-32-bit' : 'extended-off', { domain });
    return;
  }
  const unknown =
    state.banksUncertain ||
    state.restUncertain ||
    iommu ||
    state.modules.some((module) => module.assumed);
  state.extendedRegions = iommu ? [] : unallocated(state);
  if (unknown) {
    state.uncertain.push({
      what: 'dom0.extendedRegions',
      because: [reason(iommu ? 'extended-regions-iommu' : 'extended-regions-banks', {})],
    });
    return;
  }
  if (state.extendedRegions.length === 0) print(state, 'no-extended-regions', { domain });
  for (const [index, { start, end }] of state.extendedRegions.entries())
    print(state, 'extended-region', { domain, index, start, end });
}

function unallocated(state: BootState): Range[] {
  const { does } = state;
  const unit = does.extendedRegionMath === 'bytes' ? 1n : PAGE_SIZE;
  const set: RangeSet = [];
  const fault = does.rangesetGrows ? 'grows' : 'none';
  const remove = ({ start, end }: Range): void => {
    removeSpan(set, start / unit, (end - 1n) / unit, fault);
  };
  for (const bank of state.ram.map(rangeOf))
    addSpan(set, bank.start / unit, (bank.end - 1n) / unit);
  for (const bank of state.dom0Banks) remove(bank);
  for (const bank of state.reserved) {
    const end = BigInt.asUintN(64, bank.start + bank.size);
    remove({ start: bank.start, end });
  }
  if (state.grantTable) remove(state.grantTable);
  for (const { start, size } of state.shared)
    if (start !== undefined) remove({ start, end: start + size });
  return set
    .map((span) => toRegion(state, span.start * unit, span.end * unit))
    .filter((range) => range.end - range.start >= SMALLEST)
    .slice(0, does.bankLimit);
}

/** Whole 2 MiB of a span; `last` is its last byte, or the start of its last page (Xen: add_ext_regions). */
function toRegion(state: BootState, first: bigint, last: bigint): Range {
  const start = ((first + STEP - 1n) / STEP) * STEP;
  const end = state.does.extendedRegionMath === 'pages' ? last + PAGE_SIZE : last + 1n;
  return end <= start
    ? { start, end: start }
    : { start, end: start + ((end - start) / STEP) * STEP };
}

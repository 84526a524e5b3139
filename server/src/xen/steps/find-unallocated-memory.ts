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
  state.extendedRegions = iommu
    ? []
    : findUnallocatedMemory(state, state.dom0Banks, state.grantTable);
  if (unknown) {
    state.uncertain.push({
      what: 'dom0.extendedRegions',
      because: [reason(iommu ? 'extended-regions-iommu' : 'extended-regions-banks', {})],
    });
    return;
  }
  printExtendedRegions(state, domain, state.extendedRegions);
}

/** The lines about a domain's extended regions. */
export function printExtendedRegions(
  state: BootState,
  domain: string,
  regions: readonly Range[],
): void {
  if (regions.length === 0) print(state, 'no-extended-regions', { domain });
  for (const [index, region] of regions.entries())
    print(state, 'extended-region', { domain, index, ...region });
}

/**
 * The extended regions of a domain that is mapped 1:1: what its own banks, reserved regions, its grant table and shared
 * memory leave of RAM (Xen: find_unallocated_memory).
 */
export function findUnallocatedMemory(
  state: BootState,
  banks: readonly Range[],
  grantTable: Range | undefined,
): Range[] {
  const { does } = state;
  const unit = does.extendedRegionMath === 'bytes' ? 1n : PAGE_SIZE;
  const set: RangeSet = [];
  const fault = does.rangesetGrows ? 'grows' : 'none';
  const remove = ({ start, end }: Range): void => {
    removeSpan(set, start / unit, (end - 1n) / unit, fault);
  };
  for (const bank of state.ram.map(rangeOf))
    addSpan(set, bank.start / unit, (bank.end - 1n) / unit);
  for (const bank of banks) remove(bank);
  for (const bank of state.reserved) {
    const end = BigInt.asUintN(64, bank.start + bank.size);
    remove({ start: bank.start, end });
  }
  if (grantTable) remove(grantTable);
  for (const { start, size } of state.shared)
    if (start !== undefined) remove({ start, end: start + size });
  return regionsOf(state, set, unit);
}

/** The ranges of a set that are large enough, in whole 2 MiB; `unit`: bytes of what the set counts (Xen: add_ext_regions). */
export function regionsOf(state: BootState, set: RangeSet, unit: bigint): Range[] {
  return set
    .map((span) => toRegion(state, span.start * unit, span.end * unit))
    .filter((range) => range.end - range.start >= SMALLEST)
    .slice(0, state.does.bankLimit);
}

/** Whole 2 MiB of a span; `last` is its last byte, or the start of its last page (Xen: add_ext_regions). */
function toRegion(state: BootState, first: bigint, last: bigint): Range {
  const start = ((first + STEP - 1n) / STEP) * STEP;
  const end = state.does.extendedRegionMath === 'pages' ? last + PAGE_SIZE : last + 1n;
  return end <= start
    ? { start, end: start }
    : { start, end: start + ((end - start) / STEP) * STEP };
}

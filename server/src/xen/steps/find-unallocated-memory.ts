// Extended regions: unused addresses that dom0 may use for foreign mappings.

import type { Range } from '../../addresses/region.ts';
import { is32Bit, rangeOf, type BootState } from '../boot-state.ts';
import { alternateHex, print } from '../console.ts';
import { addSpan, removeSpan, type RangeSet } from './rangeset.ts';

const PAGE = 4096n;
const STEP = 2n << 20n;
const SMALLEST = 64n << 20n;

/** Why dom0 gets none, by how the release words it. */
const REFUSALS = {
  plain: {
    disabled: 'The extended regions support is disabled',
    '32-bit': 'The extended regions are only supported for 64-bit guest currently',
  },
  domain: {
    disabled: 'd0: extended regions support is disabled',
    '32-bit': 'd0: extended regions not supported for 32-bit guests',
  },
} as const;

/**
 * RAM that is neither dom0's nor reserved nor the grant table's; with an IOMMU for dom0, all addresses that no host
 * node uses. Ranges of at least 64 MiB, 2 MiB aligned (Xen: make_hypervisor_node, find_unallocated_memory,
 * find_memory_holes).
 */
export function findExtendedRegions(state: BootState): void {
  const { does, options, profile } = state;
  if (does.extendedRegions === 'none') return;
  const refusal = !options.extendedRegions ? 'disabled' : is32Bit(state) ? '32-bit' : undefined;
  if (refusal !== undefined) {
    print(state, REFUSALS[does.extendedRegions][refusal]);
    return;
  }
  const name = does.extendedRegions === 'plain' ? 'Extended region' : 'd0: extended region';
  const unknown =
    state.banksUncertain ||
    state.restUncertain ||
    profile.iommu === true ||
    state.modules.some((module) => module.assumed);
  state.extendedRegions = profile.iommu ? [] : unallocated(state);
  if (unknown) {
    state.uncertain.push({
      what: 'dom0.extendedRegions',
      because: profile.iommu
        ? 'with an IOMMU they are the holes between all devices, up to an address width that depends on the CPU'
        : "they are what dom0's banks and the grant table leave",
    });
    return;
  }
  if (state.extendedRegions.length === 0) {
    const subject = does.extendedRegions === 'plain' ? 'Failed' : 'd0: failed';
    print(state, `${subject} to allocate extended regions`);
  }
  for (const [index, { start, end }] of state.extendedRegions.entries())
    print(state, `${name} ${index}: ${alternateHex(start)}->${alternateHex(end)}`);
}

function unallocated(state: BootState): Range[] {
  const { does } = state;
  const unit = does.extendedRegionMath === 'bytes' ? 1n : PAGE;
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
  const end = state.does.extendedRegionMath === 'pages' ? last + PAGE : last + 1n;
  return end <= start
    ? { start, end: start }
    : { start, end: start + ((end - start) / STEP) * STEP };
}

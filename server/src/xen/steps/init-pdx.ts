// Page frame numbers without the address bits that no RAM uses, and which of them are valid.

import type { Range } from '../../addresses/region.ts';
import { rangeOf, type BootState } from '../boot-state.ts';
import { print } from '../console.ts';

const GIB_BITS = 30n;

export interface Pdx {
  /** An address without the unused bits. */
  compress(address: bigint): bigint;
}

/** Sets all bits below the top set one. */
function fill(mask: bigint): bigint {
  return mask === 0n ? 0n : (1n << BigInt(mask.toString(2).length)) - 1n;
}

/**
 * Looks for the longest run of address bits above 1 GiB that are the same for all RAM, with one in use above it, says
 * so, and marks the groups of 1 GiB (arm32: 256 MiB) that hold RAM as valid (Xen: init_pdx, pfn_pdx_hole_setup).
 */
export function setupPdx(state: BootState): Pdx {
  let mask = (1n << GIB_BITS) - 1n;
  for (const bank of state.ram) {
    const { start, end } = rangeOf(bank);
    mask |= start | fill(start ^ (end - 1n));
  }
  const bits = BigInt.asUintN(64, mask).toString(2);
  const isSet = (bit: number): boolean => bits.at(-1 - bit) === '1';
  let hole = { from: 0, length: 0 };
  for (let bit = Number(GIB_BITS); bit < bits.length;) {
    let length = 0;
    while (bit + length < bits.length && !isSet(bit + length)) length += 1;
    if (bit + length < bits.length && length > hole.length) hole = { from: bit, length };
    bit += length + 1;
  }
  state.valid = validGroups(state);
  if (hole.length === 0) return { compress: (address) => address };
  const first = hole.from - 12;
  print(state, 'pdx-bits', { first, last: first + hole.length - 1 });
  const low = (1n << BigInt(hole.from)) - 1n;
  return {
    compress: (address) =>
      (address & low) | ((address >> BigInt(hole.from + hole.length)) << BigInt(hole.from)),
  };
}

/** Every group of frames with RAM in it, clipped to the first and the last byte of RAM, joined. */
function validGroups(state: BootState): Range[] {
  const group = state.arm32 ? 1n << 28n : 1n << 30n;
  const banks = state.ram.map(rangeOf).sort((a, b) => (a.start < b.start ? -1 : 1));
  const first = banks[0]?.start ?? 0n;
  const last = banks.reduce((end, bank) => (bank.end > end ? bank.end : end), 0n);
  const groups: { start: bigint; end: bigint }[] = [];
  for (const bank of banks) {
    const start = (bank.start / group) * group;
    const end = ((bank.end + group - 1n) / group) * group;
    const before = groups.at(-1);
    if (before && start <= before.end) {
      if (end > before.end) before.end = end;
    } else groups.push({ start, end });
  }
  return groups.map(({ start, end }) => ({
    start: start < first ? first : start,
    end: end > last ? last : end,
  }));
}

// What is left of a range when modules and reservations are taken out of it.

import { rangeOf, type BootState } from '../boot-state.ts';
import type { Range } from '../../addresses/region.ts';

/** Everything set aside: the reservation block, the reserved list and shared memory with an address. */
export function reservations(state: BootState): Range[] {
  const { does, world, tree } = state;
  const block =
    does.memreserveInReserved || world.valueOf('boot') === 'efi'
      ? []
      : tree.memoryReservations.map(({ address, size }) => ({
          start: address,
          end: address + size,
        }));
  if (does.acpiDropsReservations && world.valueOf('config.acpi')) return [];
  return [
    ...block,
    ...state.reserved.map(rangeOf),
    ...state.shared.flatMap(({ start, size }) =>
      start === undefined ? [] : [{ start, end: start + size }],
    ),
  ];
}

/** The parts of `range` outside all of `taken`, ascending; empty ranges take nothing (Xen: dt_unreserved_regions). */
export function subtractRanges(range: Range, taken: readonly Range[]): Range[] {
  const inside = taken
    .filter(({ start, end }) => end > range.start && start < range.end && end > start)
    .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const left: Range[] = [];
  let { start } = range;
  for (const obstacle of inside) {
    if (obstacle.start > start) left.push({ start, end: obstacle.start });
    if (obstacle.end > start) start = obstacle.end;
  }
  if (range.end > start) left.push({ start, end: range.end });
  return left;
}

/**
 * The parts of a bank between modules, in Xen's walk: always the module with the lowest start at or above the cursor,
 * so that a module which begins inside another one is not seen (Xen: next_module).
 */
export function betweenModules(state: BootState, bank: Range): Range[] {
  const parts: Range[] = [];
  let cursor = bank.start;
  while (cursor < bank.end) {
    let next: Range | undefined;
    for (const module of state.modules) {
      if (module.start < cursor || module.start > bank.end || module.size === 0n) continue;
      if (!next || module.start < next.start) next = rangeOf(module);
    }
    const end = next && next.start < bank.end ? next.start : bank.end;
    if (end > cursor) parts.push({ start: cursor, end });
    if (!next || next.start >= bank.end) break;
    cursor = next.end;
  }
  return parts;
}

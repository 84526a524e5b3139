// Xen's order of RAM banks, also of those that overlap, which it takes for equal.

import { rangeOf, type MemoryBank } from '../boot-state.ts';

/** Negative below a bank, positive from its end on; 0 in between (Xen: cmp_memory_node). */
function compare(one: MemoryBank, other: MemoryBank): number {
  if (one.start < other.start) return -1;
  return one.start >= rangeOf(other).end ? 1 : 0;
}

/** Sorts in place by a heap, which leaves equal banks in an order of its own (Xen: sort). */
export function sortBanks(banks: MemoryBank[]): void {
  for (let root = Math.floor(banks.length / 2) - 1; root >= 0; root -= 1)
    sink(banks, root, banks.length);
  for (let last = banks.length - 1; last > 0; last -= 1) {
    swap(banks, 0, last);
    sink(banks, 0, last);
  }
}

/** Lets the entry at `from` sink to where it is no smaller than its children, among the first `length`. */
function sink(banks: MemoryBank[], from: number, length: number): void {
  for (let root = from; root * 2 + 1 < length;) {
    let child = root * 2 + 1;
    if (child < length - 1 && order(banks, child, child + 1) < 0) child += 1;
    if (order(banks, root, child) >= 0) return;
    swap(banks, root, child);
    root = child;
  }
}

function order(banks: readonly MemoryBank[], one: number, other: number): number {
  const [a, b] = [banks[one], banks[other]];
  return a && b ? compare(a, b) : 0;
}

function swap(banks: MemoryBank[], one: number, other: number): void {
  const [a, b] = [banks[one], banks[other]];
  if (a && b) [banks[one], banks[other]] = [b, a];
}

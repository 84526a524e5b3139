// The kernel's own overlap check, __rmem_check_for_overlap (drivers/of/of_reserved_mem.c): only neighbours after sorting,
// only the first tuple of each node, nothing but reserved-memory nodes.

import { print, type Recording, type Scan } from './scan.ts';
import { heapSort } from './sort-regions.ts';

/** Sorts the recorded regions as Linux keeps them from then on, and prints each overlap of neighbours. */
export function checkOverlap(scan: Scan): void {
  const { recorded } = scan;
  if (recorded.length < 2) return;
  const order = new Map(recorded.map((region, index) => [region.node, index]));
  const byBase = (a: Recording, b: Recording): number => {
    if (a.start !== b.start) return a.start < b.start ? -1 : 1;
    if (a.end !== b.end) return a.end < b.end ? -1 : 1;
    return scan.behaviours.tiesSortedByNode
      ? (order.get(a.node) ?? 0) - (order.get(b.node) ?? 0)
      : 0;
  };
  if (scan.behaviours.tiesSortedByNode) recorded.sort(byBase);
  else heapSort(recorded, byBase);
  recorded.forEach((region, index) => {
    const next = recorded[index + 1];
    if (!next || region.end <= next.start) return;
    if (region.start === 0n && !scan.behaviours.baseZeroCompared) return;
    const { node, start, end } = region;
    const other = { other: next.node.name, otherStart: next.start, otherEnd: next.end };
    const facts = { name: node.name, start, end, ...other };
    print(scan, 'error', 'linux-overlap', facts, { node, property: 'reg' });
  });
}

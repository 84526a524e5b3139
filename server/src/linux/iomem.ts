// The lines of `/proc/iomem` as request_standard_resources and reserve_memblock_reserved_regions build them.

import { alignDown, alignUp, partsWithin, union } from '../addresses/region.ts';
import type { IomemEntry } from './linux-boot.ts';
import { memoryRegions } from './memblock.ts';
import type { Scan } from './scan.ts';

/** The entries the tree decides, in the order of the file; kernel, initrd and later claims come in addition. */
export function listIomem(scan: Pick<Scan, 'block' | 'pageSize'>): IomemEntry[] {
  const { block, pageSize } = scan;
  const entries: IomemEntry[] = [];
  const reserved = union(
    block.reserved.map((range) => ({
      start: alignDown(range.start, pageSize),
      end: alignUp(range.end, pageSize),
    })),
  );
  const noMap = new Set(block.noMap);
  for (const region of memoryRegions(block)) {
    if (noMap.has(region)) {
      entries.push({
        start: alignDown(region.start, pageSize),
        end: alignUp(region.end, pageSize),
        name: 'reserved',
        depth: 0,
      });
      continue;
    }
    const ram = { start: alignUp(region.start, pageSize), end: alignDown(region.end, pageSize) };
    if (ram.start >= ram.end) continue;
    entries.push({ ...ram, name: 'System RAM', depth: 0 });
    for (const part of partsWithin(reserved, ram))
      entries.push({ ...part, name: 'reserved', depth: 1 });
  }
  return entries;
}

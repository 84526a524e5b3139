// Early memory as mm/memblock.c keeps it: what is RAM, what of it is not mapped, what is reserved.

import {
  addInto,
  alignDown,
  indexBehind,
  partsWithin,
  subtract,
  takeFrom,
  type Range,
} from '../addresses/region.ts';

/** Ranges are joined and ascending, ends exclusive; the functions below change the lists in place. */
export interface Memblock {
  memory: Range[];
  /** The MEMBLOCK_NOMAP part of `memory`. */
  noMap: Range[];
  readonly reserved: Range[];
}

const ADDRESS_SPACE_END = 1n << 64n;

/** The range of `size` bytes at `base`, cut at the end of the address space (memblock_cap_size). */
export function rangeOf(base: bigint, size: bigint): Range {
  const end = base + size;
  return { start: base, end: end > ADDRESS_SPACE_END ? ADDRESS_SPACE_END : end };
}

/** memblock_add: overlapping and touching ranges join without a word. */
export function addMemory(block: Memblock, range: Range): void {
  addInto(block.memory, range);
}

/** memblock_remove. */
export function removeMemory(block: Memblock, range: Range): void {
  takeFrom(block.memory, range);
  takeFrom(block.noMap, range);
}

/** memblock_reserve: never fails, RAM or not. */
export function reserve(block: Memblock, range: Range): void {
  addInto(block.reserved, range);
}

/** memblock_phys_free: takes away what others reserved at the same place, too. */
export function free(block: Memblock, range: Range): void {
  takeFrom(block.reserved, range);
}

/** memblock_mark_nomap: what is not RAM stays as it was. */
export function markNoMap(block: Memblock, range: Range): void {
  for (const part of partsWithin(block.memory, range)) addInto(block.noMap, part);
}

/** memblock_clear_nomap. */
export function clearNoMap(block: Memblock, range: Range): void {
  takeFrom(block.noMap, range);
}

/** memblock_is_region_reserved: whether any byte is reserved. */
export function isReserved(block: Memblock, range: Range): boolean {
  return meets(block.reserved, range);
}

function meets(joined: readonly Range[], range: Range): boolean {
  const first = joined[indexBehind(joined, range.start)];
  return first !== undefined && first.start < range.end;
}

/** memblock_overlaps_region(&memblock.memory, …). */
export function isMemory(block: Memblock, range: Range): boolean {
  return meets(block.memory, range);
}

/** memblock_cap_memory_range. */
export function capMemory(block: Memblock, range: Range): void {
  block.memory = partsWithin(block.memory, range);
  block.noMap = partsWithin(block.noMap, range);
}

/** memblock_mem_limit_remove_map: keeps the lowest `limit` bytes of memory. */
export function limitMemory(block: Memblock, limit: bigint): void {
  let left = limit;
  for (const range of block.memory) {
    const size = range.end - range.start;
    if (left <= size) {
      removeMemory(block, { start: range.start + left, end: ADDRESS_SPACE_END });
      return;
    }
    left -= size;
  }
}

/** The memory regions as memblock splits them: by the no-map flag. */
export function memoryRegions(block: Memblock): Range[] {
  const mapped = subtract(block.memory, block.noMap);
  return [...mapped, ...block.noMap].sort((a, b) => (a.start < b.start ? -1 : 1));
}

/** Free memory: mapped and not reserved. */
export function freeMemory(block: Memblock): Range[] {
  return subtract(block.memory, [...block.noMap, ...block.reserved]);
}

export interface Search {
  readonly size: bigint;
  /** A power of two. */
  readonly alignment: bigint;
  /** Where to look; `end` undefined: anywhere. */
  readonly start: bigint;
  readonly end: bigint | undefined;
  readonly from: 'top' | 'bottom';
}

/** The base memblock_find_in_range would choose; undefined without room. Page 0 is never given. */
export function findFree(block: Memblock, search: Search, pageSize: bigint): bigint | undefined {
  const start = search.start < pageSize ? pageSize : search.start;
  const ranges = freeMemory(block);
  if (search.from === 'top') ranges.reverse();
  for (const range of ranges) {
    const low = range.start > start ? range.start : start;
    const high = search.end !== undefined && search.end < range.end ? search.end : range.end;
    if (high - low < search.size) continue;
    const base =
      search.from === 'top'
        ? alignDown(high - search.size, search.alignment)
        : alignDown(low + search.alignment - 1n, search.alignment);
    if (base >= low && base + search.size <= high) return base;
  }
  return undefined;
}

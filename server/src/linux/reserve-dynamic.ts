// Regions with `size` only, as __reserved_mem_alloc_size (drivers/of/of_reserved_mem.c) places them.

import { joinCells, tuplesOf } from '../addresses/cells.ts';
import { intersection, type Range } from '../addresses/region.ts';
import { cellsOf, type DtNode } from '../tree/device-tree.ts';
import { findFree, freeMemory, markNoMap, reserve, type Search } from './memblock.ts';
import { cmaAlignment, isCmaNode } from './region-drivers.ts';
import { mebibytes, low64, print, type Scan } from './scan.ts';

/** SMP_CACHE_BYTES. */
const DEFAULT_ALIGNMENT = 64n;

/**
 * Places `node` and reserves its place; undefined when Linux gives up, with the line it prints in the log. The place is
 * the likeliest: it shifts when the kernel image, initrd or blob lie in the way, which only the boot loader knows.
 */
export function placeDynamic(scan: Scan, node: DtNode): Range | undefined {
  const request = readRequest(scan, node);
  if (!request) return undefined;
  const { size, alignment, ranges } = request;
  const noMap = node.properties.has('no-map');
  for (const range of ranges ?? [undefined]) {
    // An end of 0 means anywhere (MEMBLOCK_ALLOC_ANYWHERE).
    const search: Search = {
      size,
      alignment,
      start: range?.start ?? 0n,
      end: range && range.end > 0n ? range.end : undefined,
      from: range ? direction(scan, range) : 'top',
    };
    const base = size > 0n ? findFree(scan.block, search, scan.pageSize) : undefined;
    if (base === undefined) continue;
    const place = { start: base, end: base + size };
    const within = reach(scan, search, place);
    // memblock_phys_alloc_range reserves; no-map marks the place in addition.
    reserve(scan.block, place);
    if (noMap) markNoMap(scan.block, place);
    scan.reserved.push({
      ...place,
      node,
      written: node.properties.get('size')?.definition?.value,
      kind: 'dynamic',
      state: noMap ? 'no-map' : 'reserved',
      within,
    });
    return place;
  }
  const facts = { node: node.name, size: mebibytes(size) };
  print(scan, 'error', 'linux-not-allocated', facts, { node, property: 'size' });
  scan.ignored.push({ node, because: 'no-room' });
  return undefined;
}

interface Request {
  readonly size: bigint;
  readonly alignment: bigint;
  /** Undefined without `alloc-ranges`. */
  readonly ranges: readonly Range[] | undefined;
}

function readRequest(scan: Scan, node: DtNode): Request | undefined {
  const refuse = (
    property: string,
    because: 'size-length' | 'alignment-length' | 'alloc-ranges-length',
    id: 'size-invalid' | 'alignment-invalid' | 'alloc-ranges-invalid',
  ): undefined => {
    print(scan, 'error', id, { node: node.name }, { node, property });
    scan.ignored.push({ node, because });
    return undefined;
  };
  const { cells } = scan;
  const sizeProperty = node.properties.get('size');
  if (!sizeProperty) return undefined;
  if (sizeProperty.bytes.length !== cells.size * 4)
    return refuse('size', 'size-length', 'size-invalid');
  const size = low64(joinCells(cellsOf(sizeProperty), 0, cells.size));
  let alignment = 0n;
  const alignmentProperty = node.properties.get('alignment');
  if (alignmentProperty) {
    // Linux wants as many cells as an address has; the binding says as many as a size.
    if (alignmentProperty.bytes.length !== cells.address * 4)
      return refuse('alignment', 'alignment-length', 'alignment-invalid');
    alignment = low64(joinCells(cellsOf(alignmentProperty), 0, cells.address));
  }
  const required = isCmaNode(node) ? cmaAlignment(scan) : 0n;
  if (required > alignment) alignment = required;
  const rangesProperty = node.properties.get('alloc-ranges');
  if (rangesProperty && rangesProperty.bytes.length % ((cells.address + cells.size) * 4) !== 0)
    return refuse('alloc-ranges', 'alloc-ranges-length', 'alloc-ranges-invalid');
  return {
    size,
    alignment: alignment === 0n ? DEFAULT_ALIGNMENT : alignment,
    ranges:
      rangesProperty &&
      tuplesOf(rangesProperty, cells).map((tuple) => ({
        start: low64(tuple.address),
        end: low64(tuple.address + tuple.size),
      })),
  };
}

// __reserved_mem_alloc_in_range: next to a recorded region, when the range touches one at exactly one end.
function direction(scan: Scan, range: Range): 'top' | 'bottom' {
  if (!scan.behaviours.placedNextToRegions) return 'top';
  const touches = (address: bigint): boolean =>
    scan.recorded.some(
      (region) => region.end > region.start && address >= region.start && address <= region.end,
    );
  return touches(range.start) && !touches(range.end) ? 'bottom' : 'top';
}

// From the free memory's near end to the likeliest place: whatever the boot loader put there pushes the region away.
function reach(scan: Scan, search: Search, place: Range): Range {
  const window = { start: search.start, end: search.end ?? 1n << 64n };
  const free = freeMemory(scan.block).flatMap((range) => intersection(range, window) ?? []);
  const first = free.find((range) => range.end - range.start >= search.size) ?? place;
  const last = free.findLast((range) => range.end - range.start >= search.size) ?? place;
  return search.from === 'top'
    ? { start: first.start < place.start ? first.start : place.start, end: place.end }
    : { start: place.start, end: last.end > place.end ? last.end : place.end };
}

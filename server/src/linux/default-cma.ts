// The default CMA area when no node has `linux,cma-default` (kernel/dma/contiguous.c: dma_contiguous_reserve).

import { alignUp, type Range } from '../addresses/region.ts';
import { cellsOf, type DtNode } from '../tree/device-tree.ts';
import { cellOf, childCells, joinCells, regCells } from '../addresses/cells.ts';
import { translateAddress } from '../addresses/translate.ts';
import { isEnabled } from '../memory/map-memory.ts';
import { findFree, freeMemory, reserve } from './memblock.ts';
import { cmaAlignment } from './region-drivers.ts';
import type { UnplacedCma } from './linux-boot.ts';
import { commandLineValue, mebibytes, parseMemory, print, type Scan } from './scan.ts';

/**
 * Places the area at its likeliest address; nothing happens with size 0. Returns what it asked for when there is no room.
 */
export function placeDefaultCma(scan: Scan, configured: bigint): UnplacedCma | undefined {
  if (scan.recorded.some((region) => region.driver !== undefined && isDefault(region.node)))
    return undefined;
  const asked = commandLineValue(scan.commandLine, 'cma');
  const request = asked === undefined ? undefined : parseMemory(asked);
  const alignment = cmaAlignment(scan);
  const size = alignUp(request?.value ?? configured, alignment);
  if (size === 0n) return undefined;
  const limit = dmaLimit(scan);
  const fourGibibytes = 1n << 32n;
  const end = scan.block.memory.at(-1)?.end ?? 0n;
  const above = { size, alignment, start: fourGibibytes, end: limit, from: 'bottom' as const };
  const below = { size, alignment, start: 0n, end: limit, from: 'top' as const };
  const base =
    (end >= fourGibibytes + size ? findFree(scan.block, above, scan.pageSize) : undefined) ??
    findFree(scan.block, below, scan.pageSize);
  if (base === undefined) {
    // At a given address it is another search.
    if (request?.rest.startsWith('@') || scan.block.memory.length === 0) return undefined;
    print(scan, 'error', 'linux-cma-failed', { size: mebibytes(size) });
    return { size, within: { start: 0n, end: limit } };
  }
  const place: Range = { start: base, end: base + size };
  const lowest = freeMemory(scan.block)[0]?.start ?? base;
  reserve(scan.block, place);
  scan.reserved.push({
    ...place,
    node: undefined,
    written: undefined,
    kind: 'cma',
    state: 'reserved',
    within: { start: lowest, end: place.end },
  });
  return undefined;
}

function isDefault(node: DtNode): boolean {
  return node.properties.has('linux,cma-default');
}

// arm64_dma_phys_limit: max_zone_phys of 32 bits, or less where a bus reaches less.
function dmaLimit(scan: Scan): bigint {
  const first = scan.block.memory[0]?.start ?? 0n;
  const end = scan.block.memory.at(-1)?.end ?? 0n;
  const reachable = busLimit(scan.tree.root);
  let mask = (1n << 32n) - 1n;
  if (reachable !== undefined) {
    const bits = BigInt(reachable.toString(2).length);
    if (bits < 32n) mask = (1n << bits) - 1n;
  }
  if (first > 0xffffffffn) return end;
  if (first > mask) mask = 0xffffffffn;
  return mask < end - 1n ? mask + 1n : end;
}

/** of_dma_get_max_cpu_address: the last byte every bus with `dma-ranges` reaches; undefined without such a bus. */
function busLimit(node: DtNode): bigint | undefined {
  let limit: bigint | undefined;
  const property = node.properties.get('dma-ranges');
  if (property && property.bytes.length > 0) {
    const child = childCells(node);
    const parent = regCells(node).address;
    const sizeCells = cellOf(node, '#size-cells') ?? 1;
    const width = child.address + parent + sizeCells;
    const cells = cellsOf(property);
    let last = 0n;
    for (let at = 0; width > 0 && at + width <= cells.length; at += width) {
      const size = joinCells(cells, at + child.address + parent, sizeCells);
      const cpu = translateAddress(node, joinCells(cells, at + child.address, parent), 0n);
      if (cpu.known && cpu.value + size > last) last = cpu.value + size - 1n;
    }
    limit = last;
  }
  for (const child of node.children) {
    if (!isEnabled(child)) continue;
    const below = busLimit(child);
    if (below !== undefined && (limit === undefined || below < limit)) limit = below;
  }
  return limit;
}

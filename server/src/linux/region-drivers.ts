// The drivers of reserved regions: which take a node, which refuse it, and what they print
// (kernel/dma/contiguous.c, coherent.c, swiotlb.c).

import { stringsIn, type DtNode } from '../tree/device-tree.ts';
import { clearNoMap, free } from './memblock.ts';
import { commandLineValue, mebibytes, print, type Recording, type Scan } from './scan.ts';

/** Whether `compatible` of the node holds `name`. */
export function isCompatible(node: DtNode, name: string): boolean {
  return stringsIn(node, 'compatible').includes(name);
}

/** Bytes of a page block, which is as large as a huge page, by the bytes of a page (pageblock_order). */
export function pageBlock(pageSize: bigint): bigint {
  if (pageSize === 65536n) return 512n << 20n;
  return pageSize === 16384n ? 32n << 20n : 2n << 20n;
}

/**
 * CMA_MIN_ALIGNMENT_BYTES: what base and size of a CMA region must be a multiple of, in bytes: a page block; before 5.18 the
 * largest buddy counted too, which is larger with 4 KiB pages alone.
 */
export function cmaAlignment(scan: Pick<Scan, 'behaviours' | 'pageSize' | 'architecture'>): bigint {
  const block = pageBlock(scan.pageSize);
  // arm without LPAE has no 2 MiB pages: its page block is the largest buddy.
  const isBuddy = scan.architecture === 'arm32' || !scan.behaviours.cmaAlignsToPageBlock;
  return scan.pageSize === 4096n && isBuddy ? 4n << 20n : block;
}

/** Whether a driver would make a CMA area of the node, and so raise its alignment. */
export function isCmaNode(node: DtNode): boolean {
  return (
    isCompatible(node, 'shared-dma-pool') &&
    node.properties.has('reusable') &&
    !node.properties.has('no-map')
  );
}

interface Driver {
  readonly compatible: string;
  /** Prints, and says whether it took the region. */
  readonly setUp: (scan: Scan, region: Recording) => boolean;
}

const DRIVERS: readonly Driver[] = [
  { compatible: 'shared-dma-pool', setUp: setUpCma },
  { compatible: 'shared-dma-pool', setUp: setUpCoherent },
  { compatible: 'restricted-dma-pool', setUp: setUpSwiotlb },
];

/** Why the drivers would refuse a node whatever its address: part of node_validate since 7.0. */
export function isRefusedOutright(scan: Scan, node: DtNode): boolean {
  const has = (name: string): boolean => node.properties.has(name);
  if (isCompatible(node, 'shared-dma-pool')) {
    if (has('reusable') && has('no-map')) return true;
    if (has('linux,cma-default') && commandLineValue(scan.commandLine, 'cma') !== undefined)
      return true;
    return !has('reusable') && !has('no-map') && scan.architecture === 'arm32';
  }
  return isCompatible(node, 'restricted-dma-pool') && refusesSwiotlb(node);
}

/** Runs the drivers that match (__reserved_mem_init_node); one that refuses gives the region back. */
export function initRegion(scan: Scan, region: Recording): void {
  const { node } = region;
  const matching = DRIVERS.filter((driver) => isCompatible(node, driver.compatible));
  for (const driver of matching) {
    if (!driver.setUp(scan, region)) continue;
    region.driver = driver.compatible;
    const facts = { node: node.name, compatible: driver.compatible };
    print(scan, 'info', 'region-initialized', facts, { node });
    break;
  }
  if (matching.length > 0 && region.driver === undefined) {
    region.refused = true;
    print(scan, 'info', 'region-refused', { node: node.name }, { node });
    if (node.properties.has('no-map')) clearNoMap(scan.block, region);
    else free(scan.block, region);
    return;
  }
  if (!scan.behaviours.regionsListed) return;
  const map = node.properties.has('no-map') ? 'nomap' : 'map';
  const reuse = node.properties.has('reusable') ? 'reusable' : 'non-reusable';
  const { start, end, dynamic } = region;
  const place = { start, last: end - 1n, size: Number((end - start) >> 10n) };
  const facts = { ...place, map, reuse, node: node.name };
  print(scan, 'info', 'region-listed', facts, { node, uncertain: dynamic });
}

function created(
  scan: Scan,
  { node, start, end, dynamic }: Recording,
  pool: 'cma-pool' | 'dma-pool' | 'restricted-pool',
): void {
  const facts = { start, size: mebibytes(end - start) };
  print(scan, 'info', pool, facts, { node, uncertain: dynamic });
}

// rmem_cma_setup
function setUpCma(scan: Scan, region: Recording): boolean {
  const { node, start, end } = region;
  const has = (name: string): boolean => node.properties.has(name);
  if (has('linux,cma-default') && commandLineValue(scan.commandLine, 'cma') !== undefined) {
    print(scan, 'info', 'cma-bypassed', { node: node.name }, { node });
    return false;
  }
  if (!has('reusable') || has('no-map')) return false;
  if (((start | (end - start)) & (cmaAlignment(scan) - 1n)) !== 0n) {
    const property = has('reg') ? 'reg' : 'size';
    print(scan, 'error', 'cma-unaligned', {}, { node, property });
    return false;
  }
  created(scan, region, 'cma-pool');
  return true;
}

// rmem_dma_setup
function setUpCoherent(scan: Scan, region: Recording): boolean {
  const { node } = region;
  if (node.properties.has('reusable')) return false;
  if (scan.architecture === 'arm32' && !node.properties.has('no-map')) {
    print(scan, 'error', 'dma-needs-no-map', {}, { node });
    return false;
  }
  created(scan, region, 'dma-pool');
  return true;
}

function refusesSwiotlb(node: DtNode): boolean {
  return ['reusable', 'linux,cma-default', 'linux,dma-default', 'no-map'].some((name) =>
    node.properties.has(name),
  );
}

// rmem_swiotlb_setup
function setUpSwiotlb(scan: Scan, region: Recording): boolean {
  if (refusesSwiotlb(region.node)) return false;
  created(scan, region, 'restricted-pool');
  return true;
}

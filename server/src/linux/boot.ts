// A boot of Linux, as far as memory goes: from the tree to memblock, /proc/iomem and the kernel's lines.

import { nodeAt, stringOf, type DeviceTree } from '../tree/device-tree.ts';
import { unknownProperty } from '../tree/loader-changes.ts';
import { architectureOf, type Architecture } from '../facts/architecture-of.ts';
import { behavioursOf } from './behaviours.ts';
import { checkOverlap } from './check-overlap.ts';
import { findUnplacedCrashKernel } from './crash-kernel.ts';
import { placeDefaultCma } from './default-cma.ts';
import { listIomem } from './iomem.ts';
import type { LinuxBoot, LoadedPlace } from './linux-boot.ts';
import { memoryRegions, rangeOf, reserve } from './memblock.ts';
import { initRegion } from './region-drivers.ts';
import type { LinuxRelease } from './releases.ts';
import { placeDynamic } from './reserve-dynamic.ts';
import { recordStatic, regionLimit, reservedMemoryNode, reserveStatic } from './reserve-static.ts';
import { linuxRootCells, print, type Scan } from './scan.ts';
import { linuxMemoryNodes, scanMemory } from './scan-memory.ts';

/** What the tree does not say; every field has a default. */
export interface LinuxOptions {
  /** Otherwise what the CPU nodes say, else arm64. */
  readonly architecture?: Architecture;
  /** Bytes; 4 KiB by default. */
  readonly pageSize?: bigint;
  /** In place of `bootargs` of /chosen. */
  readonly commandLine?: string;
  /** What is known to lie in memory when it starts, and is kept; nothing by default: the boot loader chooses places. */
  readonly loaded?: readonly LoadedPlace[];
  /** Bytes of the configured default CMA area; none by default, because only the kernel's configuration knows. */
  readonly cmaSize?: bigint;
}

/** What `release` makes of `tree`'s memory, on bare metal or as the dom0 the tree was made for. */
export function bootLinux(
  tree: DeviceTree,
  release: LinuxRelease,
  options: LinuxOptions = {},
): LinuxBoot {
  const scan: Scan = {
    tree,
    behaviours: behavioursOf(release),
    architecture: options.architecture ?? architectureOf(tree).value ?? 'arm64',
    pageSize: options.pageSize ?? 4096n,
    cells: linuxRootCells(tree),
    commandLine: options.commandLine ?? commandLineIn(tree) ?? '',
    block: { memory: [], noMap: [], reserved: [] },
    cut: [],
    log: [],
    reserved: [],
    recorded: [],
    ignored: [],
  };
  for (const place of options.loaded ?? []) {
    reserve(scan.block, place);
    scan.reserved.push({
      ...place,
      kind: 'loaded',
      node: undefined,
      written: undefined,
      state: 'reserved',
    });
  }
  scanMemory(scan);
  if (!scan.behaviours.memreserveLast) reserveMemreserve(scan);
  const parent = reservedMemoryNode(scan);
  const dynamic = parent ? reserveStatic(scan, parent) : [];
  if (scan.behaviours.staticRecordedLate) placeFirst(scan, dynamic);
  else checkThenPlace(scan);
  if (scan.behaviours.memreserveLast) reserveMemreserve(scan);
  if (scan.behaviours.staticRecordedLate) {
    for (const region of recordStatic(scan, parent)) initRegion(scan, region);
    checkOverlap(scan);
  }
  printNodeRanges(scan);
  const unplacedCrashKernel = findUnplacedCrashKernel(scan);
  const unplacedCma = placeDefaultCma(scan, options.cmaSize ?? 0n);
  return {
    target: `linux:${release.name}`,
    release: release.name,
    architecture: scan.architecture,
    pageSize: scan.pageSize,
    neighbours: [],
    log: scan.log,
    memoryNodes: linuxMemoryNodes(tree, scan.behaviours),
    commandLine: scan.commandLine,
    cut: scan.cut,
    memory: scan.block.memory,
    noMap: scan.block.noMap,
    memoryRegions: memoryRegions(scan.block),
    reserved: scan.reserved,
    recorded: scan.recorded,
    regionLimit: regionLimit(scan.behaviours),
    ignored: scan.ignored,
    ...(unplacedCma ? { unplacedCma } : {}),
    ...(unplacedCrashKernel ? { unplacedCrashKernel } : {}),
    iomem: listIomem(scan),
  };
}

/** `bootargs` of /chosen; undefined where the boot loader sets it to what nobody knows. */
function commandLineIn(tree: DeviceTree): string | undefined {
  const chosen = nodeAt(tree, '/chosen');
  if (!chosen || unknownProperty(tree, chosen, 'bootargs')) return undefined;
  return stringOf(chosen, 'bootargs');
}

// The list ends at the first entry without a size.
function reserveMemreserve(scan: Scan): void {
  for (const entry of scan.tree.memoryReservations) {
    if (entry.size === 0n) return;
    const range = rangeOf(entry.address, entry.size);
    reserve(scan.block, range);
    scan.reserved.push({
      ...range,
      kind: 'memreserve',
      node: undefined,
      written: entry.written.whole,
      state: 'reserved',
    });
  }
}

// Up to 6.11: the check sees dynamic regions as empty ones at 0, then the sorted array is placed and given to drivers.
function checkThenPlace(scan: Scan): void {
  checkOverlap(scan);
  for (const region of scan.recorded) {
    if (region.end === region.start) {
      const place = placeDynamic(scan, region.node);
      if (!place) continue;
      region.start = place.start;
      region.end = place.end;
    }
    initRegion(scan, region);
  }
}

// 6.12 and later: in blob order, each given to its driver at once.
function placeFirst(scan: Scan, nodes: Parameters<typeof placeDynamic>[1][]): void {
  nodes.forEach((node, index) => {
    if (index >= regionLimit(scan.behaviours)) {
      print(scan, 'error', 'region-table-full', { node: node.name }, { node });
      scan.ignored.push({ node, because: 'table-full' });
      return;
    }
    const place = placeDynamic(scan, node);
    if (!place) return;
    const region = { node, ...place, dynamic: true, driver: undefined, refused: false };
    scan.recorded.push(region);
    initRegion(scan, region);
  });
}

// free_area_init: the memory regions in whole pages.
function printNodeRanges(scan: Scan): void {
  print(scan, 'info', 'node-ranges', {});
  for (const region of memoryRegions(scan.block)) {
    const start = (region.start + scan.pageSize - 1n) & ~(scan.pageSize - 1n);
    const end = region.end & ~(scan.pageSize - 1n);
    if (start < end) print(scan, 'info', 'linux-node', { numa: 0, start, last: end - 1n });
  }
}

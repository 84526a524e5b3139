// RAM from the memory nodes, as early_init_dt_scan_memory (drivers/of/fdt.c) reads them.

import { joinCells, tuplesOf } from '../addresses/cells.ts';
import { alignUp, alignDown, subtract, type Range } from '../addresses/region.ts';
import { isEnabled } from '../memory/map-memory.ts';
import { cellsOf, stringOf, type DeviceTree, type DtNode } from '../tree/device-tree.ts';
import { nodesWith } from '../tree/nodes-with.ts';
import type { Behaviours } from './behaviours.ts';
import { addMemory, capMemory, limitMemory, rangeOf, removeMemory, reserve } from './memblock.ts';
import {
  commandLineValues,
  hasShortAddresses,
  low64,
  parseMemory,
  print,
  type Scan,
} from './scan.ts';

/** PHYS_MASK of a kernel with 48-bit physical addresses, and half of its 48-bit virtual ones for the linear map. */
const ARM64_PHYSICAL_END = 1n << 48n;
const ARM64_LINEAR_SIZE = 1n << 47n;

/** The nodes that a kernel with these behaviours takes for RAM, in blob order; a nested one has the root's cells, too. */
export function linuxMemoryNodes(
  tree: DeviceTree,
  { memoryAtRootOnly, disabledMemoryIgnored }: Behaviours,
): DtNode[] {
  const nodes = memoryAtRootOnly ? tree.root.children : nodesWith(tree, ['device_type']);
  return [...nodes].filter(
    (node) =>
      node !== tree.root &&
      stringOf(node, 'device_type') === 'memory' &&
      (isEnabled(node) || !disabledMemoryIgnored),
  );
}

/** Adds the banks to memblock, clipped to pages, and applies `/chosen` and `mem=`. */
export function scanMemory(scan: Scan): void {
  const initrd = readInitrd(scan);
  for (const node of linuxMemoryNodes(scan.tree, scan.behaviours)) {
    const property = node.properties.get('linux,usable-memory') ?? node.properties.get('reg');
    if (!property) continue;
    for (const tuple of tuplesOf(property, scan.cells)) {
      const size = low64(tuple.size);
      if (size > 0n) addBank(scan, node, property.name, low64(tuple.address), size);
    }
  }
  applyUsableRange(scan);
  limitToCommandLine(scan);
  clipToArchitecture(scan);
  if (initrd) keepInitrd(scan, initrd);
}

// early_init_dt_add_memory_arch: the base goes up to a page, the size down; less than a page is dropped.
function addBank(scan: Scan, node: DtNode, property: string, base: bigint, size: bigint): void {
  const { pageSize } = scan;
  if (size < pageSize - (base & (pageSize - 1n))) {
    print(scan, 'warning', 'memory-ignored', { start: base, end: base + size }, { node, property });
    return;
  }
  const start = alignUp(base, pageSize);
  const length = alignDown(size - (start - base), pageSize);
  if (length > 0n) addMemory(scan.block, rangeOf(start, length));
}

// early_init_dt_check_for_usable_mem_range: memory is cut to the first range, the second is added.
function applyUsableRange(scan: Scan): void {
  const chosen = scan.tree.root.children.find((node) => node.name === 'chosen');
  const property = chosen?.properties.get('linux,usable-memory-range');
  if (!property || property.bytes.length % (scan.cells.address + scan.cells.size) !== 0) return;
  const [first, second] = tuplesOf(property, scan.cells);
  if (!first) return;
  capMemory(scan.block, rangeOf(low64(first.address), low64(first.size)));
  if (second && second.size > 0n)
    addMemory(scan.block, rangeOf(low64(second.address), low64(second.size)));
}

// early_mem: an upper limit on arm64 and riscv; on arm, each `mem=size@start` adds a bank, and the first replaces all others.
function limitToCommandLine(scan: Scan): void {
  const { block, commandLine, pageSize } = scan;
  const asked = commandLineValues(commandLine, 'mem').flatMap((text) => parseMemory(text) ?? []);
  const last = asked.at(-1);
  if (!last) return;
  const before = [...block.memory];
  if (scan.architecture !== 'arm32') limitMemory(block, alignDown(last.value, pageSize));
  else {
    block.memory = [];
    for (const { value, rest } of asked) {
      const at = rest.startsWith('@') ? parseMemory(rest.slice(1)) : undefined;
      const start = at?.value ?? before[0]?.start ?? 0n;
      addMemory(block, rangeOf(start, alignDown(value, pageSize)));
    }
  }
  scan.cut.push(...subtract(before, block.memory));
}

// arm64_memblock_init and arm_add_memory: what the kernel cannot address is not memory.
function clipToArchitecture(scan: Scan): void {
  const { block, architecture } = scan;
  const top = 1n << 64n;
  if (architecture === 'arm32') {
    if (hasShortAddresses(scan)) removeMemory(block, { start: 1n << 32n, end: top });
    return;
  }
  if (architecture === 'riscv') return;
  removeMemory(block, { start: ARM64_PHYSICAL_END, end: top });
  const first = block.memory[0];
  if (first)
    removeMemory(block, { start: alignDown(first.start, 1n << 30n) + ARM64_LINEAR_SIZE, end: top });
}

/** The initrd that `/chosen` names (early_init_dt_check_for_initrd); undefined when absent or reversed. */
function readInitrd(scan: Scan): Range | undefined {
  const chosen = scan.tree.root.children.find((node) => node.name === 'chosen');
  const read = (name: string): bigint | undefined => {
    const property = chosen?.properties.get(name);
    return property && low64(joinCells(cellsOf(property), 0, property.bytes.length >> 2));
  };
  const start = read('linux,initrd-start');
  const end = read('linux,initrd-end');
  return start !== undefined && end !== undefined && start < end ? { start, end } : undefined;
}

// The initrd's pages become memory even where the tree has none, and are reserved.
function keepInitrd(scan: Scan, initrd: Range): void {
  const pages = {
    start: alignDown(initrd.start, scan.pageSize),
    end: alignUp(initrd.end, scan.pageSize),
  };
  const first = scan.block.memory[0];
  if (!first) return;
  if (scan.architecture === 'arm64') {
    if (pages.start < first.start) return;
    addMemory(scan.block, pages);
  }
  reserve(scan.block, scan.architecture === 'arm64' ? pages : initrd);
  scan.reserved.push({
    ...initrd,
    kind: 'initrd',
    node: undefined,
    written: undefined,
    state: 'reserved',
  });
}

// Regions with `reg`, as __reserved_mem_reserve_reg (drivers/of/fdt.c, of_reserved_mem.c since 6.12) reserves them.

import { tuplesOf } from '../addresses/cells.ts';
import { writtenTuple } from '../addresses/decode.ts';
import { isEnabled } from '../memory/map-memory.ts';
import { cellsOf, type DtNode } from '../tree/device-tree.ts';
import type { Behaviours } from './behaviours.ts';
import { isMemory, isReserved, markNoMap, rangeOf, removeMemory, reserve } from './memblock.ts';
import { isRefusedOutright } from './region-drivers.ts';
import { mebibytes, low64, print, type Scan } from './scan.ts';

/** MAX_RESERVED_REGIONS: how many regions a kernel records, and since 6.12 how many it places. */
export function regionLimit({ records64Regions }: Behaviours): number {
  return records64Regions ? 64 : 32;
}

/** The node Linux looks at: `/reserved-memory`, by path. */
export function reservedMemoryNode(scan: Pick<Scan, 'tree'>): DtNode | undefined {
  // fdt_path_offset lets a name without unit address match one with it when there is no exact match.
  const { children } = scan.tree.root;
  return (
    children.find((node) => node.name === 'reserved-memory') ??
    children.find((node) => node.name.startsWith('reserved-memory@'))
  );
}

/** __reserved_mem_check_root: the root's cells and a `ranges`, of any content. */
export function hasLinuxFormat(node: DtNode, cells: Scan['cells']): boolean {
  const first = (name: string): number | undefined => {
    const property = node.properties.get(name);
    return property && cellsOf(property)[0];
  };
  return (
    first('#size-cells') === cells.size &&
    first('#address-cells') === cells.address &&
    node.properties.has('ranges')
  );
}

function printFormat(scan: Scan, node: DtNode): void {
  print(scan, 'error', 'format-unsupported', {}, { node });
}

function printRegLength(scan: Scan, node: DtNode): void {
  print(scan, 'error', 'reg-invalid', { node: node.name }, { node, property: 'reg' });
}

/** Reserves every tuple of the enabled children in blob order. Returns those that are to be placed by size. */
export function reserveStatic(scan: Scan, parent: DtNode): DtNode[] {
  if (!hasLinuxFormat(parent, scan.cells)) {
    printFormat(scan, parent);
    for (const node of parent.children) scan.ignored.push({ node, because: 'format' });
    return [];
  }
  const dynamic: DtNode[] = [];
  for (const node of parent.children) {
    if (!isEnabled(node)) {
      scan.ignored.push({ node, because: 'disabled' });
      continue;
    }
    if (scan.behaviours.driversValidateFirst && isRefusedOutright(scan, node)) {
      scan.ignored.push({ node, because: 'refused' });
      continue;
    }
    if (node.properties.has('reg')) reserveTuples(scan, node);
    else if (node.properties.has('size')) {
      if (scan.behaviours.staticRecordedLate) dynamic.push(node);
      // In one array with the static ones, as an empty region at 0 until it is placed.
      else if (record(scan, node, 0n, 0n, true)) dynamic.push(node);
    } else scan.ignored.push({ node, because: 'no-reg' });
  }
  return dynamic;
}

function reserveTuples(scan: Scan, node: DtNode): void {
  const property = node.properties.get('reg');
  if (!property) return;
  const width = (scan.cells.address + scan.cells.size) * 4;
  if (property.bytes.length % width !== 0) {
    printRegLength(scan, node);
    scan.ignored.push({ node, because: 'reg-length' });
    return;
  }
  const noMap = node.properties.has('no-map');
  for (const tuple of tuplesOf(property, scan.cells)) {
    const base = low64(tuple.address);
    const size = low64(tuple.size);
    const done = size > 0n && reserveRange(scan, base, size, noMap);
    const state = done ? (noMap ? 'no-map' : 'reserved') : 'failed';
    scan.reserved.push({
      start: base,
      end: base + size,
      node,
      written: writtenTuple(property, tuple),
      kind: 'static',
      state,
    });
    if (!done) {
      const facts = { node: node.name, base, size: mebibytes(size) };
      print(scan, 'error', 'linux-not-reserved', facts, { node, property: 'reg' });
    }
    if (tuple.index === 0 && !scan.behaviours.staticRecordedLate)
      record(scan, node, base, size, false);
  }
}

/** early_init_dt_reserve_memory: false for -EBUSY. */
function reserveRange(scan: Scan, base: bigint, size: bigint, noMap: boolean): boolean {
  const { block, behaviours } = scan;
  const range = rangeOf(base, size);
  if (!noMap) {
    reserve(block, range);
    return true;
  }
  const counts = isMemory(block, range) || !behaviours.noMapOutsideRamAllowed;
  if (behaviours.noMapRefused && counts && isReserved(block, range)) return false;
  if (behaviours.noMapMarks) markNoMap(block, range);
  else removeMemory(block, range);
  return true;
}

/** fdt_reserved_mem_save_node: false when the array is full. */
function record(scan: Scan, node: DtNode, start: bigint, size: bigint, dynamic: boolean): boolean {
  if (scan.recorded.length === regionLimit(scan.behaviours)) {
    print(scan, 'error', 'no-room-for-regions', {}, { node });
    scan.ignored.push({ node, because: 'table-full' });
    return false;
  }
  scan.recorded.push({
    node,
    start,
    end: start + size,
    dynamic,
    driver: undefined,
    refused: false,
  });
  return true;
}

/**
 * fdt_scan_reserved_mem_reg_nodes: records the first tuple of each static node after paging (6.12 and later), or those
 * with one tuple alone (of_flat_dt_get_addr_size, 6.19).
 */
export function recordStatic(scan: Scan, parent: DtNode | undefined): Scan['recorded'] {
  const added: Scan['recorded'] = [];
  if (!parent) {
    print(scan, 'info', 'nothing-reserved', {});
    return added;
  }
  if (!hasLinuxFormat(parent, scan.cells)) {
    printFormat(scan, parent);
    return added;
  }
  const refused = new Set(
    scan.ignored.filter((each) => each.because === 'refused').map((each) => each.node),
  );
  for (const node of parent.children) {
    const property = node.properties.get('reg');
    if (!property || !isEnabled(node) || refused.has(node)) continue;
    const isUnrecorded = scan.behaviours.severalRangesUnrecorded;
    if (property.bytes.length % ((scan.cells.address + scan.cells.size) * 4) !== 0) {
      if (!isUnrecorded) printRegLength(scan, node);
      continue;
    }
    const tuples = tuplesOf(property, scan.cells);
    if (tuples.length > 1) {
      if (isUnrecorded) {
        scan.ignored.push({ node, because: 'several-ranges' });
        continue;
      }
      const facts = { count: tuples.length - 1, node: node.name };
      print(scan, 'warning', 'regions-ignored', facts, { node, property: 'reg' });
    }
    const first = tuples[0];
    const size = first ? low64(first.size) : 0n;
    if (!first || size === 0n) continue;
    const start = low64(first.address);
    const region = {
      node,
      start,
      end: start + size,
      dynamic: false,
      driver: undefined,
      refused: false,
    };
    scan.recorded.push(region);
    added.push(region);
  }
  return added;
}

// Devicetree to memory map.

import {
  cellOf,
  childCells,
  joinCells,
  regCells,
  tuplesOf,
  type CellCounts,
} from '../addresses/cells.ts';
import { decode, writtenTuple, type Region } from '../addresses/decode.ts';
import { unknown } from '../addresses/decoded.ts';
import type { Range } from '../addresses/region.ts';
import {
  baseName,
  cellsOf,
  stringOf,
  stringsOf,
  type DeviceTree,
  type DtNode,
} from '../tree/device-tree.ts';
import { editedFrom, type Edited } from '../tree/edit-tree.ts';
import { Reader, readAlsoFor } from '../tree/reads.ts';
import { pathInBase } from '../tree/overlay-target.ts';
import { unknownProperty } from '../tree/loader-changes.ts';
import type {
  Bank,
  DynamicReserved,
  MemoryMap,
  Module,
  Reserved,
  UnknownPlace,
} from './memory-map.ts';

interface Building {
  readonly tree: DeviceTree;
  readonly banks: Bank[];
  readonly reserved: Reserved[];
  readonly dynamic: DynamicReserved[];
  readonly modules: Module[];
  readonly devices: Region[];
  readonly unknown: UnknownPlace[];
  ramKnown: boolean;
}

/** Whether a node takes part: `status` absent, "ok" or "okay" (Devicetree Specification, §2.3.4). */
export function isEnabled(node: DtNode): boolean {
  const property = node.properties.get('status');
  if (!property) return true;
  const status = stringsOf(property)[0];
  return status === 'ok' || status === 'okay';
}

/**
 * Whether a node is a memory node: `device_type = "memory"`, or the name the specification reserves for one. A node of
 * that name with a `compatible` is a device: some systems call their SRAM memory, and a driver binds to it.
 */
export function isMemoryNode(node: DtNode): boolean {
  return (
    node.parent?.parent === undefined &&
    node.parent !== undefined &&
    (stringOf(node, 'device_type') === 'memory' ||
      (baseName(node) === 'memory' && !node.properties.has('compatible')))
  );
}

/**
 * Everything that claims memory in `tree`, with the places it was written. `memory` is RAM as it really is, when that is
 * known from elsewhere: it then stands in place of the memory nodes.
 */
export function mapMemory(tree: DeviceTree, memory?: readonly Range[]): MemoryMap {
  const map: Building = {
    tree,
    banks: [],
    reserved: [],
    dynamic: [],
    modules: [],
    devices: [],
    unknown: [],
    ramKnown: true,
  };
  for (const reservation of tree.memoryReservations) {
    map.reserved.push({
      kind: 'memreserve',
      start: reservation.address,
      end: reservation.address + reservation.size,
      node: undefined,
      reservation,
      index: 0,
      written: reservation.written.whole,
      enabled: true,
      noMap: false,
      reusable: false,
    });
  }
  for (const [index, node] of tree.root.children.entries()) {
    if (isMemoryNode(node)) addBanks(map, node);
    else if (node.name === 'reserved-memory')
      for (const child of node.children) addReserved(map, child);
    else if (baseName(node) === 'chosen') addChosen(map, node);
    else if (tree.isPlugin && isFragment(node)) addFragment(map, node);
    else {
      const { devices, unknown } = devicesBelow(tree, index, node);
      for (const device of devices) map.devices.push(device);
      for (const each of unknown) map.unknown.push(each);
    }
  }
  if (memory) replaceBanks(map, tree, memory);
  if (!map.banks.some((bank) => bank.enabled)) map.ramKnown = false;
  return map;
}

function isFragment({ children }: DtNode): boolean {
  return children.some(({ name }) => name === '__overlay__');
}

/** Regions that an overlay brings itself; those below a node whose cells only the base knows are not known. */
function addFragment(map: Building, fragment: DtNode): void {
  const content = fragment.children.find(({ name }) => name === '__overlay__');
  if (!content) return;
  for (const holder of [content, ...content.children]) {
    if (pathInBase(holder) !== '/reserved-memory') continue;
    const ownCells = ['#address-cells', '#size-cells'].every((name) => holder.properties.has(name));
    if (ownCells) for (const child of holder.children) addReserved(map, child);
  }
}

/** Whether the boot loader gives a node a `reg` that is not known. */
function isSetByLoader({ tree }: Building, node: DtNode): boolean {
  return unknownProperty(tree, node, 'reg') !== undefined;
}

function addBanks(map: Building, node: DtNode): void {
  const regions = isSetByLoader(map, node) ? unknown({ code: 'set-by-loader' }) : decode(node);
  const enabled = isEnabled(node);
  if (!regions.known) {
    map.unknown.push({ node, because: regions.because });
    if (enabled) map.ramKnown = false;
    return;
  }
  for (const region of regions.value) {
    if (region.end > region.start) map.banks.push({ ...region, enabled });
  }
  // A zero size is filled in by firmware; a further zero tuple behind real banks is only an empty slot.
  if (enabled && !regions.value.some((region) => region.end > region.start)) {
    map.unknown.push({ node, because: { code: 'size-zero' } });
    map.ramKnown = false;
  }
}

function replaceBanks(map: Building, tree: DeviceTree, memory: readonly Range[]): void {
  const node = tree.root.children.find(isMemoryNode) ?? tree.root;
  map.banks.length = 0;
  memory.forEach((range, index) => {
    map.banks.push({ ...range, node, index, written: node.openings[0]?.name, enabled: true });
  });
  map.ramKnown = true;
}

function flags(node: DtNode): { enabled: boolean; noMap: boolean; reusable: boolean } {
  return {
    enabled: isEnabled(node),
    noMap: node.properties.has('no-map'),
    reusable: node.properties.has('reusable'),
  };
}

// Addresses of reserved regions are CPU addresses whatever `ranges` says: neither Linux nor Xen's early scan applies it.
function addReserved(map: Building, node: DtNode): void {
  if (isSetByLoader(map, node)) {
    map.unknown.push({ node, because: { code: 'set-by-loader' } });
    return;
  }
  const property = node.properties.get('reg');
  const counts = regCells(node);
  if (property) {
    const tuples = tuplesOf(property, counts);
    const width = (counts.address + counts.size) * 4;
    if (width === 0 || property.bytes.length % width !== 0 || tuples.length === 0) {
      map.unknown.push({
        node,
        because: { code: 'reg-length', bytes: property.bytes.length, tuple: width },
      });
      return;
    }
    for (const tuple of tuples) {
      map.reserved.push({
        kind: 'static',
        start: tuple.address,
        end: tuple.address + tuple.size,
        node,
        index: tuple.index,
        written: writtenTuple(property, tuple),
        ...flags(node),
      });
    }
    return;
  }
  const size = node.properties.get('size');
  if (!size) {
    map.unknown.push({ node, because: { code: 'no-reg' } });
    return;
  }
  const number = (name: string): bigint | undefined => {
    const value = node.properties.get(name);
    return value && joinCells(cellsOf(value), 0, value.bytes.length >> 2);
  };
  const allocRanges = node.properties.get('alloc-ranges');
  map.dynamic.push({
    node,
    size: number('size') ?? 0n,
    alignment: number('alignment'),
    allocRanges: allocRanges
      ? tuplesOf(allocRanges, counts).map((tuple): Range => ({
          start: tuple.address,
          end: tuple.address + tuple.size,
        }))
      : [],
    ...flags(node),
  });
}

function addChosen(map: Building, chosen: DtNode): void {
  addInitrd(map, chosen);
  const rootCells = chosen.parent ? childCells(chosen.parent) : { address: 2, size: 1 };
  addTuples(map, chosen, 'xen,static-heap', 'static-heap', rootCells);
  for (const node of chosen.children) {
    if (isModule(node)) addModule(map, node);
    const compatible = compatibles(node);
    if (!compatible.includes('xen,domain')) continue;
    addTuples(map, node, 'xen,static-mem', 'static-mem', regCells(node));
    for (const child of node.children) {
      if (isModule(child)) addModule(map, child);
      if (compatibles(child).includes('xen,domain-shared-memory-v1')) addSharedMemory(map, child);
    }
  }
}

function compatibles(node: DtNode): readonly string[] {
  const property = node.properties.get('compatible');
  return property ? stringsOf(property) : [];
}

/** Whether a node names something that the boot loader loads for Xen. */
export function isModule(node: DtNode): boolean {
  const compatible = compatibles(node);
  return compatible.includes('multiboot,module') || compatible.includes('xen,multiboot-module');
}

const MODULE_KINDS: readonly (readonly [string, string])[] = [
  ['multiboot,kernel', 'kernel'],
  ['xen,linux-zimage', 'kernel'],
  ['multiboot,ramdisk', 'ramdisk'],
  ['xen,linux-initrd', 'ramdisk'],
  ['xen,xsm-policy', 'xsm'],
  ['multiboot,device-tree', 'device-tree'],
];

function addModule(map: Building, node: DtNode): void {
  if (isSetByLoader(map, node)) {
    map.unknown.push({ node, because: { code: 'set-by-loader' } });
    return;
  }
  const property = node.properties.get('reg');
  const tuple = property && tuplesOf(property, regCells(node))[0];
  if (!property || !tuple) {
    map.unknown.push({ node, because: { code: 'no-reg' } });
    return;
  }
  const compatible = compatibles(node);
  map.modules.push({
    kind: MODULE_KINDS.find(([name]) => compatible.includes(name))?.[1] ?? 'unknown',
    start: tuple.address,
    end: tuple.address + tuple.size,
    node,
    written: writtenTuple(property, tuple),
  });
}

function addInitrd(map: Building, chosen: DtNode): void {
  const start = chosen.properties.get('linux,initrd-start');
  const end = chosen.properties.get('linux,initrd-end');
  if (!start || !end) return;
  const number = (property: typeof start): bigint =>
    joinCells(cellsOf(property), 0, property.bytes.length >> 2);
  if (number(start) >= number(end)) return;
  map.modules.push({
    kind: 'ramdisk',
    start: number(start),
    end: number(end),
    node: chosen,
    written: start.definition?.value,
  });
}

function addTuples(
  map: Building,
  node: DtNode,
  name: string,
  kind: 'static-mem' | 'static-heap',
  counts: CellCounts,
): void {
  if (unknownProperty(map.tree, node, name)) return;
  const property = node.properties.get(name);
  if (!property) return;
  for (const tuple of tuplesOf(property, counts)) {
    map.reserved.push({
      kind,
      start: tuple.address,
      end: tuple.address + tuple.size,
      node,
      index: tuple.index,
      written: writtenTuple(property, tuple),
      ...flags(node),
    });
  }
}

// xen,shared-mem is <host guest size> or, when Xen chooses the host address, <guest size>, in the parent's cells.
function addSharedMemory(map: Building, node: DtNode): void {
  if (unknownProperty(map.tree, node, 'xen,shared-mem')) return;
  const property = node.properties.get('xen,shared-mem');
  if (!property) return;
  const counts = regCells(node);
  const cells = cellsOf(property);
  if (cells.length !== counts.address * 2 + counts.size) return;
  const host = joinCells(cells, 0, counts.address);
  const size = joinCells(cells, counts.address * 2, counts.size);
  map.reserved.push({
    kind: 'shared-mem',
    start: host,
    end: host + size,
    node,
    index: 0,
    written: property.definition?.value,
    ...flags(node),
  });
}

/** What `addDevices` finds. */
type Devices = Pick<Building, 'devices' | 'unknown'>;

/** Of children of the root; a key that changes none of the values that were read for them only moves them. */
const devicesOf = new WeakMap<DtNode, Devices>();

/** The devices in `node`, the child of the root at `index`. */
function devicesBelow(tree: DeviceTree, index: number, node: DtNode): Devices {
  const edited = editedFrom(tree);
  const was = edited?.whole.root.children[index];
  const known =
    was && edited?.isUnreadBy(Reader.devices) ? devicesOf.get(was) : devicesOf.get(node);
  if (known) return edited ? movedDevices(known, edited) : known;
  const found: Devices = { devices: [], unknown: [] };
  readAlsoFor(Reader.devices, () => {
    addDevices(found, node);
  });
  if (!edited) devicesOf.set(node, found);
  return found;
}

function movedDevices({ devices, unknown }: Devices, edited: Edited): Devices {
  return {
    devices: devices.map(({ node, index, start, end, written }) => ({
      node: edited.now(node),
      index,
      start,
      end,
      written: written && edited.range(written),
    })),
    unknown: unknown.map(({ node, because }) => ({ node: edited.now(node), because })),
  };
}

function addDevices(map: Devices, node: DtNode): void {
  // Nodes below a bus without #size-cells (CPUs, I2C, SPI …) have no memory addresses.
  if (node.properties.has('reg') && regCells(node).size > 0) {
    const regions = decode(node);
    if (regions.known) {
      for (const region of regions.value) if (region.end > region.start) map.devices.push(region);
    } else if (regions.because.code !== 'not-translatable')
      map.unknown.push({ node, because: regions.because });
  }
  if (node.children.length > 0 && cellOf(node, '#size-cells') !== 0) {
    for (const child of node.children) addDevices(map, child);
  }
}

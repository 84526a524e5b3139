// Which kind of bus a node is, as dtc decides it.

import { cellOf } from '../../addresses/cells.ts';
import {
  baseName,
  stringOf,
  stringsIn,
  type DeviceTree,
  type DtNode,
} from '../../tree/device-tree.ts';
import { nodesOf } from '../../tree/nodes-with.ts';
import { readForAll } from '../../tree/reads.ts';
import type { Among } from './dtc-check.ts';

export type BusKind = 'pci' | 'simple' | 'i2c' | 'spi';

const buses = new WeakMap<DtNode, BusKind | 'none'>();

/** The bus `node` is for its children; undefined for none that dtc knows. */
export function busOf(node: DtNode): BusKind | undefined {
  let bus = buses.get(node);
  if (bus === undefined) {
    bus = readForAll(() => findBus(node)) ?? 'none';
    buses.set(node, bus);
  }
  return bus === 'none' ? undefined : bus;
}

interface Bus {
  /** Those with children. */
  readonly bridges: DtNode[];
  readonly devices: DtNode[];
}

const busesByTree = new WeakMap<DeviceTree, ReadonlyMap<BusKind, Bus>>();

function findBuses(tree: DeviceTree): ReadonlyMap<BusKind, Bus> {
  const found = new Map<BusKind, Bus>();
  for (const node of nodesOf(tree)) {
    const on = node.parent && busOf(node.parent);
    if (on !== undefined) found.get(on)?.devices.push(node);
    const is = node.children.length > 0 ? busOf(node) : undefined;
    if (is === undefined) continue;
    const known = found.get(is);
    if (known) known.bridges.push(node);
    else found.set(is, { bridges: [node], devices: [] });
  }
  return found;
}

function busesOf(tree: DeviceTree): ReadonlyMap<BusKind, Bus> {
  let found = busesByTree.get(tree);
  if (found === undefined) {
    found = findBuses(tree);
    busesByTree.set(tree, found);
  }
  return found;
}

const none: readonly never[] = [];

/** The buses of a kind that have children, in blob order. */
export function bridgesOf(kind: BusKind): Among {
  return {
    of: (tree) => busesOf(tree).get(kind)?.bridges ?? none,
    has: (node) => node.children.length > 0 && busOf(node) === kind,
  };
}

/** The children of buses of a kind, in blob order. */
export function devicesOn(kind: BusKind): Among {
  return {
    of: (tree) => busesOf(tree).get(kind)?.devices ?? none,
    has: ({ parent }) => parent !== undefined && busOf(parent) === kind,
  };
}

function findBus(node: DtNode): BusKind | undefined {
  if (stringOf(node, 'device_type') === 'pci') return 'pci';
  const name = baseName(node);
  if (name === 'i2c-bus' || name === 'i2c-arb') return 'i2c';
  if (name === 'i2c')
    return node.children.some((child) => baseName(child) === 'i2c-bus') ? undefined : 'i2c';
  if (name === 'spi') return 'spi';
  if (isUnnamedSpi(node)) return 'spi';
  return isSimpleBus(node) ? 'simple' : undefined;
}

/** A SPI bus that is not called so: its counts are those of one, and a child has a property of SPI devices. */
export function isUnnamedSpi(node: DtNode): boolean {
  if (baseName(node) === 'spi') return false;
  if (cellOf(node, '#address-cells') !== 1 || cellOf(node, '#size-cells') !== 0) return false;
  return node.children.some((child) =>
    [...child.properties.keys()].some((property) => property.startsWith('spi-')),
  );
}

/** Whether it is a PCI or a simple bus, whatever else it is: dtc finds these first, and others only after unit_address_format. */
export function isKnownEarly(node: DtNode): boolean {
  return stringOf(node, 'device_type') === 'pci' || isSimpleBus(node);
}

function isSimpleBus(node: DtNode): boolean {
  return stringsIn(node, 'compatible').includes('simple-bus');
}

// Mapping a host node's `reg` into dom0.

import { PAGE_SIZE } from '../../addresses/page.ts';
import { stringsIn, type DtNode } from '../../tree/device-tree.ts';
import type { BootState } from '../boot-state.ts';
import { cellAt, inheritedCells } from '../cells.ts';
import { crash, event, print, printEvent } from '../console.ts';
import { EINVAL, ERANGE } from '../errno.ts';
import { reason } from '../reasons.ts';
import { dtReadNumber } from './dt-read-number.ts';
import type { LogLine, XenEvent } from '../xen-boot.ts';

const PHYSICAL_LIMIT = 1n << 48n;
const WORD = 1n << 64n;

/** What ends the making of dom0's tree. */
export interface MappingFailure {
  /** Xen's error number, negative. */
  readonly rc: number;
  readonly node: DtNode;
  /** What Xen says of it. */
  readonly line: LogLine;
}

interface Bus {
  readonly address: number;
  readonly size: number;
}

/** How `reg` of a node reads, if the parent is a bus at all: the root, or with `ranges` (Xen: dt_match_bus). */
function busOf(node: DtNode): Bus | undefined {
  const { parent } = node;
  if (!parent || (parent.parent && !parent.properties.has('ranges'))) return undefined;
  return {
    address: inheritedCells(node, '#address-cells', 2),
    size: inheritedCells(node, '#size-cells', 1),
  };
}

function isPci(node: DtNode): boolean {
  return /^(?:pci|pciex|vci)$/i.test(stringsIn(node, 'device_type')[0] ?? '');
}

function usable({ address, size }: Bus): boolean {
  return address > 0 && address <= 4 && size > 0;
}

/** Why a bus address has no CPU address; Xen tells nothing of an address that no `ranges` hold. */
interface Untranslatable {
  readonly told: XenEvent | undefined;
}

type Cells = readonly number[];

/** Cells of a property, from a cell index. */
function cellsAt(bytes: Uint8Array, index: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => cellAt(bytes, index + at));
}

/** A number that is in cells already. */
function numberIn(state: BootState, cells: Cells, node: DtNode): bigint {
  const bytes = new Uint8Array(cells.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, cell] of cells.entries()) view.setUint32(index * 4, cell);
  return dtReadNumber(state, bytes, 0, cells.length, { node });
}

/** `start` moved by `offset`, in as many cells; what is above 64 bits is lost (Xen: dt_bus_default_translate). */
function moveBy(state: BootState, start: Cells, offset: bigint, node: DtNode): number[] {
  const value = numberIn(state, start, node) + offset;
  const low = [Number(BigInt.asUintN(32, value >> 32n)), Number(BigInt.asUintN(32, value))];
  return [...start.map(() => 0), ...low].slice(-start.length);
}

/** A CPU address, or why there is none (Xen: __dt_translate_address). */
function translate(
  state: BootState,
  node: DtNode,
  address: Cells,
  bus: Bus,
): bigint | Untranslatable {
  let [value, from] = [address, bus];
  for (let at = node.parent; at?.parent; at = at.parent) {
    const to = busOf(at);
    if (!to) return { told: event('bus-invalid', { node: at.parent.path }) };
    if (!usable(to)) return { told: event('bus-cells-invalid', { node: at.path }) };
    const ranges = at.properties.get('ranges');
    if (!ranges) return { told: undefined };
    if (ranges.bytes.length === 0) {
      const offset = numberIn(state, value, node);
      value = moveBy(state, new Array<number>(to.address).fill(0), offset, node);
    } else {
      const moved = throughRanges(state, node, ranges.bytes, value, from, to);
      if (moved === undefined) return { told: undefined };
      value = moved;
    }
    if (state.outcome) return 0n;
    from = to;
  }
  return numberIn(state, value, node);
}

/** Of addresses with more than two cells all cells must be those of the range's start (Xen: dt_bus_default_map). */
function throughRanges(
  state: BootState,
  node: DtNode,
  bytes: Uint8Array,
  address: Cells,
  from: Bus,
  to: Bus,
): number[] | undefined {
  const width = from.address + to.address + from.size;
  for (let at = 0; (at + width) * 4 <= bytes.length; at += width) {
    const cells = cellsAt(bytes, at, from.address);
    const start = numberIn(state, cells, node);
    const sizeAt = at + from.address + to.address;
    const size = dtReadNumber(state, bytes, sizeAt, from.size, { node });
    const value = numberIn(state, address, node);
    if (state.outcome) return [...address];
    if (from.address > 2 && cells.some((cell, index) => cell !== address[index])) continue;
    if (value < start || value >= start + size) continue;
    return moveBy(state, cellsAt(bytes, at + from.address, to.address), value - start, node);
  }
  return undefined;
}

/**
 * Maps every tuple of `reg` 1:1, whole pages from the page of its start; nodes below something that is no bus are
 * not mapped. Nothing when all is well (Xen: handle_device, map_range_to_domain).
 */
export function handleDevice(state: BootState, node: DtNode): MappingFailure | undefined {
  const property = node.properties.get('reg');
  if (!property || !node.parent || isPci(node.parent)) return undefined;
  const bus = busOf(node);
  if (!bus || !usable(bus)) return undefined;
  const width = bus.address + bus.size;
  const count = Math.floor(property.bytes.length / (width * 4));
  const source = { node, written: property.definition?.whole };
  for (let index = 0; index < count; index += 1) {
    const { bytes } = property;
    const size = dtReadNumber(state, bytes, index * width + bus.address, bus.size, { node });
    const address = translate(state, node, cellsAt(bytes, index * width, bus.address), bus);
    if (state.outcome) return undefined;
    if (typeof address === 'object') {
      const { told } = address;
      if (told) printEvent(state, told, source);
      const facts = { index, node: node.path };
      return { rc: EINVAL, node, line: print(state, 'address-untranslatable', facts, source) };
    }
    if (node.properties.has('xen,passthrough')) continue;
    const failure = mapRange(state, node, address, size);
    if (failure || state.outcome) return failure;
  }
  return undefined;
}

function mapRange(
  state: BootState,
  node: DtNode,
  address: bigint,
  size: bigint,
): MappingFailure | undefined {
  const { does } = state;
  const source = { node, written: node.properties.get('reg')?.definition?.whole };
  const end = address + size;
  const wraps = end > WORD - 1n;
  if (wraps && does.rangeTooHigh === 'width') {
    const facts = { node: node.path, start: address, end: BigInt.asUintN(64, end), bits: 48 };
    return { rc: ERANGE, node, line: print(state, 'pa-width', facts, source) };
  }
  const permitted = !(does.reservedWithoutPermission && node.path.startsWith('/reserved-memory/'));
  if (wraps && permitted && state.world.valueOf('xen.debug')) {
    crash(
      state,
      event('assertion', { assertion: 's <= e', place: 'rangeset.c' }),
      reason('reg-above-64-bits', { node: node.path }),
      source,
    );
    return undefined;
  }
  if (wraps || end > PHYSICAL_LIMIT) {
    const start = (address / PAGE_SIZE) * PAGE_SIZE;
    const last = BigInt.asUintN(64, ((end + PAGE_SIZE - 1n) / PAGE_SIZE) * PAGE_SIZE - 1n);
    const facts = { start, last, domain: 0 };
    return { rc: EINVAL, node, line: print(state, 'fdt-map-failed', facts, source) };
  }
  if (size === 0n) return undefined;
  const start = (address / PAGE_SIZE) * PAGE_SIZE;
  state.mapped.push({
    start,
    end: start + ((size + PAGE_SIZE - 1n) / PAGE_SIZE) * PAGE_SIZE,
    node,
  });
  return undefined;
}

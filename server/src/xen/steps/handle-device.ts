// Mapping a host node's `reg` into dom0.

import { stringsIn, type DtNode } from '../../tree/device-tree.ts';
import type { BootState } from '../boot-state.ts';
import { inheritedCells, readNumber } from '../cells.ts';
import { crash, print, printOpen } from '../console.ts';
import { EINVAL, ERANGE } from '../errno.ts';
import type { LogLine } from '../xen-boot.ts';

const PAGE = 4096n;
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

/** A CPU address, or the console text of why there is none (Xen: __dt_translate_address). */
function translate(node: DtNode, address: bigint, bus: Bus): bigint | string {
  let [value, from] = [address, bus];
  for (let at = node.parent; at?.parent; at = at.parent) {
    const to = busOf(at);
    if (!to) return `DT: ${at.parent.path} is not a valid bus`;
    if (!usable(to)) return `dt_parse: Bad cell count for parent ${at.path}`;
    const ranges = at.properties.get('ranges');
    if (!ranges) return '';
    if (ranges.bytes.length > 0) {
      const moved = throughRanges(ranges.bytes, value, from, to);
      if (moved === undefined) return '';
      value = moved;
    }
    from = to;
  }
  return value;
}

function throughRanges(bytes: Uint8Array, address: bigint, from: Bus, to: Bus): bigint | undefined {
  const width = from.address + to.address + from.size;
  for (let at = 0; (at + width) * 4 <= bytes.length; at += width) {
    const start = readNumber(bytes, at, from.address);
    const size = readNumber(bytes, at + from.address + to.address, from.size);
    if (address < start || address >= start + size) continue;
    return readNumber(bytes, at + from.address, to.address) + (address - start);
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
    const raw = readNumber(property.bytes, index * width, bus.address);
    const size = readNumber(property.bytes, index * width + bus.address, bus.size);
    const address = translate(node, raw, bus);
    if (typeof address === 'string') {
      if (address) print(state, address, source);
      const text = `Unable to retrieve address ${index} for ${node.path}`;
      return { rc: EINVAL, node, line: print(state, text, source) };
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
    const range = `[0x${address.toString(16)}, 0x${BigInt.asUintN(64, end).toString(16)}]`;
    const text = `${node.path}: ${range} exceeds the maximum allowed PA width (48 bits)`;
    return { rc: ERANGE, node, line: printOpen(state, text, source) };
  }
  const permitted = !(does.reservedWithoutPermission && node.path.startsWith('/reserved-memory/'));
  if (wraps && permitted && state.debug) {
    crash(
      state,
      "Assertion 's <= e' failed at rangeset.c",
      `reg of ${node.path} ends above 64 bits`,
      source,
    );
    return undefined;
  }
  if (wraps || end > PHYSICAL_LIMIT) {
    const first = (address / PAGE) * PAGE;
    const last = BigInt.asUintN(64, ((end + PAGE - 1n) / PAGE) * PAGE - 1n);
    const text = `Unable to map 0x${first.toString(16)} - 0x${last.toString(16)} in domain 0`;
    return { rc: EINVAL, node, line: print(state, text, source) };
  }
  if (size === 0n) return undefined;
  const start = (address / PAGE) * PAGE;
  state.mapped.push({ start, end: start + ((size + PAGE - 1n) / PAGE) * PAGE, node });
  return undefined;
}

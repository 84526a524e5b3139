// The tree that Xen makes for a domain described in the host's tree: how large it is, and what it says of devices.

import { PAGE_SIZE } from '../../addresses/page.ts';
import type { Range } from '../../addresses/region.ts';
import { bytesOf, type DtNode } from '../../tree/device-tree.ts';
import type { BootState } from '../boot-state.ts';
import { firstCell, inheritedCells, readNumber } from '../cells.ts';
import { isOneOf } from '../compatible.ts';
import type { DomainDevice } from '../xen-boot.ts';
import {
  beginNode,
  copyProperty,
  endNode,
  finish,
  newFdtWriter,
  writeBytes,
  writeCells,
  writeStrings,
  type FdtWriter,
} from './fdt-writer.ts';
import {
  EVENT_INTERRUPT,
  GIC_V3,
  redistributorRegions,
  TIMER_PPIS,
  TIMERS,
  writeCpus,
  writePsci,
  writeSharedMemory,
  type HostDevices,
} from './handle-node.ts';
import { encodeRanges } from './make-memory-node.ts';
import type { SharedMapping } from './process-shm.ts';

/** GUEST_ROOT_ADDRESS_CELLS and GUEST_ROOT_SIZE_CELLS. */
const CELLS = { address: 2, size: 2 };
/** GUEST_PHANDLE_GIC. */
const GIC_PHANDLE = 65000;
/** Where a domain that is not mapped 1:1 has its devices (Xen: public/arch-arm.h). */
const GICD = 0x03001000n;
const GICC = { start: 0x03002000n, end: 0x03004000n };
const GICR = { start: 0x03020000n, end: 0x04020000n };
const PL011 = 0x22000000n;
/** Where every such domain may map grants: GUEST_GNTTAB_BASE. */
export const GUEST_GRANT_TABLE: Range = { start: 0x38000000n, end: 0x39000000n };

/** A domain as far as it is built when its tree is made. */
export interface DomainParts {
  readonly node: DtNode;
  readonly mapping: 'direct' | 'guest';
  readonly cpus: number;
  readonly banks: readonly Range[];
  readonly shared: readonly SharedMapping[];
  readonly hasInitrd: boolean;
  readonly commandLine: string;
  /** Undefined for a domain that is not told of Xen. */
  readonly extendedRegions: readonly Range[] | undefined;
}

/** The emulated devices of a domain; what of a domain mapped 1:1 follows a device of the host that is not known is left out. */
export function domainDevices(
  state: BootState,
  { node, mapping, cpus }: Pick<DomainParts, 'node' | 'mapping' | 'cpus'>,
  host: HostDevices,
): DomainDevice[] {
  const devices: DomainDevice[] = [];
  const { gic } = host;
  const isV3 = gic !== undefined && isOneOf(gic, GIC_V3);
  if (mapping === 'guest') {
    devices.push({ kind: 'gic', start: GICD, end: GICD + (isV3 ? 0x10000n : 0x1000n) });
    devices.push({ kind: 'gic', ...(isV3 ? GICR : GICC) });
  } else if (gic) {
    const ranges = regOf(gic);
    const count = isV3 ? 1 + redistributorRegions(gic, regBytes(gic), cpus) : 2;
    for (const range of ranges.slice(0, count)) devices.push({ kind: 'gic', ...range });
  }
  if (node.properties.has('vpl011')) {
    const start = mapping === 'guest' ? PL011 : host.uart && regOf(host.uart)[0]?.start;
    if (start !== undefined) devices.push({ kind: 'vpl011', start, end: start + PAGE_SIZE });
  }
  return devices;
}

function regBytes(node: DtNode): Uint8Array {
  return bytesOf(node, 'reg') ?? new Uint8Array();
}

function regOf(node: DtNode): Range[] {
  const bytes = regBytes(node);
  const address = inheritedCells(node, '#address-cells', 2);
  const size = inheritedCells(node, '#size-cells', 1);
  const ranges: Range[] = [];
  for (let at = 0; (at + address + size) * 4 <= bytes.length; at += Math.max(1, address + size)) {
    const start = readNumber(bytes, at, address);
    ranges.push({ start, end: start + readNumber(bytes, at + address, size) });
  }
  return ranges;
}

/**
 * Bytes of the domain's tree; `full` when it does not fit into its buffer; undefined where a device of the host that it
 * repeats is not known (Xen: prepare_dtb_domU).
 */
export function sizeOfDomainTree(
  state: BootState,
  parts: DomainParts,
  devices: readonly DomainDevice[],
  host: HostDevices,
): number | 'full' | undefined {
  const { does } = state;
  const gic = devices.filter(({ kind }) => kind === 'gic');
  const uart = devices.find(({ kind }) => kind === 'vpl011');
  const timer = findTimer(state.tree.root);
  const wantsUart = parts.node.properties.has('vpl011');
  if (!host.gic || !timer || gic.length === 0 || (wantsUart && !uart)) return undefined;
  const writer = newFdtWriter(does.domainBlobBuffer);
  beginNode(writer, '');
  writeCells(writer, '#address-cells', CELLS.address);
  writeCells(writer, '#size-cells', CELLS.size);
  writeChosen(state, writer, parts);
  if (!does.domainPsciLast) writePsci(writer);
  writeCpus(state, writer, parts.cpus, state.arm32);
  writeMemory(state, writer, parts);
  writeSharedMemory(writer, parts.shared, CELLS);
  writeGic(state, writer, gic, isOneOf(host.gic, GIC_V3));
  writeTimer(state, writer, timer);
  if (!does.domainPsciLast && uart) writeUart(state, writer, uart);
  writeHypervisor(state, writer, parts);
  if (does.domainPsciLast) writePsci(writer);
  if (does.domainPsciLast && uart) writeUart(state, writer, uart);
  endNode(writer);
  const size = finish(writer);
  return writer.full ? 'full' : size;
}

function findTimer(node: DtNode): DtNode | undefined {
  if (isOneOf(node, TIMERS)) return node;
  for (const child of node.children) {
    const found = findTimer(child);
    if (found) return found;
  }
  return undefined;
}

function writeChosen(state: BootState, writer: FdtWriter, parts: DomainParts): void {
  beginNode(writer, 'chosen');
  if (parts.commandLine !== '') writeStrings(writer, 'bootargs', parts.commandLine);
  if (parts.hasInitrd || state.does.alwaysNamesRamdisk) {
    writeBytes(writer, 'linux,initrd-start', new Uint8Array(8));
    writeBytes(writer, 'linux,initrd-end', new Uint8Array(8));
  }
  endNode(writer);
}

function writeMemory({ does }: BootState, writer: FdtWriter, { banks, shared }: DomainParts): void {
  const ranges = does.sharedMemoryList ? [...banks, ...shared.map(({ guest }) => guest)] : banks;
  const first = banks[0]?.start ?? 0n;
  beginNode(writer, does.memoryNodeHasAddress ? `memory@${first.toString(16)}` : 'memory');
  writeStrings(writer, 'device_type', 'memory');
  writeBytes(writer, 'reg', encodeRanges(ranges, CELLS));
  endNode(writer);
}

/** A unit address; older releases take it from the text of their source. */
function unitAddress({ does }: BootState, start: bigint, digits: number): string {
  return does.domainPlainUnitAddress
    ? start.toString(16)
    : `0x${start.toString(16).padStart(digits, '0')}ULL`;
}

function writeGic(
  state: BootState,
  writer: FdtWriter,
  ranges: readonly Range[],
  isV3: boolean,
): void {
  const start = ranges[0]?.start ?? 0n;
  beginNode(writer, `interrupt-controller@${unitAddress(state, start, 8)}`);
  writeCells(writer, '#address-cells', 0);
  writeCells(writer, '#interrupt-cells', 3);
  writeBytes(writer, 'interrupt-controller', new Uint8Array());
  writeStrings(writer, 'compatible', isV3 ? 'arm,gic-v3' : 'arm,gic-400');
  if (isV3 && state.does.domainCountsRedistributors)
    writeCells(writer, '#redistributor-regions', ranges.length - 1);
  writeBytes(writer, 'reg', encodeRanges(ranges, CELLS));
  writeCells(writer, 'linux,phandle', GIC_PHANDLE);
  writeCells(writer, 'phandle', GIC_PHANDLE);
  endNode(writer);
}

function writeTimer({ arm32, does }: BootState, writer: FdtWriter, timer: DtNode): void {
  beginNode(writer, 'timer');
  writeStrings(writer, 'compatible', arm32 ? 'arm,armv7-timer' : 'arm,armv8-timer');
  writeCells(writer, 'interrupts', ...TIMER_PPIS.flatMap((ppi) => [1, ppi, 0xf08]));
  writeCells(writer, 'interrupt-parent', GIC_PHANDLE);
  const frequency = timer.properties.get('clock-frequency');
  if (frequency && does.domainTimerFrequency && firstCell(frequency.bytes) !== undefined)
    copyProperty(writer, { ...frequency, bytes: frequency.bytes.slice(0, 4) });
  endNode(writer);
}

function writeUart(state: BootState, writer: FdtWriter, uart: Range): void {
  beginNode(writer, `sbsa-uart@${unitAddress(state, uart.start, 8)}`);
  writeStrings(writer, 'compatible', 'arm,sbsa-uart');
  writeBytes(writer, 'reg', encodeRanges([uart], CELLS));
  writeCells(writer, 'interrupts', 0, 0, 0xf04);
  writeCells(writer, 'interrupt-parent', GIC_PHANDLE);
  writeCells(writer, 'current-speed', 115200);
  endNode(writer);
}

function writeHypervisor(
  { release }: BootState,
  writer: FdtWriter,
  { extendedRegions }: DomainParts,
): void {
  if (!extendedRegions) return;
  beginNode(writer, 'hypervisor');
  writeStrings(writer, 'compatible', `xen,xen-${release.major}.${release.minor}`, 'xen,xen');
  writeBytes(writer, 'reg', encodeRanges([GUEST_GRANT_TABLE, ...extendedRegions], CELLS));
  writeCells(writer, 'interrupts', ...EVENT_INTERRUPT);
  writeCells(writer, 'interrupt-parent', GIC_PHANDLE);
  endNode(writer);
}

// Writes dom0's devicetree: the host's, with what Xen keeps, replaces and adds.

import { bytesOf, stringOf, stringsIn, type DtNode } from '../../tree/device-tree.ts';
import { chosenOf } from '../chosen-of.ts';
import { is32Bit, type BootModule, type BootState } from '../boot-state.ts';
import { isRaspberryPi4 } from '../raspberry-pi-4.ts';
import { cellAt, firstCell, inheritedCells, readNumber } from '../cells.ts';
import { isOneOf } from '../compatible.ts';
import { print } from '../console.ts';
import {
  beginNode,
  copyProperty,
  endNode,
  writeBytes,
  writeCells,
  writeStrings,
  type FdtWriter,
} from './fdt-writer.ts';
import { isAvailable } from './device-tree-get-meminfo.ts';
import { findExtendedRegions } from './find-unallocated-memory.ts';
import { handleDevice, type MappingFailure } from './handle-device.ts';
import {
  encodeRanges,
  makeMemoryNodes,
  sharedWithDom0,
  type RootCells,
} from './make-memory-node.ts';
import type { SharedMapping } from './process-shm.ts';

/** Compatible strings whose nodes dom0 does not see, in all releases. */
const SKIPPED = new Set([
  'xen,xen',
  'xen,multiboot-module',
  'multiboot,module',
  'arm,psci',
  'arm,psci-0.2',
  'arm,psci-1.0',
  'arm,cortex-a5-pmu',
  'arm,cortex-a7-pmu',
  'arm,cortex-a15-pmu',
  'arm,cortex-a53-edac',
  'arm,armv8-pmuv3',
  'arm,armv7-timer-mem',
]);
/** The Raspberry Pi 4's devices that share pages with Xen's console, or switch the board off. */
const PI4_SKIPPED = new Set(['brcm,bcm2835-aux', 'brcm,bcm2835-pm']);
/** And those of domains, since they are hidden. */
const DOMAINS = new Set(['xen,domain', 'xen,domain-shared-memory-v1', 'xen,evtchn-v1']);
export const TIMERS: ReadonlySet<string> = new Set(['arm,armv7-timer', 'arm,armv8-timer']);
const IOMMUS = new Set(['arm,mmu-400', 'arm,mmu-401', 'arm,mmu-500', 'arm,smmu-v1', 'arm,smmu-v2']);
export const GIC_V3: ReadonlySet<string> = new Set(['arm,gic-v3']);
const GICS = new Set(['arm,cortex-a15-gic', 'arm,cortex-a7-gic', 'arm,gic-400', ...GIC_V3]);
/** Bytes of a redistributor: one for every CPU. */
const REDISTRIBUTOR = 0x20000n;
/** PPIs of the timers dom0 sees (secure, non-secure, virtual) where the host's node does not say. */
export const TIMER_PPIS = [13, 14, 11] as const;
/** Nodes of the root whose paths Xen uses itself. */
const RESERVED_NAMES = new Set(['psci', 'memory', 'hypervisor']);
/** The PPI dom0 gets events by, as its interrupt specifier. */
export const EVENT_INTERRUPT = [1, 0, 0xf08] as const;

/** What of the host's hardware Xen keeps for itself. */
export interface HostDevices {
  readonly gic: DtNode | undefined;
  readonly uart: DtNode | undefined;
}

function findGic(node: DtNode): DtNode | undefined {
  if (isOneOf(node, GICS) && node.properties.has('interrupt-controller') && isAvailable(node))
    return node;
  for (const child of node.children) {
    const found = findGic(child);
    if (found) return found;
  }
  return undefined;
}

/** The interrupt controller, and the console of `dtuart=` or `stdout-path`. */
export function findHostDevices(state: BootState): HostDevices {
  const { tree, options } = state;
  const gic = findGic(tree.root);
  const chosen = chosenOf(tree);
  const named = options.uart ?? (chosen && stringOf(chosen, 'stdout-path'))?.split(':')[0] ?? '';
  const name = named.split(':')[0] ?? '';
  const aliases = tree.root.children.find((node) => node.name === 'aliases');
  const path = name.startsWith('/') ? name : ((aliases && stringOf(aliases, name)) ?? '');
  let uart: DtNode | undefined = path === '' ? undefined : tree.root;
  for (const part of path.split('/')) {
    if (part !== '') uart = uart?.children.find((child) => child.name === part);
  }
  // A console that no driver claims stays dom0's.
  const isClaimed = uart !== undefined && isOneOf(uart, new Set(state.does.uarts));
  return { gic, uart: isClaimed ? uart : undefined };
}

/** Writes a node with all below it; nothing, or what ends the making of the tree (Xen: handle_node). */
export function handleNode(
  state: BootState,
  writer: FdtWriter,
  node: DtNode,
  devices: HostDevices,
): MappingFailure | undefined {
  const { does, tree } = state;
  if (isSkipped(state, node)) return undefined;
  if (isOneOf(node, GICS)) {
    if (node === devices.gic) writeGic(state, writer, node);
    return undefined;
  }
  if (isOneOf(node, TIMERS)) {
    writeTimer(state, writer, node, devices);
    return undefined;
  }
  if (node === devices.uart || isOneOf(node, IOMMUS) || usesPpi(node, devices)) return undefined;
  const top = node.parent === tree.root ? node.name.toLowerCase() : undefined;
  if (top !== undefined && RESERVED_NAMES.has(top))
    print(state, 'path-reserved', { node: node.path }, { node });
  let failure = handleDevice(state, node);
  if (failure || state.outcome) return failure;
  beginNode(writer, node.name, node.openings);
  writeProperties(state, writer, node);
  if (writer.full) return undefined;
  for (const child of node.children) {
    failure = handleNode(state, writer, child, devices);
    if (failure || state.outcome || writer.full) return failure;
  }
  if (top === 'reserved-memory' && does.sharedMemoryList)
    writeSharedChildren(writer, sharedWithDom0(state), rootCells(tree.root));
  if (node === tree.root) writeXenNodes(state, writer, devices);
  endNode(writer);
  return undefined;
}

function isSkipped(state: BootState, node: DtNode): boolean {
  if (node.parent === state.tree.root && node.name.toLowerCase() === 'cpus') return true;
  if (stringsIn(node, 'device_type')[0]?.toLowerCase() === 'memory') return true;
  if (isOneOf(node, SKIPPED) || (state.does.hidesDomUs && isOneOf(node, DOMAINS))) return true;
  return isRaspberryPi4(state.tree) && isOneOf(node, PI4_SKIPPED);
}

/** Private interrupts of a CPU cannot be given to a guest: their nodes are left out. */
function usesPpi(node: DtNode, { gic }: HostDevices): boolean {
  const interrupts = bytesOf(node, 'interrupts');
  if (!interrupts || !gic || interruptParent(node) !== phandleOf(gic)) return false;
  const width = firstCell(bytesOf(gic, '#interrupt-cells')) ?? 3;
  for (let at = 0; (at + width) * 4 <= interrupts.length; at += width)
    if (cellAt(interrupts, at) === 1) return true;
  return false;
}

function interruptParent(node: DtNode): number | undefined {
  for (let at: DtNode | undefined = node; at; at = at.parent) {
    const parent = firstCell(bytesOf(at, 'interrupt-parent'));
    if (parent !== undefined) return parent;
  }
  return undefined;
}

function phandleOf(node: DtNode | undefined): number | undefined {
  return (
    firstCell(node?.properties.get('phandle')?.bytes) ??
    firstCell(node?.properties.get('linux,phandle')?.bytes)
  );
}

/** Properties Xen takes out of /chosen. */
const CHOSEN_DROPPED = new Set([
  'xen,xen-bootargs',
  'xen,dom0-bootargs',
  'bootargs',
  'linux,initrd-start',
  'linux,initrd-end',
  'stdout-path',
  'linux,stdout-path',
  'linux,uefi-system-table',
  'linux,uefi-mmap-start',
  'linux,uefi-mmap-size',
  'linux,uefi-mmap-desc-size',
  'linux,uefi-mmap-desc-ver',
]);
const KINDS_OF_STUB: ReadonlySet<BootModule['kind']> = new Set(['Kernel', 'Ramdisk', 'XSM']);
const IOMMU_PROPERTIES = new Set(['iommus', 'iommu-map', 'iommu-map-mask']);

/** The node's properties, `status` last; /chosen gets dom0's command line and its ramdisk (Xen: write_properties). */
function writeProperties(state: BootState, writer: FdtWriter, node: DtNode): void {
  const { does } = state;
  const isChosen = node.parent === state.tree.root && node.name.toLowerCase() === 'chosen';
  const hidesIommu = does.hidesIommuProperties && isBehindIommu(state, node);
  if (isChosen) writeCellsOfStub(state, writer, node);
  for (const [name, property] of node.properties) {
    if (name === 'status' || name === 'xen,passthrough') continue;
    if (isChosen && CHOSEN_DROPPED.has(name)) continue;
    if (isChosen && name === 'xen,static-heap' && does.hidesStaticHeap) continue;
    if (hidesIommu && IOMMU_PROPERTIES.has(name)) continue;
    copyProperty(writer, property);
  }
  const status = node.properties.get('status');
  if (node.properties.has('xen,passthrough')) writeStrings(writer, 'status', 'disabled');
  else if (status) copyProperty(writer, status);
  if (!isChosen) return;
  const bootargs = dom0CommandLine(state, node);
  if (bootargs !== undefined) writeStrings(writer, 'bootargs', bootargs);
  if (state.dom0Initrd) {
    writeBytes(writer, 'linux,initrd-start', new Uint8Array(8));
    writeBytes(writer, 'linux,initrd-end', new Uint8Array(8));
  }
}

/** What the EFI stub puts in front when it adds a module to a /chosen without it (Xen: setup_chosen_node). */
function writeCellsOfStub(state: BootState, writer: FdtWriter, chosen: DtNode): void {
  const added = state.modules.some(({ node, kind }) => !node && KINDS_OF_STUB.has(kind));
  if (state.world.valueOf('boot') !== 'efi' || !added) return;
  const missing = (name: string): boolean => !chosen.properties.has(name);
  if (missing('ranges')) writeBytes(writer, 'ranges', new Uint8Array());
  for (const name of ['#size-cells', '#address-cells'])
    if (missing(name)) writeCells(writer, name, 2);
}

function dom0CommandLine(state: BootState, chosen: DtNode): string | undefined {
  const module = state.commandLines.find(({ kind, domU }) => kind === 'Kernel' && !domU)?.text;
  const own = chosen.properties.has('xen,dom0-bootargs')
    ? (stringOf(chosen, 'xen,dom0-bootargs') ?? '')
    : undefined;
  const fallback = chosen.properties.has('bootargs')
    ? (stringOf(chosen, 'bootargs') ?? '')
    : undefined;
  return own ?? (module === '' ? undefined : module) ?? fallback;
}

function isBehindIommu(state: BootState, node: DtNode): boolean {
  const phandle = firstCell(bytesOf(node, 'iommus'));
  const iommu = phandle === undefined ? undefined : state.tree.phandles.get(phandle);
  return iommu !== undefined && isOneOf(iommu, IOMMUS);
}

function copyIfThere(writer: FdtWriter, node: DtNode, name: string): void {
  const property = node.properties.get(name);
  if (property) copyProperty(writer, property);
}

/** Xen's virtual interrupt controller in place of the host's (Xen: make_gic_node). */
function writeGic(state: BootState, writer: FdtWriter, gic: DtNode): void {
  beginNode(writer, state.does.gicKeepsName ? gic.name : 'interrupt-controller', gic.openings);
  const phandle = phandleOf(gic);
  if (phandle !== undefined) writeCells(writer, 'phandle', phandle);
  copyIfThere(writer, gic, '#address-cells');
  copyIfThere(writer, gic, '#size-cells');
  writeCells(writer, '#interrupt-cells', 3);
  writeBytes(writer, 'interrupt-controller', new Uint8Array());
  copyIfThere(writer, gic, 'compatible');
  const cells = inheritedCells(gic, '#address-cells', 2) + inheritedCells(gic, '#size-cells', 1);
  const reg = bytesOf(gic, 'reg') ?? new Uint8Array();
  // Distributor and CPU interface; of version 3, distributor and the redistributors dom0 needs.
  let ranges = 2;
  if (isOneOf(gic, GIC_V3)) {
    const regions = redistributorRegions(gic, reg, dom0CpuCount(state));
    writeCells(writer, '#redistributor-regions', regions);
    ranges = 1 + regions;
  }
  if (reg.length > 0) writeBytes(writer, 'reg', reg.slice(0, cells * 4 * ranges));
  endNode(writer);
}

/** As many of the host's regions as have a redistributor for every virtual CPU (Xen: vgic_v3_domain_init). */
export function redistributorRegions(gic: DtNode, reg: Uint8Array, cpus: number): number {
  const known = firstCell(bytesOf(gic, '#redistributor-regions')) ?? 1;
  const address = inheritedCells(gic, '#address-cells', 2);
  const width = address + inheritedCells(gic, '#size-cells', 1);
  let missing = cpus;
  for (let index = 1; index < known; index += 1) {
    missing -= Number(readNumber(reg, width * index + address, width - address) / REDISTRIBUTOR);
    if (missing <= 0) return index;
  }
  return known;
}

function writeTimer(
  state: BootState,
  writer: FdtWriter,
  timer: DtNode,
  { gic }: HostDevices,
): void {
  beginNode(writer, 'timer', timer.openings);
  if (state.does.timerKeepsCompatible) copyIfThere(writer, timer, 'compatible');
  else writeStrings(writer, 'compatible', is32Bit(state) ? 'arm,armv7-timer' : 'arm,armv8-timer');
  const host = bytesOf(timer, 'interrupts') ?? new Uint8Array();
  const cells = TIMER_PPIS.flatMap((usual, index) => {
    const given = host.length >= (index + 1) * 12 && cellAt(host, index * 3) === 1;
    return [1, given ? cellAt(host, index * 3 + 1) : usual, 0xf08];
  });
  writeCells(writer, 'interrupts', ...cells);
  writeCells(writer, 'interrupt-parent', phandleOf(gic) ?? 0);
  copyIfThere(writer, timer, 'clock-frequency');
  endNode(writer);
}

/** The root's cells, for everything Xen adds to it. */
export function rootCells(root: DtNode): RootCells {
  return {
    address: firstCell(bytesOf(root, '#address-cells')) ?? 2,
    size: firstCell(bytesOf(root, '#size-cells')) ?? 1,
  };
}

/** What Xen adds at the end of the root: itself, PSCI, CPUs, memory. */
function writeXenNodes(state: BootState, writer: FdtWriter, devices: HostDevices): void {
  const { release, tree } = state;
  const cells = rootCells(tree.root);
  const phandle = phandleOf(devices.gic) ?? 0;
  beginNode(writer, 'hypervisor');
  writeStrings(writer, 'compatible', `xen,xen-${release.major}.${release.minor}`, 'xen,xen');
  // They are what is left when every host node is mapped.
  if (!writer.full) findExtendedRegions(state);
  const ranges = [...(state.grantTable ? [state.grantTable] : []), ...state.extendedRegions];
  if (cells.address <= 2 && cells.size <= 2 && cells.address > 0 && cells.size > 0)
    writeBytes(writer, 'reg', encodeRanges(ranges, cells));
  writeCells(writer, 'interrupts', ...EVENT_INTERRUPT);
  writeCells(writer, 'interrupt-parent', phandle);
  endNode(writer);

  writePsci(writer);
  writeCpus(state, writer, dom0CpuCount(state), is32Bit(state));
  makeMemoryNodes(state, writer, cells);
  if (state.outcome) return;
  const hasReserved = tree.root.children.some(
    ({ name }) => name.toLowerCase() === 'reserved-memory',
  );
  const shared = sharedWithDom0(state);
  if (!(hasReserved && state.does.sharedMemoryList)) writeSharedMemory(writer, shared, cells);
}

/** /reserved-memory with a domain's shared memory; nothing where there is none (Xen: make_resv_memory_node). */
export function writeSharedMemory(
  writer: FdtWriter,
  shared: readonly SharedMapping[],
  cells: RootCells,
): void {
  if (shared.length === 0) return;
  beginNode(writer, 'reserved-memory');
  writeBytes(writer, 'ranges', new Uint8Array());
  writeCells(writer, '#address-cells', cells.address);
  writeCells(writer, '#size-cells', cells.size);
  writeSharedChildren(writer, shared, cells);
  endNode(writer);
}

/** How a domain switches CPUs on and off (Xen: make_psci_node). */
export function writePsci(writer: FdtWriter): void {
  beginNode(writer, 'psci');
  writeStrings(writer, 'compatible', 'arm,psci-1.0', 'arm,psci-0.2', 'arm,psci');
  writeStrings(writer, 'method', 'hvc');
  writeCells(writer, 'cpu_off', 1);
  writeCells(writer, 'cpu_on', 2);
  endNode(writer);
}

/** Affinity 0 counts to 16, then affinity 1 goes on (Xen: vcpuid_to_vaffinity). */
function affinity(cpu: number): number {
  return (cpu & 15) | ((cpu >> 4) << 8);
}

function hostCpus(state: BootState): DtNode[] {
  const cpus = state.tree.root.children.find(({ path }) => path.toLowerCase() === '/cpus');
  return (
    cpus?.children.filter((node) => stringOf(node, 'device_type')?.toLowerCase() === 'cpu') ?? []
  );
}

/** As many as asked for, else as there are; at most 128 (MAX_VIRT_CPUS). */
function dom0CpuCount(state: BootState): number {
  const { options, world } = state;
  return Math.min(
    128,
    options.dom0Cpus ?? world.valueOf('cpus') ?? Math.max(1, hostCpus(state).length),
  );
}

/** A domain's virtual CPUs, all like the host's first one (Xen: make_cpus_node). */
export function writeCpus(state: BootState, writer: FdtWriter, count: number, is32: boolean): void {
  const [model] = hostCpus(state);
  beginNode(writer, 'cpus');
  writeCells(writer, '#address-cells', 1);
  writeCells(writer, '#size-cells', 0);
  for (let cpu = 0; cpu < count; cpu += 1) {
    beginNode(writer, `cpu@${affinity(cpu).toString(16)}`);
    if (model) copyIfThere(writer, model, 'compatible');
    writeStrings(writer, 'device_type', 'cpu');
    writeCells(writer, 'reg', affinity(cpu));
    if (model) copyIfThere(writer, model, 'clock-frequency');
    if (!is32) writeStrings(writer, 'enable-method', 'psci');
    endNode(writer);
  }
  endNode(writer);
}

/** A domain's static shared memory as children of /reserved-memory (Xen: make_shm_resv_memory_node). */
function writeSharedChildren(
  writer: FdtWriter,
  shared: readonly SharedMapping[],
  cells: RootCells,
): void {
  for (const { guest, id } of shared) {
    beginNode(writer, `xen-shmem@${guest.start.toString(16)}`);
    writeStrings(writer, 'compatible', 'xen,shared-memory-v1');
    writeBytes(writer, 'reg', encodeRanges([guest], cells));
    writeStrings(writer, 'xen,id', id);
    writeBytes(writer, 'xen,offset', new Uint8Array(8));
    endNode(writer);
  }
}

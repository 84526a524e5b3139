// The early scan as a whole: modules known beforehand, reservation block, tree walk, sorting.

import type { Range } from '../../addresses/region.ts';
import type { EfiMemoryRange } from '../../facts/boot-profile.ts';
import { baseName, stringsOf, walkNodes, type DtNode } from '../../tree/device-tree.ts';
import { unknownProperty } from '../../tree/loader-changes.ts';
import type { BootState } from '../boot-state.ts';
import { inheritedCells, readNumber } from '../cells.ts';
import { crash, giveUp, panic, print } from '../console.ts';
import { reason } from '../reasons.ts';
import { addBootModule, knownModule } from './add-boot-module.ts';
import { isAvailable } from './device-tree-get-meminfo.ts';
import { walkFlatTree } from './device-tree-for-each-node.ts';
import { earlyScanNode } from './early-scan-node.ts';
import { sortBanks } from './sort-banks.ts';

/** MAX_FDT_SIZE. */
const BLOB_LIMIT = 2n << 20n;

/** Xen refuses a blob that is too large or not aligned before it prints anything else (Xen: start_xen). */
export function checkBlob(state: BootState): void {
  const address = state.world.valueOf('dtb.address');
  const blobSize = state.world.valueOf('dtb.size');
  const misplaced = address !== undefined && (address === 0n || address % 8n !== 0n);
  if ((blobSize ?? 0n) <= BLOB_LIMIT && !misplaced) return;
  const size = Number(blobSize ?? 0n);
  if (address === undefined) {
    crash(state, undefined, reason('blob-too-large', { size }));
    return;
  }
  const line = print(state, 'blob-invalid', { address });
  print(state, 'blob-limits', {});
  state.outcome = { kind: 'panics', line, because: [reason('blob-misplaced', { size, address })] };
}

/** Xen's own image, as the boot loader placed it; a place that is not given is filled in after the scan. */
export function registerXen(state: BootState): void {
  const { does, world } = state;
  if (does.xenIsModule)
    addBootModule(
      state,
      knownModule('Xen', world.valueOf('xen.address'), world.valueOf('xen.size')),
    );
}

/** Fills the lists of RAM, reservations and modules (Xen: boot_fdt_info). */
export function bootFdtInfo(state: BootState): void {
  const { does, tree, world } = state;
  addBootModule(
    state,
    knownModule('Device Tree', world.valueOf('dtb.address'), world.valueOf('dtb.size')),
  );
  if (does.memreserveInReserved && world.valueOf('boot') !== 'efi') {
    for (const { address, size, written } of tree.memoryReservations) {
      if (state.reserved.length >= does.bankLimit) {
        panic(
          state,
          'reservations-full',
          {},
          reason('memreserve-limit', { limit: does.bankLimit }),
          { written: written.whole },
        );
        return;
      }
      state.reserved.push({
        start: address,
        size,
        node: undefined,
        written: written.whole,
        kind: 'memreserve',
        sharedId: '',
      });
    }
  }
  state.ramIsForm = ramIsForm(state);
  const rc = walkFlatTree(state, tree.root, earlyScanNode);
  if (state.outcome) return;
  if (rc !== 0 && does.scanError === 'panics') {
    const node = state.scanEndedAt;
    panic(
      state,
      'early-scan-failed',
      { code: rc },
      node ? reason('node-unreadable', { node: node.path }) : reason('tree-unreadable', {}),
      { node },
    );
    return;
  }
  takeRamFromProfile(state);
  if (does.sortsBanks) sortBanks(state.ram);
}

const EFI_MEMORY_WB = 0x8n;
const EFI_MEMORY_RUNTIME = 1n << 63n;
const LOADER_MEMORY = new Set(['EfiLoaderCode', 'EfiLoaderData']);
const BOOT_SERVICES = new Set(['EfiBootServicesCode', 'EfiBootServicesData']);
/** The options that make Xen's EFI stub keep what boot services have out of RAM. */
const KEEPS_BOOT_SERVICES = new Set(['-mapbs', '/mapbs']);

/** RAM that the tree does not know: from UEFI's map, or as the profile says (Xen: efi_process_memory_map_bootinfo). */
function takeRamFromProfile(state: BootState): void {
  const { world } = state;
  const memory = world.valueOf('memory');
  const isEfi = world.valueOf('boot') === 'efi';
  const efiMap = isEfi ? world.valueOf('efiMemoryMap') : undefined;
  const given = (efiMap && efiBanks(state, efiMap)) ?? memory;
  if (given) {
    state.ram.length = 0;
    for (const { start, end } of given.slice(0, state.does.bankLimit))
      state.ram.push({ start, size: end - start, node: undefined, written: undefined });
    return;
  }
  if (!isEfi && state.tree.root.children.some((node) => isUnknownRam(state, node))) {
    state.ramUnknown = reason('ram-size-from-loader', {});
    return;
  }
  if (state.ram.length > 0) return;
  if (isEfi) state.ramUnknown = reason('ram-from-firmware', {});
  else if (saysNothingOfRam(state)) state.ramUnknown = reason('ram-from-loader', {});
  else if (state.ramIsForm) state.ramUnknown = reason('ram-size-from-loader', {});
}

/** What of UEFI's map is RAM, as Xen lists it (Xen: efi_process_memory_map_bootinfo, meminfo_add_bank). */
function efiBanks({ does, world }: BootState, map: readonly EfiMemoryRange[]): Range[] {
  const words = (world.valueOf('xen.efiOptions') ?? '').split(/\s+/);
  const keeps = words.some((word) => KEEPS_BOOT_SERVICES.has(word));
  const isRam = (type: string): boolean =>
    type === 'EfiConventionalMemory' ||
    (BOOT_SERVICES.has(type) && !keeps) ||
    (LOADER_MEMORY.has(type) && does.efiLoaderMemory);
  const banks: { start: bigint; end: bigint }[] = [];
  for (const { start, end, type, attributes = EFI_MEMORY_WB } of map) {
    if (!isRam(type)) continue;
    if (does.efiWriteBackOnly && (attributes & EFI_MEMORY_WB) === 0n) continue;
    if (does.efiSkipsRuntime && (attributes & EFI_MEMORY_RUNTIME) !== 0n) continue;
    // A full list ends it, even for what could be joined.
    if (banks.length >= does.bankLimit) break;
    const before = does.efiJoinsBanks ? banks.find((bank) => bank.end === start) : undefined;
    if (before) before.end = end;
    else banks.push({ start, end });
  }
  return banks;
}

/** Ends the prediction where RAM is not known: what the scan read is printed by then (Xen: setup_mm needs it). */
export function stopWithoutKnownRam(state: BootState): void {
  const { ramUnknown: because } = state;
  if (because === undefined) return;
  giveUp(state, because);
  for (const what of ['ram', 'heap', 'dom0', 'log', 'outcome'])
    state.uncertain.push({ what, because: [because] });
}

/** Whether the boot loader gives a memory node a `reg` that is not known. */
function isUnknownRam({ tree }: BootState, node: DtNode): boolean {
  return baseName(node) === 'memory' && unknownProperty(tree, node, 'reg') !== undefined;
}

/** Whether a memory node is a form that the boot loader fills in: no `reg`, or only sizes of 0. */
function isForm(node: DtNode): boolean {
  const bytes = node.properties.get('reg')?.bytes ?? new Uint8Array();
  const address = inheritedCells(node, '#address-cells', 2);
  const size = inheritedCells(node, '#size-cells', 1);
  if (bytes.length === 0) return true;
  if (address < 1 || address > 2 || size < 1 || size > 2) return false;
  for (let at = 0; (at + address + size) * 4 <= bytes.length; at += address + size)
    if (readNumber(bytes, at + address, size) !== 0n) return false;
  return true;
}

/** Whether there are memory nodes, and all are such forms. */
function ramIsForm({ tree, does }: BootState): boolean {
  const nodes = tree.root.children.filter((node) => baseName(node) === 'memory');
  return (
    nodes.length > 0 &&
    nodes.every((node) => isForm(node) && (isAvailable(node) || !does.honoursStatus))
  );
}

/** Whether no node in the tree is one of RAM in any way, and the scan saw all of it. */
function saysNothingOfRam({ tree, scanEndedAt }: BootState): boolean {
  if (scanEndedAt) return false;
  for (const node of walkNodes(tree.root)) {
    const type = node.properties.get('device_type');
    if (baseName(node) === 'memory' || (type && stringsOf(type)[0] === 'memory')) return false;
  }
  return true;
}

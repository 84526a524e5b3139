// Domains described in the tree: their memory, and what stops them.

import { PAGE_SIZE } from '../../addresses/page.ts';
import type { Range } from '../../addresses/region.ts';
import { overlaps } from '../../addresses/region.ts';
import { baseName, type DtNode } from '../../tree/device-tree.ts';
import { chosenOf } from '../chosen-of.ts';
import { rangeOf, type BootModule, type BootState, type Source } from '../boot-state.ts';
import { readNumber } from '../cells.ts';
import { EINVAL, ENOENT } from '../errno.ts';
import { isCompatible } from '../compatible.ts';
import { crash, event, giveUp, panic, print } from '../console.ts';
import { reason, type Reason } from '../reasons.ts';
import type { XenDomain } from '../xen-boot.ts';
import { findDomUHoles } from './find-domu-holes.ts';
import { findUnallocatedMemory, printExtendedRegions } from './find-unallocated-memory.ts';
import { GUEST_RAM } from './guest-ram.ts';
import { refusePartialTree } from './handle-passthrough-prop.ts';
import { findHostDevices, type HostDevices } from './handle-node.ts';
import { freePages } from './page-alloc.ts';
import { hasCapability, parseDom0lessNode, type DomainWishes } from './parse-dom0less-node.ts';
import { pagesOf } from './init-staticmem-pages.ts';
import { placeImages } from './place-modules.ts';
import {
  domainDevices,
  GUEST_GRANT_TABLE,
  sizeOfDomainTree,
  type DomainParts,
} from './prepare-dtb-domu.ts';
import { refuseSharedMemory, sharedMemoryBelow } from './process-shm.ts';
import { xenstoreOf } from './xenstore-of.ts';

const MIB = 1n << 20n;

/** What Xen asserts of each range of static memory. */
function alignedTest({ does }: BootState): string {
  const star = does.staticMemoryPath === 'domain_build.c' ? '' : '*';
  return `IS_ALIGNED(${star}pbase, PAGE_SIZE) && IS_ALIGNED(${star}psize, PAGE_SIZE)`;
}

function isInPages({ start, end }: Range): boolean {
  return start % PAGE_SIZE === 0n && end % PAGE_SIZE === 0n;
}

/** Whether a page is among those that are set aside for domains (Xen: init_staticmem_pages). */
function isSetAside(state: BootState, address: bigint): boolean {
  return state.reserved.some((bank) => {
    const { start, end } = pagesOf(rangeOf(bank));
    return bank.kind === 'static-mem' && start <= address && address < end;
  });
}

/** Builds every domain of /chosen in order; ends the boot where one cannot be built (Xen: create_domUs). */
export function createDomUs(state: BootState): void {
  if (!state.does.dom0less) return;
  const nodes = (chosenOf(state.tree)?.children ?? []).filter((node) =>
    isCompatible(node, 'xen,domain'),
  );
  if (nodes.length === 0) return;
  const host = findHostDevices(state);
  /** The number of the domain that runs Xenstore. */
  let xenstore = state.hasDom0 ? 0 : undefined;
  for (const node of nodes) {
    const wishes = parseDom0lessNode(state, node, host);
    if (!wishes) return;
    state.domains += 1;
    constructDomU(state, node, wishes, host);
    if (state.outcome) return;
    if (!hasCapability(state, node, 'xenstore')) continue;
    if (xenstore !== undefined) {
      const because = reason('xenstore-twice', { node: node.path });
      panic(state, 'xenstore-twice', { domain: xenstore }, because, {
        node,
        written: node.properties.get('capabilities')?.definition?.whole,
      });
      return;
    }
    xenstore = state.domains;
  }
  if (xenstore === undefined) requireXenstore(state, nodes);
}

/** Ends the boot when a domain is to have Xenstore and no domain runs it (Xen: create_domUs). */
function requireXenstore(state: BootState, nodes: readonly DtNode[]): void {
  if (state.does.xenstoreMissing !== 'at-end') return;
  const node = nodes.find((each) => wantsXenstore(state, each));
  if (!node) return;
  const because = reason('xenstore-missing', { node: node.path });
  panic(state, 'xenstore-missing', {}, because, enhancedSource(node));
}

function wantsXenstore(state: BootState, node: DtNode): boolean {
  const kind = xenstoreOf(state, node);
  return kind === 'now' || kind === 'later';
}

function enhancedSource(node: DtNode): Source {
  return { node, written: node.properties.get('xen,enhanced')?.definition?.whole };
}

/** `code` is Xen's error number; `source` is what keeps the domain from being built, if that is not its node as a whole. */
function fail(
  state: BootState,
  node: DtNode,
  code: number,
  because: Reason,
  source: Source = { node },
): void {
  panic(state, 'domain-construction', { domain: baseName(node), code }, because, source);
}

function constructDomU(
  state: BootState,
  node: DtNode,
  { isStatic, mapping, cpus }: DomainWishes,
  host: HostDevices,
): void {
  const memory = node.properties.get('memory');
  const source = { node, written: memory?.definition?.whole };
  if (!memory || memory.bytes.length < 8) {
    print(state, 'domain-memory-property', {}, source);
    fail(state, node, EINVAL, reason('domain-without-memory', { node: node.path }));
    return;
  }
  const kib = readNumber(memory.bytes, 0, 2);
  print(state, 'loading-domain', { cpus, memory: kib }, source);
  if (state.does.xenstoreMissing === 'at-domain' && !state.hasDom0 && wantsXenstore(state, node)) {
    const because = reason('xenstore-missing', { node: node.path });
    panic(state, 'xenstore-without-dom0', {}, because, enhancedSource(node));
    return;
  }
  const kernel = moduleBelow(state, node, 'Kernel');
  if (!kernel) {
    print(state, 'kernel-missing', {}, { node });
    fail(state, node, ENOENT, reason('domain-without-kernel', { node: node.path }));
    return;
  }
  const name = `d${state.domains}`;
  print(state, 'kernel-from', { domain: name, address: kernel.start }, kernel);
  const initrd = moduleBelow(state, node, 'Ramdisk');
  if (initrd) print(state, 'ramdisk-from', { address: initrd.start }, initrd);
  const size = BigInt.asUintN(64, kib << 10n);
  const banks = isStatic
    ? allocateStaticMemory(state, node, size, mapping)
    : allocateMemory(state, node, size);
  if (!banks || state.outcome) return;
  const refused = refuseSharedMemory(state, node, name, mapping);
  if (refused) {
    fail(state, node, EINVAL, reason('domain-shared-memory', { node: node.path }), refused);
    return;
  }
  const shared = sharedMemoryBelow(state, node);
  const devices = domainDevices(state, { node, mapping, cpus }, host);
  const parts = {
    node,
    mapping,
    cpus,
    banks,
    shared,
    hasInitrd: initrd !== undefined && initrd.size > 0n,
    commandLine: state.commandLines.find(({ owner }) => owner === baseName(node))?.text ?? '',
  };
  const passthrough = moduleBelow(state, node, 'DTB');
  const partial = state.files.find(({ address }) => address === passthrough?.start)?.tree;
  const notAssigned = partial && refusePartialTree(state, name, partial);
  if (notAssigned) {
    print(state, 'tree-generation', { code: EINVAL }, passthrough);
    fail(state, node, EINVAL, notAssigned, passthrough);
    return;
  }
  const extendedRegions = findRegions(state, parts, size, passthrough !== undefined);
  const blob = passthrough
    ? undefined
    : sizeOfDomainTree(
        state,
        { ...parts, extendedRegions: extendedRegions === 'unknown' ? [] : extendedRegions },
        devices,
        host,
      );
  if (blob === 'full') {
    print(state, 'tree-generation', { code: NO_SPACE }, { node });
    const facts = { node: node.path, cpus, size: state.does.domainBlobBuffer };
    fail(state, node, EINVAL, reason('domain-tree-too-large', facts));
    return;
  }
  const images = placeDomU(
    state,
    kernel,
    initrd,
    banks[0],
    extendedRegions === 'unknown' ? undefined : blob,
  );
  if (!images) return;
  const known = extendedRegions !== undefined && extendedRegions !== 'unknown';
  state.domUs.push({
    name,
    node,
    mapping,
    isStatic,
    banks,
    ...images,
    extendedRegions: known ? extendedRegions : [],
    ...(extendedRegions === 'unknown' && { extendedRegionsUnknown: true as const }),
    grantTable: extendedRegions === undefined ? undefined : GUEST_GRANT_TABLE,
    shared: shared.map(({ guest, host: at, id, node: from }) => ({
      ...guest,
      host: at,
      id,
      node: from,
    })),
    devices: [...devices, ...xenstorePage(state, node, mapping)],
    passthrough: passthrough && { node: passthrough.node },
  });
}

/** libfdt's error for a full buffer. */
const NO_SPACE = -3;

/** GUEST_MAGIC_BASE, and of the pages from there the one for Xenstore. */
const XENSTORE_PAGE = 0x39001000n;

/** The page that Xen allocates for Xenstore; one of a domain mapped 1:1 lies where the heap has it. */
function xenstorePage(
  state: BootState,
  node: DtNode,
  mapping: 'direct' | 'guest',
): XenDomain['devices'] {
  if (mapping === 'direct' || xenstoreOf(state, node) !== 'now') return [];
  return [{ kind: 'xenstore', start: XENSTORE_PAGE, end: XENSTORE_PAGE + PAGE_SIZE }];
}

/** What a domain is offered for foreign mappings; undefined when it is not told of Xen (Xen: make_hypervisor_node). */
function findRegions(
  state: BootState,
  { node, mapping, banks, shared }: Omit<DomainParts, 'extendedRegions'>,
  size: bigint,
  hasTree: boolean,
): readonly Range[] | 'unknown' | undefined {
  const { does, options } = state;
  if (does.domUExtendedRegions === 'none' || xenstoreOf(state, node) === 'not-enhanced')
    return undefined;
  const domain = `d${state.domains}`;
  if (!options.extendedRegions || state.arm32) {
    print(state, options.extendedRegions ? 'extended-32-bit' : 'extended-off', { domain });
    return [];
  }
  // What a tree for devices assigns is in a file that is not read, and with an IOMMU they are all that no device has.
  const hasIommu = mapping === 'direct' && (hasTree || node.properties.has('passthrough'));
  const isOpen = hasIommu && state.world.valueOf('iommu') !== false;
  const isBeside = hasTree && does.domUExtendedRegions === 'beside-devices';
  const guests = shared.map(({ guest }) => guest);
  if (isOpen || isBeside) {
    const because = [reason('domain-extended-regions', { node: node.path })];
    state.uncertain.push({ what: 'log', because });
    return 'unknown';
  }
  const regions =
    mapping === 'direct'
      ? findUnallocatedMemory(state, banks, GUEST_GRANT_TABLE)
      : findDomUHoles(state, size, guests);
  printExtendedRegions(state, domain, regions);
  return regions;
}

function moduleBelow(
  state: BootState,
  domain: DtNode,
  kind: BootModule['kind'],
): BootModule | undefined {
  for (const child of domain.children) {
    const property = child.properties.get('reg');
    const known = state.modules.find(
      (module) => module.node === child || (module.kind === kind && sameStart(module, child)),
    );
    if (property && known?.kind === kind) return known;
  }
  return undefined;
}

function sameStart(module: BootModule, node: DtNode): boolean {
  const line = node.properties.get('reg')?.bytes;
  const own = module.node?.properties.get('reg')?.bytes;
  return line !== undefined && own !== undefined && line.every((byte, at) => byte === own[at]);
}

/** What a domain takes at most beside its memory and a page for every MiB of it: tables and what Xen keeps of it. */
const DOMAIN_OVERHEAD = 64n * MIB;

/** Memory from the heap, at the guest's usual addresses (Xen: allocate_memory). */
function allocateMemory(state: BootState, node: DtNode, size: bigint): Range[] | undefined {
  const name = `d${state.domains}`;
  print(state, 'allocating', { size: Number(size / MIB), domain: name });
  const [buddy] = state.buddies;
  const free = buddy ? BigInt(freePages(buddy)) * PAGE_SIZE - state.takenByDomUs : 0n;
  state.takenByDomUs += size;
  const ram = state.ram.reduce((sum, bank) => sum + bank.size, 0n);
  if (size > ram && state.banksUncertain) {
    const facts = { node: node.path, size: Number(size / MIB), ram: Number(ram / MIB) };
    crash(state, undefined, reason('domain-memory-exceeds-ram', facts), { node });
    return undefined;
  }
  if (size > free && !state.banksUncertain) {
    // The message tells how many KiB are missing, which depends on all that Xen has taken before.
    const facts = { node: node.path, size: Number(size / MIB), free: Number(free / MIB) };
    const because = reason('domain-memory-short', facts);
    state.uncertain.push({ what: 'log', because: [reason('shortfall-unknown', {})] });
    crash(state, undefined, because, { node });
    return undefined;
  }
  if (size + size / 256n + DOMAIN_OVERHEAD > free && !state.banksUncertain) {
    const because = reason('domain-memory-tight', { node: node.path });
    for (const what of ['log', 'outcome']) state.uncertain.push({ what, because: [because] });
    giveUp(state, because);
    return undefined;
  }
  const banks = guestBanks(size, state.does.keepsEmptyDomainBank);
  for (const [index, { start, end }] of banks.entries())
    print(state, 'domain-bank', {
      domain: name,
      index,
      start,
      end,
      size: Number((end - start) / MIB),
    });
  return banks;
}

/** RAM of `size` bytes at the guest's usual addresses. */
function guestBanks(size: bigint, keepsEmpty: boolean): Range[] {
  let left = size;
  const banks: Range[] = [];
  for (const { start, end } of GUEST_RAM) {
    const part = left < end - start ? left : end - start;
    left -= part;
    if (part > 0n || keepsEmpty) banks.push({ start, end: start + part });
  }
  return banks;
}

/** Memory set aside in the tree (Xen: allocate_static_memory, assign_static_memory_11). */
function allocateStaticMemory(
  state: BootState,
  node: DtNode,
  size: bigint,
  mapping: 'direct' | 'guest',
): Range[] | undefined {
  const { does } = state;
  if (!state.world.valueOf('config.staticMemory')) {
    const because = reason('static-memory-not-built', { node: node.path });
    if (does.staticMemWithoutConfig === 'panics' || !state.world.valueOf('xen.debug')) {
      print(state, 'tree-generation', { code: ENOENT });
      fail(state, node, EINVAL, because);
    } else {
      const place =
        does.staticMemWithoutConfig === 'unreachable'
          ? 'arch/arm/domain_build.c'
          : './arch/arm/include/asm/static-memory.h';
      crash(state, event('assertion', { assertion: 'unreachable', place }), because, { node });
    }
    return undefined;
  }
  const name = `d${state.domains}`;
  const stop = (because: Reason): undefined =>
    panic(
      state,
      mapping === 'direct' ? 'static-mem-not-assigned' : 'static-mem-failed',
      { domain: name },
      because,
      { node, written: node.properties.get('xen,static-mem')?.definition?.whole },
    );
  const banks = state.reserved.filter((bank) => bank.kind === 'static-mem' && bank.node === node);
  let left = size;
  const taken: Range[] = [];
  for (const [index, bank] of banks.entries()) {
    const range = rangeOf(bank);
    const isOutside = state.ram.every((ram) => !overlaps(range, rangeOf(ram)));
    if (!isOutside && !isInPages(range)) {
      if (state.world.valueOf('xen.debug')) {
        const message = event('assertion', {
          assertion: alignedTest(state),
          place: does.staticMemoryPath,
        });
        return crash(state, message, reason('static-memory-not-pages', { node: node.path }), bank);
      }
      const first = range.start / PAGE_SIZE;
      // What is set aside are whole pages from the start on; the page that the start is in was never free.
      if (range.start % PAGE_SIZE !== 0n && !isSetAside(state, first * PAGE_SIZE)) {
        print(state, 'static-page-taken', { index: 0, frame: first, count: 0n, stamp: 0n }, bank);
        print(state, 'static-mem-not-acquired', { domain: name, code: ENOENT }, bank);
        return stop(reason('static-memory-starts-in-page', { node: node.path }));
      }
    }
    const doubt = isOutside
      ? 'static-memory-outside-ram'
      : taken.some((other) => overlaps(other, range))
        ? 'static-memory-twice'
        : undefined;
    if (doubt) return giveUp(state, reason(doubt, { node: node.path }));
    taken.push(range);
    print(state, 'static-bank', { domain: name, index, ...range }, bank);
    left -= bank.size;
  }
  if (left !== 0n) {
    print(
      state,
      mapping === 'direct' ? 'static-mem-sum' : 'static-mem-sum-unsupported',
      {},
      { node, written: node.properties.get('memory')?.definition?.whole },
    );
    return stop(reason('static-memory-sum', { node: node.path }));
  }
  return mapping === 'direct' ? taken : guestBanks(size, false);
}

/**
 * Puts kernel, ramdisk and blob into the domain's first bank, as for dom0. `blob`: bytes of its tree; undefined when they
 * are not known, which are then assumed to be below 2 MiB.
 */
function placeDomU(
  state: BootState,
  kernel: BootModule,
  initrd: BootModule | undefined,
  bank: Range | undefined,
  blob: number | undefined,
): Pick<XenDomain, 'kernel' | 'initrd' | 'dtb'> | undefined {
  if (!bank) return undefined;
  const name = `d${state.domains}`;
  const places = placeImages(bank, {
    kernel: kernel.size,
    textOffset: 0n,
    is32: state.arm32,
    blob: BigInt(blob ?? 1),
    initrd: initrd?.size,
  });
  if (places === 'bank-small') {
    const because = reason('domain-kernel-large', { domain: name });
    return panic(state, 'first-bank-small', {}, because, kernel);
  }
  if (places === 'no-room') {
    const because = reason('domain-no-room-beside-kernel', { domain: name });
    return panic(state, 'no-room-for-images', {}, because, kernel);
  }
  print(state, 'kernel-loaded', { from: kernel.start, ...places.kernel }, kernel);
  // 4.12 has no names for domains yet.
  const domain = state.does.kernelFrom === 'Dom' ? 'dom0' : name;
  if (initrd && places.initrd)
    print(state, 'initrd-loaded', { domain, from: initrd.start, ...places.initrd }, initrd);
  if (blob !== undefined) print(state, 'dtb-loaded', { domain, ...places.blob });
  return {
    kernel: places.kernel,
    initrd: places.initrd,
    dtb: { start: places.blob.start, end: blob === undefined ? undefined : places.blob.end },
  };
}

// Domains described in the tree: their memory, and what stops them.

import { PAGE_SIZE } from '../../addresses/page.ts';
import type { Range } from '../../addresses/region.ts';
import { overlaps } from '../../addresses/region.ts';
import { baseName, type DtNode } from '../../tree/device-tree.ts';
import { chosenOf } from '../chosen-of.ts';
import type { BootModule, BootState, Source } from '../boot-state.ts';
import { firstCell, readNumber } from '../cells.ts';
import { EINVAL, ENOENT } from '../errno.ts';
import { isCompatible } from '../compatible.ts';
import { crash, event, giveUp, panic, print } from '../console.ts';
import { reason, type Reason } from '../reasons.ts';
import { findDomUHoles } from './find-domu-holes.ts';
import { GUEST_RAM } from './guest-ram.ts';
import { freePages } from './page-alloc.ts';
import { refuseSharedMemory } from './process-shm.ts';

const MIB = 1n << 20n;

const ALIGNED = 'IS_ALIGNED(*pbase, PAGE_SIZE) && IS_ALIGNED(*psize, PAGE_SIZE)';

/** Builds every domain of /chosen in order; ends the boot where one cannot be built (Xen: create_domUs). */
export function createDomUs(state: BootState): void {
  if (!state.does.dom0less) return;
  const chosen = chosenOf(state.tree);
  for (const node of chosen?.children ?? []) {
    if (!isCompatible(node, 'xen,domain')) continue;
    const name = baseName(node);
    const isStatic = state.does.staticMem !== 'none' && node.properties.has('xen,static-mem');
    const isDirect = state.does.staticHeap && node.properties.has('direct-map');
    if (isDirect && !isStatic) {
      const because = reason('domain-not-static', { node: node.path });
      panic(state, 'direct-map-static', { domain: name }, because, { node });
      return;
    }
    if (!node.properties.has('cpus')) {
      const because = reason('domain-without-cpus', { node: node.path });
      panic(state, 'domain-cpus-property', { domain: name }, because, { node });
      return;
    }
    if (state.does.domainCapabilities && isHardwareDomain(node)) {
      const because = reason('hardware-domain', { node: node.path });
      for (const what of ['dom0', 'log', 'outcome'])
        state.uncertain.push({ what, because: [because] });
      giveUp(state, because);
      return;
    }
    state.domains += 1;
    constructDomU(state, node, isStatic, isDirect ? 'direct' : 'guest');
    if (state.outcome) return;
  }
}

/** Whether `capabilities` gives a domain the hardware (Xen: DOMAIN_CAPS_HARDWARE). */
function isHardwareDomain(node: DtNode): boolean {
  return ((firstCell(node.properties.get('capabilities')?.bytes) ?? 0) & 2) !== 0;
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
  isStatic: boolean,
  mapping: 'direct' | 'guest',
): void {
  const memory = node.properties.get('memory');
  const source = { node, written: memory?.definition?.whole };
  if (!memory || memory.bytes.length < 8) {
    print(state, 'domain-memory-property', {}, source);
    fail(state, node, EINVAL, reason('domain-without-memory', { node: node.path }));
    return;
  }
  const kib = readNumber(memory.bytes, 0, 2);
  const cpus = firstCell(node.properties.get('cpus')?.bytes) ?? 0;
  print(state, 'loading-domain', { cpus, memory: kib }, source);
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
  const bank = isStatic
    ? allocateStaticMemory(state, node, size, mapping)
    : allocateMemory(state, node, size);
  if (!bank || state.outcome) return;
  const refused = refuseSharedMemory(state, node, name, mapping);
  if (refused) {
    fail(state, node, EINVAL, reason('domain-shared-memory', { node: node.path }), refused);
    return;
  }
  findDomUHoles(state, node, name, size, mapping);
  placeDomU(state, kernel, initrd, bank);
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

/** Memory from the heap, at the guest's usual addresses; the first bank (Xen: allocate_memory). */
function allocateMemory(state: BootState, node: DtNode, size: bigint): Range | undefined {
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
  let left = size;
  const banks: Range[] = [];
  for (const { start, end } of GUEST_RAM) {
    const part = left < end - start ? left : end - start;
    left -= part;
    if (part > 0n || state.does.keepsEmptyDomainBank) banks.push({ start, end: start + part });
  }
  for (const [index, { start, end }] of banks.entries())
    print(state, 'domain-bank', {
      domain: name,
      index,
      start,
      end,
      size: Number((end - start) / MIB),
    });
  return banks[0];
}

/** Memory set aside in the tree (Xen: allocate_static_memory, assign_static_memory_11). */
function allocateStaticMemory(
  state: BootState,
  node: DtNode,
  size: bigint,
  mapping: 'direct' | 'guest',
): Range | undefined {
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
    const range = { start: bank.start, end: bank.start + bank.size };
    const doubt =
      bank.start % PAGE_SIZE !== 0n || bank.size % PAGE_SIZE !== 0n
        ? 'static-memory-unaligned'
        : state.ram.every(
              ({ start, size: bytes }) => !overlaps(range, { start, end: start + bytes }),
            )
          ? 'static-memory-outside-ram'
          : taken.some((other) => overlaps(other, range))
            ? 'static-memory-twice'
            : undefined;
    const place = does.staticMemoryPath;
    if (doubt === 'static-memory-unaligned' && place !== 'none' && state.world.valueOf('xen.debug'))
      return crash(
        state,
        event('assertion', { assertion: ALIGNED, place }),
        reason('static-memory-not-pages', { node: node.path }),
        bank,
      );
    if (doubt) {
      return giveUp(state, reason(doubt, { node: node.path }));
    }
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
  const start = mapping === 'direct' ? taken[0]?.start : GUEST_RAM[0]?.start;
  if (start === undefined) return undefined;
  const first = mapping === 'direct' ? (taken[0]?.end ?? start) : start + size;
  const limit = GUEST_RAM[0]?.end ?? first;
  return { start, end: mapping === 'guest' && first > limit ? limit : first };
}

/** Kernel, ramdisk and blob in the domain's first bank, as for dom0; its blob is assumed to be below 2 MiB. */
function placeDomU(
  state: BootState,
  kernel: BootModule,
  initrd: BootModule | undefined,
  bank: Range,
): void {
  const name = `d${state.domains}`;
  const load = bank.start;
  if (kernel.size > bank.end - bank.start) {
    const because = reason('domain-kernel-large', { domain: name });
    panic(state, 'first-bank-small', {}, because, kernel);
    return;
  }
  const place = { start: load, end: load + kernel.size };
  print(state, 'kernel-loaded', { from: kernel.start, ...place }, kernel);
  if (initrd === undefined) return;
  const step = 2n * MIB;
  const up = (value: bigint): bigint => ((value + step - 1n) / step) * step;
  const modules = step + up(initrd.size);
  const far = bank.start + 128n * MIB;
  const kernelEnd = up(load + kernel.size);
  const at =
    bank.end >= far + modules && load + kernel.size < far
      ? far
      : bank.end - modules > kernelEnd
        ? bank.end - modules
        : undefined;
  if (at === undefined) return;
  const start = at + step;
  // 4.12 has no names for domains yet.
  const domain = state.does.kernelFrom === 'Dom' ? 'dom0' : name;
  const end = start + initrd.size;
  print(state, 'initrd-loaded', { domain, from: initrd.start, start, end }, initrd);
}

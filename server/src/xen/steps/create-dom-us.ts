// Domains described in the tree: their memory, and what stops them.

import type { Range } from '../../addresses/region.ts';
import { overlaps } from '../../addresses/region.ts';
import { baseName, type DtNode } from '../../tree/device-tree.ts';
import { chosenOf } from '../chosen-of.ts';
import type { BootModule, BootState, Source } from '../boot-state.ts';
import { firstCell, readNumber } from '../cells.ts';
import { isCompatible } from '../compatible.ts';
import { alternateHex, alternatePaddr, crash, giveUp, paddr, panic, print } from '../console.ts';
import { freePages } from './page-alloc.ts';
import { refuseSharedMemory } from './process-shm.ts';

const MIB = 1n << 20n;
const PAGE = 4096n;
/** GUEST_RAM0 and GUEST_RAM1: where a domain's RAM is, when it is not mapped 1:1. */
const GUEST_RAM: readonly Range[] = [
  { start: 0x40000000n, end: 0x100000000n },
  { start: 0x200000000n, end: 0x10000000000n },
];

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
      panic(
        state,
        `direct-map is not valid for domain ${name} without static allocation.`,
        `${node.path} is to be mapped 1:1 but has no xen,static-mem`,
        { node },
      );
      return;
    }
    if (!node.properties.has('cpus')) {
      panic(
        state,
        `Missing property 'cpus' for domain ${name}`,
        `${node.path} does not say how many CPUs it has`,
        { node },
      );
      return;
    }
    if (state.does.domainCapabilities && isHardwareDomain(node)) {
      const because = `${node.path} is the hardware domain: its memory depends on what is built before it`;
      for (const what of ['dom0', 'log', 'outcome']) state.uncertain.push({ what, because });
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

/** `source` is what keeps the domain from being built, if that is not its node as a whole. */
function fail(state: BootState, node: DtNode, because: string, source: Source = { node }): void {
  panic(state, `Could not set up domain ${baseName(node)}`, because, source);
}

function constructDomU(
  state: BootState,
  node: DtNode,
  isStatic: boolean,
  mapping: 'direct' | 'guest',
): void {
  const { does } = state;
  const memory = node.properties.get('memory');
  const source = { node, written: memory?.definition?.whole };
  if (!memory || memory.bytes.length < 8) {
    print(state, 'Error building DomU: cannot read "memory" property', source);
    fail(state, node, `${node.path} does not say how much memory it has`);
    return;
  }
  const kib = readNumber(memory.bytes, 0, 2);
  const amount = does.domUMemoryUnit === '0x' ? alternateHex(kib) : kib.toString(16);
  const cpus = firstCell(node.properties.get('cpus')?.bytes) ?? 0;
  print(state, `*** LOADING DOMU cpus=${cpus} memory=${amount}KB ***`, source);
  const kernel = moduleBelow(state, node, 'Kernel');
  if (!kernel) {
    print(state, 'Missing kernel boot module?', { node });
    fail(state, node, `no kernel module of ${node.path} is known to Xen`);
    return;
  }
  const name = `d${state.domains}`;
  print(state, `${does.kernelFrom.replace('d0', name)} ${paddr(kernel.start)}`, kernel);
  const initrd = moduleBelow(state, node, 'Ramdisk');
  if (initrd) print(state, `Loading ramdisk from boot module @ ${paddr(initrd.start)}`, initrd);
  const size = BigInt.asUintN(64, kib << 10n);
  const bank = isStatic
    ? allocateStaticMemory(state, node, size, mapping)
    : allocateMemory(state, node, size);
  if (!bank || state.outcome) return;
  const refused = refuseSharedMemory(state, node, name, mapping);
  if (refused) {
    fail(state, node, `the shared memory of ${node.path} cannot be mapped`, refused);
    return;
  }
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
  print(state, `Allocating mappings totalling ${size / MIB}MB for ${name}:`);
  const free = state.buddy ? BigInt(freePages(state.buddy)) * PAGE - state.takenByDomUs : 0n;
  state.takenByDomUs += size;
  if (size > free && !state.banksUncertain) {
    // The message tells how many KiB are missing, which depends on all that Xen has taken before.
    const because = `memory of ${node.path} is ${size / MIB} MiB, and ${free / MIB} MiB are free`;
    state.uncertain.push({ what: 'log', because: 'the last message says how much is missing' });
    crash(state, undefined, because, { node });
    return undefined;
  }
  if (size + size / 256n + DOMAIN_OVERHEAD > free && !state.banksUncertain) {
    const because = `memory of ${node.path} is about as much as is free`;
    for (const what of ['log', 'outcome']) state.uncertain.push({ what, because });
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
    print(
      state,
      `${name} BANK[${index}] ${alternatePaddr(start)}-${alternatePaddr(end)} (${(end - start) / MIB}MB)`,
    );
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
  if (!state.profile.config?.staticMemory) {
    const because = `${node.path} has xen,static-mem, and Xen is built without CONFIG_STATIC_MEMORY`;
    if (does.staticMemWithoutConfig === 'panics' || !state.debug) {
      print(state, 'Device tree generation failed (-2).');
      fail(state, node, because);
    } else {
      const file =
        does.staticMemWithoutConfig === 'unreachable'
          ? 'arch/arm/domain_build.c'
          : './arch/arm/include/asm/static-memory.h';
      crash(state, `Assertion 'unreachable' failed at ${file}`, because, { node });
    }
    return undefined;
  }
  const name = `d${state.domains}`;
  const stop = (because: string): undefined =>
    panic(
      state,
      mapping === 'direct'
        ? `Failed to assign requested static memory for direct-map domain ${name}.`
        : `Failed to allocate requested static memory for domain ${name}.`,
      because,
      { node, written: node.properties.get('xen,static-mem')?.definition?.whole },
    );
  const banks = state.reserved.filter((bank) => bank.kind === 'static-mem' && bank.node === node);
  let left = size;
  const taken: Range[] = [];
  for (const [index, bank] of banks.entries()) {
    const range = { start: bank.start, end: bank.start + bank.size };
    const doubt =
      bank.start % PAGE !== 0n || bank.size % PAGE !== 0n
        ? 'is not page aligned'
        : state.ram.every(
              ({ start, size: bytes }) => !overlaps(range, { start, end: start + bytes }),
            )
          ? 'is not in RAM'
          : taken.some((other) => overlaps(other, range))
            ? 'is used twice'
            : undefined;
    if (doubt) {
      state.outcome = {
        kind: 'unknown',
        because: `xen,static-mem of ${node.path} ${doubt}: what Xen does then depends on what is there`,
      };
      return undefined;
    }
    taken.push(range);
    print(
      state,
      `${name}: STATIC BANK[${index}] ${alternatePaddr(range.start)}-${alternatePaddr(range.end)}`,
      bank,
    );
    left -= bank.size;
  }
  if (left !== 0n) {
    const end = mapping === 'direct' ? '' : ' Unsupported configuration.';
    print(
      state,
      `Size of "memory" property doesn't match up with the sum-up of "xen,static-mem".${end}`,
      { node, written: node.properties.get('memory')?.definition?.whole },
    );
    return stop(`memory of ${node.path} is not the sum of its xen,static-mem`);
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
    panic(
      state,
      'Not enough memory in the first bank for the kernel+dtb+initrd',
      `${name}'s kernel does not fit into its first bank`,
      kernel,
    );
    return;
  }
  print(
    state,
    `Loading zImage from ${paddr(kernel.start)} to ${paddr(load)}-${paddr(load + kernel.size)}`,
    kernel,
  );
  if (initrd === undefined) return;
  const [from, step] = [paddr(initrd.start), 2n * MIB];
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
  const place = at + step;
  const owner = state.does.kernelFrom.includes('Domd0') ? 'dom0' : name;
  print(
    state,
    `Loading ${owner} initrd from ${from} to 0x${paddr(place)}-0x${paddr(place + initrd.size)}`,
    initrd,
  );
}

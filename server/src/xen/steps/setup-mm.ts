// What of the RAM Xen owns: boot allocator, direct map, frame table, heap.

import { PAGE_SIZE } from '../../addresses/page.ts';
import { overlaps, type Range } from '../../addresses/region.ts';
import { rangeOf, type BootState, type MemoryBank, type Source } from '../boot-state.ts';
import { crash, event, giveUp, panic, print } from '../console.ts';
import { reason, type Reason } from '../reasons.ts';
import { allocBootPages, initBootPages, type BootAllocator } from './alloc-boot-pages.ts';
import { betweenModules, reservations, subtractRanges } from './dt-unreserved-regions.ts';
import { initStaticmemPages } from './init-staticmem-pages.ts';
import { setupFrametable } from './setup-frametable.ts';
import { copyBuddy, newBuddy, takePages } from './page-alloc.ts';
import { setupPdx, type Pdx } from './init-pdx.ts';
import { reserveXenheap } from './reserve-xenheap.ts';

const MIB = 1n << 20n;
const GIB = 1n << 30n;
const STEP = 2n * MIB;
/** What the xenheap is mapped in, up to 4.16. */
const XENHEAP_STEP = 32n * MIB;
/**
 * Pages Xen takes for itself between the end of the boot allocator and dom0's memory: 61 to 81 on one CPU in every release
 * that was measured, 100 to 102 on four. On arm32 nearly all come from the xenheap.
 */
const OWN_PAGES = {
  arm64: { fewest: 50, most: 256 },
  arm32: { fewest: 0, most: 64 },
} as const;
/** CPUs that these are enough for, and what each further one takes. */
const FEW_CPUS = 8;
const PAGES_PER_CPU = 16;

/** Gives RAM without modules and reservations to Xen's allocators (Xen: setup_mm). */
export function setupMm(state: BootState): void {
  const { does } = state;
  const boot: BootAllocator = { regions: [], hasList: false };
  const pdx = setupPdx(state);
  const taken = reservations(state);
  if (state.arm32) {
    if (!setupArm32(state, boot)) return;
  } else if (state.hasStaticHeap) {
    for (const bank of state.reserved)
      if (bank.kind === 'static-heap') initBootPages(state, boot, rangeOf(bank), bank);
    if (!state.outcome) mapDirectly(state);
  } else if (does.beforeFrametable === 'page-tables') {
    for (const bank of state.ram) giveBank(state, boot, bank, taken);
    if (!state.outcome) mapDirectly(state);
  } else {
    for (const bank of state.ram) {
      if (!startsAboveHeap(state, rangeOf(bank), bank)) return;
      giveBank(state, boot, bank, taken);
      if (state.outcome) return;
    }
  }
  if (state.outcome) return;
  state.heap = boot.regions.map(({ start, end }) => ({ start, end }));
  if (state.ram.length === 0) {
    stopWithoutRam(state);
    return;
  }
  if (!takeBootPages(state, boot, earlyPages(state, pdx))) return;
  if (!setupFrametable(state, boot, pdx)) return;
  if (stopAtLargeXenheap(state)) return;
  initStaticmemPages(state, pdx, boot.regions);
  if (state.outcome) return;
  const regions = boot.regions.filter(({ start, end }) => end > start);
  const buddy = newBuddy(regions, state.options.bootscrub === 'idle' ? 'dirty' : 'clean');
  const more = copyBuddy(buddy);
  const { fewest, most } = ownPages(state);
  takePages(buddy, fewest);
  takePages(more, most);
  state.buddies = [buddy, more];
}

function ownPages({ arm32, world }: BootState): { fewest: number; most: number } {
  const { fewest, most } = arm32 ? OWN_PAGES.arm32 : OWN_PAGES.arm64;
  const further = Math.max(0, (world.valueOf('cpus') ?? 1) - FEW_CPUS);
  return { fewest, most: most + further * PAGES_PER_CPU };
}

function giveBank(
  state: BootState,
  boot: BootAllocator,
  bank: MemoryBank,
  taken: readonly Range[],
): void {
  for (const piece of betweenModules(state, rangeOf(bank))) {
    for (const part of subtractRanges(piece, taken)) {
      initBootPages(state, boot, part, bank);
      if (state.outcome) return;
    }
  }
}

/** The direct map starts at the first bank: a later bank below it ends the boot. */
function startsAboveHeap(state: BootState, bank: Range, source: Source): boolean {
  const first = (state.ram[0]?.start ?? 0n) / PAGE_SIZE;
  const page = bank.start / PAGE_SIZE;
  if (page >= first) return true;
  const facts = { map: state.does.directmapName, start: page, heap: first };
  panic(state, 'heap-start', facts, reason('banks-unsorted', {}), source);
  return false;
}

function mapDirectly(state: BootState): void {
  const mapped: Range[] = [];
  for (const bank of state.ram) {
    const start = bank.start / PAGE_SIZE;
    const range = { start, end: start + bank.size / PAGE_SIZE };
    if (!startsAboveHeap(state, rangeOf(bank), bank)) return;
    if (mapped.some((other) => overlaps(other, range))) {
      panic(state, 'directmap-setup', {}, reason('banks-overlap', {}), bank);
      return;
    }
    mapped.push(range);
  }
}

/** Takes pages from the top before the frame table; false when that ends the boot. */
function takeBootPages(state: BootState, boot: BootAllocator, count: number): boolean {
  for (let taken = 0; taken < count; taken += 1) {
    const page = allocBootPages(state, boot, 1, 1);
    if (page === undefined) {
      const bug = event('xen-bug', { file: state.does.pageAllocPath });
      crash(state, bug, reason('no-page-tables', {}));
      return false;
    }
    const at = BigInt(page) * PAGE_SIZE;
    if (!state.ram.some((bank) => bank.start <= at && at < bank.start + bank.size)) {
      const because = reason('page-tables-outside-ram', { address: at });
      if (state.does.crashesOutsideRam) crash(state, undefined, because);
      else state.outcome = { kind: 'hangs', because: [because] };
      return false;
    }
  }
  return true;
}

function earlyPages(state: BootState, pdx: Pdx): number {
  if (state.arm32) return 0;
  switch (state.does.beforeFrametable) {
    case 'blob-copy':
      return Number(((state.world.valueOf('dtb.size') ?? 0n) + PAGE_SIZE - 1n) / PAGE_SIZE);
    case 'nothing':
      return 0;
    case 'page-tables': {
      const first = pdx.compress(((state.ram[0]?.start ?? 0n) / GIB) * GIB) / GIB;
      const top = new Set<bigint>();
      const partial = new Set<bigint>();
      for (const bank of state.ram) {
        const { start, end } = rangeOf(bank);
        const from = start / GIB;
        const to = (end - 1n) / GIB;
        top.add((pdx.compress(start) / GIB - first) / 512n);
        top.add((pdx.compress(end - 1n) / GIB - first) / 512n);
        if (start % GIB !== 0n) partial.add(from);
        if (end % GIB !== 0n) partial.add(to);
      }
      return top.size + partial.size;
    }
  }
}

/** No RAM at all: how the releases die of it. */
function stopWithoutRam(state: BootState): void {
  const { because, source } = whyNoRam(state);
  if (state.does.pdx === 'scheme') print(state, 'pdx-none', {});
  switch (state.does.noMemory) {
    case 'bug':
      crash(state, event('xen-bug', { file: state.does.pageAllocPath }), because, source);
      return;
    case 'region': {
      // The bounds that Xen's search for the lowest and highest bank starts with.
      const none = { start: (1n << 64n) - 1n, end: 0n };
      panic(state, 'frametable-too-far', none, because, source);
      return;
    }
    case 'too-small':
      panic(state, 'frametable-too-small', {}, because, source);
  }
}

/** Older releases go on when the scan ends early: what stopped it is the cause. */
function whyNoRam({ scanEndedAt: node }: BootState): { because: Reason; source: Source } {
  return node
    ? { because: reason('no-ram-scan-ended', { node: node.path }), source: { node } }
    : { because: reason('no-ram', {}), source: {} };
}

/** arm32 keeps a heap of its own below; false when that ends the boot. */
function setupArm32(state: BootState, boot: BootAllocator): boolean {
  if (state.ram.length === 0) {
    const { because, source } = whyNoRam(state);
    panic(state, 'no-memory-bank', {}, because, source);
    return false;
  }
  const xenheap = reserveXenheap(state);
  if (!xenheap) return false;
  state.xenheap = xenheap;
  // The region list lies in the xenheap where it lies in a page at all.
  boot.hasList = true;
  if (state.hasStaticHeap) {
    for (const bank of state.reserved)
      if (bank.kind === 'static-heap')
        for (const part of subtractRanges(rangeOf(bank), [xenheap]))
          initBootPages(state, boot, part, bank);
  } else {
    const taken = [...reservations(state), xenheap];
    for (const bank of state.ram) giveBank(state, boot, bank, taken);
  }
  return !state.outcome && mapXenheap(state, boot, xenheap);
}

/** The one first-level slot of the xenheap, and tables for what is no whole 2 MiB; false when that ends the boot. */
function mapXenheap(state: BootState, boot: BootAllocator, { start, end }: Range): boolean {
  const size = end - start;
  if (state.does.beforeFrametable !== 'page-tables') {
    if (start % XENHEAP_STEP === 0n) return true;
    const because = reason('xenheap-unaligned', { size: Number(size / MIB) });
    if (state.world.valueOf('xen.debug'))
      crash(
        state,
        event('assertion', { assertion: '!(base_mfn % granularity)', place: 'mm.c' }),
        because,
        state.options.source,
      );
    else giveUp(state, because);
    return false;
  }
  const second = size === GIB && start % GIB === 0n ? 0 : Math.ceil(Number(size) / Number(GIB));
  const third =
    start % STEP === 0n ? Number(size % STEP !== 0n) : Math.ceil(Number(size) / Number(STEP));
  return takeBootPages(state, boot, second + third);
}

/** The domain heap is mapped where a xenheap of more than 1 GiB goes on: what Xen then takes first, from its top, is gone. */
function stopAtLargeXenheap(state: BootState): boolean {
  const { xenheap } = state;
  if (!xenheap || xenheap.end - xenheap.start <= GIB) return false;
  const size = Number((xenheap.end - xenheap.start) / MIB);
  const abort = event('hypervisor-abort', { cpu: 0 });
  crash(state, abort, reason('xenheap-large', { size }), state.options.source);
  return true;
}

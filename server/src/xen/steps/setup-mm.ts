// What of the RAM Xen owns: boot allocator, direct map, frame table, heap.

import { overlaps, type Range } from '../../addresses/region.ts';
import { rangeOf, type BootState, type MemoryBank, type Source } from '../boot-state.ts';
import { alternatePaddr, crash, panic, print } from '../console.ts';
import { allocBootPages, initBootPages, type BootAllocator } from './alloc-boot-pages.ts';
import { betweenModules, reservations, subtractRanges } from './dt-unreserved-regions.ts';
import { setupFrametable } from './setup-frametable.ts';
import { newBuddy, takePages } from './page-alloc.ts';
import { setupPdx, type Pdx } from './init-pdx.ts';
import { reserveXenheap } from './reserve-xenheap.ts';

const GIB = 1n << 30n;
const PAGE = 4096n;
/** Pages Xen takes for itself between the end of the boot allocator and dom0's memory: less than 2 MiB, measured. */
const XEN_PAGES = 256;

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
  if (!takeEarlyPages(state, boot, pdx)) return;
  if (!setupFrametable(state, boot, pdx)) return;
  const regions = boot.regions.filter(({ start, end }) => end > start);
  state.buddy = newBuddy(regions, state.options.bootscrub === 'idle' ? 'dirty' : 'clean');
  takePages(state.buddy, XEN_PAGES);
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
  const first = (state.ram[0]?.start ?? 0n) / PAGE;
  const page = bank.start / PAGE;
  if (page >= first) return true;
  panic(
    state,
    `cannot add ${state.does.directmapName} mapping at ${page.toString(16)} below heap start ${first.toString(16)}`,
    'RAM banks are not in ascending order, and this release does not sort them',
    source,
  );
  return false;
}

function mapDirectly(state: BootState): void {
  const mapped: Range[] = [];
  for (const bank of state.ram) {
    const start = bank.start / PAGE;
    const range = { start, end: start + bank.size / PAGE };
    if (!startsAboveHeap(state, rangeOf(bank), bank)) return;
    if (mapped.some((other) => overlaps(other, range))) {
      panic(state, 'Unable to setup the directmap mappings.', 'RAM banks overlap', bank);
      return;
    }
    mapped.push(range);
  }
}

/** What is taken from the top before the frame table; false when that ends the boot. */
function takeEarlyPages(state: BootState, boot: BootAllocator, pdx: Pdx): boolean {
  const count = earlyPages(state, pdx);
  for (let taken = 0; taken < count; taken += 1) {
    const page = allocBootPages(state, boot, 1, 1);
    if (page === undefined) {
      crash(state, `Xen BUG at ${state.does.pageAllocPath}`, 'no free RAM for page tables');
      return false;
    }
    const at = BigInt(page) * PAGE;
    if (!state.ram.some((bank) => bank.start <= at && at < bank.start + bank.size)) {
      const because = `the static heap is not in RAM: Xen puts page tables at ${alternatePaddr(at)}`;
      if (state.does.crashesOutsideRam) crash(state, undefined, because);
      else state.outcome = { kind: 'hangs', because };
      return false;
    }
  }
  return true;
}

function earlyPages(state: BootState, pdx: Pdx): number {
  if (state.arm32) return 0;
  switch (state.does.beforeFrametable) {
    case 'blob-copy':
      return Number((state.blobSize + PAGE - 1n) / PAGE);
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
  if (state.does.pdx === 'scheme') print(state, 'PFN compression disabled: no ranges provided');
  switch (state.does.noMemory) {
    case 'bug':
      crash(state, `Xen BUG at ${state.does.pageAllocPath}`, because, source);
      return;
    case 'region': {
      const none = `${alternatePaddr((1n << 64n) - 1n)} - ${alternatePaddr(0n)}`;
      panic(state, `The frametable cannot cover the physical region ${none}`, because, source);
      return;
    }
    case 'too-small':
      panic(state, 'Frametable too small', because, source);
  }
}

/** Older releases go on when the scan ends early: what stopped it is the cause. */
function whyNoRam({ scanEndedAt }: BootState): { because: string; source: Source } {
  const because = 'Xen recognises no RAM in the tree';
  return scanEndedAt
    ? { because: `${because}: its scan ends at ${scanEndedAt.path}`, source: { node: scanEndedAt } }
    : { because, source: {} };
}

/** arm32 keeps a heap of its own below; false when that ends the boot. */
function setupArm32(state: BootState, boot: BootAllocator): boolean {
  if (state.ram.length === 0) {
    const { because, source } = whyNoRam(state);
    panic(state, 'No memory bank', because, source);
    return false;
  }
  const xenheap = reserveXenheap(state);
  if (!xenheap) return false;
  for (const bank of state.ram) {
    const taken = [...reservations(state), xenheap];
    for (const piece of betweenModules(state, rangeOf(bank)))
      for (const part of subtractRanges(piece, taken)) {
        initBootPages(state, boot, part, bank);
        if (state.outcome) return false;
      }
  }
  return true;
}

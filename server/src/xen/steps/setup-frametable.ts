// The table of struct page_info: where it is taken from decides what is left for dom0.

import { PAGE_SIZE } from '../../addresses/page.ts';
import { rangeOf, type BootState } from '../boot-state.ts';
import { crash, event, giveUp, panic } from '../console.ts';
import { reason } from '../reasons.ts';
import { allocBootPages, type BootAllocator } from './alloc-boot-pages.ts';
import type { Pdx } from './init-pdx.ts';

const MIB = 1n << 20n;
/** Bytes of struct page_info. */
const ENTRY = { arm64: 56n, arm32: 32n };
/** Bytes of the window the table is mapped at (Xen: FRAMETABLE_SIZE). */
const WINDOW = { arm64: 32n << 30n, arm32: 96n << 20n };
/** And of what lies behind it and is used by nothing, before something else is mapped. */
const UNUSED_BEHIND = { arm64: 0n, arm32: 128n << 20n };
/** What one bit of the map of valid frames stands for (Xen: PDX_GROUP_COUNT). */
const GROUP = { arm64: 1n << 30n, arm32: 1n << 28n };

/** Takes the frame table from the boot allocator; false when that ends the boot (Xen: setup_frametable_mappings, init_frametable). */
export function setupFrametable(state: BootState, boot: BootAllocator, pdx: Pdx): boolean {
  const arch = state.arm32 ? 'arm32' : 'arm64';
  const entry = ENTRY[arch];
  const banks = state.ram.map(rangeOf);
  const start = banks.reduce((low, bank) => (bank.start < low ? bank.start : low), 1n << 64n);
  const end = banks.reduce((high, bank) => (bank.end > high ? bank.end : high), 0n);
  const first = pdx.compress(start);
  const last = pdx.compress(end - 1n) + 1n;
  const isChunked = state.does.frametable === 'chunks';
  const base = isChunked ? (first / GROUP[arch]) * GROUP[arch] : first;
  const pages = (last + PAGE_SIZE - 1n) / PAGE_SIZE - base / PAGE_SIZE;
  if (pages * entry > WINDOW[arch]) {
    const facts = { pages: Number(pages) };
    const because = reason('frametable-span', facts);
    if (state.does.noMemory === 'too-small') panic(state, 'frametable-too-small', {}, because);
    else if (state.does.noMemory === 'region')
      panic(state, 'frametable-too-far', { start, end }, because);
    else if (pages * entry > WINDOW[arch] + UNUSED_BEHIND[arch])
      giveUp(state, reason('frametable-span-unchecked', facts));
    if (state.outcome) return false;
  }
  if (isChunked) return takeChunks(state, boot, pdx, last, GROUP[arch]);
  const bytes = pages * entry;
  const size = roundUp(bytes, bytes < 32n * MIB ? 2n * MIB : 32n * MIB);
  if (!take(state, boot, size, 32n * MIB)) return false;
  addPiece(state, first, last, size);
  // Its page tables: at least one page, which breaks the rest above the table. On arm32 the window has them already.
  if (!state.arm32) allocBootPages(state, boot, 1, 1);
  return true;
}

/** One piece for every run of valid groups, ascending; only the last one ends with RAM. */
function takeChunks(
  state: BootState,
  boot: BootAllocator,
  pdx: Pdx,
  end: bigint,
  group: bigint,
): boolean {
  const entry = state.arm32 ? ENTRY.arm32 : ENTRY.arm64;
  const runs: { start: bigint; end: bigint }[] = [];
  const valid = state.valid.map((range) => ({
    start: (pdx.compress(range.start) / group) * group,
    end: roundUp(pdx.compress(range.end - 1n) + 1n, group),
  }));
  for (const range of valid) {
    const before = runs.at(-1);
    if (before?.end === range.start) before.end = range.end;
    else runs.push(range);
  }
  const last = runs.at(-1);
  if (last) last.end = end;
  for (const run of runs) {
    const size = roundUp(((run.end - run.start) / PAGE_SIZE) * entry, PAGE_SIZE);
    if (!take(state, boot, size, size >= 32n * MIB ? 32n * MIB : 2n * MIB)) return false;
    addPiece(state, run.start, run.end, size);
  }
  return true;
}

/** `size`: bytes that are mapped for entries from `start` to `end`. */
function addPiece(state: BootState, start: bigint, end: bigint, size: bigint): void {
  const entry = state.arm32 ? ENTRY.arm32 : ENTRY.arm64;
  const piece = { start, end, mappedEnd: start + (size / entry) * PAGE_SIZE };
  state.frametable = [...state.frametable, piece];
}

function take(state: BootState, boot: BootAllocator, size: bigint, align: bigint): boolean {
  const page = allocBootPages(state, boot, Number(size / PAGE_SIZE), Number(align / PAGE_SIZE));
  if (page !== undefined) return true;
  crash(
    state,
    event('xen-bug', { file: state.does.pageAllocPath }),
    reason('frametable-no-piece', { size: Number(size / MIB) }),
  );
  return false;
}

function roundUp(value: bigint, to: bigint): bigint {
  return ((value + to - 1n) / to) * to;
}

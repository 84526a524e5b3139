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
/** Bytes of the window the table is mapped at. */
const WINDOW = { arm64: 32n << 30n, arm32: 32n << 20n };

/** Takes the frame table from the boot allocator; false when that ends the boot (Xen: setup_frametable_mappings, init_frametable). */
export function setupFrametable(state: BootState, boot: BootAllocator, pdx: Pdx): boolean {
  const entry = state.arm32 ? ENTRY.arm32 : ENTRY.arm64;
  const window = state.arm32 ? WINDOW.arm32 : WINDOW.arm64;
  const banks = state.ram.map(rangeOf);
  const start = banks.reduce((low, bank) => (bank.start < low ? bank.start : low), 1n << 64n);
  const end = banks.reduce((high, bank) => (bank.end > high ? bank.end : high), 0n);
  const pages = pdx.compress(end - 1n) / PAGE_SIZE - pdx.compress(start) / PAGE_SIZE + 1n;
  if (pages * entry > window) {
    const facts = { pages: Number(pages) };
    const because = reason('frametable-span', facts);
    if (state.does.noMemory === 'too-small') panic(state, 'frametable-too-small', {}, because);
    else if (state.does.noMemory === 'bug')
      giveUp(state, reason('frametable-span-unchecked', facts));
    else panic(state, 'frametable-too-far', { start, end }, because);
    return false;
  }
  if (state.does.frametable === 'chunks') return takeChunks(state, boot, pdx, end, entry);
  const size = roundUp(pages * entry, pages * entry < 32n * MIB ? 2n * MIB : 32n * MIB);
  if (!take(state, boot, size, 32n * MIB)) return false;
  // Its page tables: at least one page, which breaks the rest above the table.
  allocBootPages(state, boot, 1, 1);
  return true;
}

/** One piece for every run of valid groups, ascending; only the last one ends with RAM. */
function takeChunks(
  state: BootState,
  boot: BootAllocator,
  pdx: Pdx,
  end: bigint,
  entry: bigint,
): boolean {
  const group = state.arm32 ? 1n << 28n : 1n << 30n;
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
  if (last) last.end = pdx.compress(end - 1n) + 1n;
  for (const run of runs) {
    const size = roundUp(((run.end - run.start) / PAGE_SIZE) * entry, PAGE_SIZE);
    if (!take(state, boot, size, size >= 32n * MIB ? 32n * MIB : 2n * MIB)) return false;
  }
  return true;
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

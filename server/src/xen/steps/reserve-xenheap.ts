// The contiguous heap that Xen on arm32 has for itself, apart from the domains' memory.

import { PAGE_SIZE_NUMBER } from '../../addresses/page.ts';
import type { Range } from '../../addresses/region.ts';
import { rangeOf, type BootState } from '../boot-state.ts';
import { panic, print } from '../console.ts';
import { reason } from '../reasons.ts';
import { considerModules } from './consider-modules.ts';

const ALIGN = 32n << 20n;
/** 32 MiB and 1 GiB in pages. */
const SMALLEST = 8192;
const LARGEST = 262144;

/**
 * Places the xenheap as high as possible and announces it; halves its size until it fits. Undefined when nothing
 * fits, which ends the boot (Xen: setup_mm, arm32).
 */
export function reserveXenheap(state: BootState): Range | undefined {
  const banks = (
    state.hasStaticHeap ? state.reserved.filter(({ kind }) => kind === 'static-heap') : state.ram
  ).map(rangeOf);
  const total = banks.reduce((bytes, { start, end }) => bytes + Number(end - start), 0);
  const heapPages = Math.floor(total / PAGE_SIZE_NUMBER);
  const asked = state.options.xenheapMegabytes;
  let pages =
    asked === undefined
      ? Math.min(LARGEST, Math.max(SMALLEST, Math.ceil(Math.floor(heapPages / 32) / 8192) * 8192))
      : asked * 256;
  let end: bigint | undefined;
  for (;;) {
    const size = BigInt(pages * PAGE_SIZE_NUMBER);
    end = state.hasStaticHeap
      ? fitStaticHeap(banks, size)
      : considerModules(state, span(state), size, ALIGN);
    if (end !== undefined) break;
    pages = Math.floor(pages / 2);
    if (asked !== undefined || pages <= SMALLEST) break;
  }
  if (end === undefined) {
    panic(state, 'xenheap-too-small', {}, reason('no-place-for-xenheap', {}));
    return undefined;
  }
  const start = end - BigInt(pages * PAGE_SIZE_NUMBER);
  print(state, asked === undefined ? 'xen-heap' : 'xen-heap-asked', { start, end, pages });
  print(state, 'domain-heap', { pages: heapPages - pages });
  return { start, end };
}

function span(state: BootState): Range {
  const banks = state.ram.map(rangeOf);
  return {
    start: banks.reduce((low, bank) => (bank.start < low ? bank.start : low), 1n << 64n),
    end: banks.reduce((high, bank) => (bank.end > high ? bank.end : high), 0n),
  };
}

function fitStaticHeap(banks: readonly Range[], size: bigint): bigint | undefined {
  let best: bigint | undefined;
  for (const { start, end } of banks) {
    if (end - start < size) continue;
    const alignedEnd = (end / ALIGN) * ALIGN;
    const alignedStart = ((alignedEnd - size) / ALIGN) * ALIGN;
    if (alignedStart > start && (best === undefined || alignedEnd > best)) best = alignedEnd;
  }
  return best;
}

// Memory set aside for domains: its struct page_info are written before the heap has its pages.

import { PAGE_SIZE } from '../../addresses/page.ts';
import { overlaps, type Range } from '../../addresses/region.ts';
import { rangeOf, type BootState } from '../boot-state.ts';
import { crash, event } from '../console.ts';
import { reason } from '../reasons.ts';
import type { Pdx } from './init-pdx.ts';
import type { PageRange } from './page-alloc.ts';

interface Bank extends Range {
  readonly node: BootState['reserved'][number]['node'];
  readonly written: BootState['reserved'][number]['written'];
}

/**
 * Ends the boot where such a page has no struct page_info, is given twice, or is one of `heap`, the pages that the heap
 * gets next: a page that is free is never freed again (Xen: init_staticmem_pages, init_sharedmem_pages, mark_page_free).
 */
export function initStaticmemPages(state: BootState, pdx: Pdx, heap: readonly PageRange[]): void {
  const done: (Range & { readonly node: string })[] = [];
  for (const bank of staticBanks(state)) {
    const pages = pagesOf(bank);
    // Xen leaves the others out, too.
    if (pages.end <= pages.start) return;
    const source = { node: bank.node, written: bank.written };
    const node = bank.node?.path ?? '';
    switch (entryOf(state, pdx, pages)) {
      case 'unmapped': {
        const because = reason('static-memory-beyond-frametable', { node });
        crash(state, event('hypervisor-abort', { cpu: 0 }), because, source);
        return;
      }
      case 'filler': {
        const because = reason('static-memory-beyond-frametable', { node });
        crash(state, event('xen-bug', { file: state.does.pageAllocPath }), because, source);
        return;
      }
      default:
    }
    const other = done.find((each) => overlaps(each, pages));
    if (other) {
      const because = reason('static-memory-given-twice', { node, other: other.node });
      crash(state, event('xen-bug', { file: state.does.pageAllocPath }), because, source);
      return;
    }
    done.push({ ...pages, node });
  }
  const free = heap.map(bytesOf);
  if (state.xenheap) free.push(state.xenheap);
  for (const bank of staticBanks(state)) {
    if (!free.some((range) => overlaps(range, pagesOf(bank)))) continue;
    const because = reason('static-memory-in-heap', { node: bank.node?.path ?? '' });
    crash(state, event('xen-bug', { file: state.does.pageAllocPath }), because, bank);
    return;
  }
}

function bytesOf({ start, end }: PageRange): Range {
  return { start: BigInt(start) * PAGE_SIZE, end: BigInt(end) * PAGE_SIZE };
}

/** In Xen's order: the reserved list, then shared memory that has a list of its own. */
function staticBanks(state: BootState): Bank[] {
  const { world, reserved, shared } = state;
  const listed = world.valueOf('config.staticMemory')
    ? reserved.filter(({ kind }) => kind === 'static-mem' || kind === 'shared-mem')
    : [];
  return [
    ...listed.map((bank) => ({ ...bank, ...rangeOf(bank) })),
    ...shared.flatMap(({ start, size, node, written }) =>
      start === undefined ? [] : [{ start, end: start + size, node, written }],
    ),
  ];
}

/** The pages of a range that are set aside: as many whole ones as the size has, from the first whole one on. */
export function pagesOf({ start, end }: Range): Range {
  const first = ((start + PAGE_SIZE - 1n) / PAGE_SIZE) * PAGE_SIZE;
  return { start: first, end: first + ((end - start) / PAGE_SIZE) * PAGE_SIZE };
}

/** Whether the frame table has entries for all of a range; what Xen finds at the first that it has none for. */
function entryOf(
  { frametable }: BootState,
  pdx: Pdx,
  range: Range,
): 'there' | 'filler' | 'unmapped' {
  let at = pdx.compress(range.start);
  const end = pdx.compress(range.end - 1n) + 1n;
  while (at < end) {
    const here = at;
    const piece = frametable.find((each) => each.start <= here && here < each.mappedEnd);
    if (!piece) return 'unmapped';
    if (here >= piece.end) return 'filler';
    at = piece.end;
  }
  return 'there';
}

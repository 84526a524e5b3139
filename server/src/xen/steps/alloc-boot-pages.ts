// The boot allocator: a sorted list of free page ranges, cut from the top.

import { PAGE_SIZE } from '../../addresses/page.ts';
import type { Range } from '../../addresses/region.ts';
import type { BootState, Source } from '../boot-state.ts';
import { crash, event } from '../console.ts';
import { reason } from '../reasons.ts';
import type { PageRange } from './page-alloc.ts';

/** Entries that fit into the page that holds the region list. */
const REGION_LIMIT = 256;

/** Free pages before the heap exists. */
export interface BootAllocator {
  readonly regions: { start: number; end: number }[];
  /** Whether a page of the first region already holds the list. */
  hasList: boolean;
}

/**
 * Adds a byte range, rounded inward to whole pages. Ends the boot when it overlaps a region or the list is full
 * (Xen: init_boot_pages, bootmem_region_add).
 */
export function initBootPages(
  state: BootState,
  boot: BootAllocator,
  range: Range,
  source: Source,
): void {
  let start = Number((range.start + PAGE_SIZE - 1n) / PAGE_SIZE);
  const end = Number(range.end / PAGE_SIZE);
  if (end <= start) return;
  if (!boot.hasList) {
    boot.hasList = true;
    if (state.does.firstPageHoldsRegionList) start += 1;
    if (end <= start) return;
  }
  addRegion(state, boot, { start, end }, source);
}

function addRegion(
  state: BootState,
  boot: BootAllocator,
  { start, end }: PageRange,
  source: Source,
): void {
  const { regions } = boot;
  let index = regions.length;
  while (index > 0 && (regions[index - 1]?.start ?? 0) > start) index -= 1;
  const before = regions[index - 1];
  const after = regions[index];
  const bug = event('xen-bug', { file: state.does.pageAllocPath });
  if ((before && before.end > start) || (after && after.start < end)) {
    crash(state, bug, reason('ram-twice', { address: BigInt(start) * PAGE_SIZE }), source);
    return;
  }
  if (regions.length >= REGION_LIMIT) {
    crash(state, bug, reason('free-pieces-limit', { limit: REGION_LIMIT }), source);
    return;
  }
  regions.splice(index, 0, { start, end });
}

/**
 * The first of `count` pages from the top of the highest region they fit into, aligned to `align` pages. Undefined
 * when none fits: what that means is the caller's (Xen: alloc_boot_pages).
 */
export function allocBootPages(
  state: BootState,
  boot: BootAllocator,
  count: number,
  align: number,
): number | undefined {
  const { regions } = boot;
  for (let index = regions.length - 1; index >= 0; index -= 1) {
    const region = regions[index];
    if (!region) continue;
    const page = Math.floor((region.end - count) / align) * align;
    if (page < region.start) continue;
    const end = region.end;
    region.end = page;
    if (page + count < end) addRegion(state, boot, { start: page + count, end }, {});
    return page;
  }
  return undefined;
}

// Xen's buddy allocator on paper: which block a request gets, in Xen's order of lists.

/** 4 KiB pages, end exclusive. */
export interface PageRange {
  readonly start: number;
  readonly end: number;
}

/** MAX_ORDER on Arm: blocks of at most 1 GiB. */
const MAX_ORDER = 18;
/** Where a block has no dirty page. */
const CLEAN = Infinity;

interface Block {
  readonly page: number;
  readonly order: number;
  /** Pages before the first one that needs scrubbing. */
  readonly firstDirty: number;
}

/** Free memory in blocks of 2^order pages, in lists by zone and order. */
export interface Buddy {
  /** Free lists at [zone][order]; the head is first. */
  readonly lists: (Block[] | undefined)[][];
  readonly free: Map<number, Block>;
  /** Whether a request for more than a page first looks for clean blocks, rotating every list it looks into. */
  readonly prefersClean: boolean;
  /** Highest zone that ever had a block. */
  topZone: number;
}

/** Number of significant bits of a page number: zone 19 is 1 GiB to 2 GiB (Xen: page_to_zone). */
export function zoneOf(page: number): number {
  if (page < 2 ** 31) return page <= 0 ? 1 : 32 - Math.clz32(page);
  return Math.floor(Math.log2(page)) + 1;
}

/** The highest zone below an address of so many bits (Xen: bits_to_zone). */
export function zoneBelow(bits: number): number {
  return bits < 13 ? 1 : bits - 12;
}

/**
 * The allocator with `regions` freed into it as end_boot_allocator() does: the lowest region first, then the others
 * from the highest down. Dirty memory (idle scrubbing) goes to the tail of the lists, clean memory to the head.
 */
export function newBuddy(regions: readonly PageRange[], memory: 'clean' | 'dirty'): Buddy {
  const buddy: Buddy = {
    lists: [],
    free: new Map(),
    prefersClean: memory === 'dirty',
    topZone: 0,
  };
  const firstDirty = memory === 'dirty' ? 0 : CLEAN;
  const [lowest, ...others] = regions;
  for (const region of lowest ? [lowest, ...others.reverse()] : [])
    freeRegion(buddy, region, firstDirty);
  return buddy;
}

/** The same heap a second time, of which may be taken apart. */
export function copyBuddy({ lists, free, prefersClean, topZone }: Buddy): Buddy {
  return {
    lists: lists.map((zone) => zone.map((list) => list && [...list])),
    free: new Map(free),
    prefersClean,
    topZone,
  };
}

/** Frees a region in naturally aligned blocks, ascending. Page 0 never gets to the heap (Xen: init_heap_pages). */
export function freeRegion(buddy: Buddy, region: PageRange, firstDirty = CLEAN): void {
  let page = Math.max(region.start, 1);
  while (page < region.end) {
    let order = Math.min(MAX_ORDER, Math.floor(Math.log2(region.end - page)));
    while (order > 0 && page % 2 ** order !== 0) order -= 1;
    freeBlock(buddy, page, order, firstDirty);
    page += 2 ** order;
  }
}

function listAt(buddy: Buddy, zone: number, order: number): Block[] {
  const zoneLists = (buddy.lists[zone] ??= []);
  return (zoneLists[order] ??= []);
}

function insert(buddy: Buddy, page: number, order: number, firstDirty: number): void {
  const zone = zoneOf(page);
  const list = listAt(buddy, zone, order);
  const dirty = firstDirty < 2 ** order;
  const block: Block = { page, order, firstDirty: dirty ? firstDirty : CLEAN };
  if (dirty) list.push(block);
  else list.unshift(block);
  buddy.free.set(page, block);
  buddy.topZone = Math.max(buddy.topZone, zone);
}

function remove(buddy: Buddy, block: Block): void {
  const list = listAt(buddy, zoneOf(block.page), block.order);
  list.splice(list.indexOf(block), 1);
  buddy.free.delete(block.page);
}

/** Gives a block back; pages that are its caller's are clean unless `firstDirty` says otherwise (Xen: free_heap_pages). */
export function freeBlock(buddy: Buddy, page: number, order: number, firstDirty = CLEAN): void {
  let [start, size, dirty] = [page, order, firstDirty];
  while (size < MAX_ORDER) {
    const half = 2 ** size;
    const isUpper = Math.floor(start / half) % 2 === 1;
    const other = buddy.free.get(isUpper ? start - half : start + half);
    if (other?.order !== size) break;
    remove(buddy, other);
    const [lower, upper] = isUpper ? [other.firstDirty, dirty] : [dirty, other.firstDirty];
    dirty = lower === CLEAN ? half + upper : lower;
    if (isUpper) start -= half;
    size += 1;
  }
  insert(buddy, start, size, dirty);
}

/**
 * The first page of 2^order pages in zones up to `topZone`, or undefined. The highest zone wins, then the smallest
 * block, then the head of its list; of a larger block the top is taken. Requests of several pages look for clean blocks
 * first (Xen: alloc_heap_pages, get_free_buddy).
 */
export function allocate(buddy: Buddy, order: number, topZone: number): number | undefined {
  if (order > MAX_ORDER || order < 0) return undefined;
  const top = Math.min(topZone, buddy.topZone);
  let block: Block | undefined;
  if (order === 0 || !buddy.prefersClean) {
    block = takeHead(buddy, order, top);
  } else {
    block = takeClean(buddy, order, top) ?? takeHead(buddy, order, top);
  }
  if (!block) return undefined;
  let { page, firstDirty } = block;
  for (let size = block.order; size > order;) {
    size -= 1;
    const half = 2 ** size;
    insert(buddy, page, size, firstDirty);
    page += half;
    if (firstDirty !== CLEAN) firstDirty = Math.max(0, firstDirty - half);
  }
  return page;
}

/**
 * Takes `count` single pages as as many requests for one page would: the smallest blocks of the highest zone whole,
 * of the last one the top. The pages are gone for good.
 */
export function takePages(buddy: Buddy, count: number): void {
  for (let left = count; left > 0;) {
    const block = takeHead(buddy, 0, buddy.topZone);
    if (!block) return;
    const size = 2 ** block.order;
    if (size > left) {
      let { page } = block;
      for (let order = block.order - 1, rest = size - left; rest > 0; order -= 1) {
        if (rest < 2 ** order) continue;
        const before = page - block.page;
        insert(buddy, page, order, Math.max(0, block.firstDirty - before));
        page += 2 ** order;
        rest -= 2 ** order;
      }
    }
    left -= Math.min(left, size);
  }
}

function takeHead(buddy: Buddy, order: number, top: number): Block | undefined {
  for (let zone = top; zone > 0; zone -= 1) {
    const lists = buddy.lists[zone];
    if (!lists) continue;
    for (let size = order; size <= MAX_ORDER; size += 1) {
      const block = lists[size]?.shift();
      if (!block) continue;
      buddy.free.delete(block.page);
      return block;
    }
  }
  return undefined;
}

function takeClean(buddy: Buddy, order: number, top: number): Block | undefined {
  for (let zone = top; zone > 0; zone -= 1) {
    const lists = buddy.lists[zone];
    if (!lists) continue;
    for (let size = order; size <= MAX_ORDER; size += 1) {
      const list = lists[size];
      const block = list?.shift();
      if (!list || !block) continue;
      if (block.firstDirty === CLEAN) {
        buddy.free.delete(block.page);
        return block;
      }
      list.push(block);
    }
  }
  return undefined;
}

/** How many free blocks of at least 2^order pages a zone holds. */
export function countBlocks(buddy: Buddy, zone: number, order: number): number {
  let count = 0;
  for (let size = order; size <= MAX_ORDER; size += 1)
    count += buddy.lists[zone]?.[size]?.length ?? 0;
  return count;
}

/** Pages of the largest free block in a zone or below; 0 when none is. */
export function largestBlock(buddy: Buddy, zone: number): number {
  let pages = 0;
  for (const { page, order } of buddy.free.values())
    if (zoneOf(page) <= zone) pages = Math.max(pages, 2 ** order);
  return pages;
}

/** How many pages are free. */
export function freePages(buddy: Buddy): number {
  let pages = 0;
  for (const { order } of buddy.free.values()) pages += 2 ** order;
  return pages;
}

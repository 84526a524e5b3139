// The blocks of the heap that dom0's RAM is made of, mapped 1:1.

import { PAGE_SIZE_NUMBER } from '../../addresses/page.ts';
import type { Range } from '../../addresses/region.ts';
import { is32Bit, type BootState } from '../boot-state.ts';
import { crash, giveUp, panic, print } from '../console.ts';
import { reason, type Reason } from '../reasons.ts';
import { isRaspberryPi4, RASPBERRY_PI_4_DMA_BITS } from '../raspberry-pi-4.ts';
import {
  allocate,
  countBlocks,
  freeBlock,
  freePages,
  largestBlock,
  zoneBelow,
  type Buddy,
} from './page-alloc.ts';

const MIB = 1n << 20n;
/** The smallest bank worth having below 4 GiB, and a block worth trying: 128 MiB and 4 MiB. */
const MIN_BANK = 128 * 256;
const MIN_ORDER = 10;
/** Pages of that block: smaller ones come from what Xen's own allocations left. */
const MIN_BLOCK = 2 ** MIN_ORDER;

interface Bank {
  start: number;
  pages: number;
}

/** floor(log2(pages)); -1 for none. */
function orderBelow(pages: number): number {
  return pages < 1 ? -1 : Math.floor(Math.log2(pages));
}

function orderAbove(pages: number): number {
  return pages <= 1 ? 0 : Math.ceil(Math.log2(pages));
}

/** Allocates and prints dom0's banks; ends the boot when memory is short (Xen: allocate_memory_11). */
export function allocateMemory11(state: BootState): void {
  const { does, options, buddies } = state;
  const [buddy, ...others] = buddies;
  if (!buddy) return;
  const size = options.dom0Memory;
  const domain = does.allocatingFor;
  // dom0_mem may be among the options that are not known.
  if (options.open && !options.dom0MemoryGiven) state.muted = true;
  print(state, 'allocating-direct', { size: Number(size / MIB), domain });
  const platformBits = isRaspberryPi4(state.tree) ? RASPBERRY_PI_4_DMA_BITS : 32;
  const lowBits = does.platformDmaBits
    ? Math.min(32, state.world.valueOf('dmaBits') ?? platformBits)
    : 32;
  const total = Number(size / BigInt(PAGE_SIZE_NUMBER));
  if (total === 0 && !state.muted) {
    // The order of no page is the largest number there is, and Xen counts down from it.
    state.outcome = { kind: 'hangs', because: [reason('dom0-memory-less-than-page', {})] };
    return;
  }
  const because = doubtBanks(state, buddy, total, lowBits);
  const wanted = { total, lowBits, limit: does.bankLimit, needsLow: is32Bit(state) };
  const taken = takeBanks(buddy, wanted);
  if (others.some((other) => !isSameTake(taken, takeBanks(other, wanted))))
    because.push(reason('own-pages', {}));
  const doubt = because.length === 0 ? undefined : because;
  state.banksUncertain = doubt !== undefined;
  if (!taken.hasFirst) {
    if (is32Bit(state)) {
      stop(state, 'first-bank', total, whyNoLowBlock(buddy, total, lowBits));
      return;
    }
    if (!state.banksUncertain) print(state, 'no-low-bank', { limit: nameOf(state, lowBits) });
  }
  state.dom0Banks = taken.banks.map(({ start, pages }) => pagesToRange(start, pages));
  doubtRest(state, taken, total, doubt);
  if (taken.left > 0) {
    stop(state, 'all', taken.left, whyShort(state, buddy, taken));
    if (state.outcome) return;
  }
  printBanks(state);
}

interface Wanted {
  /** Pages. */
  readonly total: number;
  /** Bits of the addresses that low memory has. */
  readonly lowBits: number;
  /** How many banks there may be. */
  readonly limit: number;
  /** Whether nothing is taken unless the first bank is low. */
  readonly needsLow: boolean;
}

interface Taken extends FilledBanks {
  /** Whether the first bank is low memory. */
  readonly hasFirst: boolean;
}

function takeBanks(buddy: Buddy, { total, lowBits, limit, needsLow }: Wanted): Taken {
  const first = takeFirstBank(buddy, total, lowBits);
  if (!first && needsLow)
    return { banks: [], left: total, whole: [], refusesLower: false, hasFirst: false };
  return { ...fillBanks(buddy, first, total, lowBits, limit), hasFirst: first !== undefined };
}

/** Where the rest below 4 MiB lies is not known in either. */
function isSameTake(one: Taken, other: Taken): boolean {
  const [a, b] = [one, other].map(({ banks, whole }) => (whole.length > 0 ? whole : banks));
  return (
    one.left === other.left &&
    one.hasFirst === other.hasFirst &&
    a?.length === b?.length &&
    (a ?? []).every((bank, index) => isSame(bank, b?.[index]))
  );
}

/** What memory below the platform's limit is called. */
function nameOf({ does }: BootState, lowBits: number): string {
  return does.platformDmaBits ? `${lowBits}-bit` : '4GB';
}

/** The order that a first bank has at least: that of 128 MiB, or of all when that is less. */
function leastOrder(total: number): number {
  return orderAbove(Math.min(total, MIN_BANK));
}

/** The largest block below the platform's limit, as low as possible; undefined when none is worth having. */
function takeFirstBank(buddy: Buddy, total: number, lowBits: number): Bank | undefined {
  for (let order = orderBelow(total); order >= leastOrder(total); order -= 1)
    for (let bits = order; bits <= lowBits; bits += 1) {
      const page = allocate(buddy, order, zoneBelow(bits));
      if (page !== undefined) return { start: page, pages: 2 ** order };
    }
  return undefined;
}

interface FilledBanks {
  readonly banks: readonly Bank[];
  /** Pages that are in no bank. */
  readonly left: number;
  /** The banks before the rest below 4 MiB was taken. */
  readonly whole: readonly Bank[];
  /** Whether a block was given back since it is small and below the first bank. */
  readonly refusesLower: boolean;
}

/** Takes blocks until `total` pages are in banks, low memory first, from the largest that is left to 4 MiB. */
function fillBanks(
  buddy: Buddy,
  first: Bank | undefined,
  total: number,
  lowBits: number,
  limit: number,
): FilledBanks {
  const banks: Bank[] = first ? [first] : [];
  const lowZone = zoneBelow(lowBits);
  let lowmem = first !== undefined;
  let left = total - (first?.pages ?? 0);
  const rest = total % MIN_BLOCK;
  let whole: readonly Bank[] = [];
  let refusesLower = false;
  let order = orderBelow(left);
  while (left > 0 && order >= 0 && banks.length < limit) {
    if (left === rest) whole = banks.map((bank) => ({ ...bank }));
    const page = allocate(buddy, order, lowmem ? lowZone : Infinity);
    if (page === undefined) {
      order -= 1;
      if (lowmem && order < leastOrder(total)) {
        lowmem = false;
        order = orderBelow(left);
        continue;
      }
      if (order >= MIN_ORDER) continue;
      break;
    }
    if (!insertBank(banks, page, 2 ** order)) {
      freeBlock(buddy, page, order);
      refusesLower = !lowmem;
      if (!lowmem) break;
      lowmem = false;
      order = orderBelow(left);
      continue;
    }
    left -= 2 ** order;
    order = orderBelow(left);
  }
  return { banks, left, whole, refusesLower };
}

/** Where the rest below 4 MiB lies is not known: the first bank is, unless the rest was joined to it. */
function doubtRest(
  state: BootState,
  { banks, left, whole }: FilledBanks,
  total: number,
  doubt: readonly Reason[] | undefined,
): void {
  state.restUncertain = total % MIN_BLOCK > 0 && left < MIN_BLOCK;
  if (state.restUncertain && !doubt && !isSame(whole[0], banks[0])) state.banksUncertain = true;
  if (!doubt && !state.restUncertain) return;
  state.uncertain.push({
    what: 'dom0.banks',
    because: doubt ?? [reason('rest-below-4-mib', {})],
    candidates: [state.dom0Banks],
  });
}

/** Lines of banks whose place is known. */
function printBanks(state: BootState): void {
  if (state.banksUncertain) return;
  for (const [index, { start, end }] of state.dom0Banks.entries()) {
    if (state.restUncertain && index > 0) break;
    print(state, 'bank', { index, start, end, size: Number((end - start) / MIB) });
  }
}

function isSame(bank: Bank | undefined, other: Bank | undefined): boolean {
  return bank !== undefined && bank.start === other?.start && bank.pages === other.pages;
}

function pagesToRange(start: number, pages: number): Range {
  const first = BigInt(start) * BigInt(PAGE_SIZE_NUMBER);
  return { start: first, end: first + BigInt(pages) * BigInt(PAGE_SIZE_NUMBER) };
}

/**
 * Takes a block as a bank or joins it to one, ascending; two banks that become neighbours are not joined. False for
 * a block of less than 128 MiB below the first bank (Xen: insert_11_bank).
 */
function insertBank(banks: Bank[], start: number, pages: number): boolean {
  const first = banks[0];
  if (first && pages < MIN_BANK && start + pages < first.start) return false;
  for (const [index, bank] of banks.entries()) {
    if (start + pages === bank.start) {
      bank.start = start;
      bank.pages += pages;
      return true;
    }
    if (bank.start + bank.pages === start) {
      bank.pages += pages;
      return true;
    }
    if (start + pages < bank.start) {
      banks.splice(index, 0, { start, pages });
      return true;
    }
  }
  banks.push({ start, pages });
  return true;
}

/** A 32-bit dom0 starts in low memory: which block it wants there, and what is left. */
function whyNoLowBlock(buddy: Buddy, total: number, lowBits: number): Reason {
  return reason('dom0-low-block', {
    wanted: Math.max(1, toMib(2 ** leastOrder(total))),
    limit: 1n << BigInt(lowBits),
    largest: toMib(largestBlock(buddy, zoneBelow(lowBits))),
  });
}

/** Why memory is missing: it is not there, or there and not taken. */
function whyShort({ does }: BootState, buddy: Buddy, taken: Taken): Reason {
  if (taken.left < MIN_BLOCK) return reason('rest-below-4-mib', {});
  const missing = toMib(taken.left);
  const free = freePages(buddy);
  if (free < taken.left) return reason('dom0-memory-short', { missing });
  const first = pagesToRange(taken.banks[0]?.start ?? 0, 0).start;
  if (taken.refusesLower) return reason('dom0-memory-below-first', { missing, first });
  if (taken.banks.length >= does.bankLimit)
    return reason('dom0-banks-limit', { missing, limit: does.bankLimit });
  return reason('dom0-memory-in-pieces', { missing });
}

function toMib(pages: number): number {
  return Math.floor((pages * PAGE_SIZE_NUMBER) / Number(MIB));
}

/** `left`: pages of dom0_mem that no bank holds; `what` could not be allocated. */
function stop(state: BootState, what: 'first-bank' | 'all', left: number, because: Reason): void {
  const { source } = state.options;
  const bytes = BigInt(left) * BigInt(PAGE_SIZE_NUMBER);
  // On arm32 it is cut to 32 bits before it is printed.
  const missing = Number((state.arm32 ? BigInt.asUintN(32, bytes) : bytes) / MIB);
  const ram = state.ram.reduce((sum, bank) => sum + bank.size, 0n);
  if (state.options.dom0Memory > ram && state.does.shortMemoryPanics && !is32Bit(state)) {
    // Wherever it is looked for: only how much is missing is not known.
    const facts = { size: Number(state.options.dom0Memory / MIB), ram: Number(ram / MIB) };
    if (state.banksUncertain)
      crash(state, undefined, reason('dom0-memory-exceeds-ram', facts), source);
    else panic(state, 'dom0-memory-short', { missing }, because, source);
    return;
  }
  if (state.banksUncertain) {
    giveUp(state, reason('boot-may-end-at-memory', {}));
  } else if (left < MIN_BLOCK) {
    state.banksUncertain = true;
    giveUp(state, because);
  } else if (what === 'first-bank') panic(state, 'first-bank-impossible', {}, because, source);
  else if (state.does.shortMemoryPanics)
    panic(state, 'dom0-memory-short', { missing }, because, source);
  else print(state, 'dom0-memory-less', { missing }, source);
}

/**
 * Why the banks depend on more than the inputs; empty when they do not. While idle CPUs scrub memory, clean blocks are preferred over
 * all others; then only a dom0 that is one block, alone of its size in its zone, is certain.
 */
function doubtBanks(state: BootState, buddy: Buddy, total: number, lowBits: number): Reason[] {
  const { uncertain, options, world } = state;
  const because: Reason[] = [];
  const assumed = state.modules.some((module) => module.assumed);
  if (assumed) because.push(reason('places-assumed', {}));
  const scrubbed = options.bootscrub === 'idle' && world.valueOf('cpus') !== 1;
  if (scrubbed && !isSafe(buddy, total, lowBits)) {
    const cpus = world.valueOf('cpus');
    because.push(
      cpus === undefined ? reason('scrubbed-by-several', {}) : reason('scrubbed-by', { cpus }),
    );
    uncertain.push({ what: 'log', because: [reason('boot-may-end-at-memory', {})] });
    state.muted = true;
  }
  if (options.open && !options.dom0MemoryGiven)
    because.push(reason('value-from-loader', { node: '/chosen', property: 'xen,xen-bootargs' }));
  if (total === 0) because.push(reason('dom0-memory-less-than-page', {}));
  if (
    world.valueOf('kernel.format') === 'gzip' &&
    world.valueOf('kernel.uncompressedSize') === undefined
  )
    because.push(reason('kernel-size-unknown', {}));
  return because;
}

/** Whether the whole of dom0_mem is one block and its zone holds just one that is large enough. */
function isSafe(buddy: Buddy, total: number, lowBits: number): boolean {
  const order = orderBelow(total);
  if (2 ** order !== total) return false;
  for (let zone = 1; zone <= zoneBelow(lowBits); zone += 1) {
    const count = countBlocks(buddy, zone, order);
    if (count > 0) return count === 1;
  }
  return false;
}

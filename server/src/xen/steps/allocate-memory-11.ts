// The blocks of the heap that dom0's RAM is made of, mapped 1:1.

import type { Range } from '../../addresses/region.ts';
import { is32Bit, type BootState } from '../boot-state.ts';
import { alternatePaddr, panic, print } from '../console.ts';
import { isRaspberryPi4, RASPBERRY_PI_4_DMA_BITS } from '../raspberry-pi-4.ts';
import { allocate, countBlocks, freeBlock, zoneBelow, type Buddy } from './page-alloc.ts';

const PAGE = 4096;
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
  const { does, options, buddy } = state;
  if (!buddy) return;
  const size = options.dom0Memory;
  print(state, `Allocating 1:1 mappings totalling ${size / MIB}MB for ${does.allocatingFor}:`);
  const platformBits = isRaspberryPi4(state.tree) ? RASPBERRY_PI_4_DMA_BITS : 32;
  const lowBits = does.platformDmaBits ? Math.min(32, state.profile.dmaBits ?? platformBits) : 32;
  const lowZone = zoneBelow(lowBits);
  const total = Number(size / BigInt(PAGE));
  const doubt = doubtBanks(state, buddy, total, lowBits);
  state.banksUncertain = doubt !== undefined;

  const banks: Bank[] = [];
  let left = total;
  let lowmem = true;
  const firstOrder = orderAbove(Math.min(total, MIN_BANK));
  for (let order = orderBelow(total); order >= firstOrder && banks.length === 0; order -= 1) {
    for (let bits = order; bits <= lowBits; bits += 1) {
      const page = allocate(buddy, order, zoneBelow(bits));
      if (page === undefined) continue;
      banks.push({ start: page, pages: 2 ** order });
      left -= 2 ** order;
      break;
    }
  }
  if (banks.length === 0) {
    if (is32Bit(state)) {
      stop(state, 'Unable to allocate first memory bank', left);
      return;
    }
    if (!state.banksUncertain)
      print(state, `No bank has been allocated below ${does.lowMemoryName}.`);
    lowmem = false;
  }
  const rest = total % MIN_BLOCK;
  let whole: readonly Bank[] = [];
  let order = orderBelow(left);
  while (left > 0 && order >= 0 && banks.length < does.bankLimit) {
    if (left === rest) whole = banks.map((bank) => ({ ...bank }));
    const page = allocate(buddy, order, lowmem ? lowZone : Infinity);
    if (page === undefined) {
      order -= 1;
      if (lowmem && order < firstOrder) {
        lowmem = false;
        order = orderBelow(left);
        continue;
      }
      if (order >= MIN_ORDER) continue;
      break;
    }
    if (!insertBank(banks, page, 2 ** order)) {
      freeBlock(buddy, page, order);
      if (!lowmem) break;
      lowmem = false;
      order = orderBelow(left);
      continue;
    }
    left -= 2 ** order;
    order = orderBelow(left);
  }
  state.dom0Banks = banks.map(({ start, pages }) => pagesToRange(start, pages));
  // Where the rest below 4 MiB lies is not known: the first bank is, unless the rest was joined to it.
  state.restUncertain = rest > 0 && left < MIN_BLOCK;
  if (state.restUncertain && !doubt && !isSame(whole[0], banks[0])) state.banksUncertain = true;
  if (doubt ?? state.restUncertain)
    state.uncertain.push({
      what: 'dom0.banks',
      because: doubt ?? 'the rest below 4 MiB comes from what Xen itself has left over',
      candidates: [state.dom0Banks],
    });
  if (left > 0) {
    stop(state, 'Failed to allocate requested dom0 memory.', left);
    if (state.outcome) return;
  }
  if (state.banksUncertain) return;
  for (const [index, { start, end }] of state.dom0Banks.entries()) {
    if (state.restUncertain && index > 0) break;
    print(
      state,
      `BANK[${index}] ${alternatePaddr(start)}-${alternatePaddr(end)} (${(end - start) / MIB}MB)`,
    );
  }
}

function isSame(bank: Bank | undefined, other: Bank | undefined): boolean {
  return bank !== undefined && bank.start === other?.start && bank.pages === other.pages;
}

function pagesToRange(start: number, pages: number): Range {
  const first = BigInt(start) * BigInt(PAGE);
  return { start: first, end: first + BigInt(pages) * BigInt(PAGE) };
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

function stop(state: BootState, message: string, left: number): void {
  const { source } = state.options;
  const missing = (BigInt(left) * BigInt(PAGE)) / MIB;
  const because = `${missing} MiB of dom0_mem do not fit into Xen's free memory`;
  const text = message.startsWith('Failed') ? `${message} ${missing}MB unallocated` : message;
  if (state.banksUncertain || left < MIN_BLOCK) {
    state.banksUncertain = true;
    state.outcome = { kind: 'unknown', because };
  } else if (message.startsWith('Failed') && !state.does.shortMemoryPanics) {
    print(state, `WARNING: ${text}`, source);
  } else panic(state, text, because, source);
}

/**
 * Why the banks depend on more than the inputs, if they do. While idle CPUs scrub memory, clean blocks are preferred over
 * all others; then only a dom0 that is one block, alone of its size in its zone, is certain.
 */
function doubtBanks(
  state: BootState,
  buddy: Buddy,
  total: number,
  lowBits: number,
): string | undefined {
  const { uncertain, options, profile } = state;
  const because: string[] = [];
  const assumed = state.modules.some((module) => module.assumed);
  if (assumed) because.push('the places of Xen and of the blob are not given');
  const scrubbed = options.bootscrub === 'idle' && (state.cpus ?? 2) > 1;
  if (scrubbed && !isSafe(buddy, total, lowBits)) {
    const cpus = profile.cpus === undefined ? 'several CPUs' : `${profile.cpus} CPUs`;
    because.push(`${cpus} scrub memory while dom0 is built, and clean blocks are taken first`);
    uncertain.push({ what: 'log', because: 'the boot may end where dom0 gets its memory' });
    state.muted = true;
  }
  if (total === 0) because.push('dom0_mem is less than a page');
  const { format, uncompressedSize } = profile.kernel ?? {};
  if (format === 'gzip' && uncompressedSize === undefined)
    because.push('the kernel is unpacked into the heap before, and its size is not given');
  return because.length === 0 ? undefined : because.join('; ');
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

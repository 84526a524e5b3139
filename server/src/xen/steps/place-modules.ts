// Where in dom0's first bank the kernel, the ramdisk and the blob go.

import { is32Bit, rangeOf, type BootState } from '../boot-state.ts';
import { giveUp, panic } from '../console.ts';
import { reason } from '../reasons.ts';

const STEP = 2n << 20n;
const FAR = 128n << 20n;

function roundUp(value: bigint): bigint {
  return ((value + STEP - 1n) / STEP) * STEP;
}

/**
 * Kernel at the start of the bank; ramdisk and blob 128 MiB above it, else at the end, else below the kernel. Ends
 * the boot when they do not fit (Xen: kernel_zimage_place, place_modules).
 */
export function placeModules(state: BootState): void {
  const { dom0Kernel: kernel, dom0Initrd: initrd, world } = state;
  const bank = state.dom0Banks[0];
  if (!kernel || !bank) return;
  const isPacked = world.valueOf('kernel.format') === 'gzip';
  const length = (isPacked ? world.valueOf('kernel.uncompressedSize') : undefined) ?? kernel.size;
  const { start: base, end } = bank;
  const size = end - base;
  let load = base + (world.valueOf('kernel.textOffset') ?? 0n);
  if (is32Bit(state)) {
    const top = base + FAR < end ? base + FAR : end;
    load = ((top - length) / STEP) * STEP;
  }
  const kernelEnd = roundUp(load + length);
  const blobLength = roundUp(BigInt(state.dom0BlobSize));
  const modules = blobLength + (initrd ? roundUp(initrd.size) : 0n);
  if (modules + (kernelEnd - load) > size) {
    const because = reason('first-bank-small', { size: Number(size >> 20n) });
    // A bank of another size may do, but none is larger than all of dom0's memory.
    if (state.banksUncertain && modules + (kernelEnd - load) <= state.options.dom0Memory) {
      giveUp(state, because);
      return;
    }
    panic(state, 'first-bank-small', {}, because, kernel);
    return;
  }
  let at: bigint;
  if (end >= base + FAR + modules && load + length < base + FAR) at = base + FAR;
  else if (end - modules > kernelEnd) at = end - modules;
  else if (load - base > modules) at = load - modules;
  else {
    if (state.banksUncertain) {
      giveUp(state, reason('no-room-beside-kernel', {}));
      return;
    }
    panic(state, 'no-room-for-images', {}, reason('no-room-beside-kernel', {}), kernel);
    return;
  }
  state.kernelRange = { start: load, end: load + length };
  state.blobRange = { start: at, end: at + BigInt(state.dom0BlobSize) };
  if (initrd) {
    const { start, end: initrdEnd } = rangeOf(initrd);
    const place = at + blobLength;
    state.initrdRange = { start: place, end: place + (initrdEnd - start) };
  }
}

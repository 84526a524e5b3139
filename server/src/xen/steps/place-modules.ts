// Where in dom0's first bank the kernel, the ramdisk and the blob go.

import type { Range } from '../../addresses/region.ts';
import { is32Bit, type BootState } from '../boot-state.ts';
import { giveUp, panic } from '../console.ts';
import { reason } from '../reasons.ts';

const STEP = 2n << 20n;
const FAR = 128n << 20n;

function roundUp(value: bigint): bigint {
  return ((value + STEP - 1n) / STEP) * STEP;
}

/** What is to go into a domain's first bank: bytes of each, and how the kernel wants to lie. */
export interface Images {
  readonly kernel: bigint;
  readonly textOffset: bigint;
  /** A 32-bit kernel, which goes as high as possible below 128 MiB. */
  readonly is32: boolean;
  readonly blob: bigint;
  readonly initrd: bigint | undefined;
}

export interface Places {
  readonly kernel: Range;
  readonly blob: Range;
  readonly initrd: Range | undefined;
}

/**
 * Kernel at the start of the bank; ramdisk and blob 128 MiB above it, else at the end, else below the kernel. What is in
 * the way when they do not fit (Xen: kernel_zimage_place, place_modules).
 */
export function placeImages(bank: Range, images: Images): Places | 'bank-small' | 'no-room' {
  const { start: base, end } = bank;
  let load = base + images.textOffset;
  if (images.is32) {
    const top = base + FAR < end ? base + FAR : end;
    load = ((top - images.kernel) / STEP) * STEP;
  }
  const kernelEnd = roundUp(load + images.kernel);
  const blobLength = roundUp(images.blob);
  const modules = blobLength + roundUp(images.initrd ?? 0n);
  if (modules + (kernelEnd - load) > end - base) return 'bank-small';
  let at: bigint;
  if (end >= base + FAR + modules && load + images.kernel < base + FAR) at = base + FAR;
  else if (end - modules > kernelEnd) at = end - modules;
  else if (load - base > modules) at = load - modules;
  else return 'no-room';
  const initrd = at + blobLength;
  return {
    kernel: { start: load, end: load + images.kernel },
    blob: { start: at, end: at + images.blob },
    initrd:
      images.initrd === undefined ? undefined : { start: initrd, end: initrd + images.initrd },
  };
}

/** Places dom0's kernel, ramdisk and blob; ends the boot when they do not fit. */
export function placeModules(state: BootState): void {
  const { dom0Kernel: kernel, dom0Initrd: initrd, world } = state;
  const bank = state.dom0Banks[0];
  if (!kernel || !bank) return;
  const isPacked = world.valueOf('kernel.format') === 'gzip';
  const length = (isPacked ? world.valueOf('kernel.uncompressedSize') : undefined) ?? kernel.size;
  const images: Images = {
    kernel: length,
    textOffset: world.valueOf('kernel.textOffset') ?? 0n,
    is32: is32Bit(state),
    blob: BigInt(state.dom0BlobSize),
    initrd: initrd?.size,
  };
  const size = bank.end - bank.start;
  const places = placeImages(bank, images);
  if (places === 'bank-small') {
    const because = reason('first-bank-small', { size: Number(size >> 20n) });
    // A bank of another size may do, but none is larger than all of dom0's memory.
    const whole = { start: bank.start, end: bank.start + state.options.dom0Memory };
    if (state.banksUncertain && placeImages(whole, images) !== 'bank-small') giveUp(state, because);
    else panic(state, 'first-bank-small', {}, because, kernel);
    return;
  }
  if (places === 'no-room') {
    const because = reason('no-room-beside-kernel', {});
    if (state.banksUncertain) giveUp(state, because);
    else panic(state, 'no-room-for-images', {}, because, kernel);
    return;
  }
  state.kernelRange = places.kernel;
  state.blobRange = places.blob;
  state.initrdRange = places.initrd;
}

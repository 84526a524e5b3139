// What lies in memory when Linux starts, as far as the boot facts and the boot script settle it.

import { alignUp } from '../addresses/region.ts';
import { architectureOf } from '../facts/architecture-of.ts';
import type { BootFacts } from '../facts/boot-facts.ts';
import type { LoaderFile } from '../facts/loader-file.ts';
import { nodeAt, type DeviceTree } from '../tree/device-tree.ts';
import type { LoadedPlace } from './linux-boot.ts';

/** What U-Boot and Linux align a 64-bit kernel to, less its text offset (U-Boot: booti_setup). */
const KERNEL_ALIGNMENT = 2n << 20n;

/**
 * The DTB, the kernel and the initrd, each with the least it takes up. What is only assumed is left out, and so is what
 * the boot loader may move; nothing at all where the facts are those of a boot of Xen, or of UEFI, which copies the DTB.
 */
export function loadedPlaces(
  tree: DeviceTree,
  facts: BootFacts,
  files: readonly LoaderFile[],
): readonly LoadedPlace[] {
  if (isForXen(tree, facts) || facts.boot.value === 'efi') return [];
  const is32Bit = architectureOf(tree).value === 'arm32';
  const staying = files.filter(
    ({ stays }) => stays === 'always' || (stays === 'with-32-bits' && is32Bit),
  );
  return [
    dtb(facts, files, staying),
    ...initrd(staying),
    ...kernel(facts, staying, is32Bit),
  ].flatMap((place) => place ?? []);
}

/** Whether a hypervisor is booted with this tree: it has something to say to Xen, or the facts say where Xen is. */
function isForXen(tree: DeviceTree, facts: BootFacts): boolean {
  const chosen = nodeAt(tree, '/chosen');
  return (
    facts['kernel.module'].value === 'tree' ||
    [...(chosen?.properties.keys() ?? [])].some((name) => name.startsWith('xen,')) ||
    (['xen.address', 'xen.size'] as const).some((fact) => facts[fact].basis === 'given')
  );
}

function dtb(
  facts: BootFacts,
  files: readonly LoaderFile[],
  staying: readonly LoaderFile[],
): LoadedPlace | undefined {
  const { value: start, basis } = facts['dtb.address'];
  if (start === undefined) return undefined;
  const isMoved = files.some(({ role }) => role === 'dtb') && !staying.some(isDtb);
  if (basis === 'script' && isMoved) return undefined;
  const { value, others } = facts['dtb.size'];
  const size = [...(value === undefined ? [] : [value]), ...others].reduce(
    (least: bigint | undefined, each) => (least === undefined || each < least ? each : least),
    undefined,
  );
  return size === undefined ? undefined : { role: 'dtb', start, end: start + size };
}

function isDtb({ role }: LoaderFile): boolean {
  return role === 'dtb';
}

function initrd(staying: readonly LoaderFile[]): LoadedPlace[] {
  return staying.flatMap(({ role, address, size }) =>
    role === 'initrd' && size ? [{ role, start: address, end: address + size }] : [],
  );
}

/** A 32-bit kernel unpacks itself to a place of its own. */
function kernel(facts: BootFacts, staying: readonly LoaderFile[], is32Bit: boolean): LoadedPlace[] {
  if (is32Bit) return [];
  const isPacked = facts['kernel.format'].value === 'gzip';
  const offset = facts['kernel.textOffset'].value ?? 0n;
  return staying.flatMap(({ role, address, size: ofFile }) => {
    if (role !== 'xen') return [];
    const size = isPacked
      ? facts['kernel.uncompressedSize'].value
      : (facts['kernel.fileSize'].value ?? ofFile);
    if (!size) return [];
    const start = alignUp(address - offset, KERNEL_ALIGNMENT) + offset;
    return [{ role: 'kernel', start, end: start + size }];
  });
}

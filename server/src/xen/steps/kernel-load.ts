// Copying kernel, ramdisk and blob into dom0: refused where a device is mapped over its RAM.

import { PAGE_SIZE } from '../../addresses/page.ts';
import { overlaps, type Range } from '../../addresses/region.ts';
import type { BootState } from '../boot-state.ts';
import { event, giveUp, panicWith, print } from '../console.ts';
import { reason } from '../reasons.ts';
import type { XenEvent } from '../xen-boot.ts';

/** Prints where the three go and ends the boot where one cannot be copied (Xen: kernel_load, initrd_load, dtb_load). */
export function loadDom0(state: BootState): void {
  const { does, dom0Kernel: kernel, dom0Initrd: initrd } = state;
  const { kernelRange, initrdRange, blobRange } = state;
  if (!kernel || !kernelRange || !blobRange) return;
  const known = !state.banksUncertain;
  const compressed = state.world.valueOf('kernel.format') === 'gzip';
  if (compressed)
    state.uncertain.push({
      what: 'dom0.kernel',
      because: [reason('kernel-unpacked', {})],
    });
  else if (known) print(state, 'kernel-loaded', { from: kernel.start, ...kernelRange }, kernel);
  const owner = does.copyInto;
  if (refused(state, kernelRange, () => event('image-copy', { what: 'kernel', owner }))) return;
  const domain = does.loadingFor;
  if (initrd && initrdRange) {
    tellInitrd(state, initrdRange);
    if (known)
      print(state, 'initrd-loaded', { domain, from: initrd.start, ...initrdRange }, initrd);
    if (refused(state, initrdRange, () => event('image-copy', { what: 'initrd', owner }))) return;
  }
  if (known && !state.uncertain.some(({ what }) => what === 'dom0.dtb'))
    print(state, 'dtb-loaded', { domain, ...blobRange });
  refused(state, blobRange, (left) => event('dtb-copy', { owner: domain, left: Number(left) }));
}

/** The place of the ramdisk goes into the placeholders in dom0's tree. */
function tellInitrd(state: BootState, range: Range): void {
  const chosen = state.dom0Tree?.root.children.find(({ path }) => path === '/chosen');
  const put = (name: string, value: bigint): void => {
    const bytes = chosen?.properties.get(name)?.bytes;
    if (bytes?.length === 8) new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(0, value);
  };
  put('linux,initrd-start', range.start);
  put('linux,initrd-end', range.end);
}

/** Whether a mapped device covers a page of `range`, which ends the boot; `message` is told the bytes that are left then. */
function refused(state: BootState, range: Range, message: (left: bigint) => XenEvent): boolean {
  let hit: (typeof state.mapped)[number] | undefined;
  for (const mapped of state.mapped)
    if (overlaps(mapped, range) && (!hit || mapped.start < hit.start)) hit = mapped;
  if (!hit) return false;
  const from = hit.start > range.start ? (hit.start / PAGE_SIZE) * PAGE_SIZE : range.start;
  const because = reason('device-over-ram', { node: hit.node.path });
  if (state.banksUncertain) giveUp(state, because);
  else panicWith(state, message(range.end - from), because, { node: hit.node });
  return true;
}

// Copying kernel, ramdisk and blob into dom0: refused where a device is mapped over its RAM.

import { overlaps, type Range } from '../../addresses/region.ts';
import type { BootState } from '../boot-state.ts';
import { paddr, panic, print } from '../console.ts';

const PAGE = 4096n;

/** Prints where the three go and ends the boot where one cannot be copied (Xen: kernel_load, initrd_load, dtb_load). */
export function loadDom0(state: BootState): void {
  const { does, dom0Kernel: kernel, dom0Initrd: initrd } = state;
  const { kernelRange, initrdRange, blobRange } = state;
  if (!kernel || !kernelRange || !blobRange) return;
  const known = !state.banksUncertain;
  const compressed = state.profile.kernel?.format === 'gzip';
  if (compressed)
    state.uncertain.push({
      what: 'dom0.kernel',
      because: 'the kernel is unpacked to pages of the heap, and from there copied',
    });
  else if (known)
    print(
      state,
      `Loading zImage from ${paddr(kernel.start)} to ${paddr(kernelRange.start)}-${paddr(kernelRange.end)}`,
      kernel,
    );
  if (refused(state, kernelRange, (text) => text('kernel'))) return;
  if (initrd && initrdRange) {
    tellInitrd(state, initrdRange);
    if (known)
      print(
        state,
        `Loading ${does.loadingFor} initrd from ${paddr(initrd.start)} to 0x${paddr(initrdRange.start)}-0x${paddr(initrdRange.end)}`,
        initrd,
      );
    if (refused(state, initrdRange, (text) => text('initrd'))) return;
  }
  if (known && !state.uncertain.some(({ what }) => what === 'dom0.dtb'))
    print(
      state,
      `Loading ${does.loadingFor} DTB to 0x${paddr(blobRange.start)}-0x${paddr(blobRange.end)}`,
    );
  refused(state, blobRange, (_, left) => {
    return `Unable to copy the DTB to ${does.loadingFor} memory (left = ${left} bytes)`;
  });
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

/** Whether a mapped device covers a page of `range`, which ends the boot. */
function refused(
  state: BootState,
  range: Range,
  message: (text: (what: string) => string, left: bigint) => string,
): boolean {
  let hit: (typeof state.mapped)[number] | undefined;
  for (const mapped of state.mapped)
    if (overlaps(mapped, range) && (!hit || mapped.start < hit.start)) hit = mapped;
  if (!hit) return false;
  const from = hit.start > range.start ? (hit.start / PAGE) * PAGE : range.start;
  const text = message(
    (what) => `Unable to copy the ${what} in the ${state.does.copyInto} memory`,
    range.end - from,
  );
  const because = `${hit.node.path} is mapped over dom0's RAM, where Xen puts this`;
  if (state.banksUncertain) state.outcome = { kind: 'unknown', because };
  else panic(state, text, because, { node: hit.node });
  return true;
}

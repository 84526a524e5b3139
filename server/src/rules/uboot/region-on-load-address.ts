// A reserved region lies where boot loaders put the kernel, the blob and the initrd.

import { formatAddress, formatRange, formatSize } from '../../addresses/format.ts';
import { overlaps, type Range } from '../../addresses/region.ts';
import { architectureOf } from '../../facts/architecture-of.ts';
import { isCompatible } from '../../linux/region-drivers.ts';
import { loadPlaces } from '../../linux/uboot.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { isFirmwareRegion } from '../linux/firmware-words.ts';
import { moveRegionFixes } from '../move-region.ts';
import { rule } from '../rule.ts';
import { reservationName, staticRegions } from '../static-regions.ts';

interface Facts {
  readonly region: Reserved;
  readonly kernel: Range;
  /** Where blob and initrd are put; undefined when it is the kernel's place. */
  readonly blob: bigint | undefined;
}

export const regionOnLoadAddress = rule<Facts>({
  id: 'region-on-load-address',
  severity: 'information',
  title: 'A reserved region covers the usual load address',
  why: `
Kernel, blob and initrd are usually loaded into the first 128 MiB of RAM or just above; a 32-bit kernel decompresses itself
to the start of RAM. A region there is overwritten before Linux runs, the kernel does not start, or the region cannot be
taken ("failed to reserve memory"). A \`no-map\` region unmaps the blob or the initrd under the running kernel.`,
  instead:
    'Move the region up, or change the load addresses (`kernel_addr_r`, `fdt_addr_r`, `ramdisk_addr_r`).',
  source: [
    'linux: Documentation/arch/arm/booting.rst (6.12)',
    'linux: early_init_dt_reserve_memory (6.12)',
    'u-boot: boot_relocate_fdt (6073c36b2c)',
  ],

  *check(board: Board) {
    const places = loadPlaces(board.map);
    if (!places) return;
    const { kernel, blob } = places;
    const isArm32 = architectureOf(board.tree).value === 'arm32';
    for (const region of staticRegions(board)) {
      // Regions of firmware are where the boot loader expects them; others are where someone put them.
      if (!region.written || isFirmwareRegion(region.node)) continue;
      const isPool = isCompatible(region.node, 'shared-dma-pool');
      // A 64-bit kernel goes above what begins with RAM.
      if (overlaps(region, kernel) && (isArm32 || region.start > kernel.start))
        yield { at: region.written, facts: { region, kernel, blob: undefined } };
      else if (region.noMap && isPool && region.start <= blob && blob < region.end)
        yield { at: region.written, facts: { region, kernel, blob } };
    }
  },

  message: ({ region, kernel, blob }) =>
    `${reservationName(region)} ${formatRange(region)} ` +
    (blob === undefined
      ? `lies in the first ${formatSize(kernel.end - kernel.start)} of RAM, where the kernel is loaded`
      : `covers ${formatAddress(blob)}, 128 MiB into RAM, where boot loaders put blob and initrd`),

  fixes: ({ facts }, board) => moveRegionFixes(board, facts.region),
});

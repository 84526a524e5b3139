// What U-Boot does with the reservations of the tree it loads for Linux, as far as the tree decides it
// (boot/image-fdt.c: boot_fdt_add_mem_rsv_regions).

import { compareRanges, union, type Range } from '../addresses/region.ts';
import { ramOf } from '../memory/free-ranges.ts';
import type { MemoryMap, Reserved } from '../memory/memory-map.ts';

/** U-Boot relocates itself to the top of the RAM it can address in 32 bits: about this many bytes, less in a small bank. */
const RELOCATION_SIZE = 64n << 20n;

/** What a kernel and its decompressor take, from the start of RAM. */
const KERNEL_SIZE = 32n << 20n;

/** Where boot loaders put blob and initrd, from the start of RAM. */
const BLOB_OFFSET = 128n << 20n;

/** CONFIG_LMB_MAX_REGIONS by default before 2023.01 and before 2024.10; there is no limit after that. */
export const LMB_LIMITS: readonly { readonly before: string; readonly regions: number }[] = [
  { before: '2023.01', regions: 8 },
  { before: '2024.10', regions: 16 },
];

/** The reservations U-Boot puts into its LMB: every `/memreserve/` and the first tuple of each enabled static node. */
function lmbReservations(map: MemoryMap): Reserved[] {
  return map.reserved.filter(
    (region) =>
      region.end > region.start &&
      (region.kind === 'memreserve' ||
        (region.kind === 'static' && region.enabled && region.index === 0)),
  );
}

/** How many LMB entries they make: neighbours with the same flags join. */
export function lmbEntries(map: MemoryMap): number {
  const reservations = lmbReservations(map);
  return [true, false]
    .map((noMap) => union(reservations.filter((region) => region.noMap === noMap)).length)
    .reduce((sum, count) => sum + count);
}

/**
 * Where U-Boot lies when it starts Linux: the end of the highest bank that begins below 4 GiB (gd->ram_top). Undefined
 * when RAM is not known.
 */
export function relocationRange(map: MemoryMap): Range | undefined {
  if (!map.ramKnown) return undefined;
  const limit = 1n << 32n;
  const bank = map.banks
    .filter((each) => each.enabled && each.start < limit)
    .sort(compareRanges)
    .at(-1);
  if (!bank) return undefined;
  const end = bank.end < limit ? bank.end : limit;
  return { start: end - atMostAQuarter(RELOCATION_SIZE, end - bank.start), end };
}

/** Where boot loaders put the kernel, and the blob with the initrd behind it. Undefined when RAM is not known. */
export function loadPlaces(map: MemoryMap): { kernel: Range; blob: bigint } | undefined {
  const first = map.ramKnown ? ramOf(map)[0] : undefined;
  if (!first) return undefined;
  const { start, end } = first;
  return {
    kernel: { start, end: start + atMostAQuarter(KERNEL_SIZE, end - start) },
    blob: start + BLOB_OFFSET,
  };
}

function atMostAQuarter(size: bigint, whole: bigint): bigint {
  return size < whole / 4n ? size : whole / 4n;
}

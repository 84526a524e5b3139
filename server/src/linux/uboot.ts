// What U-Boot does with the reservations of the tree it loads for Linux, as far as the tree decides it
// (boot/image-fdt.c: boot_fdt_add_mem_rsv_regions).

import { compareRanges, union, type Range } from '../addresses/region.ts';
import { ramOf } from '../memory/free-ranges.ts';
import type { MemoryMap, Reserved } from '../memory/memory-map.ts';
import { baseName, type DtNode } from '../tree/device-tree.ts';

/** What U-Boot, its stack and its heap take where it relocates itself: about this many bytes, less in a small bank. */
const RELOCATION_SIZE = 64n << 20n;

const FOUR_GIB = 1n << 32n;

/** What a kernel and its decompressor take, from the start of RAM. */
const KERNEL_SIZE = 32n << 20n;

/** Where boot loaders put blob and initrd, from the start of RAM. */
const BLOB_OFFSET = 128n << 20n;

/** CONFIG_LMB_MAX_REGIONS by default before 2023.04 and before 2025.01; there is no limit after that. */
export const LMB_LIMITS: readonly { readonly before: string; readonly regions: number }[] = [
  { before: '2023.04', regions: 8 },
  { before: '2025.01', regions: 16 },
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
 * Where U-Boot lies when it starts Linux, unless its board says otherwise: at the end of the first tuple of /memory, or below
 * 4 GiB when that crosses the line. Undefined when RAM is not known, or the first tuple is empty or starts above 4 GiB
 * (fdtdec_setup_mem_size_base, setup_ram_config: gd->ram_top).
 */
export function relocationRange(map: MemoryMap): Range | undefined {
  // A path without a unit address finds the first node of that name, whatever its status and type are.
  const node = map.banks.find(({ node: each }) => isMemoryPath(each))?.node;
  return endOfBank(map.ramKnown ? map.banks.find((bank) => bank.node === node) : undefined);
}

/** Where boards put U-Boot: where it lies by default, and at the end of the highest bank below 4 GiB. */
export function relocationPlaces(map: MemoryMap): Range[] {
  if (!map.ramKnown) return [];
  const highest = map.banks
    .filter((each) => each.enabled && each.start < FOUR_GIB)
    .sort(compareRanges)
    .at(-1);
  return [relocationRange(map), endOfBank(highest)].filter((place) => place !== undefined);
}

function isMemoryPath(node: DtNode): boolean {
  return node.parent?.parent === undefined && baseName(node) === 'memory';
}

function endOfBank(bank: Range | undefined): Range | undefined {
  if (!bank || bank.end <= bank.start || bank.start >= FOUR_GIB) return undefined;
  const end = bank.end < FOUR_GIB ? bank.end : FOUR_GIB;
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

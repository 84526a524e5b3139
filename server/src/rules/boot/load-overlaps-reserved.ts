// Xen, the blob or another file is loaded into reserved memory.

import { formatRange } from '../../addresses/format.ts';
import { overlaps } from '../../addresses/region.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import {
  formatPlace,
  loadedFiles,
  type LoadedFile,
  severityOf,
  wordAlternative,
} from '../loaded-files.ts';
import { moveRegionFixes } from '../move-region.ts';
import { refusalParts, refusedOverlaps, wordRefusals, type Refusal } from '../refused-overlap.ts';
import { rule } from '../rule.ts';
import { reservationName } from '../static-regions.ts';

interface Facts {
  readonly file: LoadedFile;
  readonly region: Reserved;
  /** The boots of Xen that do not take both. */
  readonly refusals: readonly Refusal[];
}

export const loadOverlapsReserved = rule<Facts>({
  id: 'load-overlaps-reserved',
  severity: 'error',
  title: 'A file is loaded into reserved memory',
  why: `
The boot loader puts Xen, the blob or another file where a region is reserved: two owners use the same bytes. Xen 4.18
refuses the region and stops its scan of the tree there, Xen 4.19 and later panic ("Early FDT parsing failed"); older
releases boot on until one overwrites the other. Xen's message does not say that the other party is the blob.`,
  instead: 'Load the file elsewhere (`fdt_addr_r`, `kernel_addr_r`), or move the region.',
  source: ['xen: check_reserved_regions_overlap (4.22)', 'xen: add_boot_module (4.22)'],
  behaviours: ['xen.checksOverlaps', 'xen.scanError'],

  *check(board: Board) {
    const refusalsOf = refusedOverlaps(board);
    for (const file of loadedFiles(board, 'sure')) {
      // Of a file that the tree names as module the rule about modules tells.
      if (board.map.modules.some((module) => module.start === file.start)) continue;
      for (const region of board.map.reserved) {
        // U-Boot itself writes /memreserve/ for what it has loaded.
        if (region.kind === 'memreserve' || !region.enabled || !overlaps(file, region)) continue;
        const at = file.at ?? region.written;
        if (!at) continue;
        const refusals = refusalsOf(file, region);
        yield {
          at,
          facts: { file, region, refusals },
          ...severityOf(file),
          related:
            file.at && region.written
              ? [{ message: `${reservationName(region)} is here`, at: region.written }]
              : [],
          ...(file.alternatives ? {} : refusalParts(refusals)),
        };
      }
    }
  },

  message: ({ file, region, refusals }) =>
    `${file.name} ${formatPlace(file)} is loaded into ${reservationName(region)} ${formatRange(region)}` +
    (file.alternatives
      ? wordAlternative(file)
      : wordRefusals(refusals, file.at ? undefined : region.node)),

  fixes: ({ facts }, board) => moveRegionFixes(board, facts.region),
});

// A boot script loads one file over another.

import { overlaps } from '../../addresses/region.ts';
import type { Board } from '../board.ts';
import {
  excludeEachOther,
  formatPlace,
  loadedFiles,
  severityOf,
  wordAlternative,
  type LoadedFile,
} from '../loaded-files.ts';
import { rule, type Place } from '../rule.ts';

interface Facts {
  readonly file: LoadedFile;
  readonly other: LoadedFile;
}

export const loadOverlapsLoad = rule<Facts>({
  id: 'load-overlaps-load',
  severity: 'error',
  reads: 'beside',
  title: 'One file is loaded over another',
  why: `
The file that is loaded later overwrites the end or the beginning of the earlier one: an initrd over the kernel, a kernel
over Xen, whose memory is larger than its file. What was overwritten fails much later and in odd ways.`,
  instead:
    'Leave room between the addresses for the files as they are now, and for what they grow to.',
  source: ['ImageBuilder: uboot-script-gen, add_size', 'xen: add_boot_module (4.22)'],

  *check(board: Board) {
    const files = loadedFiles(board, 'sure');
    for (const [index, file] of files.entries()) {
      for (const other of files.slice(0, index)) {
        // The same address twice: two ways of loading one thing, or a place that is used again.
        if (file.start === other.start || !overlaps(file, other)) continue;
        if (excludeEachOther(file, other)) continue;
        const at: Place | undefined = file.at ?? other.at;
        if (!at) continue;
        yield {
          at,
          facts: { file, other },
          ...severityOf(file, other),
          related:
            other.at && file.at
              ? [{ message: `${nameOf(other)} is loaded here`, at: other.at }]
              : [],
        };
      }
    }
  },

  message: ({ file, other }) =>
    `${nameOf(file)} overlaps ${nameOf(other)}${wordAlternative(file, other)}`,
});

function nameOf(file: LoadedFile): string {
  return `${file.name} ${formatPlace(file)}`;
}

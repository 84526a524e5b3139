// A boot script loads a file to where there is no RAM.

import { formatAddress } from '../../addresses/format.ts';
import { subtract } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { Board } from '../board.ts';
import {
  formatPlace,
  loadedFiles,
  type LoadedFile,
  severityOf,
  wordAlternative,
} from '../loaded-files.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly file: LoadedFile;
  /** Where RAM ends, when the file starts there or later; exclusive. */
  readonly endOfRam: bigint | undefined;
}

export const loadOutsideRam = rule<Facts>({
  id: 'load-outside-ram',
  severity: 'error',
  title: 'A file is loaded outside RAM',
  why: `
The address in the script is not in any memory node: the boot loader stops, or writes over a device. Most often the script
was made for a board with another start of RAM.`,
  instead: 'Load the file into RAM; with ImageBuilder, correct MEMORY_START.',
  source: ['ImageBuilder: uboot-script-gen, load_file', 'u-boot: lmb_alloc_mem (6073c36b2c)'],

  *check(board: Board) {
    if (!board.map.ramKnown) return;
    const ram = ramOf(board.map);
    for (const file of loadedFiles(board, 'sure'))
      if (file.at && subtract([file], ram).length > 0) {
        const end = ram.reduce((last, bank) => (bank.end > last ? bank.end : last), 0n);
        const endOfRam = file.start >= end ? end : undefined;
        yield { at: file.at, facts: { file, endOfRam }, ...severityOf(file) };
      }
  },

  message({ file, endOfRam }) {
    const start = `${file.name} is loaded to ${formatPlace(file)}`;
    if (endOfRam !== undefined)
      return `${start}, past the end of RAM (${formatAddress(endOfRam - 1n)})${wordAlternative(file)}`;
    return `${start}, which is not ${file.sizeKnown ? 'all ' : ''}RAM${wordAlternative(file)}`;
  },
});

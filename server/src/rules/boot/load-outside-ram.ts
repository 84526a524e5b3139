// A boot script loads a file to where there is no RAM.

import { formatRange } from '../../addresses/format.ts';
import { subtract } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { Board } from '../board.ts';
import { loadedFiles, type LoadedFile } from '../loaded-files.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly file: LoadedFile;
}

export const loadOutsideRam = rule<Facts>({
  id: 'load-outside-ram',
  severity: 'error',
  title: 'A file is loaded outside RAM',
  why: `
The address in the script is not in any memory node: the boot loader stops, or writes over a device. Most often the script
was made for a board with another start of RAM.`,
  instead: 'Load the file into RAM; with ImageBuilder, correct MEMORY_START.',
  source: ['ImageBuilder: uboot-script-gen, load_file', 'u-boot: lmb_alloc'],

  *check(board: Board) {
    if (!board.map.ramKnown) return;
    const ram = ramOf(board.map);
    for (const file of loadedFiles(board, 'sure'))
      if (file.at && subtract([file], ram).length > 0) yield { at: file.at, facts: { file } };
  },

  message: ({ file }) => `${file.name} is loaded to ${formatRange(file)}, which is not all RAM`,
});

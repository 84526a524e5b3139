// Measures how the time of every reader grows with its input, and prints a line of JSON for each.
//   node --import tsx --expose-gc --min-semi-space-size=128 test/fuzz/measure-readers.ts [--thorough] [--part I/N] [--only PART-OF-A-NAME]

import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { sharedParser } from '../support/parser.ts';
import { hardInputs, temporaryFolder } from './hard-inputs.ts';
import { measureGrowth, type Effort } from './measure-slope.ts';

const { values } = parseArgs({
  options: {
    thorough: { type: 'boolean' },
    part: { type: 'string', default: '0/1' },
    only: { type: 'string', default: '' },
  },
});

const quick: Effort = { base: 4, factors: [1, 4], again: [1, 4, 16], rounds: 1, retries: 6 };
const thorough: Effort = {
  base: 15,
  factors: [1, 2, 4, 8],
  again: [1, 2, 4, 8],
  rounds: 2,
  retries: 4,
};

void run();

async function run(): Promise<void> {
  const folder = temporaryFolder();
  const [index = 0, parts = 1] = values.part.split('/').map(Number);
  const isThorough = values.thorough === true;
  const detail = isThorough ? 'each question' : 'all questions';
  const wanted = hardInputs(await sharedParser(), folder, detail).filter(
    ({ reader, input }, at) => at % parts === index && `${reader}: ${input}`.includes(values.only),
  );
  try {
    for (const growing of wanted) {
      // What other readers left behind is none of this one's cost.
      globalThis.gc?.();
      const growth = await measureGrowth(growing, isThorough ? thorough : quick);
      console.log(JSON.stringify(growth));
    }
  } finally {
    rmSync(path.dirname(folder), { recursive: true, force: true });
  }
}

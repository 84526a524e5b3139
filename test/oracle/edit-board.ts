// A worker process of tree.test.ts: random edits of one board's expanded text, incremental against from scratch.

import { NodeFiles } from '../../server/src/node-files.ts';
import { preprocess } from '../../server/src/preprocess/preprocess.ts';
import { checkIncremental, type EditTimes } from '../support/check-incremental.ts';
import { sharedParser } from '../support/parser.ts';
import { randomNumbers } from '../support/random-edits.ts';
import { kernelIncludePaths } from './kernel-tree.ts';

/** What to do with a board. */
export interface EditRequest {
  readonly board: string;
  readonly edits: number;
  readonly seed: number;
}

async function run({ board, edits, seed }: EditRequest): Promise<EditTimes> {
  const files = new NodeFiles();
  const root = files.get(board);
  if (typeof root === 'string') throw new Error(`${board} is ${root}`);
  const includePaths = kernelIncludePaths(board);
  const { text } = preprocess(root, files, { includePaths, defines: new Map() });
  return checkIncremental(await sharedParser(), text, edits, randomNumbers(seed));
}

process.on('message', (request: EditRequest) => {
  run(request).then(
    (times) => process.send?.(times),
    (error: unknown) => {
      throw error;
    },
  );
});

// A worker process of tree.test.ts: random edits of one board, incremental against from scratch.

import { NodeFiles } from '../../server/src/node-files.ts';
import { preprocess } from '../../server/src/preprocess/preprocess.ts';
import type { BoardRequest } from '../../server/src/analysis/analyze.ts';
import { parseTargets } from '../../server/src/systems/targets.ts';
import { checkEditedBoard, type BoardEditCounts } from '../support/check-edited-board.ts';
import { checkEditedFiles } from '../support/check-edited-files.ts';
import { checkIncremental, type EditTimes } from '../support/check-incremental.ts';
import { randomNumbers } from '../support/random-edits.ts';
import { kernelIncludePaths } from './kernel-tree.ts';

/** What to do with a board. */
export interface EditRequest {
  readonly board: string;
  readonly edits: number;
  /** Edits after which the whole board is analysed. */
  readonly analyses: number;
  readonly seed: number;
}

/** Edits of the expanded text, and of files before they are expanded: how many of those were only moved. */
export interface BoardEdits extends EditTimes {
  readonly inFiles: number;
  readonly quick: number;
  readonly analysed: BoardEditCounts;
}

function run({ board, edits, analyses, seed }: EditRequest): BoardEdits {
  const files = new NodeFiles();
  const root = files.get(board);
  if (typeof root === 'string') throw new Error(`${board} is ${root}`);
  const includePaths = kernelIncludePaths(board);
  const options = { includePaths, defines: new Map<string, string>() };
  const { text } = preprocess(root, files, options);
  const random = randomNumbers(seed);
  const times = checkIncremental(text, edits, random);
  const inFiles = edits >> 3;
  const quick = checkEditedFiles(board, files, options, inFiles, random);
  const request: BoardRequest = {
    root: board,
    overlays: [],
    preprocessor: options,
    facts: [],
    targets: parseTargets(['xen:4.14', 'xen:4.22', 'linux:6.12']).targets,
    rules: new Map(),
  };
  return { ...times, inFiles, quick, analysed: checkEditedBoard(request, files, analyses, random) };
}

process.on('message', (request: EditRequest) => {
  process.send?.(run(request));
});

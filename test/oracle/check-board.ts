// A worker process of judged.test.ts: what dtmap says of a board's memory with default targets and no settings.

import path from 'node:path';
import { analyze } from '../../server/src/analysis/analyze.ts';
import { defaultTargets, parseTargets } from '../../server/src/analysis/targets.ts';
import { NodeFiles } from '../../server/src/node-files.ts';
import { PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import { sharedParser } from '../support/parser.ts';
import { kernelIncludePaths, kernelTree } from './kernel-tree.ts';

const { targets } = parseTargets(defaultTargets);
const files = new NodeFiles();
const cache = new PreprocessCache();

/** Errors and warnings of `board` as rows of judged.tsv without the judgement. */
async function check(board: string): Promise<readonly string[]> {
  const root = kernelTree();
  const analysis = analyze(
    {
      root: board,
      overlays: [],
      preprocessor: { includePaths: kernelIncludePaths(board), defines: new Map() },
      facts: [],
      targets,
      rules: new Map(),
    },
    files,
    { parser: await sharedParser(), cache },
  );
  if (analysis.kind !== 'complete') throw new Error(`${board}: ${analysis.kind}`);
  return (
    analysis.findings
      .filter(({ severity }) => severity === 'error' || severity === 'warning')
      // dtc's own checks keep dtc's ids and are compared with dtc itself.
      .filter(({ rule }) => !rule.includes('_'))
      .map(({ rule, at, message }) =>
        [path.relative(root, board), rule, path.relative(root, at.file), message].join('\t'),
      )
  );
}

process.on('message', (board: string) => {
  check(board).then(
    (rows) => process.send?.(rows),
    (error: unknown) => {
      throw error;
    },
  );
});

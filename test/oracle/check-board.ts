// A worker process of judged.test.ts: what dtmap says of a board's memory with default targets and no settings.

import path from 'node:path';
import { analyze } from '../../server/src/analysis/analyze.ts';
import { defaultTargets, parseTargets } from '../../server/src/systems/targets.ts';
import type { Finding } from '../../server/src/rules/finding.ts';
import { NodeFiles } from '../../server/src/node-files.ts';
import { PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import { sharedParser } from '../support/parser.ts';
import { kernelIncludePaths, kernelTree } from './kernel-tree.ts';

const { targets } = parseTargets(defaultTargets);
const files = new NodeFiles();
const cache = new PreprocessCache();

/** What is said of a board. */
export interface CheckedBoard {
  /** Errors and warnings as rows of judged.tsv without the judgement. */
  readonly rows: readonly string[];
  /** Findings of any severity that say of a system that it does not boot. */
  readonly ends: readonly string[];
}

async function check(board: string): Promise<CheckedBoard> {
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
  const rowOf = ({ rule, at, message }: Finding): string =>
    [path.relative(root, board), rule, path.relative(root, at.file), message].join('\t');
  const { findings } = analysis;
  return {
    rows: findings
      .filter(({ severity }) => severity === 'error' || severity === 'warning')
      // dtc's own checks keep dtc's ids and are compared with dtc itself.
      .filter(({ rule }) => !rule.includes('_'))
      .map(rowOf),
    ends: findings
      .filter(
        ({ states, tells, message }) =>
          states !== undefined ||
          tells.length > 0 ||
          /Xen\b.*\b(?:panic|hang|boot|stop)/.test(message),
      )
      .map(rowOf),
  };
}

process.on('message', (board: string) => {
  check(board).then(
    (checked) => process.send?.(checked),
    (error: unknown) => {
      throw error;
    },
  );
});

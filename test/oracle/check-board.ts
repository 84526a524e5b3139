// A worker process of judged.test.ts: what dtmap says of a board's memory with default targets and no settings.

import path from 'node:path';
import { analyze } from '../../server/src/analysis/analyze.ts';
import { defaultTargets, parseTargets } from '../../server/src/systems/targets.ts';
import { endingOf, frameVerdicts, verdictsFor } from '../../server/src/systems/verdicts-for.ts';
import { codeLenses } from '../../server/src/ide/code-lenses.ts';
import type { Board } from '../../server/src/rules/board.ts';
import type { Finding } from '../../server/src/rules/finding.ts';
import { NodeFiles } from '../../server/src/node-files.ts';
import { PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import { kernelIncludePaths, kernelTree } from './kernel-tree.ts';

const { targets } = parseTargets(defaultTargets);
const files = new NodeFiles();
const cache = new PreprocessCache();

/** What is said of a board. */
export interface CheckedBoard {
  /** Errors and warnings as rows of judged.tsv without the judgement. */
  readonly rows: readonly string[];
  /** Findings of any severity, verdicts of ranges, lenses and sentences that say of a system that it does not boot. */
  readonly ends: readonly string[];
}

function check(board: string): CheckedBoard {
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
    cache,
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
    ends: [
      ...verdictsOfEnds(analysis.board, board),
      ...findings
        .filter(
          ({ states, tells, message }) =>
            states !== undefined ||
            tells.length > 0 ||
            /Xen\b.*\b(?:panic|hang|boot|stop)/.test(message),
        )
        .map(rowOf),
    ],
  };
}

/** What lenses, hover, decode and the boot log say of a boot that ends. */
function verdictsOfEnds(board: Board, file: string): string[] {
  const { banks, reserved } = board.map;
  const ranges = [...banks, ...reserved].filter(({ start, end }) => start < end);
  const said = [
    ...board.sources.flatMap(({ files: read }) => read).flatMap((each) => codeLenses(board, each)),
    ...ranges.flatMap((range) => verdictsFor(board, range)),
    ...ranges.flatMap(({ start }) => frameVerdicts(board, start)),
    ...board.boots.map((boot) => endingOf(board, boot)),
  ].map((each) => ('title' in each ? each.title : 'owner' in each ? each.owner : each.sentence));
  return said
    .filter((text) => /does not boot|not reached|panics|hangs/.test(text))
    .map((text) => `${file}: ${text}`);
}

process.on('message', (board: string) => {
  process.send?.(check(board));
});

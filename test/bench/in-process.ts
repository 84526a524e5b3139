// Analyses texts in this process, for what cannot be told apart from outside.

import { analyze, type BoardRequest } from '../../server/src/analysis/analyze.ts';
import type { Analysis } from '../../server/src/analysis/analyze.ts';
import { parseTargets } from '../../server/src/systems/targets.ts';
import { NodeFiles } from '../../server/src/node-files.ts';
import { PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import { quantile } from './server-process.ts';

export interface InProcess {
  readonly files: NodeFiles;
  /** Analyses `root`; `previous` as `analyze` takes it. */
  analyze(root: string, previous?: Analysis): Analysis;
}

/** A reader of boards for `targets`, with caches of its own. */
export function inProcess(
  targets: readonly string[],
  includePaths: readonly string[] = [],
): InProcess {
  const files = new NodeFiles();
  const cache = new PreprocessCache();
  const request: Omit<BoardRequest, 'root'> = {
    overlays: [],
    preprocessor: { includePaths, defines: new Map() },
    facts: [],
    targets: parseTargets(targets).targets,
    rules: new Map(),
  };
  return {
    files,
    analyze: (root, previous) => analyze({ ...request, root }, files, cache, previous),
  };
}

/** CPU milliseconds this process takes for `task`. */
export function cpuOf(task: () => void): number {
  const began = process.cpuUsage();
  task();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

/** The median of `rounds` runs, after a few that do not count; a single run is counted as it is. */
export function medianCpu(rounds: number, task: (round: number) => void): number {
  const costs: number[] = [];
  const warmUp = rounds > 1 ? 4 : 0;
  for (let round = 0; round < rounds + warmUp; round += 1) costs.push(cpuOf(() => task(round)));
  return quantile(costs.slice(warmUp), 0.5);
}

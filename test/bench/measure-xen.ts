// What predicting one release of Xen costs, on a board's finished tree.

import { blobSize } from '../../server/src/dtb/blob-size.ts';
import { bootXen } from '../../server/src/xen/boot.ts';
import { BRANCH_NAMES, parseRelease } from '../../server/src/xen/releases.ts';
import { kernelIncludePaths, kernelTree } from '../oracle/kernel-tree.ts';
import { inProcess, medianCpu } from './in-process.ts';
import { gatherFacts } from '../../server/src/facts/gather-facts.ts';

export interface Prediction {
  readonly board: string;
  readonly xen: string;
  /** CPU milliseconds, the blob's size included. */
  readonly cpu: number;
}

/** Every branch of Xen on one board. */
export function measureXen(board: string): readonly Prediction[] {
  const root = `${kernelTree()}/${board}`;
  const reader = inProcess([], kernelIncludePaths(root));
  const analysis = reader.analyze(root);
  if (analysis.kind !== 'complete') throw new Error(`${board}: ${analysis.kind}`);
  const { tree } = analysis.board;
  return BRANCH_NAMES.map((name) => {
    const release = parseRelease(name);
    if (!release) throw new Error(`no release ${name}`);
    const cpu = medianCpu(15, () => {
      bootXen(tree, release, gatherFacts(tree, { totalSize: BigInt(blobSize(tree)) }, []));
    });
    return { board, xen: name, cpu };
  });
}

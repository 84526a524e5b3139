// Boards of the kernel: the same tokens as cpp, the same blobs as `cpp | dtc`, a source for every byte, and for each file the
// same statements from the scanner and from its syntax tree.
//   DTMAP_KERNEL_BOARDS=all takes every board; without it one in six of arm's, whose 1500 resemble each other most

import assert from 'node:assert/strict';
import { join, relative } from 'node:path';
import { requireTool } from '../support/require-tool.ts';
import type { Comparison } from './compare-boards.ts';
import { inProcesses } from './in-processes.ts';
import { architectures, boardFiles, kernelTree } from './kernel-tree.ts';
import { makeReferences } from './reference-outputs.ts';

function comparedBoards(architecture: (typeof architectures)[number]): readonly string[] {
  const boards = boardFiles(architecture);
  const step = architecture === 'arm' && process.env['DTMAP_KERNEL_BOARDS'] !== 'all' ? 6 : 1;
  return boards.filter((_, index) => index % step === 0);
}

describe('boards equal cpp | dtc', function () {
  this.timeout(1_800_000);
  before(function () {
    requireTool(this, { names: ['dtc'], skipName: 'dtc', packageName: 'device-tree-compiler' });
    requireTool(this, { names: ['cpp'], skipName: 'cpp', packageName: 'cpp' });
    makeReferences(architectures.flatMap(comparedBoards));
  });

  for (const architecture of architectures) {
    it(`on boards of ${architecture}, with and without -@`, async () => {
      const began = performance.now();
      const results = await inProcesses<string, Comparison>(
        join(import.meta.dirname, 'compare-boards.ts'),
        comparedBoards(architecture),
      );
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      const sum = (of: (each: Comparison) => number): number =>
        results.reduce((total, each) => total + of(each), 0);
      const different = results.filter(({ differences }) => differences.length > 0);
      const rejected = results.filter(({ isRejected }) => isRejected).length;
      console.log(
        `      ${results.length} boards compared (${sum(({ blobs }) => blobs)} blobs), ` +
          `${results.length - different.length} identical, ${different.length} different, ` +
          `${rejected} that cpp rejects, ${seconds} s; ` +
          `${sum(({ segments }) => segments)} segments lead to their source; own work ` +
          `${(sum(({ milliseconds }) => milliseconds) / Math.max(1, results.length)).toFixed(1)} ms CPU a board`,
      );
      assert.deepEqual(
        different.map(
          ({ board, differences }) => `${relative(kernelTree(), board)}: ${differences.join('; ')}`,
        ),
        [],
      );
    });
  }
});

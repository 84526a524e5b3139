// The evaluated tree against dtc's verdict on small files, and against itself under random edits of boards.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { NodeFiles } from '../../server/src/node-files.ts';
import { preprocess } from '../../server/src/preprocess/preprocess.ts';
import { requireTool } from '../support/require-tool.ts';
import type { BoardEdits, EditRequest } from './edit-board.ts';
import { inProcesses } from './in-processes.ts';
import { architectures, boardFiles, kernelIncludePaths } from './kernel-tree.ts';

describe('small files are accepted and refused as by dtc', function () {
  this.timeout(120_000);
  let dtc = '';
  before(function () {
    dtc = requireTool(this, {
      names: ['dtc'],
      skipName: 'dtc',
      packageName: 'device-tree-compiler',
    });
  });

  for (const verdict of ['legal', 'illegal']) {
    it(`test/fixtures/dtc-parity/${verdict}`, () => {
      const folder = join(import.meta.dirname, '../fixtures/dtc-parity', verdict);
      const names = readdirSync(folder).filter((name) => name.endsWith('.dts'));
      const wrong = names.filter((name) => {
        const { status, error } = spawnSync(dtc, ['-qqq', '-O', 'dtb', join(folder, name)]);
        if (error) throw error;
        return (status === 0) !== (verdict === 'legal');
      });
      console.log(`      ${names.length} files`);
      assert.deepEqual(wrong, []);
      assert.ok(names.length >= 60);
    });
  }
});

/** UTF-16 units of a board's expanded text. */
function expandedLength(board: string): number {
  const files = new NodeFiles();
  const root = files.get(board);
  if (typeof root === 'string') throw new Error(`${board} is ${root}`);
  const includePaths = kernelIncludePaths(board);
  return preprocess(root, files, { includePaths, defines: new Map() }).text.length;
}

/** Edits of each small board and of the largest: 10 000 in all with DTMAP_EDITS=all, else 3860. */
const [ofSmall, ofLargest] = process.env['DTMAP_EDITS'] === 'all' ? [521, 101] : [201, 41];
const allEdits = 19 * ofSmall + ofLargest;
/** Edits of the files of each board after which all of it is analysed: 10 000 in all, or 400. */
const analyses = process.env['DTMAP_EDITS'] === 'all' ? 500 : 20;

describe(`${allEdits} random edits of 20 boards`, function () {
  this.timeout(1_800_000);

  it('never throw, never hang, and give what parsing from scratch gives', async () => {
    const boards = architectures.flatMap((architecture) => boardFiles(architecture));
    const step = Math.floor(boards.length / 60);
    const bySize = boards
      .filter((_, index) => index % step === 0)
      .map((board) => ({ board, length: expandedLength(board) }))
      .sort((a, b) => a.length - b.length);
    // Mostly small ones, so that the edits stay a matter of a minute, and one of the largest with fewer.
    const chosen = [...bySize.slice(0, 19), ...bySize.slice(-1)].map(({ board }) => board);
    const largest = chosen.at(-1);
    const began = performance.now();
    const times = await inProcesses<EditRequest, BoardEdits>(
      join(import.meta.dirname, 'edit-board.ts'),
      chosen.map((board, seed) => ({
        board,
        edits: board === largest ? ofLargest : ofSmall,
        analyses,
        seed,
      })),
    );
    const edits = times.reduce((sum, each) => sum + each.edits, 0);
    const longest = Math.max(...times.map((each) => each.longest));
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(
      `      ${edits} edits of ${times.length} boards, the longest took ${longest.toFixed(0)} ms, ${seconds} s`,
    );
    const inFiles = times.reduce((sum, each) => sum + each.inFiles, 0);
    const quick = times.reduce((sum, each) => sum + each.quick, 0);
    console.log(
      `      ${inFiles} edits of their files, ${quick} of them without preprocessing anew`,
    );
    const sum = (count: (each: BoardEdits) => number): number =>
      times.reduce((all, each) => all + count(each), 0);
    const kept = sum(({ analysed }) => analysed.kept);
    const carried = sum(({ analysed }) => analysed.carried);
    console.log(
      `      ${sum(({ analysed }) => analysed.edits)} edits analysed: ${kept} kept their tree, ${carried} findings, too`,
    );
    assert.ok(carried > 0 && kept > carried);
    assert.equal(edits, allEdits);
    assert.ok(quick > inFiles / 10, `${quick} of ${inFiles}`);
    assert.ok(longest < 5000, `an edit took ${longest} ms`);
  });
});

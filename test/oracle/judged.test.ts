// No false alarms: on the kernel's arm and arm64 boards every error and warning about memory is a judged fault.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CheckedBoard } from './check-board.ts';
import { inProcesses } from './in-processes.ts';
import { boardFiles } from './kernel-tree.ts';

const judged = readFileSync(path.join(import.meta.dirname, '../corpus/judged.tsv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'));

/** Board, rule, file and message: what a row of judged.tsv is about. */
const rows = new Set(judged.map((columns) => columns.slice(0, 4).join('\t')));

describe('the boards of the kernel', function () {
  this.timeout(1_800_000);

  it('every row of judged.tsv has a judgement', () => {
    for (const columns of judged) {
      assert.equal(columns.length, 5, columns.join(' | '));
      assert.match(columns[4] ?? '', /^fault: \S/);
    }
  });

  for (const architecture of ['arm', 'arm64'] as const) {
    it(`${architecture}: errors and warnings are the judged ones, none of a boot that ends`, async () => {
      const checked = await inProcesses<string, CheckedBoard>(
        path.join(import.meta.dirname, 'check-board.ts'),
        boardFiles(architecture),
      );
      // A kernel's board is not made for Xen: nobody asked whether Xen boots it.
      const ends = checked.flatMap((board) => board.ends);
      assert.deepEqual(ends, [], `${ends.length} findings speak of a boot that ends`);
      const found = new Set(checked.flatMap((board) => board.rows));
      const expected = [...rows].filter((row) => row.startsWith(`arch/${architecture}/`));
      assert.deepEqual([...found].sort(), expected.sort());
    });
  }
});

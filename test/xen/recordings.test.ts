// Every recorded boot of real Xen against its prediction, with the table of how they compare.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { writeDtb } from '../../server/src/dtb/write-dtb.ts';
import type { DeviceTree } from '../../server/src/tree/device-tree.ts';
import { bootXen } from '../../server/src/xen/boot.ts';
import { sourceTree, textTree } from '../support/source-tree.ts';
import {
  compareBoot,
  isDetermined,
  readRecordings,
  tabulate,
  type Comparison,
  type Recording,
} from '../support/xen-recordings.ts';
import { factsOf } from '../support/facts-of.ts';

const root = path.join(import.meta.dirname, '../..');

/** DTMAP_XEN_BOOTS names another folder of recordings. */
const folder = process.env['DTMAP_XEN_BOOTS'] ?? path.join(root, 'test/fixtures/xen-boots');

describe('Xen recordings', function () {
  this.timeout(600000);
  const recordings = readRecordings(folder);
  const compared: { recording: Recording; comparison: Comparison }[] = [];

  for (const board of new Set(recordings.map((recording) => recording.board))) {
    const boots = recordings.filter((recording) => recording.board === board);
    it(`${board} in ${boots.length} releases`, () => {
      const { tree } = sourceTree(path.join(folder, board, 'board.dts'));
      const totalSize = BigInt(writeDtb(tree).length);
      const wrong: string[] = [];
      for (const recording of boots) {
        const comparison = compareBoot(
          recording,
          bootXen(tree, recording.release, factsOf(tree, recording.profile, totalSize)),
          recordedTree(recording),
        );
        compared.push({ recording, comparison });
        if (comparison.verdict === 'wrong')
          wrong.push(...comparison.reasons.map((reason) => `${recording.build}: ${reason}`));
      }
      assert.deepEqual(wrong, []);
    });
  }

  it('at least 99 % are exact where the inputs determine the boot', () => {
    const determined = compared.filter(({ recording }) => isDetermined(recording));
    const exact = determined.filter(({ comparison }) => comparison.verdict === 'exact');
    assert.ok(determined.length > 0 && exact.length >= determined.length * 0.99);
  });

  // Other recordings have other numbers.
  if (process.env['DTMAP_XEN_BOOTS'] === undefined)
    it('the page on accuracy has their table', () => {
      const page = readFileSync(path.join(root, 'server/docs/accuracy.md'), 'utf8');
      const [table = ''] = /\| release [\s\S]*?(?=\n\n)/.exec(page) ?? [];
      const shown = table.split('\n').map((line) => line.match(/[\w.-]+/g)?.join(' '));
      const counted = tabulate(compared).split('\n');
      assert.deepEqual(
        shown.filter((line) => line?.startsWith('--') === false),
        counted.map((line) => line.trim().replace(/ +/g, ' ')),
      );
    });

  after(() => {
    console.log(`\n${tabulate(compared)}\n`);
    for (const { recording, comparison } of compared) {
      if (comparison.verdict !== 'uncertain') continue;
      console.log(
        `uncertain ${recording.board} ${recording.build}: ${comparison.reasons.join(' | ')}`,
      );
    }
  });
});

function recordedTree(recording: Recording): DeviceTree | undefined {
  return recording.dom0Dts === undefined ? undefined : textTree(recording.dom0Dts);
}

// Recorded boots of real Xen on machines of every kind against their predictions: 32-bit, UEFI, domains of the tree.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bootXen } from '../../server/src/xen/boot.ts';
import { certainPart } from '../../server/src/xen/certain.ts';
import { factsOf } from '../support/facts-of.ts';
import { sourceTree, textTree } from '../support/source-tree.ts';
import {
  compareBoot,
  lateBoot,
  readMachines,
  tabulate,
  type Comparison,
} from '../support/xen-recordings.ts';

/** DTMAP_XEN_MACHINES names another folder of recordings. */
const folder =
  process.env['DTMAP_XEN_MACHINES'] ?? path.join(import.meta.dirname, '../fixtures/xen-boots-2');

describe('Xen recordings of machines', function () {
  this.timeout(600000);
  const recordings = readMachines(folder);
  const compared: { recording: (typeof recordings)[number]; comparison: Comparison }[] = [];

  for (const board of new Set(recordings.map((recording) => recording.board))) {
    const boots = recordings.filter((recording) => recording.board === board);
    it(`${board} in ${boots.length} releases`, () => {
      const wrong: string[] = [];
      for (const recording of boots) {
        const { tree } = sourceTree(path.join(folder, recording.treeFile));
        const facts = factsOf(tree, recording.profile, 0n);
        const boot = certainPart(bootXen(tree, recording.release, facts), facts);
        const dom0 = recording.dom0Dts === undefined ? undefined : textTree(recording.dom0Dts);
        const shown = recording.isLate ? lateBoot(boot) : boot;
        const comparison = compareBoot(recording, shown, dom0);
        compared.push({ recording, comparison });
        if (comparison.verdict === 'wrong')
          wrong.push(...comparison.reasons.map((reason) => `${recording.build}: ${reason}`));
      }
      assert.deepEqual(wrong, []);
    });
  }

  it('at least 90 % are exact', () => {
    const exact = compared.filter(({ comparison }) => comparison.verdict === 'exact');
    assert.ok(compared.length > 0 && exact.length >= compared.length * 0.9);
  });

  // Other recordings have other numbers.
  if (process.env['DTMAP_XEN_MACHINES'] === undefined)
    it('the page on accuracy has their tables', () => {
      const page = readFileSync(
        path.join(import.meta.dirname, '../../server/docs/accuracy.md'),
        'utf8',
      );
      const [table = ''] = /\| area [\s\S]*?(?=\n\n)/.exec(page) ?? [];
      const numbers = table
        .split('\n')
        .slice(2)
        .map((line) => line.match(/\d+(?= +\|)/g)?.join(' '));
      const areas = [...new Set(recordings.map(({ area }) => area))].sort();
      const counted = [...areas, undefined].map((area) => {
        const here = compared.filter(
          ({ recording }) => (area ?? recording.area) === recording.area,
        );
        const count = (verdict: Comparison['verdict']): number =>
          here.filter(({ comparison }) => comparison.verdict === verdict).length;
        return `${here.length} ${count('exact')} ${count('uncertain')} ${count('wrong')}`;
      });
      assert.deepEqual(numbers, counted);
      const [, releases = ''] =
        /\n\| release [\s\S]*?\n\| release ([\s\S]*?)(?=\n\n)/.exec(page) ?? [];
      assert.deepEqual(
        releases.split('\n').slice(2).map(wordsOf),
        tabulate(compared).split('\n').slice(1).map(wordsOf),
      );
    });

  after(() => {
    console.log(`\n${tabulate(compared)}\n`);
    const areas = [...new Set(recordings.map(({ area }) => area))].sort();
    for (const area of areas) {
      const here = compared.filter(({ recording }) => recording.area === area);
      const count = (verdict: Comparison['verdict']): number =>
        here.filter(({ comparison }) => comparison.verdict === verdict).length;
      console.log(
        `${area.padEnd(20)} ${here.length}: exact ${count('exact')}, uncertain ${count('uncertain')}, wrong ${count('wrong')}`,
      );
    }
  });
});

/** The cells of a line of a table. */
function wordsOf(line: string): string {
  return (line.match(/[\w.-]+/g) ?? []).join(' ');
}

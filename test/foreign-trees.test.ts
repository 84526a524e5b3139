// Trees that neither Linux nor Xen reads are not judged by what those would make of them.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { foreignReaderOf } from '../server/src/memory/tree-readers.ts';
import { analyzeFile, type AnalyzedFile } from './support/analyze-file.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures/foreign-trees');
const targets = new Map([['targets', 'xen:4.18 xen:4.22 linux:6.12']]);

const read = (name: string): AnalyzedFile => analyzeFile(join(FIXTURES, name), targets);

describe('a tree of another system', () => {
  for (const [name, reader] of [
    ['ffa-manifest.dts', 'an FF-A partition manager'],
    ['zephyr.dts', 'Zephyr'],
  ] as const)
    it(`${name}: nothing boots it and nothing is said`, () => {
      const { board, findings } = read(name);
      assert.equal(foreignReaderOf(board.tree), reader);
      assert.equal(board.foreignReader, reader);
      assert.deepEqual(board.boots, []);
      assert.notDeepEqual(board.map.banks, []);
      assert.deepEqual(findings, []);
    });

  it('is still checked as dtc does', () => {
    const { findings } = read('zephyr-with-fault.dts');
    assert.deepEqual([...new Set(findings.map(({ rule }) => rule))], ['reg-length']);
  });

  it('is none when it names boot modules of Xen', () => {
    const { board, findings } = read('xen-guest-of-both.dts');
    assert.equal(board.foreignReader, undefined);
    assert.ok(findings.some(({ rule }) => rule === 'reserved-overlap'));
  });
});

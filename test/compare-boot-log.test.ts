// A recorded log in the shapes people have one in, against the prediction: no shape makes a difference.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compareBootLog, profileOfLog } from '../server/src/console/compare-boot-log.ts';
import { readBootLog } from '../server/src/console/read-boot-log.ts';
import { writeDtb } from '../server/src/dtb/write-dtb.ts';
import { bootXen } from '../server/src/xen/boot.ts';
import { parseRelease } from '../server/src/xen/releases.ts';
import { sourceTree } from './support/source-tree.ts';
import { factsOf } from './support/facts-of.ts';

const folder = path.join(import.meta.dirname, 'fixtures/xen-boots/seed-status-disabled');
const recorded = readFileSync(path.join(folder, '4.18.6/xen.log'), 'latin1');
const lines = recorded.split('\n');
const marked = lines.filter((line) => line.startsWith('(XEN) '));
const table = marked.findIndex((line) => line.startsWith('(XEN) MODULE[0]'));

/** Words moved to the next line where one would be longer than 72 characters, as mail programs do. */
function wrap(line: string): string {
  let column = 0;
  return line
    .split(' ')
    .map((word, index) => {
      const breaks = index > 0 && column + word.length > 72;
      column = breaks ? word.length : column + word.length + 1;
      return index === 0 ? word : `${breaks ? '\n' : ' '}${word}`;
    })
    .join('');
}

const SHAPES: Readonly<Record<string, string>> = {
  'as recorded': recorded,
  'a serial capture': lines.join('\r\n'),
  'xl dmesg': marked.join('\n'),
  'with times': lines.map((line) => line.replace(/^\(XEN\) /, '(XEN) [    0.123456] ')).join('\n'),
  'quoted twice and wrapped': marked.map((line) => wrap(`> > ${line}`)).join('\n'),
  'begun after RAM': marked.slice(table).join('\n'),
  'ended in the table': marked.slice(0, table + 3).join('\n'),
};

describe('compare-boot-log', () => {
  for (const [shape, text] of Object.entries(SHAPES)) {
    it(shape, () => {
      const { tree } = sourceTree(path.join(folder, 'board.dts'));
      const release = parseRelease('4.18.6');
      assert.ok(release);
      const profile = { ...profileOfLog(readBootLog(recorded)), cpus: 1 };
      const boot = bootXen(tree, release, factsOf(tree, profile, BigInt(writeDtb(tree).length)));
      const comparison = compareBootLog(boot, readBootLog(text));
      assert.deepEqual(
        comparison.lines.filter(({ state }) => state !== 'same'),
        [],
      );
      assert.ok(!comparison.differs);
      assert.ok(comparison.lines.length > 3);
    });
  }

  it('a line that is not predicted makes it differ', () => {
    const { tree } = sourceTree(path.join(folder, 'board.dts'));
    const release = parseRelease('4.18.6');
    assert.ok(release);
    const profile = { ...profileOfLog(readBootLog(recorded)), cpus: 1 };
    const boot = bootXen(tree, release, factsOf(tree, profile, BigInt(writeDtb(tree).length)));
    const changed = recorded.replace('RAM: 00000001a0000000', 'RAM: 00000001b0000000');
    assert.ok(compareBootLog(boot, readBootLog(changed)).differs);
  });
});

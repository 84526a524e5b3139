// What rules say in a guest's tree, which the fixtures of rules have no annotations for.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LineIndex } from '../server/src/text/line-index.ts';
import { analyzeFile } from './support/analyze-file.ts';
import { readOptions } from './support/annotations.ts';

const RULES = path.join(import.meta.dirname, 'fixtures/rules');

/** `line: message (targets)` of each finding of one rule in a board's guests. */
function saidOfGuests(rule: string, board: string): string[] {
  const file = path.join(RULES, rule, board);
  const { findings } = analyzeFile(file, readOptions(readFileSync(file, 'utf8')));
  return findings
    .filter((each) => each.rule === rule && each.at.file !== file)
    .map(({ at, message, targets }) => {
      const { line } = new LineIndex(readFileSync(at.file, 'utf8')).positionAt(at.start);
      return `${line}: ${message} (${targets.join(' ')})`;
    });
}

describe('rules about guests', () => {
  it('xen-reg-over-ram names what of each range is in the heap, for the releases in which it is', () => {
    const given = (node: string, range: string): string =>
      `${node} gives bad-guest.dtso RAM that Xen also hands out to others: ${range} is not reserved`;
    assert.deepEqual(saidOfGuests('xen-reg-over-ram', 'bad-disabled.dts'), [
      `15: ${given('free@22000000', '[0x68000000, 0x68100000)')} (xen:4.18 xen:4.22)`,
      `21: ${given('kernel@23000000', '[0x44000000, 0x44001000)')} (xen:4.18 xen:4.22)`,
      `27: ${given('edge@24000000', '[0x60100000, 0x60200000)')} (xen:4.18 xen:4.22)`,
      `33: ${given('off@25000000', '[0x61000000, 0x61100000)')} (xen:4.22)`,
      `41: ${given('serial@26000000', '[0x7ffff000, 0x80000000)')} (xen:4.18 xen:4.22)`,
    ]);
  });
});

// Statements: the scanner cuts a text as the grammar does, and incremental results equal those from scratch.
//   DTMAP_SEED=2 makes other edits

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Parser } from '../server/src/syntax/create-parser.ts';
import { blankDirectives, scanSource } from '../server/src/syntax/scan-source.ts';
import { scanDocument } from '../server/src/syntax/scan-statements.ts';
import { changedRange } from '../server/src/text/changed-range.ts';
import { checkIncremental } from './support/check-incremental.ts';
import { sharedParser } from './support/parser.ts';
import { randomNumbers } from './support/random-edits.ts';

const folders = ['tree', 'dtc-parity/legal', 'dtc-parity/illegal'].map((name) =>
  join(import.meta.dirname, 'fixtures', name),
);
const texts = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.dts'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') })),
);
const board = `/dts-v1/;
${Array.from(
  { length: 12 },
  (_, at) => `/ {
	soc {
		l${at}: node@${at} {
			reg = <0x${at} 0x1000>;
			status = "okay";
			clocks = <&l${(at + 1) % 12} ${at}>;

			child {
				empty;
			};
		};
	};
};

&l${at} {
	status = "disabled";
};
`,
).join('\n')}`;

let parser: Parser;
before(async () => {
  parser = await sharedParser();
});

describe('the change between two texts', () => {
  const letters = (length: number): string =>
    Array.from({ length }, (_, at) => 'abcdefg'[(at * at) % 7]).join('');

  it('is all that differs, and no more', () => {
    const text = letters(5000);
    for (const start of [0, 1, 1023, 1024, 1025, 2500, 4999, 5000])
      for (const removed of [0, 1, 30, 1024, 3000])
        for (const added of ['', 'X', 'XY'.repeat(700)]) {
          const after = `${text.slice(0, start)}${added}${text.slice(start + removed)}`;
          const change = changedRange(text, after);
          assert.equal(
            text.slice(0, change.start) + after.slice(change.start, change.endAfter),
            after.slice(0, change.endAfter),
          );
          assert.equal(text.slice(change.endBefore), after.slice(change.endAfter));
          // One letter more on either side would be equal.
          if (change.endBefore > change.start && change.endAfter > change.start) {
            assert.notEqual(text[change.start], after[change.start]);
            assert.notEqual(text[change.endBefore - 1], after[change.endAfter - 1]);
          } else assert.ok(text.length !== after.length || text === after);
        }
    assert.deepEqual(changedRange('aaa', 'aaaa'), { start: 3, endBefore: 3, endAfter: 4 });
    const same = letters(3000);
    assert.deepEqual(changedRange(same, same), { start: 3000, endBefore: 3000, endAfter: 3000 });
    assert.deepEqual(changedRange(same, same + same), {
      start: 3000,
      endBefore: 3000,
      endAfter: 6000,
    });
  });
});

describe('statements', () => {
  it('the scanner finds those of the syntax tree, in every fixture', () => {
    for (const { name, text } of [...texts, { name: 'board', text: board }])
      assert.deepEqual(scanSource(text), parser.parse(text), name);
  });

  it('unchanged ones are the same objects after an edit', () => {
    const before = scanDocument(board);
    const after = scanDocument(board.replace('"okay"', '"ok"'), before);
    const kept = after.statements.filter((each) => before.statements.includes(each)).length;
    assert.equal(kept, before.statements.length - 1);
  });

  it('and while braces do not match', () => {
    const broken = board.replace('empty;', 'empty; {');
    const before = scanDocument(broken);
    const after = scanDocument(broken.replace(/"disabled";\n};\n$/, '"off";\n};\n'), before);
    const kept = after.statements.filter((each) => before.statements.includes(each)).length;
    assert.ok(kept >= before.statements.length - 2, `${kept} of ${before.statements.length}`);
  });

  it('and trees are the same from scratch, whatever is edited', function () {
    this.timeout(60_000);
    const random = randomNumbers(1);
    for (const text of [board, ...texts.slice(0, 20).map((each) => each.text)]) {
      const { longest } = checkIncremental(text, 30, random);
      assert.ok(longest < 2000, `an edit took ${longest} ms`);
    }
  });

  it('deep nesting ends nowhere near the end of the stack', () => {
    for (const [open, close] of [
      ['a{', '};'],
      ['a{', ''],
      ['', '};'],
      ['a=<(', ')>;'],
      ['(', ')'],
      ['-', ''],
    ] as const) {
      const text = `/dts-v1/;/{${open.repeat(20_000)}${close.repeat(20_000)}};`;
      parser.parse(text);
      scanDocument(text);
    }
  });
});

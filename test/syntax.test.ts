// Statements: the scanner cuts a text as the grammar does, and incremental results equal those from scratch.
//   DTMAP_SEED=2 makes other edits

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Parser } from '../server/src/syntax/create-parser.ts';
import { scanSource } from '../server/src/syntax/scan-source.ts';
import { scanDocument } from '../server/src/syntax/scan-statements.ts';
import { readOutline, type SourceItem } from '../server/src/ide/source-outline.ts';
import { changedRange } from '../server/src/text/changed-range.ts';
import { corpusOf } from './fuzz/corpus.ts';
import { checkIncremental } from './support/check-incremental.ts';
import { sharedParser } from './support/parser.ts';
import { editRandomly, randomNumbers } from './support/random-edits.ts';

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

describe('source files', () => {
  const seed = Number(process.env['DTMAP_SEED'] ?? 1);
  const sources = [...texts.map(({ text }) => text), board];

  // test/oracle/boards.test.ts does the same with every file of every board of Linux.
  it('have the statements of their syntax trees', () => {
    const some = corpusOf(/\.(?:dts|dtsi|dtso|overlay)$/, 50_000).filter(
      (_, index) => index % 5 === seed % 5,
    );
    for (const text of [...sources, ...some])
      assert.deepEqual(scanSource(text), parser.parse(text), text);
  });

  /** The nodes and properties of a text, indented by their depth. */
  function shapeOf(text: string): string {
    const lines: string[] = [];
    const add = (items: readonly SourceItem[], depth: number): void => {
      for (const item of items) {
        if (item.kind === 'statement') continue;
        lines.push(`${' '.repeat(depth)}${text.slice(item.name.start, item.name.end)}`);
        if (item.kind === 'node') add(item.items, depth + 1);
      }
    };
    add(readOutline(parser.parse(text)).items, 0);
    return lines.join('\n');
  }

  for (const [what, text, shape] of [
    ['a macro for a value', '/ { a { f = LED_USB; r = <1>; }; b { }; };', '/\n a\n  f\n  r\n b'],
    ['a call for a value', '/ { a = MFP(X(1)); b; };', '/\n a\n b'],
    ['/include/ in a node', '/ { a { /include/ "x.dtsi"\n r; }; b { }; };', '/\n a\n  r\n b'],
    ['a character', "/ { p = <MUX('A', 9)>, <2>; x; };", '/\n p\n x'],
    ['the root by its path', '&{/} { a; };', '&{/}\n a'],
    ['a macro for a statement', '/ {\n PIN(a-0, UP);\n PIN(a-1, UP);\n b;\n};', '/\n b'],
    ['macros for label and name', 'L(a): N(b-c) { d; };', 'N\n d'],
    ['an operand of ##', '/ { a = <F(x##y)>; b; };', '/\n a\n b'],
    [
      'a condition in a value',
      '/ {\n p = <1>,\n#ifdef A\n <2>,\n#endif\n <3>;\n q;\n};',
      '/\n p\n q',
    ],
    [
      'halves of a node',
      '/ {\n#ifdef A\n a {\n#else\n b {\n#endif\n  c;\n };\n};',
      '/\n a\n b\n  c',
    ],
    ['#error', '/ {\n#error "no { board"\n a;\n};', '/\n a'],
    ['properties of no node', 'a = <1>;\nb { };', 'a\nb'],
    ['0X', '/ { a = <0X1d0>; b; };', '/\n a\n b'],
    ['a comment behind #define', '#define X 1 /* a {\n */\n/ { a; };', '/\n a'],
    ['a string over two lines', '/ { a = "b\nc"; d; };', '/\n a\n d'],
    ['a label in a value', '/ { a = <1 l: 2>; d; };', '/\n a\n d'],
    ['no semicolon', '/ {\n a = <1>\n b = "c"\n d { };\n};', '/\n a\n b\n d'],
    ['no closing bracket', '/ {\n a = <1\n b = "c";\n d { };\n};', '/\n a\n b\n d'],
    ['a quote too many', '/ {\n a = "b;\n c = "d";\n};', '/\n a\n c'],
    ['no closing brace', '/ {\n\ta {\n\t\tb;\n\tc {\n\t\td;\n\t};\n};\n', '/\n a\n  b\n c\n  d'],
    ['a brace too many', '/ {\n\ta {\n\t};\n\t};\n\tc;\n};\n&d { e; };', '/\n a\nc\n&d\n e'],
    ['the end of the text', '/ { a { b = ', '/\n a\n  b'],
  ] as const)
    it(`are outlined whatever the grammar cannot read: ${what}`, () => {
      assert.equal(shapeOf(text), shape);
      // Neither does it depend on what was there before.
      const before = parser.parse(`/dts-v1/;\n${text}`);
      assert.deepEqual(parser.parse(text, before), parser.parse(text));
    });

  it('keep each character in one token, whatever is edited', function () {
    this.timeout(60_000);
    const random = randomNumbers(seed);
    for (const text of sources.filter((_, index) => index % 8 === 0)) {
      let document = parser.parse(text);
      for (let edit = 0; edit < 20; edit += 1) {
        const edited = editRandomly(edit % 5 === 0 ? text : document.text, random);
        document = parser.parse(edited, document);
        let end = 0;
        for (const token of readOutline(document).tokens) {
          assert.equal(edited.slice(end, token.start).trim(), '', edited);
          assert.ok(token.start >= end && token.end > token.start, edited);
          end = token.end;
        }
        assert.equal(edited.slice(end).trim(), '', edited);
      }
    }
  });

  it('have in their trees what is around a place in an expression', () => {
    const text = '/ { a = <1 (2 + F(3, x) * 4)>, <&b>; };';
    const document = parser.parse(text);
    assert.deepEqual(
      parser.around(document, text.indexOf('3')).map(({ start, end }) => text.slice(start, end)),
      ['3', '(3, x)', 'F(3, x)', 'F(3, x) * 4', '2 + F(3, x) * 4', '<1 (2 + F(3, x) * 4)>'],
    );
    assert.deepEqual(parser.around(document, 2), []);
    const broken = parser.parse(text.replace('>,', ','), document);
    assert.deepEqual(parser.around(broken, text.indexOf('3')), []);
    parser.release(broken);
    assert.deepEqual(parser.around(broken, text.indexOf('3')), []);
  });
});

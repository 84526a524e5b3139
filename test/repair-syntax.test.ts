// Quick fixes of text that does not parse: each leaves fewer faults, all together leave none.

import assert from 'node:assert/strict';
import path from 'node:path';
import { applyEdits, type Fix } from '../server/src/text/edit.ts';
import { analyzeFile } from './support/analyze-file.ts';

const file = path.join(import.meta.dirname, 'board.dts');

/** A board with lines in a node, two tabs deep. */
function board(...lines: readonly string[]): string {
  const inside = lines.map((line) => `\t\t${line}\n`).join('');
  return `/dts-v1/;\n\n/ {\n\tfoo {\n${inside}\t};\n\n\tbar {\n\t\tok;\n\t};\n};\n`;
}

interface Repaired {
  readonly text: string;
  readonly titles: readonly string[];
  readonly left: readonly string[];
}

/** The text after the preferred fix of the first fault that has one, again and again. */
async function repair(before: string): Promise<Repaired> {
  const titles: string[] = [];
  for (let text = before; ;) {
    const { findings, fixesOf } = analyzeFile(file, new Map(), text);
    const faults = findings.filter(({ rule }) => rule === 'syntax-error');
    let fix: Fix | undefined;
    for (const fault of faults)
      fix ??= (await fixesOf(fault)).find(({ preferred }) => preferred === true);
    if (!fix) return { text, titles, left: faults.map(({ message }) => message) };
    assert.ok(titles.length < 10, 'repairs come to an end');
    titles.push(fix.title);
    text = applyEdits(text, fix.edits);
  }
}

describe('repairs of syntax', () => {
  const cases: readonly (readonly [string, string, string, ...string[]])[] = [
    ['; behind cells', board('a = <1>', 'b;'), board('a = <1>;', 'b;'), 'Insert ;'],
    ['; behind the last property', board('a = <1>'), board('a = <1>;'), 'Insert ;'],
    ['; behind a name', board('no-map', 'b = "c";'), board('no-map;', 'b = "c";'), 'Insert ;'],
    ['; before a comment', board('a = "b" // c', 'b;'), board('a = "b"; // c', 'b;'), 'Insert ;'],
    [
      '; twice',
      board('a = <1>', 'b = "c"', 'd;'),
      board('a = <1>;', 'b = "c";', 'd;'),
      'Insert ;',
      'Insert ;',
    ],
    [
      '; behind a node',
      '/dts-v1/;\n/ {\n\tfoo {\n\t\ta;\n\t}\n\n\tbar { };\n};\n',
      '/dts-v1/;\n/ {\n\tfoo {\n\t\ta;\n\t};\n\n\tbar { };\n};\n',
      'Insert ;',
    ],
    ['; behind /dts-v1/', '/dts-v1/\n/ { };\n', '/dts-v1/;\n/ { };\n', 'Insert ;'],
    ['; between two statements', board('a b;'), board('a; b;'), 'Insert ;'],
    ['/dts-v1/;', '/ { };\n', '/dts-v1/;\n\n/ { };\n', 'Add /dts-v1/;'],
    ['>', board('a = <1 0x10;', 'b;'), board('a = <1 0x10>;', 'b;'), 'Insert >'],
    [
      '> and ;',
      board('a = <1 0x10', 'b = "c";'),
      board('a = <1 0x10>;', 'b = "c";'),
      'Insert >',
      'Insert ;',
    ],
    ['> behind a reference', board('a = <&{/bar} 1;'), board('a = <&{/bar} 1>;'), 'Insert >'],
    ['<', board('a = 1 0x10>;'), board('a = <1 0x10>;'), 'Insert <'],
    ['< >', board('a = 0x10 2;'), board('a = <0x10 2>;'), 'Put the value in < >'],
    [']', board('a = [00 11;'), board('a = [00 11];'), 'Insert ]'],
    [')', board('a = <(1 + 2 0x10>;'), board('a = <(1 + 2) 0x10>;'), 'Insert )'],
    ['" at the end', board('a = "b,c;', 'd;'), board('a = "b,c";', 'd;'), 'Insert "'],
    ['" at the beginning', board('a = b,c";', 'd;'), board('a = "b,c";', 'd;'), 'Insert "'],
    ['both quotes', board('status = okay;'), board('status = "okay";'), 'Put the value in quotes'],
    ['a space', board('reg = <0x10000x10>;'), board('reg = <0x1000 0x10>;'), 'Insert a space'],
    [', between strings', board('a = "b" "c";'), board('a = "b", "c";'), 'Insert ,'],
    [', between cells', board('a = <1> <2>;'), board('a = <1>, <2>;'), 'Insert ,'],
    ['= before cells', board('a <1>;'), board('a = <1>;'), 'Insert ='],
    ['= before a string', board('a "b";'), board('a = "b";'), 'Insert ='],
    ['a comma too many', board('a = <1, 2>;'), board('a = <1 2>;'), 'Remove the comma'],
    [
      'parentheses',
      board('a = <-1 2>;'),
      board('a = <(-1) 2>;'),
      'Put the expression in parentheses',
    ],
    [
      '}; before the next node',
      '/dts-v1/;\n/ {\n\tfoo {\n\t\ta;\n\n\tbar { };\n};\n',
      '/dts-v1/;\n/ {\n\tfoo {\n\t\ta;\n\t};\n\n\tbar { };\n};\n',
      'Insert };',
    ],
    [
      '}; at the end of the text',
      '/dts-v1/;\n/ {\n\tfoo {\n\t\ta;\n\t};\n',
      '/dts-v1/;\n/ {\n\tfoo {\n\t\ta;\n\t};\n};\n',
      'Insert };',
    ],
    [
      '}; at the end of a text without a last line end',
      '/dts-v1/;\n/ {\n\tfoo {\n\t};',
      '/dts-v1/;\n/ {\n\tfoo {\n\t};\n};\n',
      'Insert };',
    ],
    [
      'a brace too many',
      '/dts-v1/;\n/ {\n\tfoo {\n\t};\n\t};\n};\n',
      '/dts-v1/;\n/ {\n\tfoo {\n\t};\n};\n',
      'Remove the brace',
    ],
  ];
  for (const [what, before, after, ...titles] of cases)
    it(what, async () => {
      assert.deepEqual(await repair(before), { text: after, titles, left: [] });
    });

  it('keep the line ends of the file', async () => {
    const before = board('a = <1>').replaceAll('\n', '\r\n');
    const { text } = await repair(`${before.replace(/\};\r\n$/, '')}`);
    assert.equal(text, board('a = <1>;').replaceAll('\n', '\r\n'));
  });

  it('leave alone what a macro wrote, and what could be anything', async () => {
    const macro = board('a = NUMBERS;').replace('/dts-v1/;', '/dts-v1/;\n#define NUMBERS <1, 2>');
    for (const text of [macro, board('a = <FOO>;'), board('a = "b, "c";'), board('a = ;')]) {
      const repaired = await repair(text);
      assert.equal(repaired.text, text);
      assert.equal(repaired.left.length > 0, true);
    }
  });
});

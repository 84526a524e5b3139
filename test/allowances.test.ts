// Which lines a `dtmap-allow` comment covers, and what it says of itself when it covers none.

import assert from 'node:assert/strict';
import { allowancesOf } from '../server/src/rules/allowances.ts';
import type { FileSet } from '../server/src/text/source-file.ts';

/** `rule: reason, covered line` for each allowance of a text, and the misspelt words. */
function read(text: string): string[] {
  const source = { id: '/a.dts', text };
  const files: FileSet = { get: () => source, bytes: () => 'absent' };
  const { allowances, misspelt } = allowancesOf('/a.dts', files);
  return [
    ...allowances.map(
      ({ rule, reason, covers }) => `${rule}: ${reason} | ${text.slice(covers.start, covers.end)}`,
    ),
    ...misspelt.map(({ word }) => `misspelt ${word}`),
  ];
}

describe('dtmap-allow', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['covers the line below', '// dtmap-allow: a — why\nx;\ny;', ['a: why | x;']],
    ['passes blank lines', '// dtmap-allow: a -- why\n\n\t\nx;', ['a: why | x;']],
    [
      'shares a line with others above it',
      '// dtmap-allow: a — why\n/* dtmap-allow: b: so */\nx;',
      ['a: why | x;', 'b: so | x;'],
    ],
    [
      'covers its own line behind code',
      'w;\nx; // dtmap-allow: a — why\ny;',
      ['a: why | x; // dtmap-allow: a — why'],
    ],
    [
      'covers its own line before code',
      '/* dtmap-allow: a — why */ x;\ny;',
      ['a: why | /* dtmap-allow: a — why */ x;'],
    ],
    [
      'stands beside another one',
      '/* dtmap-allow: a — why */ /* dtmap-allow: b — so */\nx;',
      ['a: why | x;', 'b: so | x;'],
    ],
    [
      'names several rules',
      '// dtmap-allow: a, b-c — why, really\nx;',
      ['a: why, really | x;', 'b-c: why, really | x;'],
    ],
    ['without a reason', '// dtmap-allow: a\nx;', ['a:  | x;']],
    ['with a dash and no reason', '/* dtmap-allow: a — */\nx;', ['a:  | x;']],
    ['without a rule', '// dtmap-allow: — why\nx;', [': why | x;']],
    ['without anything', '// dtmap-allow:', [':  | ']],
    ['at the end of the text', '// dtmap-allow: a — why', ['a: why | ']],
    [
      'misspelt',
      '// dtmap-alow: a — why\n// dtmap allow: b\n// DTMAP-ALLOW: c\nx;',
      ['misspelt dtmap-alow:', 'misspelt dtmap allow:', 'misspelt DTMAP-ALLOW:'],
    ],
    ['without its colon', '// dtmap-allow a — why\nx;', ['misspelt dtmap-allow']],
    ['in a string, which is none', 'x = "dtmap-allow: a — why";', []],
    ['in prose, which is none', '// see dtmap-allow: a\n// dtmaps are great\n', []],
  ];
  for (const [name, text, expected] of cases)
    it(name, () => {
      assert.deepEqual(read(text), expected);
    });
});

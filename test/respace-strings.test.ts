// Strings that go over lines: cpp takes their later lines for ordinary text, and prints it with its own white space.

import assert from 'node:assert/strict';
import { PreprocessCache, preprocess } from '../server/src/preprocess/preprocess.ts';
import type { Preprocessed } from '../server/src/preprocess/preprocessed.ts';
import type { FileSet, SourceFile } from '../server/src/text/source-file.ts';

const included: SourceFile = { id: '/b/x.h', text: 'x\n' };

function read(text: string, cache = new PreprocessCache(), before?: Preprocessed): Preprocessed {
  const root = { id: '/b/board.dts', text };
  const files: FileSet = {
    get: (id) => [root, included].find((file) => file.id === id) ?? 'absent',
    bytes: () => 'absent',
  };
  const options = { includePaths: [], defines: new Map<string, string>() };
  return preprocess(root, files, options, cache, before);
}

const macros = '#define N 1\n#define E\n#define F(a, b) a b\n#define Q "a\n';

/** What stands between `p = ` and `;`, and what cpp 12 prints there (`test/oracle/odd-sources.test.ts` compares many more). */
const cases: readonly (readonly [name: string, written: string, printed: string])[] = [
  ['one line stays', '"a   b\t c"', '"a   b\t c"'],
  ['tabs before the text become spaces', '"a\n\t\tb"', '"a\n  b"'],
  ['a run of blanks becomes one', '"a\nb \t  c"', '"a\nb c"'],
  ['blanks at the end of a later line go, those of the first stay', '"a  \nb  \nc"', '"a  \nb\nc"'],
  [
    'an apostrophe keeps what follows on its line',
    '"a\nit isn\'t  so\nb  c"',
    '"a\nit isn\'t  so\nb c"',
  ],
  ['the line end of Windows is one', '"a\r\n  b\r\nisn\'t\r\nc"', '"a\n  b\nisn\'t\nc"'],
  ['macros are expanded', '"a\n  N  F(2,3)  x"', '"a\n  1 2 3 x"'],
  ['comments are blanks', '"a\n/* c */b/**/c // d\n"', '"a\n       b c\n"'],
  ['columns count bytes', '"a\n/* \u00e9 */b"', '"a\n        b"'],
  ['an empty macro leaves its indentation', '"a\n    E\nb"', '"a\n   \nb"'],
  ['an empty macro before text', '"a\n  E+\nE b"', '"a\n  +\n b"'],
  ['directives are empty lines', '"a\n#define X 1\n b X"', '"a\n\n b 1"'],
  ['an indented directive leaves nothing', '"a\n  #define X 1\n# b\n\t#\nX"', '"a\n\n# b\n\n1"'],
  ['a # behind a macro is kept apart', '"a\nN\n#b\n  E\n# c\n  #d"', '"a\n1\n #b\n \n # c\n  #d"'],
  ['a pragma that cpp obeys begins a line', '"a\n#pragma once\nb"', '"a\n       \nb"'],
  ['one that it leaves to others does not', '"a\n#pragma other\nb"', '"a\n\nb"'],
  ['## behind a macro is not kept apart', '"a\nN\n##b"', '"a\n1\n##b"'],
  ['what a condition leaves out is empty lines', '"a\n#if 0\nx\n#endif\nb"', '"a\n\n\n\nb"'],
  ['lines of a comment follow the line it is in', '"a\nb /*\n\n*/ c\nd"', '"a\nb c\n\n\nd"'],
  ['lines of a call follow the line it is in', '"a\nF(1,\n2) c\nd"', '"a\n1 2 c\n\nd"'],
  ['continued lines', '"a\nb \\\n   c\nd"', '"a\nb c\n\nd"'],
  ['a quoted text that is continued', '"a\nisn\'t  \\\n  so"', '"a\nisn\'t    so"'],
  ['7 empty lines', `"a${'\n'.repeat(8)}b"`, `"a${'\n'.repeat(8)}b"`],
  ['more become a line marker', `"a${'\n'.repeat(9)}b"`, '"a\n# 14 "/b/board.dts"\nb"'],
  [
    'an included file is between markers',
    '"a\n#include "x.h"\nb"',
    '"a\n# 1 "/b/x.h" 1\nx\n# 7 "/b/board.dts" 2\nb"',
  ],
  ['#line is a marker', '"a\n#line 7 "f"\nb"', '"a\n# 7 "f"\nb"'],
  ['a line marker is text', '"a\n# 7 "f"\nb"', '"a\n# 7 "f"\nb"'],
  ['a string that a macro begins', 'Q\n  b  c"', '"a\n  b c"'],
  ['what is around it stays', '<1  2>, "a\n  b  c",  <3>', '<1  2>, "a\n  b c",  <3>'],
];

describe('a string that goes over lines', () => {
  for (const [name, written, printed] of cases)
    it(name, () => {
      const { text, origins, problems } = read(`${macros}p = ${written};\n`);
      assert.equal(text, `p = ${printed};\n`);
      assert.deepEqual(problems, []);
      let end = 0;
      for (let index = 0; index < origins.count; index++) {
        const segment = origins.segment(index);
        assert.equal(segment.start, end);
        assert.ok(segment.end > segment.start);
        end = segment.end;
      }
      assert.equal(end, text.length);
    });

  it('is spaced anew after an edit of its later lines', () => {
    const cache = new PreprocessCache();
    const before = read('p = "a\nb"  c;\n', cache);
    assert.equal(before.text, 'p = "a\nb"  c;\n');
    assert.equal(read('p = "a\nb  c";\n', cache, before).text, 'p = "a\nb c";\n');
  });

  it('costs nothing any more once the string is closed', () => {
    const cache = new PreprocessCache();
    let last = read('p = ;\n', cache);
    for (const typed of ['"', '"a', '"a"']) {
      last = read(`p = ${typed};\n`, cache, last);
      assert.equal(last.isRespaced, typed !== '"a"', typed);
    }
  });

  it('leads to its source word by word', () => {
    const source = 'p = "a\n\tword   other";\n';
    const { text, origins } = read(source);
    const at = text.indexOf('other');
    const { span } = origins.originOf(at, at + 5);
    assert.equal(source.slice(span.start, span.end), 'other');
  });
});

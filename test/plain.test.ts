// What editors without Markdown and without snippets get.

import assert from 'node:assert/strict';
import { plainSnippet } from '../server/src/ide/plain-snippet.ts';
import { plainText } from '../server/src/ide/plain-text.ts';

describe('plain text', () => {
  it('of Markdown has its words without its marks', () => {
    for (const [markdown, text] of [
      ['**/memory@0** (`ram`) — RAM', '/memory@0 (ram) — RAM'],
      ['| | |\n|---|---|\n| Size | 16 MiB |\n| a\\|b | `x\\|y` |', 'Size: 16 MiB\na|b: x|y'],
      ['``a`b``, `` `c` `` and \\`d\\*', 'a`b, `c` and `d*'],
      ['a ` b, ``` c', 'a ` b, ``` c'],
      ['2 * 3 \\[x\\](y) \\\\ end\\', '2 * 3 [x](y) \\ end\\'],
      ['| not a table', '| not a table'],
    ] as const)
      assert.equal(plainText(markdown), text);
  });

  it('of a snippet has its defaults and none of its places', () => {
    for (const [snippet, text] of [
      ['reg = <$1>;', 'reg = <>;'],
      ['/ {\n\t$0\n};', '/ {\n\t\n};'],
      [
        '${3:pool}: pool@${1:80000000} { reg = <0x${1:80000000}>; };',
        'pool: pool@80000000 { reg = <0x80000000>; };',
      ],
      ['${1:a \\} b}$0', 'a } b'],
      ['${1}\\$1 \\} \\\\', '$1 } \\'],
      ['a $ b ${x', 'a $ b ${x'],
    ] as const)
      assert.equal(plainSnippet(snippet), text);
  });
});

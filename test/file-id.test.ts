// From the protocol's URIs to file ids and back, and the folders of both.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { URI } from 'vscode-uri';
import { foldersAbove } from '../server/src/ide/paths.ts';
import { fileIdOf, uriOf } from '../server/src/text/file-id.ts';
import { folderOf, joinPath } from '../server/src/text/join-path.ts';

/** Names whose characters somebody escapes and somebody else does not. */
const NAMES = [
  ...['p3737-0000+p3701-0000', 'a,b', 'me@host', 'x (copy)', "it's", 'über', 'a b#c', '100%'],
  ...['semi;colon', 'a&b=c', 'plain', '[x]!$*~_.-', 'what?'],
];

describe('file ids', () => {
  it('stand for URIs of the disk, drives and other machines', () => {
    for (const [uri, id, back = uri] of [
      ['file:///work/a%20b.dts', '/work/a b.dts'],
      ['file:///work/%F0%9F%98%80%23%3F%25.dts', '/work/😀#?%.dts'],
      ['file:///c%3A/work/x.dts', 'c:/work/x.dts'],
      ['file:///C:/work/x.dts', 'c:/work/x.dts', 'file:///c%3A/work/x.dts'],
      ['file://wsl.localhost/Ubuntu/home/x.dts', '//wsl.localhost/Ubuntu/home/x.dts'],
      ['file://server/share/x%20y.dts', '//server/share/x y.dts'],
      // Two other ways to write the same (RFC 8089, E.3.2).
      ['file:////server/share/x.dts', '//server/share/x.dts', 'file://server/share/x.dts'],
      ['file://///server/share/x.dts', '//server/share/x.dts', 'file://server/share/x.dts'],
      ['file://localhost/work/x.dts', '/work/x.dts', 'file:///work/x.dts'],
      ['FILE:///work/x.dts', '/work/x.dts', 'file:///work/x.dts'],
      ['vscode-vfs://github/a/b.dts', 'vscode-vfs://github/a/b.dts'],
      ['untitled:Untitled-1', 'untitled:Untitled-1'],
      // An include names it without escapes, an editor with them.
      ['vscode-vfs://git%2Bhub/a/b%2Bc%20d.dts', 'vscode-vfs://git%2Bhub/a/b+c d.dts'],
      [
        'vscode-vfs://github/100%25%3f.dts',
        'vscode-vfs://github/100%25%3F.dts',
        'vscode-vfs://github/100%25%3F.dts',
      ],
      ['git:/work/x.dts?{"ref":"~"}', 'git:/work/x.dts?{"ref":"~"}'],
      // What encodes nothing stands for itself.
      ['file:///100%.dts', '/100%.dts', 'file:///100%25.dts'],
      ['file:///%zz%20.dts', '/%zz .dts', 'file:///%25zz%20.dts'],
      ['file:///%E0%A4%A.dts', '/%E0%A4%A.dts', 'file:///%25E0%25A4%25A.dts'],
    ] as const) {
      assert.equal(fileIdOf(uri), id);
      assert.equal(uriOf(id), back);
    }
  });

  it('are written as VS Code writes them', () => {
    for (const name of NAMES)
      for (const folder of ['/work', 'c:/work', '//server/share']) {
        const id = `${folder}/${name}.dts`;
        const uri = URI.file(id).toString();
        assert.equal(uriOf(id), uri);
        assert.equal(fileIdOf(uri), id);
        assert.equal(fileIdOf(URI.parse(uri).toString(true)), id);
        const virtual = URI.from({ scheme: 'vscode-vfs', authority: 'host', path: `/a/${name}` });
        assert.equal(uriOf(fileIdOf(virtual.toString())), virtual.toString());
      }
  });

  it('any path survives, and no text is too strange', () => {
    const names = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(names, fc.constantFrom('', '//host', 'c:'), (parts, root) => {
        const path = parts.map((part) => part.replace(/[/\n]|^[a-z]:/gi, 'x')).join('/');
        const id = `${root}/${path}`;
        assert.equal(fileIdOf(uriOf(id)), id);
        assert.doesNotMatch(uriOf(id), /^file:\/{4}/);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const uri of [text, `file:${text}`, `file:///${text}`]) uriOf(fileIdOf(uri));
        uriOf(`/${text}\ud800`);
      }),
    );
  });

  it('of another machine keep it in what is included and in the folders above', () => {
    const board = '//wsl.localhost/Ubuntu/work/board.dts';
    assert.equal(folderOf(board), '//wsl.localhost/Ubuntu/work');
    for (const [path, expected] of [
      ['soc.dtsi', '//wsl.localhost/Ubuntu/work/soc.dtsi'],
      ['./inc/soc.dtsi', '//wsl.localhost/Ubuntu/work/inc/soc.dtsi'],
      ['../soc.dtsi', '//wsl.localhost/Ubuntu/soc.dtsi'],
      ['../../../soc.dtsi', '//wsl.localhost/Ubuntu/soc.dtsi'],
      ['/usr/soc.dtsi', '//wsl.localhost/Ubuntu/usr/soc.dtsi'],
    ] as const)
      assert.equal(joinPath(folderOf(board), path), expected);
    assert.equal(folderOf('//server/share'), '//server/share');
    assert.deepEqual(foldersAbove(board), [
      '//wsl.localhost/Ubuntu/work',
      '//wsl.localhost/Ubuntu',
    ]);
  });
});

// From the protocol's URIs to file ids and back, and the folders of both.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { foldersAbove } from '../server/src/ide/paths.ts';
import { fileIdOf, uriOf } from '../server/src/lsp/file-id.ts';
import { folderOf, joinPath } from '../server/src/text/join-path.ts';

describe('file ids', () => {
  it('stand for URIs of the disk, drives and other machines', () => {
    for (const [uri, id, back = uri] of [
      ['file:///work/a%20b.dts', '/work/a b.dts'],
      ['file:///work/%F0%9F%98%80%23%3F%25.dts', '/work/😀#?%.dts'],
      ['file:///c%3A/work/x.dts', 'c:/work/x.dts', 'file:///c:/work/x.dts'],
      ['file:///C:/work/x.dts', 'c:/work/x.dts', 'file:///c:/work/x.dts'],
      ['file://wsl.localhost/Ubuntu/home/x.dts', '//wsl.localhost/Ubuntu/home/x.dts'],
      ['file://server/share/x%20y.dts', '//server/share/x y.dts'],
      // Two other ways to write the same (RFC 8089, E.3.2).
      ['file:////server/share/x.dts', '//server/share/x.dts', 'file://server/share/x.dts'],
      ['file://///server/share/x.dts', '//server/share/x.dts', 'file://server/share/x.dts'],
      ['file://localhost/work/x.dts', '/work/x.dts', 'file:///work/x.dts'],
      ['FILE:///work/x.dts', '/work/x.dts', 'file:///work/x.dts'],
      ['vscode-vfs://github/a/b.dts', 'vscode-vfs://github/a/b.dts'],
      ['untitled:Untitled-1', 'untitled:Untitled-1'],
      // What encodes nothing stands for itself.
      ['file:///100%.dts', '/100%.dts', 'file:///100%25.dts'],
      ['file:///%zz%20.dts', '/%zz .dts', 'file:///%25zz%20.dts'],
      ['file:///%E0%A4%A.dts', '/%E0%A4%A.dts', 'file:///%25E0%25A4%25A.dts'],
    ] as const) {
      assert.equal(fileIdOf(uri), id);
      assert.equal(uriOf(id), back);
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

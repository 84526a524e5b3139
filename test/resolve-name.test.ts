// Names of files as people write them, on Windows and elsewhere, and the one identity that each of them has.

import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import { spelled } from '../server/src/preprocess/spelled.ts';
import { fileIdOf, uriOf } from '../server/src/text/file-id.ts';
import { lastNameOf, relativePath } from '../server/src/text/join-path.ts';
import { fileIdOfPath, isAbsoluteName, resolveName } from '../server/src/text/resolve-name.ts';

/** Folder, name, identity. */
const here: readonly (readonly [string, string, string])[] = [
  ['c:/work/b', 'a.dts', 'c:/work/b/a.dts'],
  ['c:/work/b', '.\\a.dts', 'c:/work/b/a.dts'],
  ['c:/work/b', '..\\x\\a.dts', 'c:/work/x/a.dts'],
  ['c:/work/b', '../x/a.dts', 'c:/work/x/a.dts'],
  ['c:/work/b', 'C:\\work\\b\\a.dts', 'c:/work/b/a.dts'],
  ['c:/work/b', 'C:/work/b/a.dts', 'c:/work/b/a.dts'],
  ['c:/work/b', 'c:\\work\\.\\x\\..\\a.dts', 'c:/work/a.dts'],
  ['c:/work/b', 'D:\\a.dts', 'd:/a.dts'],
  ['c:/work/b', 'C:a.dts', 'c:/work/b/a.dts'],
  ['c:/work/b', 'D:a.dts', 'd:/a.dts'],
  ['c:/work/b', '\\a.dts', 'c:/a.dts'],
  ['c:/work/b', '\\\\srv\\share\\x\\..\\a.dts', '//srv/share/a.dts'],
  ['c:/work/b', '//srv/share/a.dts', '//srv/share/a.dts'],
  ['c:/work/b', '\\\\?\\C:\\a.dts', 'c:/a.dts'],
  ['c:/work/b', '\\\\?\\UNC\\srv\\share\\a.dts', '//srv/share/a.dts'],
  ['c:/work/b', 'file:///C:/work/a%20b.dts', 'c:/work/a b.dts'],
  ['c:/work/b', 'file:///c%3A/work/a.dts', 'c:/work/a.dts'],
  ['c:/work/b', 'file://srv/share/a.dts', '//srv/share/a.dts'],
  ['//srv/share/b', 'a.dts', '//srv/share/b/a.dts'],
  ['//srv/share/b', '..\\..\\..\\a.dts', '//srv/share/a.dts'],
  ['//srv/share/b', '\\a.dts', '//srv/share/a.dts'],
  ['//srv/share/b', 'C:\\a.dts', 'c:/a.dts'],
  ['/work/b', 'a.dts', '/work/b/a.dts'],
  ['/work/b', '../a.dts', '/work/a.dts'],
  ['/work/b', '/x/./a.dts', '/x/a.dts'],
  ['/work/b', 'a\\b.dts', '/work/b/a\\b.dts'],
  ['/work/b', 'C:\\a.dts', '/work/b/C:\\a.dts'],
  ['/work/b', 'file:///x/a%23b.dts', '/x/a#b.dts'],
  ['/work/b', 'FILE://localhost/x/a.dts', '/x/a.dts'],
  ['/work/b', 'file://host/x', 'file://host/x'],
  ['/work/b', 'file:///a%2Fb', 'file:///a%2Fb'],
  ['/work/b', 'file:///%zz', 'file:///%zz'],
  ['/work/b', 'vscode-vfs://github/o/r/a%20b.dts', 'vscode-vfs://github/o/r/a b.dts'],
];

/** The same in a file that is read on every system. */
const anywhere: readonly (readonly [string, string, string])[] = [
  ['/work/b', '..\\include', '/work/include'],
  ['/work/b', 'x\\y/z', '/work/b/x/y/z'],
  ['/work/b', 'C:\\x', 'c:/x'],
  ['c:/work/b', '../include', 'c:/work/include'],
  ['vscode-vfs://github/o/r', '..\\include', 'vscode-vfs://github/o/include'],
];

describe('names of files', () => {
  for (const [folder, name, expected] of here)
    it(`${name} in ${folder}`, () => {
      assert.equal(resolveName(name, folder), expected);
    });
  for (const [folder, name, expected] of anywhere)
    it(`${name} in settings of ${folder}`, () => {
      assert.equal(resolveName(name, folder, 'anywhere'), expected);
    });

  it('what an operating system calls a file, and what an editor does, is one', () => {
    for (const [own, uri] of [
      ['C:\\work\\a+b.dts', 'file:///c%3A/work/a%2Bb.dts'],
      ['\\\\srv\\share\\a b.dts', 'file://srv/share/a%20b.dts'],
      ['/work/über.dts', 'file:///work/%C3%BCber.dts'],
    ] as const) {
      assert.equal(fileIdOfPath(own), fileIdOf(uri));
      assert.equal(uriOf(fileIdOfPath(own)), uri);
    }
  });

  it('absolute names are told from others', () => {
    for (const name of ['C:\\x', 'c:/x', '\\x', '/x', '//s/x', 'file:///c:/x'])
      assert.ok(isAbsoluteName(name, 'c:/work'), name);
    for (const name of ['x', 'C:x', '..\\x', './x'])
      assert.ok(!isAbsoluteName(name, 'c:/work'), name);
    for (const name of ['C:\\x', '\\x']) assert.ok(!isAbsoluteName(name, '/work'), name);
  });

  it('relative paths are those of Node on both systems', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'A', 'c d', '..x'), { maxLength: 4 });
    fc.assert(
      fc.property(names, names, fc.constantFrom('c:', '//srv/share'), (one, other, root) => {
        const [from, to] = [one, other].map((parts) => `/${parts.join('/')}`.replace(/\/$/, ''));
        assert.equal(relativePath(from ?? '', to ?? ''), path.posix.relative(`${from}/`, `${to}/`));
        const windows = path.win32.relative(`${root}${from}/`, `${root}${to}/`);
        assert.equal(relativePath(`${root}${from}`, `${root}${to}`), windows.replaceAll('\\', '/'));
      }),
    );
    assert.equal(relativePath('c:/a', 'd:/a'), undefined);
    assert.equal(relativePath('c:/a', '//srv/share/a'), undefined);
    assert.equal(relativePath('/a', 'vscode-vfs://github/a'), undefined);
  });

  it('an include has the case of the disk, as far as it was written', () => {
    const names: Readonly<Record<string, string>> = {
      'c:/Work/a/SoC.dtsi': 'soc.dtsi',
      'c:/Work/a': 'A',
      'c:/Work': 'work',
      '//srv/share/SoC.dtsi': 'soc.dtsi',
    };
    const files = { spelling: (id: string) => names[id] };
    for (const [id, path, expected] of [
      ['c:/Work/a/SoC.dtsi', 'SoC.dtsi', 'c:/Work/a/soc.dtsi'],
      ['c:/Work/a/SoC.dtsi', './a//SoC.dtsi', 'c:/Work/A/soc.dtsi'],
      ['c:/Work/a/SoC.dtsi', '../../Work/../a/SoC.dtsi', 'c:/Work/A/soc.dtsi'],
      ['c:/Work/a/SoC.dtsi', 'C:/Work/a/SoC.dtsi', 'c:/work/A/soc.dtsi'],
      ['//srv/share/SoC.dtsi', '//srv/share/SoC.dtsi', '//srv/share/soc.dtsi'],
      ['/x/y.dtsi', '/x/y.dtsi', '/x/y.dtsi'],
    ] as const)
      assert.equal(spelled(files, id, path), expected, path);
    assert.equal(spelled({}, '/x/Y.dtsi', 'Y.dtsi'), '/x/Y.dtsi');
  });

  it('a last name is none of a root', () => {
    const names = { 'c:/x/y': 'y', '/y': 'y', '//s/t/y': 'y', '//s/t': '', 'c:/': '', y: 'y' };
    for (const [file, name] of Object.entries(names)) assert.equal(lastNameOf(file), name);
  });
});

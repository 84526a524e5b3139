// `dtmap fmt`: in place, looked at, as a patch; and what cannot be formatted.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dtmap } from './support/run-dtmap.ts';

const LOOSE = '/dts-v1/;\n/ {\n  a = <1   2>;\n\tb { c; };\n};\n';
const TIDY = '/dts-v1/;\n/ {\n\ta = <1   2>;\n\tb {\n\t\tc;\n\t};\n};\n';

describe('dtmap fmt', () => {
  let cwd: string;
  const write = (name: string, text: string | Uint8Array): void =>
    writeFileSync(path.join(cwd, name), text);
  const read = (name: string): string => readFileSync(path.join(cwd, name), 'utf8');

  beforeEach(() => {
    cwd = mkdtempSync(path.join(tmpdir(), 'dtmap-fmt-'));
    write('loose.dts', LOOSE);
    write('tidy.dts', TIDY);
  });
  afterEach(() => {
    rmSync(cwd, { recursive: true });
  });

  it('formats files in place and names them; what is formatted is not written', async () => {
    const { mtimeNs } = statSync(path.join(cwd, 'tidy.dts'), { bigint: true });
    const ran = await dtmap(['fmt', 'loose.dts', 'tidy.dts'], { cwd });
    assert.deepEqual(
      [ran.status, ran.stdout, ran.stderr],
      [0, '', 'dtmap: loose.dts: formatted\n'],
    );
    assert.equal(read('loose.dts'), TIDY);
    assert.equal(statSync(path.join(cwd, 'tidy.dts'), { bigint: true }).mtimeNs, mtimeNs);
  });

  it('only looks with --check', async () => {
    const ran = await dtmap(['fmt', '--check', 'tidy.dts', 'loose.dts'], { cwd });
    assert.deepEqual([ran.status, ran.stdout, ran.stderr], [1, 'loose.dts: not formatted\n', '']);
    assert.equal(read('loose.dts'), LOOSE);
    assert.equal((await dtmap(['fmt', '--check', 'tidy.dts'], { cwd })).status, 0);
  });

  it('prints with --diff the patch that it would be', async () => {
    const ran = await dtmap(['fmt', '--diff', 'loose.dts', 'tidy.dts'], { cwd });
    assert.deepEqual([ran.status, ran.stderr], [1, '']);
    assert.equal(read('loose.dts'), LOOSE);
    execFileSync('patch', ['-p1', '-s'], { cwd, input: ran.stdout });
    assert.equal(read('loose.dts'), TIDY);
    assert.deepEqual(
      await dtmap(['fmt', '--diff', 'loose.dts'], { cwd }).then(({ status, stdout }) => [
        status,
        stdout,
      ]),
      [0, ''],
    );
  });

  it('formats standard input to standard output, byte for byte', async () => {
    const stdin = Buffer.from(`${LOOSE}/* \u00fc \xff */\n`, 'latin1');
    const ran = await dtmap(['fmt', '-'], { cwd, stdin });
    assert.equal(ran.status, 0);
    assert.deepEqual(ran.bytes, Buffer.from(`${TIDY}/* \u00fc \xff */\n`, 'latin1'));
  });

  it('keeps line ends and what the file compiles to', async () => {
    write('crlf.dts', LOOSE.replaceAll('\n', '\r\n'));
    const before = await dtmap(['compile', 'crlf.dts'], { cwd });
    await dtmap(['fmt', 'crlf.dts'], { cwd });
    assert.equal(read('crlf.dts'), TIDY.replaceAll('\n', '\r\n'));
    assert.deepEqual((await dtmap(['compile', 'crlf.dts'], { cwd })).bytes, before.bytes);
  });

  it('says why a file is not formatted, and formats the others', async () => {
    mkdirSync(path.join(cwd, 'empty'));
    write('open.dts', '/dts-v1/;\n/ { a = "x; };\n');
    write('comment.dts', '/dts-v1/;\n/ { };\n  /* x\n');
    write('blob.dtb', (await dtmap(['compile', 'tidy.dts'], { cwd })).bytes);
    const names = ['open.dts', 'comment.dts', 'blob.dtb', 'none.dts', 'empty', 'loose.dts'];
    const ran = await dtmap(['fmt', ...names], { cwd });
    assert.equal(ran.status, 2);
    assert.deepEqual(ran.stderr.trimEnd().split('\n'), [
      'dtmap: empty: no devicetree source (.dts, .dtsi, .dtso, .overlay) in this folder',
      'dtmap: open.dts:2:9: this string does not end; close it, then format',
      'dtmap: comment.dts:3:3: this comment does not end; close it, then format',
      'dtmap: blob.dtb: a blob has no text to format',
      'dtmap: none.dts: no such file',
      'dtmap: loose.dts: formatted',
    ]);
    assert.equal(read('open.dts'), '/dts-v1/;\n/ { a = "x; };\n');
    for (const argv of [
      ['fmt', '-', 'loose.dts'],
      ['fmt', '--check', '--diff', 'loose.dts'],
      ['fmt'],
    ]) {
      const wrong = await dtmap(argv, { cwd });
      assert.equal(wrong.status, 2);
      assert.match(wrong.stderr, /^dtmap: [^\n]+\n$/);
    }
  });
});

// The disk as a FileSet: bytes survive the way to text and back, open texts win, forgetting works.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { NodeFiles } from '../server/src/node-files.ts';
import { decodeText } from '../server/src/text/decode.ts';
import { encodeText } from '../server/src/text/encode.ts';

describe('text and bytes', () => {
  it('any bytes survive decoding and encoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.deepEqual(encodeText(decodeText(bytes)), bytes);
      }),
    );
  });

  it('valid UTF-8 decodes as the platform decodes it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(decodeText(Buffer.from(text)), text);
      }),
    );
  });

  it('long texts decode whole', () => {
    assert.equal(decodeText(Buffer.alloc(50_000, 'ä€😀')), Buffer.alloc(50_000, 'ä€😀').toString());
  });
});

describe('NodeFiles', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dtmap-files-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function text(files: NodeFiles, id: string): string {
    const file = files.get(id);
    return typeof file === 'string' ? file : file.text;
  }

  it('reads paths and file URIs, and escapes what is not UTF-8', () => {
    const path = join(folder, 'a b.dts');
    writeFileSync(path, Buffer.from([0x61, 0xe9, 0x62]));
    const files = new NodeFiles();
    assert.equal(text(files, path), 'a\udce9b');
    assert.equal(text(files, pathToFileURL(path).href), 'a\udce9b');
    assert.deepEqual([...(files.bytes(path) as Uint8Array)], [0x61, 0xe9, 0x62]);
  });

  it('folders and missing files are absent', () => {
    const files = new NodeFiles();
    assert.equal(files.get(folder), 'absent');
    assert.equal(files.get(join(folder, 'nothing')), 'absent');
    assert.equal(files.exists(folder), true);
    assert.equal(files.exists(join(folder, 'nothing')), false);
  });

  it('keeps a file until it is forgotten or refreshed', () => {
    const path = join(folder, 'a.dts');
    const files = new NodeFiles();
    assert.equal(files.get(path), 'absent');
    writeFileSync(path, 'one');
    assert.equal(files.get(path), 'absent');
    assert.deepEqual(files.refresh(), [path]);
    assert.equal(text(files, path), 'one');
    assert.equal(files.get(path), files.get(path));
    assert.deepEqual(files.refresh(), []);
    writeFileSync(path, 'three');
    files.forget(path);
    assert.equal(text(files, path), 'three');
    assert.deepEqual(files.readDirectory(folder), ['a.dts']);
  });

  it('an open text hides the disk until it is closed', () => {
    const path = join(folder, 'a.dts');
    writeFileSync(path, 'disk');
    const files = new NodeFiles();
    files.setText(path, 'open');
    const open = files.get(path);
    files.setText(path, 'open');
    assert.equal(files.get(path), open);
    assert.equal(text(files, path), 'open');
    files.unset(path);
    assert.equal(text(files, path), 'disk');
  });
});

// The server with the code that an earlier run compiled: taken when it fits, done without when it does not.

import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { codeCacheOf } from '../server/src/node-code-cache.ts';
import { bundle, root } from './support/bundles.ts';
import { LspSession } from './support/lsp-session.ts';

const board = path.join(root, 'client/sample/board.dts');

describe('server with compiled code of an earlier run', function () {
  this.timeout(60_000);
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-code-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the sample board comes to with `cache`; `until` is what the server is to say of the code before it is stopped. */
  async function open(cache: string, until: RegExp): Promise<readonly unknown[]> {
    const session = await LspSession.start({
      command: [
        'env',
        ...['NODE_DEBUG=dtmap', process.execPath, bundle('server-cached.js')],
        ...[`--code-cache=${cache}`, '--stdio'],
      ],
    });
    await session.open(board);
    const found = await session.diagnostics(board);
    await session.logged(until);
    await session.stop();
    return found.map(({ code, range }) => [code, range]);
  }

  const keptIn = (cache: string): string[] =>
    readdirSync(cache).map((name) => path.join(cache, name));

  it('keeps it in a folder that is made, and takes it the next time', async () => {
    const cache = path.join(folder, 'global storage', 'code');
    const first = await open(cache, /compiled code not taken[^]*compiled code kept/);
    assert.equal(keptIn(cache).length, 1);
    const second = await open(cache, /compiled code taken/);
    assert.deepEqual(second, first);
    assert.ok(first.length > 0);
  });

  it('compiles again what is no code, and what another version has left', async () => {
    await open(folder, /compiled code kept/);
    const [kept = ''] = keptIn(folder);
    const { length } = readFileSync(kept);
    writeFileSync(kept, 'no code');
    writeFileSync(path.join(folder, 'of-an-older-version.code'), '');
    await open(folder, /compiled code not taken[^]*compiled code kept/);
    assert.deepEqual(keptIn(folder), [kept]);
    assert.ok(readFileSync(kept).length > length / 2);
  });

  it('takes none that was compiled of another text, though that is as long and lies in the same place', () => {
    const program = path.join(folder, 'dist', 'server.js');
    mkdirSync(path.dirname(program));
    writeFileSync(program, 'one');
    codeCacheOf(program, folder).keep(Buffer.from('code of one'));
    assert.equal(String(codeCacheOf(program, folder).kept), 'code of one');
    writeFileSync(program, 'two');
    // By a second, which every file system notes.
    utimesSync(program, 1, 1);
    assert.equal(codeCacheOf(program, folder).kept, undefined);
  });

  it('works without it where a file is in the place of the folder', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, 'ours');
    assert.ok((await open(file, /compiled code not taken/)).length > 0);
    assert.equal(readFileSync(file, 'utf8'), 'ours');
  });
});

// The server in a work tree that an earlier run has read: what has not changed is not read again, what has is.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundle } from './support/bundles.ts';
import { LspSession } from './support/lsp-session.ts';

/** Well before the tick in which a disk's clock may stand still. */
const EARLIER = new Date('2026-01-01');

describe('includes kept from an earlier run', function () {
  this.timeout(60_000);
  let folder = '';
  const inFolder = (name: string): string => path.join(folder, name);
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-kept-'));
    mkdirSync(inFolder('tree/deep'), { recursive: true });
    write('tree/soc.dtsi', '/ { soc { }; };\n', EARLIER);
    write('tree/deep/one.dts', board('soc.dtsi'), EARLIER);
    write('tree/deep/two.dts', board('other.dtsi'), EARLIER);
    write('tree/deep/other.dtsi', '', EARLIER);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const board = (included: string): string => `/dts-v1/;\n#include "../${included}"\n/ { };\n`;
  function write(name: string, text: string, time: Date): void {
    writeFileSync(inFolder(name), text);
    utimesSync(inFolder(name), time, time);
  }

  /** The boards of soc.dtsi, and how many files were taken and read for it. */
  async function boardsOfSoc(kept = inFolder('kept')): Promise<{ boards: string[]; said: string }> {
    const session = await LspSession.start({
      folder: inFolder('tree'),
      command: [process.execPath, bundle('server.js'), '--stdio', `--kept=${kept}`],
      env: { ...process.env, NODE_DEBUG: 'dtmap' },
    });
    const soc = inFolder('tree/soc.dtsi');
    await session.open(soc);
    const { boards } = await session.request('dtmap/boards', { uri: session.uriOf(soc) });
    await session.logged(/includes of/);
    const [said = ''] = /includes of .* read/.exec(session.log.join('')) ?? [];
    await session.stop();
    return { boards: boards.map(({ uri }) => path.posix.basename(uri)), said };
  }

  it('are taken in the next run, with the same boards', async () => {
    assert.deepEqual(await boardsOfSoc(), {
      boards: ['one.dts'],
      said: 'includes of 0 files taken, of 3 read',
    });
    assert.equal(readdirSync(inFolder('kept')).length, 1);
    assert.deepEqual(await boardsOfSoc(), {
      boards: ['one.dts'],
      said: 'includes of 3 files taken, of 0 read',
    });
  });

  it('are read again of what has changed, appeared or vanished', async () => {
    await boardsOfSoc();
    write('tree/deep/two.dts', board('soc.dtsi'), new Date('2026-02-01'));
    write('tree/deep/new.dts', board('soc.dtsi'), EARLIER);
    rmSync(inFolder('tree/deep/one.dts'));
    assert.deepEqual(await boardsOfSoc(), {
      boards: ['new.dts', 'two.dts'],
      said: 'includes of 1 files taken, of 2 read',
    });
  });

  it('are read again of what changed a moment ago, which a disk may not tell from a second change', async () => {
    write('tree/deep/one.dts', board('soc.dtsi'), new Date());
    await boardsOfSoc();
    const { said } = await boardsOfSoc();
    assert.match(said, /^includes of [23] files taken/);
  });

  it('are read again where what was kept is spoiled, and where nothing can be kept', async () => {
    await boardsOfSoc();
    const [name = ''] = readdirSync(inFolder('kept'));
    for (const spoiled of ['', 'no tree', `${inFolder('tree')}\n[1]\nnull\n{`]) {
      writeFileSync(path.join(inFolder('kept'), name), spoiled);
      const { boards } = await boardsOfSoc();
      assert.deepEqual(boards, ['one.dts']);
    }
    writeFileSync(inFolder('file'), 'ours');
    assert.deepEqual((await boardsOfSoc(inFolder('file'))).boards, ['one.dts']);
  });
});

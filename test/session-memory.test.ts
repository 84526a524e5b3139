// A session that opens board after board keeps no more than it may: files, and what was made of them.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Session } from '../server/src/cli/session.ts';
import { settingsFor } from '../server/src/cli/settings.ts';
import { NodeFiles } from '../server/src/node-files.ts';
import { shellOf } from './support/run-dtmap.ts';

const boards = 40;
/** A little more than the include file and two boards have. */
const most = 12_000;

const options = {
  include: [],
  define: [],
  overlay: [],
  guest: [],
  xen: [],
  linux: [],
  format: 'text',
};

describe('what a session keeps', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-memory-'));
    const comment = `/* ${'x'.repeat(3000)} */\n`;
    writeFileSync(path.join(folder, 'soc.dtsi'), `${comment}#define SIZE 0x1000\n`);
    for (let board = 0; board < boards; board++)
      writeFileSync(
        path.join(folder, `${board}.dts`),
        `/dts-v1/;\n#include "soc.dtsi"\n${comment}/ { device-${board}@0 { reg = <0 0 0 SIZE>; }; };\n`,
      );
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Opens all boards; after each, the bytes that are kept, and the boards. */
  async function openAll(bound: number): Promise<{ kept: number[]; trees: string[] }> {
    const files = new NodeFiles();
    const { shell } = shellOf(folder, files);
    const session = new Session(shell);
    const kept: number[] = [];
    const trees: string[] = [];
    for (let board = 0; board < boards; board++) {
      const found = await session.find(`${board}.dts`, {});
      const settings = settingsFor(shell, found.file, options);
      const opened = session.open(found, settings);
      trees.push(opened.board.tree.root.children.map(({ name }) => name).join());
      session.forgetBeyond(bound);
      kept.push(files.keptSize);
    }
    return { kept, trees };
  }

  it('does not grow with the number of boards', async () => {
    const { kept, trees } = await openAll(most);
    assert.ok(Math.max(...kept) <= most, `${Math.max(...kept)} bytes`);
    assert.deepEqual(
      trees,
      trees.map((_, board) => `device-${board}@0`),
    );
  });

  it('would grow without a bound', async () => {
    const { kept } = await openAll(Infinity);
    assert.ok((kept.at(-1) ?? 0) > boards * 3000, `${kept.at(-1)} bytes`);
  });

  it('keeps what was given in place of files', () => {
    const files = new NodeFiles();
    const session = new Session(shellOf(folder, files).shell);
    files.setBytes('/given.dts', Buffer.from('/dts-v1/;\n/ { given; };\n'));
    files.setText('/set.dts', '/dts-v1/;\n/ { set; };\n');
    files.get(path.join(folder, '0.dts'));
    assert.equal(session.forgetBeyond(1_000_000), false);
    assert.equal(session.forgetBeyond(1000), true);
    assert.equal(files.keptSize, 0);
    assert.equal(typeof files.get('/given.dts'), 'object');
    assert.equal(typeof files.get('/set.dts'), 'object');
  });
});

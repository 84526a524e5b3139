// What an editor may do to the server that nobody hopes for: boards that vanish, trees that are shared, files that may not change.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CodeAction, WorkspaceEdit } from 'vscode-languageserver';
import { editsOf, LspSession } from './support/lsp-session.ts';
import { poll } from './support/poll.ts';

const SOC = `#include "sizes.h"

/ {
	#address-cells = <1>;
	#size-cells = <1>;

	memory@40000000 {
		device_type = "memory";
		reg = <0x40000000 0x40000000>;
	};

	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;

		video: video@60000000 {
			reg = <0x60000000 VIDEO_SIZE>;
		};

		camera: camera@64000000 {
			reg = <0x64000000 0x2000000>;
		};
	};
};
`;
const SIZES = '#define VIDEO_SIZE 0x5000000\n';
const BOARD = '/dts-v1/;\n#include "soc.dtsi"\n/ { model = "a"; };\n';

describe('language server, bad input', () => {
  let folder = '';
  const sessions: LspSession[] = [];
  const file = (name: string): string => path.join(folder, name);
  const uri = (name: string): string => pathToFileURL(file(name)).href;

  function write(name: string, text: string): void {
    mkdirSync(path.dirname(file(name)), { recursive: true });
    writeFileSync(file(name), text);
  }
  function writeBoard(below = ''): void {
    write(`${below}board.dts`, BOARD);
    write(`${below}soc.dtsi`, SOC);
    write(`${below}sizes.h`, SIZES);
  }
  async function start(): Promise<LspSession> {
    const settings = { dtmap: { targets: ['linux:6.12'] } };
    const session = await LspSession.start({ folder, settings });
    sessions.push(session);
    return session;
  }
  function positionOf(text: string, needle: string): { line: number; character: number } {
    const at = text.indexOf(needle);
    assert.notEqual(at, -1, needle);
    const lines = text.slice(0, at).split('\n');
    return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
  }
  /** The board a file is read through, once it is `label`. */
  async function boardOf(session: LspSession, name: string, label: string): Promise<void> {
    await poll(`${name} to be read through ${label}`, async () => {
      const status = await session.request('dtmap/status', { uri: uri(name) });
      return status.board?.label === label && status.state === 'ready' ? true : undefined;
    });
  }
  const overlaps = (found: readonly { code?: unknown }[]): number =>
    found.filter(({ code }) => code === 'reserved-overlap').length;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-bad-input-'));
  });
  afterEach(async () => {
    for (const session of sessions.splice(0)) {
      assert.doesNotMatch(session.log.join(''), /^ {4}at /m);
      await session.stop();
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('a macro cannot be renamed, and why is said', async () => {
    writeBoard();
    const session = await start();
    await session.open(file('board.dts'));
    await session.open(file('soc.dtsi'));
    await session.diagnostics(file('board.dts'));
    const position = positionOf(SOC, 'VIDEO_SIZE');
    for (const method of ['textDocument/prepareRename', 'textDocument/rename'])
      await assert.rejects(
        session.at(method, file('soc.dtsi'), { position, newName: 'SIZE' }),
        /VIDEO_SIZE is a macro/,
      );
  });

  it('a fix in a read-only file is shown grey with its reason, and fix-all leaves that file alone', async () => {
    writeBoard();
    // With a fix that is safe, so that fix-all is offered.
    const misnamed = SOC.replace('camera@64000000', 'camera@64800000');
    write('soc.dtsi', misnamed);
    const session = await start();
    await session.open(file('soc.dtsi'));
    await boardOf(session, 'soc.dtsi', 'board.dts');
    chmodSync(file('soc.dtsi'), 0o444);
    const actions = await session.codeActions(file('soc.dtsi'), {
      start: positionOf(misnamed, 'camera@64800000'),
      end: positionOf(misnamed, '0x64000000'),
    });
    const fixes = actions.filter(({ kind }) => kind === 'quickfix');
    assert.ok(fixes.length > 0);
    for (const each of fixes) {
      assert.equal(each.edit, undefined, each.title);
      assert.match(each.disabled?.reason ?? '', /soc\.dtsi is read-only/);
    }
    const all = actions.find(({ kind }) => kind === 'source.fixAll.dtmap');
    assert.ok(all);
    const resolved = await session.at<CodeAction>('codeAction/resolve', file('soc.dtsi'), all);
    assert.deepEqual(editsOf(resolved.edit), new Map());
  });

  it('a board deleted while its include is open gives way to the next one, then to none', async () => {
    writeBoard();
    write('second.dts', BOARD.replace('"a"', '"b"'));
    const session = await start();
    await session.open(file('soc.dtsi'));
    await boardOf(session, 'soc.dtsi', 'board.dts');
    rmSync(file('board.dts'));
    await session.watched('deleted', file('board.dts'));
    await boardOf(session, 'soc.dtsi', 'second.dts');
    assert.equal(overlaps(await session.diagnostics(file('soc.dtsi'))), 1);
    rmSync(file('second.dts'));
    await session.watched('deleted', file('second.dts'));
    await boardOf(session, 'soc.dtsi', 'soc.dtsi');
    // A board that comes back is found again.
    write('board.dts', BOARD);
    await session.watched('created', file('board.dts'));
    await boardOf(session, 'soc.dtsi', 'board.dts');
  });

  it('a folder deleted with all its boards is told of alone', async () => {
    writeBoard('old/');
    writeBoard('new/');
    const session = await start();
    await session.open(file('old/soc.dtsi'));
    await boardOf(session, 'old/soc.dtsi', 'old/board.dts');
    await session.close(file('old/soc.dtsi'));
    rmSync(file('old'), { recursive: true });
    await session.watched('deleted', file('old'));
    await session.open(file('new/soc.dtsi'));
    await boardOf(session, 'new/soc.dtsi', 'new/board.dts');
    // Nobody tells of the second one.
    await session.close(file('new/soc.dtsi'));
    rmSync(file('new'), { recursive: true });
    writeBoard('newest/');
    await session.watched('created', file('newest/board.dts'), file('newest/soc.dtsi'));
    await session.open(file('newest/soc.dtsi'));
    await boardOf(session, 'newest/soc.dtsi', 'newest/board.dts');
  });

  it('an included file vanishes with its folder while the board is open', async () => {
    write('board.dts', BOARD.replace('soc.dtsi', 'inc/soc.dtsi'));
    write('inc/soc.dtsi', SOC);
    write('inc/sizes.h', SIZES);
    const session = await start();
    await session.open(file('board.dts'));
    await session.diagnosticsWhen(file('board.dts'), (found) => overlaps(found) === 0);
    rmSync(file('inc'), { recursive: true });
    await session.watched('deleted', file('inc'));
    await session.diagnosticsWhen(file('board.dts'), (found) =>
      found.some(({ code }) => code === 'include-not-found'),
    );
    write('inc/soc.dtsi', SOC);
    write('inc/sizes.h', SIZES);
    await session.watched('created', file('inc/soc.dtsi'), file('inc/sizes.h'));
    await session.diagnosticsWhen(
      file('board.dts'),
      (found) => !found.some(({ code }) => code === 'include-not-found'),
    );
  });

  it('two windows on one tree: each has its own text, and a save reaches the other', async () => {
    writeBoard();
    const [one, other] = [await start(), await start()];
    for (const session of [one, other]) {
      await session.open(file('soc.dtsi'));
      await boardOf(session, 'soc.dtsi', 'board.dts');
      assert.equal(overlaps(await session.diagnostics(file('soc.dtsi'))), 1);
    }
    const mended = SOC.replaceAll('64000000', '66000000');
    await one.change(file('soc.dtsi'), mended);
    assert.equal(overlaps(await one.diagnostics(file('soc.dtsi'))), 0);
    assert.equal(overlaps(await other.diagnostics(file('soc.dtsi'))), 1);
    // Saved in one window; the other reloads the text, as editors do for a document without changes.
    write('soc.dtsi', mended);
    await one.watched('changed', file('soc.dtsi'));
    await other.watched('changed', file('soc.dtsi'));
    await other.change(file('soc.dtsi'), mended);
    assert.equal(overlaps(await other.diagnostics(file('soc.dtsi'))), 0);
    // A file that neither has open.
    write('sizes.h', SIZES.replace('0x5000000', '0x7000000'));
    for (const session of [one, other]) {
      await session.watched('changed', file('sizes.h'));
      await session.diagnosticsWhen(file('soc.dtsi'), (found) => overlaps(found) === 1);
    }
  });

  it('a .dtsi of 200 boards is read through one of them, and a rename reaches all', async () => {
    writeBoard();
    for (let number = 0; number < 199; number += 1)
      write(`board${String(number)}.dts`, `${BOARD}&video { status = "okay"; };\n`);
    const session = await start();
    await session.open(file('soc.dtsi'));
    await boardOf(session, 'soc.dtsi', 'board.dts');
    const status = await session.request('dtmap/status', { uri: uri('soc.dtsi') });
    assert.equal(status.because, 'One of 200 boards that include this file.');
    const { boards } = await session.request('dtmap/boards', { uri: uri('soc.dtsi') });
    assert.equal(boards.length, 200);
    assert.equal(overlaps(await session.diagnostics(file('soc.dtsi'))), 1);
    const edit = await session.at<WorkspaceEdit>('textDocument/rename', file('soc.dtsi'), {
      position: positionOf(SOC, 'video: '),
      newName: 'vpu',
    });
    assert.equal(editsOf(edit).size, 200);
    // An edit stays quick: only the board that is shown is analysed again.
    await session.change(file('soc.dtsi'), SOC.replaceAll('64000000', '66000000'));
    assert.equal(overlaps(await session.diagnostics(file('soc.dtsi'))), 0);
    assert.equal(readFileSync(file('soc.dtsi'), 'utf8'), SOC);
  });
});

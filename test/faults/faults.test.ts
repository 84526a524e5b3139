// Each row of README.md: a fault injected into the bundles, and what the user sees of it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DocumentSymbol } from 'vscode-languageserver/node';
import { residentMegabytes } from '../bench/server-process.ts';
import { bundle } from '../support/bundles.ts';
import { LspSession } from '../support/lsp-session.ts';

const HEAD = '/dts-v1/;\n';
const SOC = `/ {
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

		video@60000000 {
			reg = <0x60000000 0x5000000>;
		};

		camera@64000000 {
			reg = <0x64000000 0x2000000>;
		};
	};
};
`;
const BOARD = `${HEAD}#include "soc.dtsi"\n`;
const SETTINGS = { dtmap: { targets: ['linux:6.12'] } };

const codesOf = (found: readonly { code?: unknown }[]): unknown[] => found.map(({ code }) => code);

describe('faults', function () {
  this.timeout(180_000);
  let folder = '';
  const sessions: LspSession[] = [];
  const file = (name: string): string => path.join(folder, name);

  function write(name: string, content: string | Uint8Array): void {
    mkdirSync(path.dirname(file(name)), { recursive: true });
    writeFileSync(file(name), content);
  }
  async function start(
    settings: Readonly<Record<string, unknown>> = SETTINGS,
  ): Promise<LspSession> {
    const session = await LspSession.start({ folder, settings });
    sessions.push(session);
    return session;
  }
  /** `dtmap check` of a file, by the bundle. */
  function check(name: string, ...options: string[]): { status: number | null; said: string } {
    const argv = [bundle('dtmap.js'), 'check', name, '--linux', '6.12', '-W', 'no-xen-panic'];
    const ran = spawnSync(process.execPath, [...argv, ...options], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.doesNotMatch(ran.stderr, /dtmap itself|^ {4}at /m);
    return { status: ran.status, said: ran.stdout + ran.stderr };
  }
  /** That the server still answers a question about a sound document. */
  async function assertAlive(session: LspSession): Promise<void> {
    write('alive.dts', `${HEAD}/ { alive { }; };\n`);
    await session.open(file('alive.dts'));
    const symbols = await session.at<DocumentSymbol[]>(
      'textDocument/documentSymbol',
      file('alive.dts'),
    );
    assert.equal(symbols.at(-1)?.children?.[0]?.name, 'alive');
    await session.close(file('alive.dts'));
  }

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-faults-'));
  });
  afterEach(async () => {
    for (const session of sessions.splice(0)) {
      await assertAlive(session);
      await session.stop();
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('an included file vanishes, comes back, turns into a directory and back', async () => {
    write('board.dts', BOARD);
    write('soc.dtsi', SOC);
    const session = await start();
    await session.open(file('board.dts'));
    const isWhole = (found: readonly { code?: unknown }[]): boolean =>
      !codesOf(found).includes('include-not-found');
    for (const fault of ['vanishes', 'directory'] as const) {
      rmSync(file('soc.dtsi'));
      if (fault === 'directory') mkdirSync(file('soc.dtsi'));
      await session.watched('deleted', file('soc.dtsi'));
      await session.diagnosticsWhen(file('board.dts'), (found) => !isWhole(found));
      assert.match(check('board.dts').said, /soc\.dtsi not found .*\[include-not-found\]/);
      rmSync(file('soc.dtsi'), { recursive: true, force: true });
      write('soc.dtsi', SOC);
      await session.watched('created', file('soc.dtsi'));
      await session.diagnosticsWhen(file('board.dts'), isWhole);
    }
  });

  it('a file changes underneath while it is open: the editor’s text counts until it is closed', async () => {
    write('board.dts', BOARD);
    write('soc.dtsi', SOC);
    const session = await start();
    await session.open(file('board.dts'));
    await session.open(file('soc.dtsi'));
    await session.diagnosticsWhen(file('soc.dtsi'), (found) => found.length > 0);
    write('soc.dtsi', SOC.replaceAll('64000000', '66000000'));
    await session.watched('changed', file('soc.dtsi'));
    assert.ok(codesOf(await session.diagnostics(file('soc.dtsi'))).includes('reserved-overlap'));
    await session.close(file('soc.dtsi'));
    await session.diagnosticsWhen(
      file('soc.dtsi'),
      (found) => !codesOf(found).includes('reserved-overlap'),
    );
  });

  it('a file that is a directory, a loop of links, or not there: one line says so', () => {
    mkdirSync(file('dir.dts'));
    symlinkSync('loop.dts', file('loop.dts'));
    for (const [name, reason] of [
      ['dir.dts', 'no board (.dts) in this folder'],
      ['loop.dts', 'too many symbolic links'],
      ['none.dts', 'no such file'],
    ] as const)
      assert.deepEqual(check(name), { status: 2, said: `dtmap: ${name}: ${reason}\n` });
  });

  it('includes of devices and of files that never end are not read', () => {
    write('board.dts', `${HEAD}#include "/dev/zero"\n/include/ "/dev/random"\n/ { };\n`);
    assert.match(check('board.dts').said, /\/dev\/zero not found .*\n.*\/dev\/random not found/);
  });

  it('bytes that are no UTF-8, NUL, a byte order mark, CRLF: read as dtc reads them', () => {
    write('latin.dts', Buffer.from(`${HEAD}/ { p = "\xe4\xff"; };\n`, 'latin1'));
    assert.equal(check('latin.dts').status, 0);
    write('bom.dts', `\ufeff${HEAD}/ { };\n`);
    assert.equal(check('bom.dts').status, 0);
    write('crlf.dts', `${HEAD}/ {\n\tp = <1\n};\n`.replaceAll('\n', '\r\n'));
    assert.match(check('crlf.dts').said, /^crlf\.dts:3:7: error: expected >/);
    write('nul.dts', `${HEAD}/ { p\0q = <1>; };\n`);
    assert.match(check('nul.dts').said, /^nul\.dts:2:6: error: expected ;, found \\x00 \[/);
    write('utf16.dts', Buffer.from(`\ufeff${HEAD}/ { };\n`, 'utf16le'));
    const { status, said } = check('utf16.dts');
    assert.equal(status, 2);
    assert.equal(said, 'dtmap: utf16.dts: not devicetree source: /dts-v1/; must come first\n');
  });

  it('nothing of a file reaches the terminal as a command to it', () => {
    write('board.dts', `${HEAD}/ { \x1b]0;title\x07 = <1>; \x1b[2J };\n\x9b2J\n`);

    assert.doesNotMatch(check('board.dts').said, /[\0-\x08\x0b-\x1f\x7f-\x9f]/);
  });

  it('lone surrogates, in the text and in edits that cut a pair in two', async () => {
    write('board.dts', `${HEAD}/ { p = "😀"; };\n`);
    const session = await start();
    await session.open(file('board.dts'));
    const at = (character: number): { line: number; character: number } => ({ line: 1, character });
    await session.change(file('board.dts'), [
      { range: { start: at(10), end: at(11) }, text: '\ud800\ud800' },
    ]);
    await session.diagnostics(file('board.dts'));
    await session.change(file('board.dts'), `${HEAD}/ { p = "ok"; };\n`);
    assert.deepEqual(await session.diagnostics(file('board.dts')), []);
  });

  it('documents of no disk and of schemes nobody knows are judged by their text alone', async () => {
    const session = await start();
    for (const uri of ['untitled:Untitled-1', 'vscode-vfs://github/a/b/board.dts', 'x-y:%00?#']) {
      const text = `${HEAD}#include "soc.dtsi"\n/ { p = <1>\n};\n`;
      await session.notify('textDocument/didOpen', {
        textDocument: { uri, languageId: 'devicetree', version: 1, text },
      });
      const found = await session.publishedWhen(uri, ({ version }) => version === 1);
      assert.ok(codesOf(found).includes('include-not-found'), uri);
      const symbols = await session.ask('textDocument/documentSymbol', { textDocument: { uri } });
      assert.ok(Array.isArray(symbols) && symbols.length > 0, uri);
      await session.notify('textDocument/didClose', { textDocument: { uri } });
    }
  });

  it('a request that makes no sense is answered by itself alone', async () => {
    write('board.dts', HEAD + SOC);
    const session = await start();
    await session.open(file('board.dts'));
    await session.diagnostics(file('board.dts'));
    const senseless: unknown[] = [null, [], 7, {}, { textDocument: null }];
    senseless.push({ textDocument: { uri: 7 } }, { textDocument: { uri: 'file:///%E0%A4%A' } });
    senseless.push({ textDocument: { uri: `file://${file('board.dts')}` }, position: 'here' });
    for (const method of [
      ...['hover', 'completion', 'definition', 'rename', 'codeAction', 'semanticTokens/full'],
      ...['foldingRange', 'formatting', 'inlayHint', 'codeLens', 'selectionRange', 'documentLink'],
    ])
      for (const params of senseless)
        await session.ask(`textDocument/${method}`, params).catch((error: unknown) => {
          assert.ok(error instanceof Error && error.message !== '');
        });
    for (const method of ['dtmap/memoryMap', 'dtmap/decode', 'dtmap/status', 'nobody/knows'])
      for (const params of senseless)
        await session.ask(method, params).catch((error: unknown) => {
          assert.ok(error instanceof Error && error.message !== '');
        });
    // The last of them names the document: that would be a sound request to close it.
    for (const params of senseless.slice(0, -1)) {
      await session.notify('textDocument/didChange', params);
      await session.notify('workspace/didChangeWatchedFiles', params);
      await session.notify('textDocument/didClose', params);
    }
    await session.change(file('board.dts'), (HEAD + SOC).replaceAll('64000000', '66000000'));
    const after = await session.diagnostics(file('board.dts'));
    assert.ok(!codesOf(after).includes('reserved-overlap'));
  });

  it('settings of every wrong shape are refused, and the rest holds', async () => {
    write('board.dts', HEAD + SOC);
    const session = await start();
    await session.open(file('board.dts'));
    for (const dtmap of [
      ...[null, 7, 'x', [], { targets: 7 }, { targets: ['xen:99', '', 'linux:'] }],
      ...[{ includePaths: { a: 1 } }, { bootProfile: '/dev/zero' }, { bootProfile: folder }],
      ...[{ overlays: { 'board.dts': ['none.dtso', '/dev/zero'] } }, { severity: { none: 'x' } }],
      { defines: { 'A B': '\n#error' } },
    ])
      await session.configure({ dtmap });
    await session.configure(SETTINGS);
    await session.change(file('board.dts'), HEAD + SOC);
    assert.ok(codesOf(await session.diagnostics(file('board.dts'))).includes('reserved-overlap'));
  });

  it('the log holds nothing of what files say', async () => {
    const secret = 'SECRET_OF_THE_TREE';
    write('board.dts', `${HEAD}#define ${secret} ${secret}(\n/ { ${secret} = "${secret}" "\n`);
    const session = await start();
    await session.open(file('board.dts'));
    await session.diagnostics(file('board.dts'));
    await session.ask('textDocument/hover', { textDocument: { uri: 7 } }).catch(() => null);
    assert.doesNotMatch(session.log.join(''), new RegExp(secret));
  });

  it('a heap of 512 MB holds a tree of 50000 nodes', () => {
    const nodes = Array.from({ length: 50_000 }, (_, at) => `n${at} { p = <${at}>; };\n`);
    write('board.dts', `${HEAD}/ {\n${nodes.join('')}};\n`);
    const argv = ['--max-old-space-size=512', bundle('dtmap.js'), 'check', 'board.dts'];
    const ran = spawnSync(process.execPath, argv, { cwd: folder, encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stderr);
  });

  it('a board that is closed takes its memory along', async () => {
    const nodes = Array.from({ length: 20_000 }, (_, at) => `n${at} { p = <${at}>; };\n`);
    write('board.dts', `${HEAD}/ {\n${nodes.join('')}};\n`);
    const session = await start();
    const resident: number[] = [];
    for (let opened = 0; opened < 10; opened += 1) {
      await session.open(file('board.dts'));
      await session.diagnostics(file('board.dts'));
      await session.close(file('board.dts'));
      resident.push(residentMegabytes(session.pid).now);
    }
    const [, second = 0] = resident;
    assert.ok((resident.at(-1) ?? 0) < second * 1.3, resident.join(' '));
  });

  it('a clock that jumps is not asked: no analysis waits for it', async () => {
    write('board.dts', HEAD + SOC);
    const jumps = path.join(folder, 'jump.cjs');
    writeFileSync(jumps, 'let n = 0; Date.now = () => (n++ % 2 ? 0 : 4e12);\n');
    const session = await LspSession.start({
      folder,
      settings: SETTINGS,
      command: [process.execPath, '--require', jumps, bundle('server.js'), '--stdio'],
    });
    sessions.push(session);
    await session.open(file('board.dts'));
    for (let version = 0; version < 10; version += 1) {
      await session.change(file('board.dts'), `${HEAD}${SOC}// ${version}\n`);
      assert.ok(codesOf(await session.diagnostics(file('board.dts'))).includes('reserved-overlap'));
    }
  });
});

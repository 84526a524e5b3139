// Every setting the server reads, over stdio: what it changes, and that it can be taken back while a board is open.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Trace } from 'vscode-languageserver';
import { LspSession } from './support/lsp-session.ts';
import { poll } from './support/poll.ts';

const BOARD = `/dts-v1/;
#include <regions.h>

/ {
	#address-cells = <2>;
	#size-cells = <2>;

	chosen {
		bootargs = "console=ttyS0";
	};

	memory@40000000 {
		device_type = "memory";
		reg = <0x0 0x40000000 0x0 0x80000000>;
	};

	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;

		video: video@60000000 {
			reg = <0x0 0x60000000 0x0 VIDEO_SIZE>;
		};

		camera: camera@64000000 {
			reg = <0x0 0x64000000 0x0 0x2000000>;
#ifdef SECURE
			no-map;
#endif
		};
	};
};
`;

const OVERLAY = `/dts-v1/;
/plugin/;
&{/reserved-memory} {
	added@90000000 {
		reg = <0x0 0x90000000 0x0 0x1000>;
	};
};
`;

describe('settings', () => {
  let folder = '';
  let board = '';
  let session: LspSession;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-settings-'));
    board = path.join(folder, 'board.dts');
    mkdirSync(path.join(folder, 'own'));
    writeFileSync(board, BOARD);
    writeFileSync(path.join(folder, 'regions.h'), '#define VIDEO_SIZE 0x5000000\n');
    writeFileSync(path.join(folder, 'own/regions.h'), '#define VIDEO_SIZE 0x1000000\n');
    writeFileSync(path.join(folder, 'added.dtso'), OVERLAY);
    writeFileSync(path.join(folder, 'profile.json'), '{ "memory": [] }');
    session = await LspSession.start({ folder });
  });
  after(async () => {
    await session.stop();
    rmSync(folder, { recursive: true });
  });
  afterEach(async () => {
    await session.close(board);
    await session.configure({});
  });

  /** `severity rule: message` of what is published for the board with these settings, hints included. */
  async function findingsWith(dtmap: Readonly<Record<string, unknown>>): Promise<string[]> {
    await session.configure({ dtmap: { targets: ['linux:6.12'], ...dtmap } });
    // A board that is opened is judged by the settings that were sent before.
    await session.open(board);
    const found = await session.diagnostics(board);
    await session.close(board);
    await session.diagnosticsWhen(board, (left) => left.length === 0);
    const names = ['', 'error', 'warning', 'information', 'hint'];
    return found.map(
      ({ severity, code, message }) =>
        `${names[severity ?? 0] ?? ''} ${String(code)}: ${JSON.stringify(message)}`,
    );
  }
  const ask = <Result>(method: string, params: object = {}): Promise<Result> =>
    session.at<Result>(method, board, params);
  const uri = (): string => pathToFileURL(board).href;
  /** Hovers until the analysis that follows a change of settings shows. */
  async function hoverWhen(needle: string, accept: (text: string) => boolean): Promise<void> {
    const before = BOARD.slice(0, BOARD.indexOf(needle)).split('\n');
    const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    await poll(`another hover over ${needle}`, async () =>
      accept(JSON.stringify(await session.hover(board, position))) ? true : undefined,
    );
  }

  it('dtmap.targets', async () => {
    await session.configure({ dtmap: { targets: ['xen:4.12'] } });
    await session.open(board);
    const xen = await session.request('dtmap/status', { uri: uri() });
    assert.deepEqual(xen.targets, ['xen:4.12']);
    await hoverWhen('video@', (text) => text.includes('Xen 4.12'));
    await session.configure({ dtmap: { targets: ['linux:6.6'] } });
    await hoverWhen('video@', (text) => text.includes('Linux 6.6') && !text.includes('Xen'));
    // What is not known is named, with what is.
    await session.configure({ dtmap: { targets: ['xen:3.1'] } });
    await session.messageWhen(/dtmap\.targets: xen:3\.1: no such release; known are .*xen:4\.11/);
  });

  it('dtmap.bootProfile', async () => {
    const bootLogWith = async (bootProfile: unknown): Promise<string> => {
      await session.configure({ dtmap: { targets: ['xen:4.18'], bootProfile } });
      await session.open(board);
      await session.diagnostics(board);
      const { lines } = await session.request('dtmap/bootLog', { uri: uri(), target: 'xen:4.18' });
      await session.close(board);
      return lines.map(({ text }) => text).join('\n');
    };
    const xen = { address: '0x4b000000', size: '0x118000' };
    writeFileSync(path.join(folder, 'profile.json'), JSON.stringify({ xen }));
    assert.doesNotMatch(await bootLogWith(null), /4b000000/);
    const inline = await bootLogWith({ xen });
    assert.match(inline, /MODULE\[0\]: 000000004b000000 - 000000004b118000 Xen/);
    assert.equal(await bootLogWith('profile.json'), inline);
    await bootLogWith('nowhere.json');
    await session.messageWhen(/dtmap\.bootProfile: nowhere\.json cannot be read/);
    await bootLogWith({ cpus: 'many' });
    await session.messageWhen(/dtmap\.bootProfile: .*cpus/);
  });

  it('dtmap.includePaths', async () => {
    assert.match((await findingsWith({})).join('\n'), /error reserved-overlap/);
    // The folder named comes before that of the board.
    assert.doesNotMatch((await findingsWith({ includePaths: ['own'] })).join('\n'), /overlap/);
  });

  it('dtmap.defines', async () => {
    await findingsWith({ defines: { SECURE: '1' } });
    await session.open(board);
    await hoverWhen('camera@', (text) => text.includes('`no-map`'));
    await session.configure({ dtmap: { targets: ['linux:6.12'] } });
    await hoverWhen('camera@', (text) => !text.includes('`no-map`'));
  });

  it('dtmap.overlays', async () => {
    const decoded = async (overlays: object): Promise<string> => {
      await session.configure({ dtmap: { overlays } });
      await session.open(board);
      await session.diagnostics(board);
      const { owners } = await session.request('dtmap/decode', { uri: uri(), text: '0x90000000' });
      await session.close(board);
      return JSON.stringify(owners);
    };
    assert.match(await decoded({ 'board.dts': ['added.dtso'] }), /added@90000000/);
    assert.doesNotMatch(await decoded({}), /added@90000000/);
    assert.doesNotMatch(await decoded({ 'other.dts': ['added.dtso'] }), /added@90000000/);
  });

  it('dtmap.severity', async () => {
    for (const severity of ['error', 'warning', 'information', 'hint'])
      assert.match(
        (await findingsWith({ severity: { 'reserved-overlap': severity } })).join('\n'),
        new RegExp(`^${severity} reserved-overlap`, 'm'),
      );
    assert.doesNotMatch(
      (await findingsWith({ severity: { 'reserved-overlap': 'off' } })).join('\n'),
      /reserved-overlap/,
    );
    // A faulty entry is named, the others count.
    const severity = {
      'reserved-overlap': 'hint',
      'region-outside-ram': 'off',
      'banks-overlap': 1,
    };
    assert.match((await findingsWith({ severity })).join('\n'), /^hint reserved-overlap/m);
    await session.messageWhen(/dtmap\.severity: region-outside-ram: no such rule/);
    await session.messageWhen(/dtmap\.severity: banks-overlap: must be "error", .*"on" or "off"\./);
  });

  it('dtmap.hints', async () => {
    assert.match((await findingsWith({})).join('\n'), /^hint reserved-in-ram/m);
    assert.match(
      (await findingsWith({ hints: 'information' })).join('\n'),
      /^information reserved-in-ram/m,
    );
    assert.doesNotMatch((await findingsWith({ hints: 'off' })).join('\n'), /reserved-in-ram/);
  });

  it('dtmap.inlayHints', async () => {
    const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
    await session.open(board);
    await session.diagnostics(board);
    assert.equal((await ask<unknown[]>('textDocument/inlayHint', { range })).length, 3);
    const redrawn = session.refreshed.length;
    // `false` is how it was switched off when it was a switch.
    for (const inlayHints of ['off', false]) {
      await session.configure({ dtmap: { inlayHints: 'all' } });
      await session.refresh('inlayHint', redrawn);
      assert.equal((await ask<unknown[]>('textDocument/inlayHint', { range })).length, 3);
      const shown = session.refreshed.length;
      await session.configure({ dtmap: { inlayHints } });
      await session.refresh('inlayHint', shown);
      assert.deepEqual(await ask('textDocument/inlayHint', { range }), []);
    }
  });

  it('dtmap.bindings.dir', async () => {
    const bindings = path.join(folder, 'bindings');
    mkdirSync(bindings, { recursive: true });
    writeFileSync(
      path.join(bindings, 'root.yaml'),
      "$id: http://devicetree.org/schemas/acme.yaml#\nproperties:\n  $nodename:\n    const: '/'\nrequired: [acme,board]\n",
    );
    await session.open(board);
    const isRequired = (all: readonly { code?: unknown }[]): boolean =>
      all.some(({ code }) => code === 'binding-required');
    await session.configure({ dtmap: { bindings: { dir: 'bindings' } } });
    await session.diagnosticsWhen(board, isRequired);
    await session.configure({ dtmap: { bindings: { dir: null } } });
    await session.diagnosticsWhen(board, (all) => !isRequired(all));
  });

  it('dtmap.codeLenses', async () => {
    await session.open(board);
    await session.diagnostics(board);
    assert.ok((await ask<unknown[]>('textDocument/codeLens')).length > 0);
    const redrawn = session.refreshed.length;
    await session.configure({ dtmap: { codeLenses: false } });
    await session.refresh('codeLens', redrawn);
    assert.deepEqual(await ask('textDocument/codeLens'), []);
  });

  it('dtmap.trace.server', () => {
    // VS Code's client reads it by this function, which takes what it does not know for off.
    const { contributes } = JSON.parse(
      readFileSync(path.join(import.meta.dirname, '../package.json'), 'utf8'),
    ) as { contributes: { configuration: { properties: Record<string, { enum?: string[] }> } } };
    const levels = contributes.configuration.properties['dtmap.trace.server']?.enum ?? [];
    assert.deepEqual(
      levels.map((level) => Trace.fromString(level)),
      [Trace.Messages, Trace.Verbose],
    );
  });

  it('values of the wrong kind count as not set', async () => {
    const usual = await findingsWith({});
    const wrong = { includePaths: 3, defines: [], overlays: 'x', severity: 7, hints: {} };
    assert.deepEqual(await findingsWith({ ...wrong, inlayHints: 'no', codeLenses: 0 }), usual);
  });
});

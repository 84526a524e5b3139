// What is wrong with a dtmap.json or a boot profile is shown in that file, and goes when it is mended.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { LspSession } from './support/lsp-session.ts';
import { poll } from './support/poll.ts';

const BOARD = `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	cpus {
		#address-cells = <1>;
		#size-cells = <0>;
		cpu@0 { device_type = "cpu"; compatible = "arm,cortex-a53"; reg = <0>; };
	};
	memory@40000000 { device_type = "memory"; reg = <0x40000000 0x40000000>; };
};
`;

describe('language server, JSON files', () => {
  let folder = '';
  let session: LspSession;
  const file = (name: string): string => path.join(folder, name);
  const write = (name: string, text: string): void => {
    writeFileSync(file(name), text);
  };
  /** The places and messages of what is shown in a file, once there are so many. */
  async function shown(name: string, count: number): Promise<string[]> {
    const found = await session.diagnosticsWhen(file(name), (all) => all.length === count);
    return found.map(({ range: { start, end }, message, severity, source }) => {
      assert.deepEqual([severity, source], [1, 'dtmap']);
      const text = typeof message === 'string' ? message : message.value;
      return `${start.line + 1}:${start.character + 1}-${end.character + 1} ${text}`;
    });
  }

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-json-'));
    write('board.dts', BOARD);
    write('profile.json', '{\n  "cpus": 0,\n  "boot": "dt", "boot": "dt"\n}');
    session = await LspSession.start({ folder, settings: { dtmap: { targets: ['xen:4.18'] } } });
  });
  afterEach(async () => {
    await session.stop();
    rmSync(folder, { recursive: true });
  });

  const profileSetting = { dtmap: { targets: ['xen:4.18'], bootProfile: 'profile.json' } };

  it('a boot profile that a setting names', async () => {
    await session.configure(profileSetting);
    await session.open(file('board.dts'));
    assert.deepEqual(await shown('profile.json', 2), [
      '2:11-12 cpus: must be a whole number from 1 to 4096',
      '3:17-23 boot: is given twice, first in line 3, column 3',
    ]);
    const lines = await session.request('dtmap/reading', {
      uri: pathToFileURL(file('board.dts')).href,
    });
    const profile = lines.find(({ topic }) => topic === 'Boot profile');
    assert.deepEqual(
      [profile?.text, profile?.detail],
      ['profile.json', 'not used: it has errors, which are marked in it'],
    );
    // It can be read now, and contradicts the tree.
    write('profile.json', '{ "cpus": 2 }');
    await session.watched('changed', file('profile.json'));
    assert.deepEqual(await shown('profile.json', 1), [
      '1:11-12 cpus: is 2, but the device tree has 1 CPU (board.dts:5:2)',
    ]);
    write('profile.json', '{ "cpus": 1 }');
    await session.watched('changed', file('profile.json'));
    assert.deepEqual(await shown('profile.json', 0), []);
  });

  it('a profile in the settings themselves, which have no place', async () => {
    await session.configure({ dtmap: { targets: ['xen:4.18'], bootProfile: { cpus: 2 } } });
    await session.open(file('board.dts'));
    await session.messageWhen(
      /dtmap\.bootProfile: cpus: is 2, but the device tree has 1 CPU \(board\.dts:5:2\)/,
    );
  });

  it('a dtmap.json above a board, and the profile that it names', async () => {
    write('dtmap.json', '{ "bootProfile": "profile.json", "severities": {} }');
    await session.open(file('board.dts'));
    assert.deepEqual(await shown('dtmap.json', 1), [
      '1:34-46 severities: no such field; did you mean "severity"?',
    ]);
    write('dtmap.json', '{ "bootProfile": "profile.json" }');
    await session.watched('changed', file('dtmap.json'));
    assert.deepEqual(await shown('dtmap.json', 0), []);
    assert.equal((await shown('profile.json', 2)).length, 2);
    rmSync(file('profile.json'));
    await session.watched('deleted', file('profile.json'));
    assert.deepEqual(await shown('profile.json', 0), []);
  });

  it('a dtmap.json that comes later', async () => {
    await session.open(file('board.dts'));
    await session.diagnostics(file('board.dts'));
    write('dtmap.json', '[]');
    await session.watched('created', file('dtmap.json'));
    assert.deepEqual(await shown('dtmap.json', 1), ['1:1-3 must be an object']);
  });

  /** Rewrites `dtmap.json` and says so. */
  async function configured(
    text: string,
    change: 'created' | 'changed' = 'changed',
  ): Promise<void> {
    write('dtmap.json', text);
    await session.watched(change, file('dtmap.json'));
  }

  it('unknown names in a dtmap.json, with those that were meant', async () => {
    mkdirSync(file('include'));
    await session.open(file('board.dts'));
    await configured(
      `{ // what is checked
  "targets": ["xen:4.99", "4.18", "linux:6.12",],
  "severity": { "reg-lenght": "off" },
  "includePaths": ["includes", "include"],
  "overlays": ["bord.dts"], /* none */
  "extends": "no/such.json",
  "guests": ["domu.cfg"]
}`,
      'created',
    );
    assert.deepEqual(
      (await shown('dtmap.json', 7)).map((each) => each.replace(/; known are .*/, '')),
      [
        '2:15-25 targets.0: no such release',
        '2:27-33 targets.1: no such target; did you mean "xen:4.18"?',
        '3:17-29 severity.reg-lenght: no such rule; did you mean "reg-length"?',
        '4:20-30 includePaths.0: no such folder; did you mean "include"?',
        '5:16-26 overlays.0: no such file; did you mean "board.dts"?',
        '6:14-28 extends: no such file',
        '7:14-24 guests.0: no such file',
      ],
    );
    // What is right of it counts all the same.
    await session.configure({ dtmap: {} });
    const uri = pathToFileURL(file('board.dts')).href;
    await poll('the targets that are right', async () => {
      const { targets } = await session.request('dtmap/status', { uri });
      return targets.join() === 'linux:6.12' ? true : undefined;
    });
    await configured('{}');
    assert.deepEqual(await shown('dtmap.json', 0), []);
  });

  it('a file that is extended, and what is wrong with it', async () => {
    write('base.json', '{ "targets": ["xen:4.17"], "targets": [] }');
    await session.configure({ dtmap: {} });
    await session.open(file('board.dts'));
    await configured('{ "extends": "base.json" }', 'created');
    assert.deepEqual(await shown('base.json', 1), [
      '1:28-37 targets: is given twice, first in line 1, column 3',
    ]);
    write('base.json', '{ "targets": ["xen:4.17"] }');
    await session.watched('changed', file('base.json'));
    assert.deepEqual(await shown('base.json', 0), []);
    const uri = pathToFileURL(file('board.dts')).href;
    await poll('the targets of the extended file', async () => {
      const { targets } = await session.request('dtmap/status', { uri });
      return targets.join() === 'xen:4.17' ? true : undefined;
    });
  });

  it('the boot script and the guests that a dtmap.json names, as they change', async () => {
    write('domu.cfg', 'name = "domu"\nmemory = 4096\n');
    write('boot.source', 'nothing is done here\n');
    await session.open(file('board.dts'));
    await configured('{ "guests": ["domu.cfg"],\n "bootScript": "boot.source" }', 'created');
    const [refused = ''] = await shown('dtmap.json', 1);
    assert.match(refused, /^2:16-29 bootScript: boot\.source: nothing in it loads, boots or edits/);
    await session.diagnosticsWhen(file('domu.cfg'), (all) => all.length === 1);
    // What a script appends to the tree is said where the script says it.
    write(
      'boot.source',
      'load mmc 0 0x48000000 board.dtb\nfdt addr 0x48000000\nfdt set /memory@40000000 reg <0x40000000 0x40000000 0x60000000 0x1000>\n',
    );
    write('domu.cfg', 'name = "domu"\nmemory = 64\n');
    await session.watched('changed', file('boot.source'), file('domu.cfg'));
    assert.deepEqual(await shown('dtmap.json', 0), []);
    await session.diagnosticsWhen(file('domu.cfg'), (all) => all.length === 0);
    const [found] = await session.diagnosticsWhen(file('boot.source'), (all) => all.length > 0);
    assert.deepEqual(found?.range.start, { line: 2, character: 0 });
    // It stays there while somebody types above it.
    await session.change(file('board.dts'), `/dts-v1/;\n\n\n${BOARD.slice('/dts-v1/;'.length)}`);
    await session.diagnostics(file('board.dts'));
    assert.deepEqual(
      session.shown().get(pathToFileURL(file('boot.source')).href)?.[0]?.range.start,
      { line: 2, character: 0 },
    );
  });

  it('says where each setting of a board comes from', async () => {
    write('base.json', '{ "defines": { "X": "1" },\n "severity": { "reg-length": "off" } }');
    write(
      'dtmap.json',
      '{ "extends": "base.json",\n "bootProfile": { "cpus": 1 }, "targets": ["xen:4.17"] }',
    );
    await session.configure({ dtmap: { severity: { 'reg-length': 'error' } } });
    await session.open(file('board.dts'));
    await session.diagnostics(file('board.dts'));
    const uri = pathToFileURL(file('board.dts')).href;
    const settings = await session.request('dtmap/settings', { uri });
    assert.deepEqual(
      settings.map(({ name, value, from }) => `${name} = ${value} (${from})`),
      [
        'targets = xen:4.17 (dtmap.json:2:43)',
        'defines.X = 1 (base.json:1:21)',
        'bootProfile.cpus = 1 (dtmap.json:2:27)',
        'severity.reg-length = error (setting of the editor)',
      ],
    );
    assert.deepEqual(settings[1]?.at, {
      uri: pathToFileURL(file('base.json')).href,
      range: { start: { line: 0, character: 20 }, end: { line: 0, character: 23 } },
    });
    await session.configure({ dtmap: { targets: ['linux:6.6'] } });
    const [targets] = await session.request('dtmap/settings', { uri });
    assert.deepEqual(targets, {
      name: 'targets',
      value: 'linux:6.6',
      from: 'setting of the editor',
    });
  });

  it('reads nothing that a dtmap.json names while its folder is not trusted', async () => {
    write('base.json', '{ "targets": ["xen:4.17"] }');
    write('defined.dtsi', '#define X\n');
    write(
      'dtmap.json',
      '{ "extends": "base.json", "bootProfile": "profile.json", "bootScript": "no.source", "baseline": "no.json", "includePaths": ["."], "overlays": ["board.dts"], "severity": { "nonsense": "off" } }',
    );
    const own = await LspSession.start({ folder, initializationOptions: { isTrusted: false } });
    try {
      await own.open(file('board.dts'));
      await own.diagnostics(file('board.dts'));
      const uri = pathToFileURL(file('board.dts')).href;
      const settings = await own.request('dtmap/settings', { uri });
      assert.deepEqual(
        settings.map(({ name, from }) => `${name} (${from})`),
        ['targets (default)'],
      );
      // What is wrong with the file itself is told.
      const found = await own.diagnosticsWhen(file('dtmap.json'), (all) => all.length > 0);
      assert.deepEqual(
        found.map(({ message }) => message),
        ['severity.nonsense: no such rule'],
      );
      assert.ok(!own.shown().has(pathToFileURL(file('profile.json')).href));
    } finally {
      await own.stop();
    }
  });
});

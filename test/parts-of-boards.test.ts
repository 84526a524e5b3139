// Files that are only a part of boards (`.dtsi`, `.dts` without `/dts-v1/`, Zephyr's overlays) are read through their boards.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostic } from 'vscode-languageserver';
import { hasHeader } from '../server/src/ide/has-header.ts';
import { IncludeIndex } from '../server/src/ide/include-index.ts';
import { boardOfOverlay } from '../server/src/ide/overlay-boards.ts';
import { LspSession } from './support/lsp-session.ts';
import { dtmap, type Ran } from './support/run-dtmap.ts';
import { writeFiles } from './support/write-files.ts';

const SOC = `/ {
	#address-cells = <2>;
	#size-cells = <2>;
	uart0: serial { status = "disabled"; };
	memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x40000000>; };
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		a@50000000 { reg = <0 0x50000000 0 0x100000>; no-map; };
		b@50080000 { reg = <0 0x50080000 0 0x100000>; no-map; };
	};
};
`;
const board = (include: string, text = ''): string => `/dts-v1/;\n#include "${include}"\n${text}`;

interface JsonFinding {
  readonly rule: string;
  readonly at: { readonly file: string };
  readonly board: string;
  readonly boards?: readonly string[];
}

describe('a part of boards', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-part-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (...argv: string[]): Promise<Ran> => dtmap(argv, { cwd: folder });
  const findingsOf = ({ stdout }: Ran): readonly JsonFinding[] =>
    (JSON.parse(stdout) as { findings: readonly JsonFinding[] }).findings;

  describe('on the command line', () => {
    it('is checked through its boards, which each finding names', async () => {
      writeFiles(folder, {
        'soc.dtsi': SOC,
        'one.dts': board('soc.dtsi'),
        'two.dts': board('soc.dtsi'),
        'three.dts': board('soc.dtsi', '/delete-node/ &{/reserved-memory/b@50080000};\n'),
      });
      const ran = await run('check', 'soc.dtsi', '--format', 'json');
      const overlap = findingsOf(ran).filter(({ rule }) => rule === 'reserved-overlap');
      assert.deepEqual(
        overlap.map(({ at, board: first, boards }) => [at.file, first, boards]),
        [['soc.dtsi', 'one.dts', ['one.dts', 'two.dts']]],
      );
      assert.match(ran.stderr, /^dtmap: soc\.dtsi: checked through 3 boards$/m);
      assert.equal(ran.status, 1);
      const text = await run('check', 'soc.dtsi');
      assert.match(text.stdout, /soc\.dtsi:11:\d+: note: on boards one\.dts, two\.dts$/m);
      const sarif = await run('check', 'soc.dtsi', '--format', 'sarif');
      assert.match(sarif.stdout.replace(/\s+/g, ''), /"boards":\["one\.dts","two\.dts"\]/);
      const one = await run('check', 'soc.dtsi', '--root', 'three.dts', '--format', 'json');
      assert.deepEqual([...new Set(findingsOf(one).map((each) => each.board))], ['three.dts']);
      assert.ok(!findingsOf(one).some(({ rule }) => rule === 'reserved-overlap'));
    });

    it('is checked through so many boards and no more, and says so', async () => {
      const boards = Array.from({ length: 40 }, (_, index) => [`b${index}.dts`, board('soc.dtsi')]);
      writeFiles(folder, { 'soc.dtsi': SOC, ...(Object.fromEntries(boards) as object) });
      const ran = await run('check', 'soc.dtsi');
      assert.match(
        ran.stderr,
        /^dtmap: soc\.dtsi: checked through 32 boards; 8 more may include it, --root names one of them$/m,
      );
    });

    it('is shown through the first board', async () => {
      writeFiles(folder, {
        'soc.dtsi': SOC,
        'one.dts': board('soc.dtsi'),
        'two.dts': board('soc.dtsi'),
      });
      for (const argv of [
        ['map'],
        ['decode', '0x50000000'],
        ['boot', '--xen', '4.18'],
        ['facts'],
      ]) {
        const [command = '', ...rest] = argv;
        const part = await run(command, 'soc.dtsi', ...rest);
        const whole = await run(command, 'one.dts', ...rest);
        assert.equal(
          part.stdout.replaceAll('soc.dtsi', 'x'),
          whole.stdout.replaceAll(/one\.dts|soc\.dtsi/g, 'x'),
        );
        assert.match(part.stderr, /soc\.dtsi: read through one\.dts; --root names another board/);
      }
    });

    it('of which there is no board is refused, one of another name is not taken for it', async () => {
      writeFiles(folder, {
        'a/soc.dtsi': SOC,
        'b/soc.dtsi': SOC,
        'b/one.dts': board('soc.dtsi'),
      });
      const ran = await run('check', 'a/soc.dtsi');
      assert.match(ran.stderr, /a\/soc\.dtsi: .*name one with --root/);
      assert.equal(ran.status, 2);
    });

    it('tells what its board lacks', async () => {
      writeFiles(folder, {
        'soc.dtsi': SOC,
        'one.dts': board('gone.dtsi', '#include "soc.dtsi"\n'),
      });
      const found = findingsOf(await run('check', 'soc.dtsi', '--format', 'json'));
      assert.deepEqual(
        found.map(({ rule, at }) => [rule, at.file]),
        [['include-not-found', 'one.dts']],
      );
    });

    it('may be a .dts without /dts-v1/ that others include', async () => {
      writeFiles(folder, {
        'soc.dtsi': SOC,
        'x_common.dts': '&uart0 { status = "okay"; };\n&uart9 { };\n',
        'one.dts': board('soc.dtsi', '#include "x_common.dts"\n'),
        // Both have the header of what they include, so they are boards.
        'base.dts': board('soc.dtsi'),
        'again.dts': '#include "base.dts"\n&uart0 { status = "okay"; };\n',
        'third.dts': '#include "again.dts"\n',
      });
      const part = await run('check', 'x_common.dts', '--format', 'json');
      assert.deepEqual(
        findingsOf(part).map(({ rule, board: of }) => [rule, of]),
        [['semantic-error', 'one.dts']],
      );
      assert.match(part.stderr, /x_common\.dts: checked through one\.dts/);
      const again = await run('check', 'again.dts', '--format', 'json');
      assert.ok(findingsOf(again).every((each) => each.board === 'again.dts'));
    });

    it('that nobody includes and that has no /dts-v1/ is a board with a fault', async () => {
      writeFiles(folder, { 'x.dts': '/ { };\n' });
      assert.match((await run('check', 'x.dts')).stdout, /\/dts-v1\/; must come first/);
    });
  });

  describe('that is an overlay of Zephyr', () => {
    const tree = {
      'zephyr/boards/arm/brd/brd.dts': board('soc.dtsi'),
      'zephyr/boards/arm/brd/soc.dtsi': SOC,
      'app/boards/brd.overlay':
        '// Neither /dts-v1/; nor /plugin/.\n&uart0 { status = "okay"; };\n&uart9 { };\n',
    };

    it('is read behind the board of its name', async () => {
      writeFiles(folder, tree);
      const ran = await run('check', 'app/boards/brd.overlay', '--format', 'json');
      assert.deepEqual(
        findingsOf(ran).map(({ rule, at, board: of }) => [rule, at.file, of]),
        [['semantic-error', 'app/boards/brd.overlay', 'zephyr/boards/arm/brd/brd.dts']],
      );
    });

    it('is read behind the board that is named', async () => {
      writeFiles(folder, { ...tree, 'app/app.overlay': '&uart8 { };\n' });
      const unknown = await run('check', 'app/app.overlay');
      assert.match(
        unknown.stderr,
        /app\.overlay: no board is known for this overlay; name one with --root/,
      );
      assert.equal(unknown.status, 2);
      const named = await run(
        'check',
        'app/app.overlay',
        '--root',
        'zephyr/boards/arm/brd/brd.dts',
      );
      assert.match(named.stdout, /^app\/app\.overlay:1:1: error: label or path uart8 not found/);
    });

    for (const [text, file, found] of [
      ['BOARD:STRING=brd\n', '/w/app/build/CMakeCache.txt', '/w/z/boards/arm/brd/brd.dts'],
      [
        'CACHED_BOARD:INTERNAL=brd@1.0\n',
        '/w/app/build/CMakeCache.txt',
        '/w/z/boards/arm/brd/brd.dts',
      ],
      [
        'set(BOARD brd/soc/cpu0)\n',
        '/w/app/CMakeLists.txt',
        '/w/z/boards/arm/brd/brd_soc_cpu0.dts',
      ],
      ['set(BOARD "brd/other")\n', '/w/app/CMakeLists.txt', '/w/z/boards/arm/brd/brd.dts'],
      ['set(BOARD_ROOT .)\n', '/w/app/CMakeLists.txt', undefined],
      ['set(BOARD none)\n', '/w/app/CMakeLists.txt', undefined],
    ] as const)
      it(`finds its board where ${file.slice(7)} says ${text.trim()}`, () => {
        const index = new IncludeIndex();
        index.set('/w/z/boards/arm/brd/brd.dts', '/dts-v1/;');
        index.set('/w/z/boards/arm/brd/brd_soc_cpu0.dts', '/dts-v1/;');
        const textOf = (asked: string): string | undefined => (asked === file ? text : undefined);
        assert.equal(boardOfOverlay('/w/app/app.overlay', index, textOf), found);
      });

    it('may have a revision in its name', () => {
      const index = new IncludeIndex();
      index.set('/w/boards/brd/brd.dts', '/dts-v1/;');
      for (const name of ['brd', 'brd_1_0_0', 'brd_14', 'brd_B'])
        assert.equal(
          boardOfOverlay(`/w/app/${name}.overlay`, index, () => undefined),
          '/w/boards/brd/brd.dts',
        );
    });
  });

  it('is told from a board by its header, not by a comment or string', () => {
    assert.ok(hasHeader('/* x */ /dts-v1/ ;', '/dts-v1/'));
    assert.ok(hasHeader('/dts-v1/;/plugin/;', '/plugin/'));
    assert.ok(!hasHeader('// /dts-v1/;\n/ { };', '/dts-v1/'));
    assert.ok(!hasHeader('/* /dts-v1/; */', '/dts-v1/'));
    assert.ok(!hasHeader('/ { a = "/dts-v1/;"; };', '/dts-v1/'));
    assert.ok(!hasHeader('/* /dts-v1/;', '/dts-v1/'));
  });

  describe('in the editor', () => {
    let session: LspSession;
    const start = async (files: Readonly<Record<string, string>>): Promise<void> => {
      writeFiles(folder, files);
      session = await LspSession.start({ folder });
    };
    afterEach(() => session.stop());
    const foundIn = async (name: string): Promise<unknown[]> => {
      await session.open(path.join(folder, name));
      const found = await session.diagnosticsWhen(path.join(folder, name), (all) => all.length > 0);
      return found.map(({ code }) => code);
    };

    it('a .dts that others include is read through them', async () => {
      await start({
        'soc.dtsi': SOC,
        'x_common.dts': '&uart0 { status = "okay"; };\n&uart9 { };\n',
        'one.dts': board('soc.dtsi', '#include "x_common.dts"\n'),
      });
      assert.deepEqual(await foundIn('x_common.dts'), ['semantic-error']);
    });

    it('is read through a board of whose writing the client did not hear', async () => {
      await start({ 'soc.dtsi': SOC, 'one.dts': board('soc.dtsi') });
      assert.ok((await foundIn('soc.dtsi')).includes('reserved-overlap'));
      writeFiles(folder, { 'new/soc.dtsi': SOC, 'new/two.dts': board('soc.dtsi') });
      assert.ok((await foundIn('new/soc.dtsi')).includes('reserved-overlap'));
      const { boards } = await session.request('dtmap/boards', {
        uri: pathToFileURL(path.join(folder, 'new/soc.dtsi')).href,
      });
      assert.deepEqual(
        boards.map(({ uri }) => path.basename(uri)),
        ['two.dts'],
      );
    });

    it('an overlay of Zephyr is read behind its board', async () => {
      await start({
        'zephyr/boards/arm/brd/brd.dts': board('soc.dtsi'),
        'zephyr/boards/arm/brd/soc.dtsi': SOC,
        'app/boards/brd.overlay': '&uart0 { status = "okay"; };\n&uart9 { };\n',
      });
      assert.deepEqual(await foundIn('app/boards/brd.overlay'), ['semantic-error']);
    });

    it('of which no board is known has only faults of its text', async () => {
      await start({ 'soc.dtsi': `${SOC}&nobody { };\n/ { a = <LATER>; };\n/ { b = "c" };\n` });
      assert.deepEqual(await foundIn('soc.dtsi'), ['syntax-error']);
    });
  });
});

describe('a file whose board is not known in an editor', () => {
  let folder = '';
  let session: LspSession;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-choose-'));
  });
  afterEach(async () => {
    await session.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const file = (name: string): string => path.join(folder, name);
  const uri = (name: string): string => pathToFileURL(file(name)).href;
  const textOf = ({ message }: Diagnostic): string =>
    typeof message === 'string' ? message : message.value;
  const rulesIn = async (name: string): Promise<string[]> =>
    (await session.diagnostics(file(name)))
      .filter(({ severity }) => severity !== 4)
      .map((each) => `${String(each.code)}: ${textOf(each).split('\n')[0] ?? ''}`);
  const choices = async (name: string): Promise<(string | undefined)[][]> =>
    (await session.request('dtmap/boards', { uri: uri(name) })).boards.map(({ label, detail }) => [
      label,
      detail,
    ]);
  const status = (name: string) => session.request('dtmap/status', { uri: uri(name) });

  const overlay = `/dts-v1/;
/plugin/;
&uart0 { status = "okay"; };
&{/reserved-memory} {
	#address-cells = <2>;
	#size-cells = <2>;
	cam@500c0000 { reg = <0 0x500c0000 0 0x80000>; no-map; };
};
`;

  it('is asked for an overlay: those with its labels come first, and it is checked on the one chosen', async () => {
    writeFiles(folder, {
      'soc.dtsi': SOC,
      // The nearest by name has not what the overlay needs.
      'camera.dts': '/dts-v1/;\n/ { };\n',
      'two.dts': board('soc.dtsi'),
      'other.dts': '/dts-v1/;\n/plugin/;\n&uart0 { };\n',
      'camera.dtso': overlay,
    });
    session = await LspSession.start({ folder });
    await session.open(file('camera.dtso'));
    assert.deepEqual(await rulesIn('camera.dtso'), []);
    assert.equal((await status('camera.dtso')).needs, 'base');
    assert.deepEqual(await choices('camera.dtso'), [
      ['two.dts', 'has the label it refers to'],
      ['camera.dts', 'lacks &uart0'],
    ]);
    const chosen = { uri: uri('camera.dtso'), board: uri('two.dts') };
    const after = await session.request('dtmap/selectBoard', chosen);
    assert.deepEqual([after.base?.label, after.needs], ['two.dts', undefined]);
    const rules = await session.diagnosticsWhen(file('camera.dtso'), (all) =>
      all.some(({ code }) => code === 'reserved-overlap'),
    );
    assert.match(rules.map(textOf).join('\n'), /b@50080000/);
    // The base by itself has no camera.
    await session.open(file('two.dts'));
    const base = await session.request('dtmap/memoryMap', { uri: uri('two.dts') });
    assert.ok(!base.regions.some(({ name }) => name.startsWith('cam@')));
    const map = await session.request('dtmap/memoryMap', { uri: uri('camera.dtso') });
    assert.ok(map.regions.some(({ name }) => name === 'cam@500c0000'));
    // The other base has no such label.
    await session.request('dtmap/selectBoard', { ...chosen, board: uri('camera.dts') });
    await session.diagnosticsWhen(file('camera.dtso'), (all) =>
      all.some((each) => textOf(each).includes('uart0')),
    );
  });

  it('is remembered by the client for an overlay, too', async () => {
    writeFiles(folder, { 'soc.dtsi': SOC, 'two.dts': board('soc.dtsi'), 'camera.dtso': overlay });
    session = await LspSession.start({
      folder,
      initializationOptions: { boards: { [uri('camera.dtso')]: uri('two.dts') } },
    });
    await session.open(file('camera.dtso'));
    await session.diagnosticsWhen(file('camera.dtso'), (all) =>
      all.some(({ code }) => code === 'reserved-overlap'),
    );
    assert.equal((await status('camera.dtso')).base?.label, 'two.dts');
  });

  it('is asked for a part that no board includes, which is read behind the one chosen', async () => {
    writeFiles(folder, {
      'soc.dtsi': SOC,
      'one.dts': board('soc.dtsi'),
      'orphan.dtsi':
        '&uart0 { reg = <0x1 0x2>; };\n&{/reserved-memory} { c@500c0000 { reg = <0 0x500c0000 0 0x80000>; no-map; }; };\n',
    });
    session = await LspSession.start({ folder });
    await session.open(file('orphan.dtsi'));
    assert.deepEqual(await rulesIn('orphan.dtsi'), []);
    await session.statusWhen(uri('orphan.dtsi'), ({ needs }) => needs === 'board');
    assert.deepEqual(await choices('orphan.dtsi'), [['one.dts', 'has the label it refers to']]);
    const chosen = { uri: uri('orphan.dtsi'), board: uri('one.dts') };
    await session.request('dtmap/selectBoard', chosen);
    await session.diagnosticsWhen(file('orphan.dtsi'), (all) =>
      all.some(({ code }) => code === 'reserved-overlap'),
    );
    const { base, because, needs } = await status('orphan.dtsi');
    assert.deepEqual(
      [base?.label, because, needs],
      ['one.dts', 'one.dts does not include this file: it is read behind it.', undefined],
    );
    // When the board includes it after all, it is a part of it as any other.
    await session.open(file('one.dts'));
    await session.change(file('one.dts'), board('soc.dtsi', '#include "orphan.dtsi"\n'));
    await session.statusWhen(uri('orphan.dtsi'), (now) => now.board?.label === 'one.dts');
  });

  it('does not change by itself, and boards that disagree are named', async () => {
    writeFiles(folder, {
      'soc.dtsi': SOC,
      'one.dts': board('soc.dtsi'),
      'two.dts': board('soc.dtsi', '/delete-node/ &{/reserved-memory/b@50080000};\n'),
    });
    session = await LspSession.start({ folder });
    await session.open(file('soc.dtsi'));
    const overlaps = (all: readonly Diagnostic[]): string[] =>
      all.filter(({ code }) => code === 'reserved-overlap').map(textOf);
    const alone = await session.diagnosticsWhen(
      file('soc.dtsi'),
      (all) => overlaps(all).length > 0,
    );
    assert.doesNotMatch(overlaps(alone).join('\n'), /board/);
    assert.equal((await status('soc.dtsi')).board?.label, 'one.dts');
    await session.open(file('two.dts'));
    const both = await session.diagnosticsWhen(file('soc.dtsi'), (all) =>
      overlaps(all).some((message) => message.includes('board')),
    );
    assert.match(overlaps(both).join('\n'), /\nOn board one\.dts, not on two\.dts$/);
    assert.equal((await status('soc.dtsi')).board?.label, 'one.dts');
    await session.close(file('two.dts'));
    await session.diagnosticsWhen(
      file('soc.dtsi'),
      (all) => !overlaps(all).join('\n').includes('board'),
    );
    assert.equal((await status('soc.dtsi')).board?.label, 'one.dts');
  });
});

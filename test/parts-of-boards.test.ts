// Files that are only a part of boards (`.dtsi`, `.dts` without `/dts-v1/`, Zephyr's overlays) are read through their boards.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
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

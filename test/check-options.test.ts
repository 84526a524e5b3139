// Options that switch rules and shape output, and those that are refused because they would mean nothing.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { groupNames, rulesOfGroup } from '../server/src/rules/rule-groups.ts';
import { dtmap, type RunOptions } from './support/run-dtmap.ts';

const BOARD = `/dts-v1/;

/ {
	#address-cells = <1>;
	#size-cells = <1>;

	aliases {
		Serial0 = "/soc/serial@9000000";
	};

	memory@40000000 {
		device_type = "memory";
		reg = <0x40000000 0x40000000>;
	};

	soc {
		compatible = "simple-bus";
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;

		serial@9000000 {
			reg = <0x9000000 0x1000>;
			interrupts-extended = <1>;
		};

		timer {
			compatible = "acme,timer";
		};
	};

	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;

		video@7ff00000 {
			reg = <0x7ff00000 0x200000>;
		};
	};
};
`;

describe('options', () => {
  let folder = '';
  const file = (name: string, text: string): void => {
    writeFileSync(path.join(folder, name), text);
  };
  const run = (argv: readonly string[], options: RunOptions = {}): ReturnType<typeof dtmap> =>
    dtmap(argv, { cwd: folder, ...options });
  /** `severity rule` of what is found. */
  async function found(...argv: string[]): Promise<string[]> {
    const { stdout, stderr } = await run(['check', 'board.dts', '--linux', '6.12', ...argv]);
    assert.equal(stderr, '');
    return [
      ...new Set(
        [...stdout.matchAll(/: (error|warning|information): .* \[([\w-]+)\]$/gm)].map(
          ([, severity, rule]) => `${severity} ${rule}`,
        ),
      ),
    ];
  }

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-options-'));
    file('board.dts', BOARD);
    file('guest.cfg', 'name = "domu"\nmemory = 64\n');
    file('xen.log', '(XEN) RAM: 0000000040000000 - 000000007fffffff\n');
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  afterEach(() => {
    rmSync(path.join(folder, 'dtmap.json'), { force: true });
  });

  describe('groups of rules', () => {
    it('are those that the help names, and none is empty', async () => {
      const { stdout } = await run(['check', '--help']);
      for (const name of groupNames) {
        assert.ok((rulesOfGroup(name) ?? []).length > 0, name);
        assert.match(stdout, new RegExp(`groups? of\\s+rules: .*${name}`, 's'));
      }
    });

    it('-W linux-w1 is what make W=1 adds', async () => {
      const usual = await found();
      assert.ok(!usual.includes('warning alias_paths'));
      const more = await found('-W', 'linux-w1');
      assert.deepEqual(
        more.filter((each) => !usual.includes(each)),
        ['warning alias_paths', 'warning simple_bus_reg'],
      );
    });

    it('-W no-dtc switches all checks of dtc off, a rule behind it one of them on', async () => {
      const isDtc = (each: string): boolean => each.includes('_');
      assert.ok((await found()).some(isDtc));
      assert.deepEqual((await found('-W', 'no-dtc')).filter(isDtc), []);
      assert.deepEqual((await found('-W', 'no-dtc', '-W', 'alias_paths')).filter(isDtc), [
        'warning alias_paths',
      ]);
      assert.deepEqual(await found('-W', 'no-all', '-W', 'alias_paths'), ['warning alias_paths']);
    });

    it('-W all reports what is off by default, each as severe as it is', async () => {
      const all = await found('-W', 'all');
      assert.ok(all.includes('warning alias_paths'));
      for (const each of await found()) assert.ok(all.includes(each), each);
    });

    it('-E makes errors of the warnings of a group, not of its remarks', async () => {
      const all = await found('-W', 'all');
      assert.ok(all.some((each) => each.startsWith('information')));
      assert.deepEqual(
        await found('-E', 'all'),
        all.map((each) => each.replace(/^warning/, 'error')),
      );
    });

    it('are named when a name is near', async () => {
      const { status, stderr } = await run(['check', 'board.dts', '-W', 'linux-w2']);
      assert.equal(status, 2);
      assert.equal(stderr, 'dtmap: linux-w2: no such rule; did you mean "linux-w1"?\n');
    });
  });

  describe('what means nothing is refused in one line', () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['explain', 'xen-panic', '--xen', '4.18'], '--xen has no meaning for the page of a rule'],
      [['explain', 'xen-panic', '-I', '.'], '-I has no meaning for the page of a rule'],
      [
        ['explain', 'xen-panic', '--board', 'board.dts'],
        '--board has no meaning for the page of a rule',
      ],
      [
        ['explain', 'xen.log', '--overlay', 'x.dtso'],
        '--overlay is about the board of a log: name it with --board',
      ],
      [['compile', '--guest', 'guest.cfg'], '--guest has no meaning for a compiled tree'],
      [['compile', '--linux', '6.12'], '--linux has no meaning for a compiled tree'],
      [['compile', '--profile', 'x.json'], '--profile has no meaning for a compiled tree'],
      [['preprocess', '--efi-map', 'x'], '--efi-map has no meaning for the text of a tree'],
      ...['map', 'boot', 'facts'].map(
        (command) =>
          [
            [command, '--guest', 'guest.cfg'],
            '--guest guest.cfg: an xl configuration is for check; here only the partial device tree of a guest has a meaning',
          ] as const,
      ),
      [
        ['check', '--as', 'dtb'],
        'board.dts: is no DTB, which begins with 0xd00dfeed; leave --as out',
      ],
      [['check', '--as', 'dts', '.'], '--as dts is for one file'],
      [
        ['check', '--linux', '99'],
        'linux:99: no such release; known are linux:5.4, linux:5.10, linux:5.15, linux:6.1, linux:6.6, linux:6.12, linux:current',
      ],
      ...['99.1', '6.20', '5.99', '1.0'].map(
        (release) =>
          [
            ['map', '--linux', release],
            `linux:${release}: no such release; known are linux:5.4, linux:5.10, linux:5.15, linux:6.1, linux:6.6, linux:6.12, linux:current`,
          ] as const,
      ),
    ];
    for (const [argv, expected] of cases)
      it(`dtmap ${argv.join(' ')}`, async () => {
        const [command = '', ...rest] = argv;
        const name = command === 'explain' ? [] : ['board.dts'];
        const ran = await run([command, ...name, ...rest]);
        assert.deepEqual([ran.status, ran.stdout, ran.stderr], [2, '', `dtmap: ${expected}\n`]);
      });
  });

  it('releases of Linux that there were are taken', async () => {
    for (const release of ['4.20', '5.19', '6.19', '7.1', 'v6.12.3'])
      assert.equal((await run(['map', 'board.dts', '--linux', release])).status, 0, release);
  });

  it('--config and --no-config are options of every command that reads a board', async () => {
    file('other.json', '{ "defines": { "X": "1" }, "targets": ["linux:6.1"] }');
    file('dtmap.json', '{ "targets": ["nonsense"] }');
    const commands = [
      ['check'],
      ['map'],
      ['boot', '--xen', '4.18'],
      ['facts', '--xen', '4.18'],
      ['preprocess'],
      ['compile', '-o', path.join(folder, 'board.dtb')],
    ];
    for (const [command = '', ...rest] of commands) {
      const argv = [command, 'board.dts', ...rest];
      const own = await run(argv);
      assert.deepEqual([own.status, own.stderr.split('\n').length], [2, 2], command);
      assert.match(own.stderr, /^dtmap: dtmap\.json:1:15: targets\.0: no such target; known are /);
      for (const config of [['--config', 'other.json'], ['--no-config']])
        assert.doesNotMatch((await run([...argv, ...config])).stderr, /no such/, command);
      const none = await run([...argv, '--config', 'nowhere.json']);
      assert.deepEqual([none.status, none.stderr], [2, 'dtmap: nowhere.json: no such file\n']);
    }
  });

  it('a dtmap.json that is wrong loses its own boards only, and says so in every format', async () => {
    const bad = path.join(folder, 'bad');
    mkdirSync(bad);
    writeFileSync(path.join(bad, 'dtmap.json'), '{ "target": [] }');
    writeFileSync(path.join(bad, 'b.dts'), BOARD);
    const because = 'bad/dtmap.json:1:3: target: no such field; did you mean "targets"?';
    for (const format of ['json', 'sarif', 'github', 'markdown']) {
      const ran = await run(['check', 'bad/b.dts', 'board.dts', '--format', format]);
      assert.deepEqual([ran.status, ran.stderr], [2, `dtmap: ${because}\n`], format);
      assert.ok(ran.stdout.replaceAll('\\', '').includes('no such field'), format);
      assert.ok(ran.stdout.includes('reserved-straddles-bank'), format);
    }
    rmSync(bad, { recursive: true });
  });

  it('lines are broken where a terminal ends, and nowhere else', async () => {
    const argv = ['check', 'board.dts', '--linux', '6.12'];
    const plain = await run(argv);
    const widest = Math.max(...plain.stdout.split('\n').map((line) => line.length));
    assert.ok(widest > 80);
    const narrow = await run(argv, {
      isTerminal: true,
      columns: 60,
      env: { NO_COLOR: '1' },
    });
    for (const line of narrow.stdout.split('\n'))
      assert.ok(line.length <= 60 || !line.trim().includes(' '), line);
    assert.equal(narrow.stdout.replace(/\n {4}/g, ' '), plain.stdout);
    const coloured = await run(argv, { isTerminal: true, columns: 60 });
    assert.ok(coloured.stdout.includes('\u001b[1;'));
    assert.equal(coloured.stdout.replace(/\u001b\[[0-9;]*m/g, ''), narrow.stdout);
    const stored = await run([...argv, '-o', 'out.txt'], { isTerminal: true, columns: 60 });
    assert.equal(stored.stdout, '');
    assert.equal(readFileSync(path.join(folder, 'out.txt'), 'utf8'), plain.stdout);
  });

  it('--show-settings says where each setting comes from, and checks nothing', async () => {
    file('team.json', '{ "maxWarnings": 3, "defines": { "X": "2" } }');
    file(
      'dtmap.json',
      '{ "extends": "team.json",\n  "severity": { "reg-length": "off" }, "overlays": ["guest.cfg"] }',
    );
    const ran = await run([
      'check',
      'board.dts',
      '--show-settings',
      '-D',
      'Y',
      '-W',
      'no-reg_format',
    ]);
    assert.deepEqual([ran.status, ran.stderr], [0, '']);
    assert.equal(
      ran.stdout,
      `board.dts: dtmap.json
targets = xen:4.22, linux:6.12 (default)
defines.X = 2 (team.json:1:39)
defines.Y = 1 (option)
overlays = guest.cfg (dtmap.json:2:52)
severity.reg-length = off (dtmap.json:2:31)
severity.reg_format = off (option)
maxWarnings = 3 (team.json:1:18)
`,
    );
    const none = await run([
      'check',
      'board.dts',
      '--show-settings',
      '--no-config',
      '--xen',
      '4.18',
    ]);
    assert.equal(none.stdout, 'board.dts: no dtmap.json applies\ntargets = xen:4.18 (option)\n');
    const json = await run(['check', 'board.dts', '--show-settings', '--format', 'json']);
    assert.deepEqual([json.status, json.stdout], [2, '']);
  });
});

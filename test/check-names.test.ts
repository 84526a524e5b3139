// What `check` and `fmt` are given as files: folders, patterns, names; and how much of the result is printed.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dtmap, type Ran } from './support/run-dtmap.ts';

const board = (status: string): string => `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;

	memory@80000000 {
		device_type = "memory";
		reg = <0x80000000 0x10000000>;
	};

	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;

		a@81000000 {
			reg = <0x81000000 0x2000>;
			${status}
		};

		b@81001000 {
			reg = <0x81001000 0x1000>;
			no-map;
		};
	};
};
`;
const faulty = board('no-map;');
const clean = faulty.replaceAll('81001000', '81002000');

describe('names of files', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-names-'));
    for (const each of ['boards/acme', 'boards/node_modules', 'empty', 'soc'])
      mkdirSync(path.join(folder, each), { recursive: true });
    write('boards/acme/one.dts', faulty);
    write('boards/acme/two.dts', clean);
    write('boards/acme/[old].dts', clean);
    write('boards/acme/part.dts', 'a { };\n');
    write('boards/acme/soc.dtsi', '/ { };\n');
    write('boards/node_modules/theirs.dts', faulty);
    write('boards/overlay.dtso', '/dts-v1/;\n/plugin/;\n&{/} {\n\tx;\n};\n');
    symlinkSync('acme', path.join(folder, 'boards/again'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (name: string, text: string): void => {
    writeFileSync(path.join(folder, name), text);
  };
  const run = (...argv: string[]): Promise<Ran> => dtmap(argv, { cwd: folder });
  const filesOf = async (...names: string[]): Promise<unknown> => {
    const { stdout, stderr } = await run('check', ...names, '--format', 'json');
    assert.ok(stdout, stderr);
    return (JSON.parse(stdout) as { files: unknown }).files;
  };

  const all = ['boards/acme/[old].dts', 'boards/acme/one.dts', 'boards/acme/two.dts'];

  it('a folder stands for its boards and overlays, not for parts, links and what others have written', async () => {
    assert.deepEqual(await filesOf('boards'), [...all, 'boards/overlay.dtso']);
    assert.deepEqual(await filesOf('./boards/'), [...all, 'boards/overlay.dtso']);
    assert.deepEqual(await filesOf('.'), [...all, 'boards/overlay.dtso']);
    assert.deepEqual(
      await filesOf(path.join(folder, 'boards/acme')),
      all.map((name) => path.join(folder, name)),
    );
  });

  it('a link that is named itself is followed', async () => {
    assert.deepEqual(
      await filesOf('boards/again'),
      all.map((name) => name.replace('acme', 'again')),
    );
  });

  it('a pattern stands for what it matches, a file of that name for itself', async () => {
    assert.deepEqual(await filesOf('boards/*/t*.dts'), ['boards/acme/two.dts']);
    assert.deepEqual(await filesOf('**/{one,two}.dts'), all.slice(1));
    assert.deepEqual(await filesOf('boards/acme/[old].dts'), all.slice(0, 1));
  });

  it('a file that is named twice is checked once', async () => {
    assert.deepEqual(await filesOf('boards/acme/one.dts', 'boards/acme'), all.toSorted());
  });

  it('a folder without boards, a pattern without files, and what is not there are told, with status 2', async () => {
    for (const [name, expected] of [
      ['empty', /^dtmap: empty: no board \(\.dts\) in this folder\n$/],
      ['soc/*.dts', /^dtmap: soc\/\*\.dts: no such file\n$/],
      ['nowhere.dts', /^dtmap: nowhere\.dts: no such file\n$/],
      ['nowhere/', /^dtmap: nowhere\/: no such file\n$/],
    ] as const) {
      const { status, stderr } = await run('check', name);
      assert.match(stderr, expected);
      assert.equal(status, 2);
    }
  });

  it('and do not keep the others from being checked', async () => {
    const ran = await run('check', 'empty', 'boards/acme/one.dts', '--format', 'json');
    const report = JSON.parse(ran.stdout) as { files: unknown; failures: unknown };
    assert.deepEqual(report.files, ['boards/acme/one.dts']);
    assert.deepEqual(report.failures, [
      { file: 'empty', because: 'empty: no board (.dts) in this folder' },
    ]);
    assert.equal(ran.status, 2);
  });

  it('of a folder fmt takes all source', async () => {
    const { status, stdout } = await run('fmt', '--check', 'boards');
    assert.deepEqual(stdout.split('\n').filter(Boolean), [
      'boards/acme/part.dts: not formatted',
      'boards/acme/soc.dtsi: not formatted',
    ]);
    assert.equal(status, 1);
  });

  describe('what check prints', () => {
    const one = 'boards/acme/one.dts';
    const two = 'boards/acme/two.dts';

    it('ends with a count of what is wrong', async () => {
      assert.equal((await run('check', one)).stderr, '');
      const onTerminal = await dtmap(['check', one], { cwd: folder, isTerminal: true });
      assert.match(onTerminal.stderr, /^1 error\n$/m);
      assert.match((await run('check', one, two)).stderr, /^1 error on 2 boards\n$/);
      assert.equal((await run('check', two, 'boards/acme/[old].dts')).stderr, '');
      assert.equal((await run('check', two)).stderr, '');
      assert.equal((await run('check', one, two, '--quiet')).stderr, '');
    });

    it('leaves out what is less severe, also for the exit status', async () => {
      const asWarning = ['check', one, '-E', 'no-reserved-overlap'];
      assert.equal((await run(...asWarning)).status, 1);
      const { status, stdout } = await run(...asWarning, '--min-severity', 'error');
      assert.deepEqual([status, stdout], [0, '']);
      assert.match(
        (await run('check', one, '--min-severity', 'bad')).stderr,
        /Allowed choices are error, warning/,
      );
    });

    it('counts rules in place of findings', async () => {
      const { status, stdout } = await run('check', 'boards', '--statistics');
      assert.match(stdout, /^1 {2}error {8}reserved-overlap\n/m);
      assert.equal(status, 1);
      const other = await run('check', one, '--statistics', '--format', 'json');
      assert.deepEqual([other.status, other.stdout], [2, '']);
    });

    it('has colours on a terminal alone, and not where they are not wanted', async () => {
      const onTerminal = (env: Record<string, string>): Promise<Ran> =>
        dtmap(['check', one], { cwd: folder, env, isTerminal: true });
      assert.match(
        (await onTerminal({})).stdout,
        /one\.dts:\d+:\d+: \u001b\[1;31merror:\u001b\[0m b@/,
      );
      for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }])
        assert.ok(!(await onTerminal(env)).stdout.includes('\u001b'));
      assert.ok(!(await run('check', one)).stdout.includes('\u001b'));
    });
  });
});

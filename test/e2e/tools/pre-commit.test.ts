// The hooks of .pre-commit-hooks.yaml, run by pre-commit itself on commits of files of each kind.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundle, root } from '../../support/bundles.ts';
import { requireTool } from '../../support/require-tool.ts';

const soc = (more: string): string => `/ {
	#address-cells = <1>;
	#size-cells = <1>;

	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
${more}
		video@50000000 {
			reg = <0x50000000 0x1000000>;
		};
	};
};
`;
const board = `/dts-v1/;
#include "soc.dtsi"
/ {
	memory@40000000 {
		device_type = "memory";
		reg = <0x40000000 0x40000000>;
	};
};
`;
const overlay = '/dts-v1/;\n/plugin/;\n&{/} {\n\tx;\n};\n';
/** Of a work tree of Zephyr, where an overlay is read behind its board. */
const zephyrBoard = '/dts-v1/;\n/ {\n\tuart0: uart {\n\t};\n};\n';

describe('pre-commit', function () {
  this.timeout(180_000);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dtmap-pre-commit-'));
  const work = path.join(folder, 'work');

  before(function () {
    requireTool(this, {
      names: ['pre-commit'],
      skipName: 'pre-commit',
      packageName: 'pre-commit',
    });
    for (const each of ['bin', 'home', 'hooks', 'work/boards'])
      mkdirSync(path.join(folder, each), { recursive: true });
    const program = `#!/bin/sh\nexec '${process.execPath}' '${bundle('dtmap.js')}' "$@"\n`;
    writeFileSync(path.join(folder, 'bin/dtmap'), program, { mode: 0o755 });
    const hooks = path.join(folder, 'hooks');
    copyFileSync(
      path.join(root, '.pre-commit-hooks.yaml'),
      path.join(hooks, '.pre-commit-hooks.yaml'),
    );
    must(hooks, 'git', 'init', '--quiet');
    must(hooks, 'git', 'add', '--all');
    must(hooks, 'git', 'commit', '--quiet', '-m', 'hooks');
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    must(hooks, 'git', 'tag', `v${version}`);
    // As the page for teams shows it, with the repository that is here.
    const [, shown = ''] =
      /```yaml\n(repos:[\s\S]*?)```/.exec(
        readFileSync(path.join(root, 'server/docs/teams.md'), 'utf8'),
      ) ?? [];
    write('.pre-commit-config.yaml', shown.replace(/repo: \S+/, `repo: ${hooks}`));
    must(work, 'git', 'init', '--quiet');
    must(work, 'pre-commit', 'install');
    write('boards/soc.dtsi', soc(''));
    write('boards/board.dts', board);
    write('boards/camera.dtso', overlay);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(work, name)), { recursive: true });
    writeFileSync(path.join(work, name), text);
  };
  function run(cwd: string, program: string, ...args: string[]): { status: number; said: string } {
    const identity = { NAME: 'a', EMAIL: 'a@b' };
    const ran = spawnSync(program, args, {
      cwd,
      encoding: 'utf8',
      env: {
        PATH: `${path.join(folder, 'bin')}${path.delimiter}${process.env['PATH'] ?? ''}`,
        HOME: path.join(folder, 'home'),
        ...Object.fromEntries(
          ['AUTHOR', 'COMMITTER'].flatMap((who) =>
            Object.entries(identity).map(([what, value]) => [`GIT_${who}_${what}`, value]),
          ),
        ),
      },
    });
    return { status: ran.status ?? -1, said: `${ran.stdout}${ran.stderr}` };
  }
  function must(cwd: string, program: string, ...args: string[]): void {
    const { status, said } = run(cwd, program, ...args);
    assert.equal(status, 0, said);
  }
  /** What committing all that changed says; the work tree is as before when it was refused. */
  function commit(): { status: number; said: string } {
    must(work, 'git', 'add', '--all');
    const ran = run(work, 'git', 'commit', '-m', 'change');
    if (ran.status !== 0) must(work, 'git', 'reset', '--quiet', '--hard');
    return ran;
  }

  it('takes boards, parts and overlays without a fault', () => {
    const { status, said } = commit();
    assert.equal(status, 0, said);
    assert.match(said, /dtmap\.+Passed/);
  });

  it('refuses a changed .dtsi for what it does to its board', () => {
    write(
      'boards/soc.dtsi',
      soc('\n\t\tcamera@50800000 {\n\t\t\treg = <0x50800000 0x1000000>;\n\t\t};\n'),
    );
    const { status, said } = commit();
    assert.equal(status, 1, said);
    assert.match(said, /boards\/soc\.dtsi: checked through boards\/board\.dts/);
    assert.match(said, /boards\/soc\.dtsi:\d+:\d+: error: .* \[reserved-overlap\]/);
  });

  it('refuses a changed .dtso and a .dts that do not parse', () => {
    write('boards/camera.dtso', overlay.replace('x;', 'x = <1;'));
    assert.match(commit().said, /boards\/camera\.dtso:4:\d+: error: .* \[syntax-error\]/);
    write('boards/bad.dts', '/dts-v1/;\n/ {\n');
    assert.match(commit().said, /boards\/bad\.dts:2:\d+: error: .* \[syntax-error\]/);
  });

  it('checks a changed .overlay behind its board', () => {
    write('app/boards/acme/acme.dts', zephyrBoard);
    write('app/boards/acme.overlay', '&uart9 {\n\tstatus = "okay";\n};\n');
    const { status, said } = commit();
    assert.equal(status, 1, said);
    assert.match(said, /app\/boards\/acme\.overlay/);
  });

  it('refuses what no board reads, and says what to do', () => {
    write('boards/other.dtsi', '/ {\n};\n');
    const { status, said } = commit();
    assert.equal(status, 1, said);
    assert.match(said, /boards\/other\.dtsi: an include file, and no board .*--root/);
  });

  it('runs on all files as CI does', () => {
    const { status, said } = run(work, 'pre-commit', 'run', '--all-files');
    assert.equal(status, 0, said);
  });
});

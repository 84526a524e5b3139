// `dtmap diff REV1..REV2 FILE`: the tree of a board as two commits have it, whatever lies on the disk.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dtmap, type Ran } from './support/run-dtmap.ts';

const soc = (address: string): string => `/ {
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

		video@${address} {
			reg = <0x${address} 0x1000>;
		};
	};
};
`;
const board = '/dts-v1/;\n#include <acme/soc.dtsi>\n#include "size.h"\n/ {\n\tsize = <SIZE>;\n};\n';

describe('dtmap diff REV1..REV2', () => {
  let folder = '';
  before(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'dtmap-revisions-')));
    for (const each of ['boards/old', 'soc', 'include'])
      mkdirSync(path.join(folder, each), { recursive: true });
    git('init', '--quiet', '--initial-branch=main');
    write('soc/soc.dtsi', soc('81000000'));
    write('boards/size.h', '#define SIZE 1\n');
    write('boards/board.dts', board);
    write('boards/old/gone.dts', '/dts-v1/;\n/ {\n};\n');
    symlinkSync('../soc', path.join(folder, 'include/acme'));
    commit('one');
    write('soc/soc.dtsi', soc('82000000'));
    rmSync(path.join(folder, 'boards/old'), { recursive: true });
    commit('two');
    // What is on the disk now is no part of either.
    write('soc/soc.dtsi', soc('83000000'));
    write('boards/board.dts', 'not source');
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const git = (...argv: string[]): void => {
    const about = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'commit.gpgsign=false'];
    execFileSync('git', [...about, ...argv], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  };
  const write = (name: string, text: string): void => {
    writeFileSync(path.join(folder, name), text);
  };
  const commit = (tag: string): void => {
    git('add', '--all');
    git('commit', '--quiet', '-m', tag);
    git('tag', tag);
  };
  const diff = (...argv: string[]): Promise<Ran> => dtmap(['diff', ...argv], { cwd: folder });

  it('reads both from git, through includes and links', async () => {
    const expected =
      /^moved: reserved \/reserved-memory\/video@82000000: 0x81000000 - .* -> 0x82000000 - .*\nrenamed: node [^\n]*: was \/reserved-memory\/video@81000000, soc\/soc\.dtsi:15:3\nchanged: property reg of [^\n]*: <0x81000000 0x1000> [^\n]* -> <0x82000000 0x1000> [^\n]*\n$/;
    for (const revisions of ['one..two', 'one..', 'HEAD~1..HEAD', 'main^..main']) {
      const { status, stdout, stderr } = await diff(revisions, 'boards/board.dts');
      assert.match(stdout, expected, stderr);
      assert.equal(status, 1);
    }
    const { stdout } = await diff('two..one', 'boards/board.dts', '--format', 'json');
    const { changes } = JSON.parse(stdout) as {
      changes: { after: { at: { file: string; line: number } } }[];
    };
    assert.deepEqual(
      changes.map(({ after: { at } }) => [at.file, at.line]),
      [['soc/soc.dtsi', 16]],
    );
  });

  it('finds no difference between a commit and itself', async () => {
    const { status, stdout } = await diff('one..one', path.join(folder, 'boards/board.dts'));
    assert.deepEqual([status, stdout], [0, 'No change in the memory map or in the tree.\n']);
  });

  it('says what it cannot find, with status 2', async () => {
    for (const [argv, expected] of [
      [
        ['one..three', 'boards/board.dts'],
        /^dtmap: boards\/board\.dts: git knows no revision three\n$/,
      ],
      [['--', '-x..two', 'boards/board.dts'], /git knows no revision -x\n$/],
      [
        ['one..two', 'boards/none.dts'],
        /^dtmap: boards\/none\.dts: no such file in this revision\n$/,
      ],
      [
        ['one..two', 'boards/old/gone.dts'],
        /^dtmap: boards\/old\/gone\.dts: no such file in this revision\n$/,
      ],
      [['one..two', 'boards'], /^dtmap: boards: is a directory\n$/],
      [['one..two', path.join(tmpdir(), 'x.dts')], /x\.dts: not in a work tree of git\n$/],
      [['../one', 'boards/board.dts'], /\.\.\/one: no such file\n$/],
    ] as const) {
      const { status, stderr } = await diff(...argv);
      assert.match(stderr, expected);
      assert.equal(status, 2);
    }
  });
});

// `check --fix` on folders as people have them: what it may edit, and that `--dry-run` shows what it does.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LspSession } from './support/lsp-session.ts';
import { dtmap } from './support/run-dtmap.ts';
import { writeFiles } from './support/write-files.ts';

const HEAD = '/dts-v1/;\n';
const tree = (regions: string): string => `/ {
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
		${regions}
	};
};
`;
const VIDEO = 'video@60000000 { reg = <0x60000000 0x5000000>; };';
const CAMERA = 'camera@64000000 { reg = <0x64000000 0x2000000>; };';
const SOC = tree(`${CAMERA}\n\t\t${VIDEO}`);
const TARGETS = ['--xen', '4.18', '--linux', '6.12'];

describe('check --fix', () => {
  let folder = '';
  let count = 0;
  before(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'dtmap-fix-')));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function written(files: Readonly<Record<string, string>>): string {
    count += 1;
    const own = path.join(folder, `set${count}`);
    writeFiles(own, files);
    return own;
  }

  describe('edits nothing outside the project', () => {
    const outside: readonly (readonly [
      string,
      Readonly<Record<string, string>>,
      string,
      string,
    ])[] = [
      [
        'through a linked file',
        {
          'vendor/soc.dtsi': SOC,
          'proj/dtmap.json': '{}',
          'proj/soc.dtsi': '-> ../vendor/soc.dtsi',
          'proj/a.dts': `${HEAD}#include "soc.dtsi"\n`,
        },
        'proj/soc.dtsi',
        'vendor/soc.dtsi',
      ],
      [
        'through a linked folder',
        {
          'vendor/soc.dtsi': SOC,
          'proj/dtmap.json': '{}',
          'proj/lib': '-> ../vendor',
          'proj/a.dts': `${HEAD}#include "lib/soc.dtsi"\n`,
        },
        'proj/lib/soc.dtsi',
        'vendor/soc.dtsi',
      ],
      [
        'of which only the name begins as the project’s',
        {
          'project/soc.dtsi': SOC,
          'proj/dtmap.json': '{}',
          'proj/a.dts': `${HEAD}#include "../project/soc.dtsi"\n`,
        },
        'project/soc.dtsi',
        'project/soc.dtsi',
      ],
    ];
    for (const [what, files, name, real] of outside) {
      it(`${what}`, async () => {
        const cwd = written(files);
        const { stderr } = await dtmap(['check', 'proj/a.dts', '--fix-unsafe', ...TARGETS], {
          cwd,
        });
        assert.match(stderr, new RegExp(`not fixed: .* ${real} lies outside the project`));
        assert.equal(readFileSync(path.join(cwd, real), 'utf8'), SOC);
      });

      if (!name.startsWith('proj/')) continue;
      it(`${what}: an editor offers none either, even where the link is open`, async () => {
        const cwd = written(files);
        const session = await LspSession.start({
          folder: path.join(cwd, 'proj'),
          settings: { dtmap: { targets: ['xen:4.18', 'linux:6.12'] } },
        });
        try {
          const file = path.join(cwd, name);
          await session.open(path.join(cwd, 'proj/a.dts'));
          await session.open(file);
          const found = await session.diagnosticsWhen(file, (all) => all.length > 0);
          const overlap = found.find(({ code }) => code === 'reserved-overlap');
          assert.ok(overlap);
          const actions = await session.codeActions(file, overlap.range);
          const moves = actions.filter(({ title }) => title.startsWith('Move '));
          assert.ok(moves.length > 0);
          for (const { disabled } of moves)
            assert.match(disabled?.reason ?? '', /lies outside the workspace/);
        } finally {
          await session.stop();
        }
      });
    }

    it('and inside it through a link to the folder of the project', async () => {
      const cwd = written({
        'proj/dtmap.json': '{}',
        'proj/soc.dtsi': SOC,
        'proj/a.dts': `${HEAD}#include "soc.dtsi"\n`,
        link: '-> proj',
      });
      const { stderr } = await dtmap(['check', 'link/a.dts', '--fix-unsafe', ...TARGETS], { cwd });
      assert.match(stderr, /soc\.dtsi: fixed: Move video/);
      assert.match(readFileSync(path.join(cwd, 'proj/soc.dtsi'), 'utf8'), /video@5f000000/);
    });
  });

  it('of standard input says that it takes a file, and checks it all the same', async () => {
    const cwd = written({ 'dtmap.json': '{}' });
    const stdin = `${HEAD}${SOC}`;
    const ran = await dtmap(['check', '-', '--fix-unsafe', ...TARGETS], { cwd, stdin });
    assert.equal(ran.status, 2);
    assert.match(ran.stderr, /^dtmap: standard input: only a file can be fixed; .*\n$/);
    assert.match(ran.stdout, /<stdin>:\d+:\d+: error: .*\[reserved-overlap\]/);
  });

  describe('in an overlay', () => {
    const base = `${HEAD}${tree('')}`.replace('reserved-memory', 'rmem: reserved-memory');
    const overlay = (regions: string): string =>
      `/dts-v1/;\n/plugin/;\n&{/reserved-memory} {\n\t${regions}\n};\n`;
    const fixed = async (
      files: Readonly<Record<string, string>>,
      edited: string,
      argv: readonly string[],
    ): Promise<{ readonly text: string; readonly stderr: string }> => {
      const cwd = written({ 'dtmap.json': '{}', ...files });
      const { stderr } = await dtmap(['check', 'a.dts', '--fix-unsafe', ...TARGETS, ...argv], {
        cwd,
      });
      return { text: readFileSync(path.join(cwd, edited), 'utf8'), stderr };
    };

    for (const [what, text] of [
      ['a path', overlay(`${CAMERA}\n\t${VIDEO}`)],
      ['a label', overlay(`${CAMERA}\n\t${VIDEO}`).replace('&{/reserved-memory}', '&rmem')],
      [
        'a fragment',
        `/dts-v1/;\n/plugin/;\n/ { fragment@3 { target-path = "/reserved-memory"; __overlay__ {\n\t${CAMERA}\n\t${VIDEO}\n}; }; };\n`,
      ],
      [
        'a path, with another fragment for the node that moves',
        overlay(`${CAMERA}\n\t${VIDEO}`) + '&{/reserved-memory/video@60000000} { no-map; };\n',
      ],
    ] as const)
      it(`that names its target by ${what}, a region is moved`, async () => {
        const files = { 'a.dts': base, 'o.dtso': text };
        const { text: after, stderr } = await fixed(files, 'o.dtso', ['--overlay', 'o.dtso']);
        assert.match(stderr, /o\.dtso: fixed: Move video/);
        assert.doesNotMatch(stderr, /not fixed/);
        assert.equal(
          after,
          text.replaceAll('video@60000000', 'video@5f000000').replace('<0x60000000', '<0x5f000000'),
        );
      });

    it('a region is resized', async () => {
      const files = {
        'dtmap.json': '{"overlays": ["o.dtso"]}',
        'a.dts': `#define CAM 0x64000000 0x2000000\n${HEAD}${tree('camera@64000000 { reg = <CAM>; x = <CAM>; };')}`,
        'o.dtso': overlay(VIDEO),
        'p.dtso':
          '/dts-v1/;\n/plugin/;\n/ { fragment@0 { target-path = "/reserved-memory/video@60000000"; __overlay__ { no-map; }; }; };\n',
      };
      const { text, stderr } = await fixed(files, 'o.dtso', ['--overlay', 'p.dtso']);
      assert.match(stderr, /o\.dtso: fixed: Shrink video/);
      assert.match(text, /video@60000000 \{ reg = <0x60000000 0x4000000>/);
    });

    it('and none in an editor that breaks another board to which a setting applies it', async () => {
      const text = overlay(`${CAMERA}\n\t${VIDEO}`);
      const cwd = written({
        'a.dts': base,
        'o.dtso': text,
        'b.dts': `${HEAD}${tree('npu@5f000000 { reg = <0x5f000000 0x1000000>; };\ngpu@66000000 { reg = <0x66000000 0x1000000>; };')}`,
      });
      const overlays = { 'a.dts': ['o.dtso'], 'b.dts': ['o.dtso'] };
      const session = await LspSession.start({
        folder: cwd,
        settings: { dtmap: { targets: ['xen:4.18', 'linux:6.12'], overlays } },
      });
      try {
        const file = path.join(cwd, 'o.dtso');
        await session.open(path.join(cwd, 'a.dts'));
        await session.open(file);
        const found = await session.diagnosticsWhen(file, (all) =>
          all.some(({ code }) => code === 'reserved-overlap'),
        );
        const overlap = found.find(({ code }) => code === 'reserved-overlap');
        assert.ok(overlap);
        const actions = await session.codeActions(file, overlap.range);
        const [move] = actions.filter(({ title }) => title.startsWith('Move video'));
        assert.match(move?.disabled?.reason ?? '', /b\.dts would get a new error/);
      } finally {
        await session.stop();
      }
    });

    it('nothing that breaks another board to which a dtmap.json applies it', async () => {
      const files = {
        'a.dts': base,
        'o.dtso': overlay(`${CAMERA}\n\t${VIDEO}`),
        'b/dtmap.json': '{"overlays": ["../o.dtso"]}',
        'b/b.dts': `${HEAD}${tree('npu@5f000000 { reg = <0x5f000000 0x1000000>; };\ngpu@66000000 { reg = <0x66000000 0x1000000>; };')}`,
      };
      const { text, stderr } = await fixed(files, 'o.dtso', ['--overlay', 'o.dtso']);
      assert.equal(text, files['o.dtso']);
      assert.match(stderr, /not fixed: Move video.* b\/b\.dts would get a new error/);
    });
  });

  describe('--dry-run prints a patch that does the same', () => {
    const own = (include: string): string =>
      `${HEAD}${include}\n/ { reserved-memory { pad@50000000 { reg = <0x51000000 0x1000>; }; }; };\n`;
    const sets: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      'for one board': { 'a.dts': `${HEAD}${SOC}` },
      'for boards that share a file': Object.fromEntries([
        ...[0, 1, 2, 3, 4, 5].map((n) => [`b${n}.dts`, `${HEAD}#include "soc.dtsi"\n`]),
        ['soc.dtsi', SOC],
      ]) as Record<string, string>,
      'for boards that share a file and have faults of their own': {
        'soc.dtsi': SOC,
        'a.dts': own('#include "soc.dtsi"'),
        'b.dts': own('/include/ "soc.dtsi"'),
      },
      'for a board that includes a board': {
        'a.dts': `${HEAD}${SOC}`,
        'b.dts': own('#include "a.dts"').replace(HEAD, ''),
      },
      'for two names of one board': { 'a.dts': `${HEAD}${SOC}`, 'l.dts': '-> a.dts' },
      'for a file with a linked name': {
        'lib/soc.dtsi': SOC,
        'l.dtsi': '-> lib/soc.dtsi',
        'a.dts': `${HEAD}#include "l.dtsi"\n`,
        'b.dts': `${HEAD}#include "lib/soc.dtsi"\n`,
      },
      'with other line ends, and none at the end': {
        'soc.dtsi': SOC.replaceAll('\n', '\r\n').trimEnd(),
        'a.dts': own('#include "soc.dtsi"').trimEnd(),
      },
    };
    for (const [what, files] of Object.entries(sets))
      for (const jobs of [[], ['--jobs', '3']])
        it([what, ...jobs].join(' '), async () => {
          const [fixed, patched] = [written(files), written(files)];
          writeFiles(fixed, { 'dtmap.json': '{}' });
          writeFiles(patched, { 'dtmap.json': '{}' });
          const boards = Object.keys(files).filter((name) => name.endsWith('.dts'));
          const argv = ['check', ...boards, '--fix-unsafe', ...TARGETS, ...jobs];
          const made = await dtmap(argv, { cwd: fixed });
          const shown = await dtmap([...argv, '--dry-run'], { cwd: patched });
          assert.equal(shown.stderr, made.stderr);
          const headers = shown.stdout.match(/^--- .*/gm) ?? [];
          assert.ok(headers.length > 0, made.stderr);
          assert.equal(new Set(headers).size, headers.length, shown.stdout);
          for (const [name, text] of Object.entries(files))
            if (!text.startsWith('-> '))
              assert.equal(readFileSync(path.join(patched, name), 'utf8'), text, name);
          const input = shown.stdout;
          const ran = spawnSync('patch', ['-p1', '--binary'], { cwd: patched, input });
          assert.equal(ran.status, 0, String(ran.stdout) + input);
          for (const name of Object.keys(files))
            assert.equal(
              readFileSync(path.join(patched, name), 'utf8'),
              readFileSync(path.join(fixed, name), 'utf8'),
              name,
            );
        });
  });
});

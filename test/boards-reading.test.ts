// A fix of a shared file must hold on every board that reads it, however it does: each set here has a board that a fix breaks.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LspSession } from './support/lsp-session.ts';
import { dtmap } from './support/run-dtmap.ts';
import { writeFiles } from './support/write-files.ts';

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
/** Does not compile when one of the regions has moved. */
const USES = `&{/reserved-memory/video@60000000} { no-map; };
&{/reserved-memory/camera@64000000} { no-map; };
`;
const A = `${HEAD}#include "soc.dtsi"\n`;

interface BoardsOfAFile {
  /** By name; `-> target` makes a link. */
  readonly files: Readonly<Record<string, string>>;
  /** The board that is checked; `a.dts` unless said otherwise. */
  readonly board?: string;
  /** The file that would be edited; `soc.dtsi` unless said otherwise. */
  readonly shared?: string;
  readonly options?: readonly string[];
  /** The board that forbids the fix; `b.dts` unless said otherwise. */
  readonly other?: string;
  /** Whether only the command line can know: by `dtmap.json`, or by its own options. */
  readonly isForCommandLine?: boolean;
}

const plain = (include: string, more: Readonly<Record<string, string>> = {}): BoardsOfAFile => ({
  files: { 'a.dts': A, 'soc.dtsi': SOC, 'b.dts': `${HEAD}${include}\n${USES}`, ...more },
});

const sets: Readonly<Record<string, BoardsOfAFile>> = {
  'an include': plain('#include "soc.dtsi"'),
  'a file of another suffix': plain('#include "mid.inc"', { 'mid.inc': '#include "soc.dtsi"\n' }),
  'two files of other suffixes': plain('#include "mid.dtsi.inc"', {
    'mid.dtsi.inc': '#include <sub/list>\n',
    'sub/list': '#include "../soc.dtsi"\n',
  }),
  'a header in a folder without devicetree source': {
    files: {
      'dtmap.json': '{"includePaths": ["include"]}',
      'a/a.dts': `${HEAD}#include "../s/soc.dtsi"\n`,
      's/soc.dtsi': SOC,
      'b/b.dts': `${HEAD}#include <mid.h>\n${USES}`,
      'include/mid.h': '#include "../s/soc.dtsi"\n',
    },
    board: 'a/a.dts',
    shared: 's/soc.dtsi',
    other: 'b/b.dts',
    isForCommandLine: true,
  },
  'a macro that names the file': plain('#define SOC "soc.dtsi"\n#include SOC'),
  'a macro with an argument that names it': plain(
    '#define STR(x) #x\n#define IN(d, x) STR(d/x)\n#include IN(., soc.dtsi)',
  ),
  'a macro that names a file that includes it': plain('#define MID "mid"\n#include MID', {
    mid: '#include "soc.dtsi"\n',
  }),
  'a macro for dtc': plain('#define SOC "soc.dtsi"\n/include/ SOC'),
  'a macro that includes': plain('#define IN /include/\nIN "soc.dtsi"'),
  'comments inside': plain('#/* the SoC */include /* x */ "soc.dtsi"'),
  'a comment before': plain('/* SoC */ #include "soc.dtsi"'),
  'a comment of two lines inside': plain('#include /* x\n y */ "soc.dtsi"'),
  'a continued line': plain('#include \\\n "soc.dtsi"'),
  'a continued line with a space behind its backslash': plain('#include \\ \n "soc.dtsi"'),
  'a continued word': plain('#inc\\\nlude "so\\\nc.dtsi"'),
  'a line that has begun': plain('#line 3\n/ { }; /include/ "soc.dtsi"'),
  'the line of the version': {
    files: {
      'a.dts': A,
      'soc.dtsi': SOC,
      'b.dts': `/dts-v1/; /include/ "soc.dtsi"\n${USES}`,
    },
  },
  'two lines': plain('/include/\n\t"soc.dtsi"'),
  'a comment for dtc': plain('/include/ // the SoC\n"soc.dtsi"'),
  '#import': plain('#import "soc.dtsi"'),
  '#include_next': plain('#include_next "soc.dtsi"'),
  'a linked folder': {
    files: {
      'a/a.dts': `${HEAD}#include "../common/soc.dtsi"\n`,
      'common/soc.dtsi': SOC,
      link: '-> common',
      'b/b.dts': `${HEAD}#include "../link/soc.dtsi"\n${USES}`,
    },
    board: 'a/a.dts',
    shared: 'common/soc.dtsi',
    other: 'b/b.dts',
  },
  'a folder behind two links': {
    files: {
      'a/a.dts': `${HEAD}#include "../deep/common/soc.dtsi"\n`,
      'deep/common/soc.dtsi': SOC,
      link: '-> twice/common',
      twice: '-> deep',
      'b/b.dts': `${HEAD}#include "../link/soc.dtsi"\n${USES}`,
    },
    board: 'a/a.dts',
    shared: 'deep/common/soc.dtsi',
    other: 'b/b.dts',
  },
  'the linked folder of the board that is checked': {
    files: {
      'a/a.dts': `${HEAD}#include "../link/soc.dtsi"\n`,
      'common/soc.dtsi': SOC,
      link: '-> common',
      'b/b.dts': `${HEAD}#include "../common/soc.dtsi"\n${USES}`,
    },
    board: 'a/a.dts',
    shared: 'link/soc.dtsi',
    other: 'b/b.dts',
  },
  'a linked file': plain('#include "soc-v2.dtsi"', { 'soc-v2.dtsi': '-> soc.dtsi' }),
  'a linked file of another suffix': plain('#include "soc.inc"', { 'soc.inc': '-> soc.dtsi' }),
  'a linked board with other neighbours': {
    files: {
      'a.dts': `${HEAD}#include "lib/soc.dtsi"\n`,
      'lib/soc.dtsi': SOC,
      'lib/own.dtsi': USES,
      'x/own.dtsi': '',
      'x/board.dts': `${HEAD}#include "../lib/soc.dtsi"\n#include "own.dtsi"\n`,
      'lib/b.dts': '-> ../x/board.dts',
    },
    shared: 'lib/soc.dtsi',
    other: 'lib/b.dts',
  },
  'an include path, with another file of its name beside': {
    files: {
      'dtmap.json': '{"includePaths": ["include"]}',
      'a/a.dts': `${HEAD}#include "../include/soc.dtsi"\n`,
      'include/soc.dtsi': SOC,
      'b/b.dts': `${HEAD}#include <soc.dtsi>\n${USES}`,
      'b/soc.dtsi': '/ { };\n',
    },
    isForCommandLine: true,
    board: 'a/a.dts',
    shared: 'include/soc.dtsi',
    other: 'b/b.dts',
  },
  'a board beside a folder named dts': {
    files: {
      'dtmap.json': '{}',
      'dts/a.dts': A,
      'dts/soc.dtsi': SOC,
      'boards/b.dts': `${HEAD}#include "../dts/soc.dtsi"\n${USES}`,
    },
    board: 'dts/a.dts',
    shared: 'dts/soc.dtsi',
    other: 'boards/b.dts',
  },
  'a board above a nested dtmap.json': {
    files: {
      'dtmap.json': '{}',
      'boards/dtmap.json': '{"extends": "../dtmap.json"}',
      'boards/a.dts': A,
      'boards/soc.dtsi': SOC,
      'other/b.dts': `${HEAD}#include "../boards/soc.dtsi"\n${USES}`,
    },
    board: 'boards/a.dts',
    shared: 'boards/soc.dtsi',
    other: 'other/b.dts',
  },
  'a board around a repository in it': {
    files: {
      '.git/HEAD': '',
      'sub/.git': 'gitdir: ../.git/modules/sub',
      'sub/a.dts': A,
      'sub/soc.dtsi': SOC,
      'b.dts': `${HEAD}#include "sub/soc.dtsi"\n${USES}`,
    },
    board: 'sub/a.dts',
    shared: 'sub/soc.dtsi',
  },
  'a board that includes a board': {
    files: {
      'a.dts': `${HEAD}${SOC}`,
      'b.dts': `#include "a.dts"\n${USES}`,
    },
    shared: 'a.dts',
  },
  'an include that -D of the command line takes away': {
    files: {
      'a.dts': A,
      'soc.dtsi': SOC,
      'b.dts': `${A}#ifndef FOO\n${USES}#endif\n`,
    },
    options: ['-D', 'FOO'],
    isForCommandLine: true,
  },
  'an include that -D of the command line brings': {
    files: {
      'a.dts': A,
      'soc.dtsi': SOC,
      'b.dts': `${A}#ifdef FOO\n${USES}#endif\n`,
    },
    options: ['-D', 'FOO'],
    isForCommandLine: true,
  },
  'itself without -D of the command line': {
    files: { 'a.dts': `${A}#ifndef FOO\n${USES}#endif\n`, 'soc.dtsi': SOC },
    options: ['-D', 'FOO'],
    other: 'a.dts',
    isForCommandLine: true,
  },
  'another file than with -I of the command line': {
    files: {
      'dtmap.json': '{"includePaths": ["inc"]}',
      'a.dts': A,
      'soc.dtsi': SOC,
      'inc/uses.dtsi': USES,
      'none/uses.dtsi': '',
      'b.dts': `${A}#include <uses.dtsi>\n`,
    },
    options: ['-I', 'none'],
    isForCommandLine: true,
  },
  'other settings than --config of the command line': {
    files: {
      'dtmap.json': '{"defines": {"USED": "1"}}',
      'other.json': '{}',
      'a.dts': A,
      'soc.dtsi': SOC,
      'b.dts': `${A}#ifdef USED\n${USES}#endif\n`,
    },
    options: ['--config', 'other.json'],
    isForCommandLine: true,
  },
  'a suffix in capitals': {
    files: { 'a.dts': A, 'soc.dtsi': SOC, 'B.DTS': `${A}${USES}` },
    other: 'B.DTS',
  },
};

const targets = ['--xen', '4.18', '--xen', '4.22', '--linux', '6.12'];

describe('boards that read a shared file by', () => {
  let folder = '';
  let session: LspSession;
  before(async () => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'dtmap-reading-')));
    for (const [number, { files }] of Object.values(sets).entries())
      writeFiles(path.join(folder, `set${number}`), { 'dtmap.json': '{}', ...files });
    // The workspace is opened by another name than its own.
    symlinkSync(folder, `${folder}-link`);
    session = await LspSession.start({
      folder: `${folder}-link`,
      settings: { dtmap: { targets: ['xen:4.18', 'linux:6.12'] } },
    });
  });
  after(async () => {
    await session.stop();
    rmSync(folder, { recursive: true });
    rmSync(`${folder}-link`);
  });

  for (const [number, [what, set]] of Object.entries(sets).entries()) {
    const { board = 'a.dts', shared = 'soc.dtsi', other = 'b.dts' } = set;

    it(`${what}: --fix leaves the file alone`, async () => {
      const cwd = path.join(folder, `set${number}`);
      const before = readFileSync(path.join(cwd, shared), 'utf8');
      const argv = ['check', board, '--fix-unsafe', ...targets, ...(set.options ?? [])];
      const { stderr } = await dtmap(argv, { cwd });
      assert.equal(readFileSync(path.join(cwd, shared), 'utf8'), before, stderr);
      assert.match(
        stderr,
        new RegExp(
          `not fixed: Move camera.* ${other} would no longer compile: label or path /reserved-memory/camera@64000000 not found; edit it by hand`,
        ),
      );
    });

    if (set.isForCommandLine !== true)
      it(`${what}: an editor offers no such fix while the board is closed`, async () => {
        const cwd = path.join(`${folder}-link`, `set${number}`);
        const file = path.join(cwd, shared);
        await session.open(path.join(cwd, board));
        if (shared !== board) await session.open(file);
        const found = await session.diagnosticsWhen(file, (all) =>
          all.some(({ code }) => code === 'reserved-overlap'),
        );
        const overlap = found.find(({ code }) => code === 'reserved-overlap');
        assert.ok(overlap);
        const actions = await session.codeActions(file, overlap.range);
        const moves = actions.filter(({ title }) => title.startsWith('Move '));
        assert.ok(moves.length > 0);
        const reason = new RegExp(`${path.basename(other)} would no longer compile`);
        for (const { disabled } of moves) assert.match(disabled?.reason ?? '', reason);
        await session.close(file);
        await session.close(path.join(cwd, board));
      });
  }
});

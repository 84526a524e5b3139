// The command line: statuses, streams, formats and bad input, run in the test's own process and a few as a program.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JsonFinding, JsonReport } from '../server/src/cli/json-finding.ts';
import type { JsonMap } from '../server/src/cli/map-json.ts';
import { bundle, root } from './support/bundles.ts';
import { dtmap, type Ran } from './support/run-dtmap.ts';

const fixtures = path.join(import.meta.dirname, 'fixtures/cli');
const inFixtures = { cwd: fixtures };
let folder = '';

/** Writes a file of this test's own folder and gives its path. */
function file(name: string, content: string | Uint8Array): string {
  const full = path.join(folder, name);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

/** A failure as the contract has it: status 2, one line on standard error, nothing on standard output. */
function fails(ran: Ran, reason: RegExp): void {
  assert.match(ran.stderr, reason);
  assert.equal(ran.status, 2);
  assert.match(ran.stderr, /^[^\n]+\n$/);
  assert.equal(ran.stdout, '');
}

describe('dtmap', () => {
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe('arguments', () => {
    it('prints help and version with status 0', async () => {
      for (const argv of [['--help'], ['check', '--help'], ['help', 'map'], ['--version']]) {
        const ran = await dtmap(argv);
        assert.equal(ran.status, 0, argv.join(' '));
        assert.notEqual(ran.stdout, '');
        assert.equal(ran.stderr, '');
      }
    });

    it('names every command of the contract in its help', async () => {
      const { stdout } = await dtmap(['--help']);
      for (const name of [
        'preprocess',
        'compile',
        'check',
        'map',
        'boot',
        'decode',
        'explain',
        'facts',
        'fmt',
      ])
        assert.match(stdout, new RegExp(`^ {2}${name} `, 'm'));
    });

    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /no command/],
      [['chekc', 'board.dts'], /unknown command 'chekc'.*check/],
      [['check'], /missing required argument 'files'/],
      [['check', '--fromat', 'json', 'board.dts'], /unknown option '--fromat'.*--format/],
      [['check', '--format', 'xml', 'board.dts'], /'xml' is invalid.*sarif/],
      [['check', '--jobs', '0', 'board.dts'], /--jobs.*whole number from 1/],
      [['check', '--shard', '3/2', 'board.dts'], /--shard/],
      [['check', '--xen', '3.4', 'board.dts'], /xen:3\.4: no such release; known are .*4\.22/],
      [['check', '-W', 'no-such-rule', 'board.dts'], /no such rule/],
      [['check', '--dry-run', 'board.dts'], /--fix/],
      [['map', 'board.dts', '--for', 'domU7'], /domU7: no such reader/],
      [['decode', 'board.dts'], /either an address or --mfn/],
      [['decode', 'board.dts', 'zebra'], /zebra: not an address/],
      [['decode', 'board.dts', '0x11111111111111111'], /not an address/],
      [['explain', 'no-such-rule'], /neither a rule nor a file/],
      [['check', 'nowhere.dts'], /nowhere\.dts: no such file/],
      [['map', '.'], /\.: is a directory/],
      [['check', 'soc.dtsi', '--fix', '--dry-run'], /name the board it belongs to with --root/],
      [['check', 'board.dts', '--profile', 'nowhere.json'], /nowhere\.json: no such file/],
      [['check', 'board.dts', '--overlay', 'nowhere.dtso'], /nowhere\.dtso: no such file/],
      [['check', 'board.dts', '--memory-from', 'board.dts'], /no line says where RAM is/],
      [
        ['check', 'board.dts', '--efi-map', 'board.dts'],
        /board\.dts:1: no line is an entry of a UEFI memory map/,
      ],
      [['check', 'board.dts', '--guest', 'nowhere.cfg'], /nowhere\.cfg: no such file/],
      [['check', 'board.dts', '--guest', 'board.github.txt'], /neither an xl configuration nor/],
      [['check', 'board.dts', '--boot-script', 'board.github.txt'], /nothing in it loads/],
      [['merge', 'board.dts'], /board\.dts: not JSON/],
    ];
    for (const [argv, reason] of wrong) {
      it(`refuses dtmap ${argv.join(' ')}`, async () => {
        fails(await dtmap(argv, inFixtures), reason);
      });
    }

    it('names the wrong field of a profile', async () => {
      const profile = file('profile.json', '{"xen": {"address": "here"}}');
      fails(
        await dtmap(['map', 'board.dts', '--profile', profile], inFixtures),
        /profile\.json:1:21: xen\.address: must be a number/,
      );
    });
  });

  describe('check', () => {
    it('prints as gcc does and gives status 1', async () => {
      const ran = await dtmap(['check', 'board.dts'], inFixtures);
      assert.equal(ran.status, 1);
      assert.match(ran.stderr, /^board\.dts: note: \d boot facts are assumed or not known .*\n$/);
      assert.match(
        ran.stdout,
        /^board\.dts:\d+:\d+: error: .*buffer@50000000.* \[reserved-overlap\]$/m,
      );
      assert.match(ran.stdout, /^board\.dts:\d+:\d+: note: .*pool@50800000/m);
      for (const line of ran.stdout.trimEnd().split('\n'))
        assert.match(line, /^board\.dts:\d+:\d+: (?:error|warning|information|note): .+$/);
    });

    it('gives status 0 and says of a clean board only what was assumed', async () => {
      const { status, stdout, stderr } = await dtmap(['check', 'clean.dts'], inFixtures);
      assert.deepEqual([status, stdout], [0, '']);
      assert.match(stderr, /^clean\.dts: note: \d boot facts are assumed or not known .*\n$/);
    });

    it('gives JSON of the contract', async () => {
      const ran = await dtmap(['check', 'board.dts', '--format', 'json'], inFixtures);
      const report = JSON.parse(ran.stdout) as JsonReport;
      assert.deepEqual(Object.keys(report), ['version', 'files', 'failures', 'facts', 'findings']);
      assert.deepEqual(report.files, ['board.dts']);
      const overlap = report.findings.find(({ rule }) => rule === 'reserved-overlap');
      assert.ok(overlap);
      const text = readFileSync(path.join(fixtures, 'board.dts'), 'utf8').split('\n');
      const { line, column, endLine, endColumn } = overlap.at;
      assert.equal(line, endLine);
      assert.match(text[line - 1]?.slice(column - 1, endColumn - 1) ?? '', /^0x0 0x50/);
      assert.ok(overlap.fixes.length > 0);
      assert.ok(report.findings.some(({ severity }) => severity === 'hint'));
    });

    it('finds includes of a kernel tree without options', async () => {
      file(
        'linux/arch/arm64/boot/dts/acme/board.dts',
        '#include "soc.dtsi"\n/ { n = <SEVEN>; };\n',
      );
      file(
        'linux/arch/arm64/boot/dts/acme/soc.dtsi',
        '/dts-v1/;\n#include <dt-bindings/seven.h>\n/ { model = "m"; compatible = "c"; };\n',
      );
      file('linux/include/dt-bindings/seven.h', '#define SEVEN 7\n');
      const board = path.join(folder, 'linux/arch/arm64/boot/dts/acme/board.dts');
      const { stdout } = await dtmap(['check', board, '--format', 'json']);
      const { findings } = JSON.parse(stdout) as JsonReport;
      assert.deepEqual(
        findings.filter(({ rule }) => rule.startsWith('include')),
        [],
      );
    });

    it('reads standard input as source or blob', async () => {
      const source = readFileSync(path.join(fixtures, 'board.dts'));
      const ran = await dtmap(['check', '-', '--format', 'json'], { ...inFixtures, stdin: source });
      assert.deepEqual((JSON.parse(ran.stdout) as JsonReport).files, ['<stdin>']);
      assert.equal(ran.status, 1);
      const blob = (await dtmap(['compile', 'board.dts'], inFixtures)).bytes;
      const again = await dtmap(['check', '-', '--as', 'dtb'], { ...inFixtures, stdin: blob });
      assert.match(again.stdout, /\[reserved-overlap\]/);
      assert.equal(again.status, 1);
    });

    it('judges an include file through its board', async () => {
      const ran = await dtmap(['check', 'soc.dtsi', '--root', 'board.dts'], inFixtures);
      assert.equal(ran.status, 0, ran.stdout);
    });

    it('switches rules off, on and to error as dtc does', async () => {
      const off = ['check', 'board.dts', '-W', 'no-reserved-overlap'];
      const linux = await dtmap([...off, '--linux', '6.12'], inFixtures);
      assert.equal(linux.status, 0, linux.stdout);
      const hint = await dtmap(['check', 'clean.dts', '-Ereserved-in-ram'], inFixtures);
      assert.match(hint.stdout, /: error: .*\[reserved-in-ram\]/);
      assert.equal(hint.status, 1);
      const both = await dtmap(['check', 'clean.dts', '-W', 'reserved-in-ram'], inFixtures);
      assert.match(both.stdout, /: warning: .*\[reserved-in-ram\]/);
    });

    it('says that a release does not boot, whatever is off or recorded', async () => {
      const baseline = path.join(folder, 'panics.json');
      const board = ['check', 'board.dts', '--xen', '4.22'];
      assert.equal((await dtmap([...board, '--write-baseline', baseline], inFixtures)).status, 0);
      for (const options of [
        ['-W', 'no-reserved-overlap'],
        ['-W', 'no-reserved-overlap', '-W', 'no-xen-panic'],
        ['--baseline', baseline],
      ]) {
        const ran = await dtmap([...board, ...options], inFixtures);
        assert.equal(ran.status, 1);
        assert.match(ran.stdout, /^board\.dts:\d+:\d+: error: Xen panics .*\[xen-panic\]$/m);
        assert.doesNotMatch(ran.stdout, /\[reserved-overlap\]/);
      }
    });

    it('lets so many warnings pass as --max-warnings says', async () => {
      const argv = ['check', 'clean.dts', '-W', 'reserved-in-ram', '--max-warnings'];
      assert.equal((await dtmap([...argv, '2'], inFixtures)).status, 0);
      assert.equal((await dtmap([...argv, '1'], inFixtures)).status, 1);
    });

    it('goes on after a board that cannot be read, and gives status 2', async () => {
      const ran = await dtmap(['check', 'nowhere.dts', 'board.dts'], inFixtures);
      assert.equal(ran.status, 2);
      assert.match(ran.stderr, /^dtmap: nowhere\.dts: no such file\nboard\.dts: note: .*\n$/);
      assert.match(ran.stdout, /\[reserved-overlap\]/);
      for (const [format, told] of [
        ['json', /"because": "nowhere\.dts: no such file"/],
        ['sarif', /"executionSuccessful": false,/],
        ['github', /^::error file=nowhere\.dts,title=not checked::nowhere\.dts: no such file$/m],
        ['markdown', /^- \*\*not checked\*\* nowhere\\?\.dts: no such file$/m],
      ] as const) {
        const argv = ['check', 'nowhere.dts', 'board.dts', '--format', format];
        assert.match((await dtmap(argv, inFixtures)).stdout, told);
        const healthy = await dtmap(['check', 'board.dts', '--format', format], inFixtures);
        assert.doesNotMatch(healthy.stdout, told);
      }
    });

    it('leaves out what a baseline records', async () => {
      const baseline = path.join(folder, 'baseline.json');
      const board = ['check', 'board.dts', '--xen', '4.18', '--linux', '6.12'];
      assert.equal((await dtmap([...board, '--write-baseline', baseline], inFixtures)).status, 0);
      const ran = await dtmap([...board, '--baseline', baseline], inFixtures);
      assert.deepEqual([ran.status, ran.stdout], [0, '']);
    });

    it('takes settings from dtmap.json and what it extends', async () => {
      file('team/dtmap.json', '{"severity": {"reserved-overlap": "off"}}');
      file('team/boards/dtmap.json', '{"extends": "../dtmap.json", "targets": ["linux:6.1"]}');
      file('team/boards/soc.dtsi', readFileSync(path.join(fixtures, 'soc.dtsi')));
      const board = file('team/boards/board.dts', readFileSync(path.join(fixtures, 'board.dts')));
      assert.equal((await dtmap(['check', board])).status, 0);
      assert.equal((await dtmap(['check', board, '--no-config'])).status, 1);
      file('team/boards/dtmap.json', '{"extends": "dtmap.json"}');
      fails(await dtmap(['map', board]), /dtmap\.json:1:13: extends: extends itself/);
      file('team/dtmap.json', '{"severity": {"region-outside-ram": "off"}}');
      file('team/boards/dtmap.json', '{"extends": "../dtmap.json"}');
      fails(
        await dtmap(['map', board]),
        /team\/dtmap\.json:\d+:\d+: severity\.region-outside-ram: no such rule/,
      );
      file('team/boards/dtmap.json', '{"targets": "xen"}');
      fails(await dtmap(['map', board]), /dtmap\.json:1:13: targets: must be a list/);
    });

    it('applies all fixes, or shows them', async () => {
      const source = readFileSync(path.join(fixtures, 'board.dts'), 'utf8');
      file('fix/soc.dtsi', readFileSync(path.join(fixtures, 'soc.dtsi')));
      const board = file('fix/board.dts', source);
      const shown = await dtmap(['check', board, '--fix-unsafe', '--dry-run']);
      assert.match(shown.stderr, /^dtmap: .*board\.dts: fixed: Move pool@50800000 to 0x51000000 /);
      assert.match(shown.stdout, /^--- a\/.*\n\+\+\+ b\/.*\n@@ /m);
      assert.equal(shown.status, 1);
      assert.equal(readFileSync(board, 'utf8'), source);
      const fixed = await dtmap(['check', board, '--fix-unsafe']);
      assert.deepEqual([fixed.status, fixed.stdout], [0, '']);
      assert.notEqual(readFileSync(board, 'utf8'), source);
      const after = readFileSync(board, 'utf8');
      await dtmap(['check', board, '--fix-unsafe']);
      assert.equal(readFileSync(board, 'utf8'), after);
    });

    it('applies only safe fixes without being asked for more, and counts the others', async () => {
      const source = readFileSync(path.join(fixtures, 'board.dts'), 'utf8').replace(
        'buffer@50000000 {',
        'buffer@5f000000 {',
      );
      file('safe/soc.dtsi', readFileSync(path.join(fixtures, 'soc.dtsi')));
      const board = file('safe/board.dts', source);
      // Boards that share what is not fixed count it once.
      file('safe/twin.dts', `#include "board.dts"\n/ { model = "Twin"; };\n`);
      const twin = path.join(path.dirname(board), 'twin.dts');
      const fixed = await dtmap(['check', board, twin, '--fix', '--no-config']);
      assert.equal(fixed.status, 1);
      assert.match(
        fixed.stderr,
        /^dtmap: .*board\.dts: fixed: Rename to @50000000 \[unit-address-mismatch\]\ndtmap: 1 unsafe fix was not applied; --fix-unsafe applies it too\n(?:.*: note: .*\n){2}1 error on 2 boards\n$/,
      );
      assert.equal(
        readFileSync(board, 'utf8'),
        source.replace('buffer@5f000000', 'buffer@50000000'),
      );
    });

    it('shards merge to what one run says', async () => {
      const all = ['board.dts', 'clean.dts', '../rules/reg-length/bad.dts'];
      const withMissing = ['board.dts', 'nowhere.dts', 'clean.dts'];
      for (const [format, boards] of ['json', 'sarif'].flatMap((each) =>
        [all, withMissing].map((list) => [each, list] as const),
      )) {
        const whole = await dtmap(['check', ...boards, '--format', format], inFixtures);
        const parts: string[] = [];
        for (const shard of ['1/3', '2/3', '3/3']) {
          const part = await dtmap(
            ['check', ...boards, '--format', format, '--shard', shard],
            inFixtures,
          );
          parts.push(file(`shard-${shard.replace('/', '-')}.json`, part.stdout));
        }
        const merged = await dtmap(['merge', ...parts.reverse()]);
        assert.equal(merged.stdout, whole.stdout);
        assert.equal(merged.status, whole.status);
      }
    });
  });

  describe('other commands', () => {
    it('prints the memory map in every format', async () => {
      const map = async (format: string): Promise<string> => {
        const ran = await dtmap(
          ['map', 'clean.dts', '--for', 'host', '--format', format],
          inFixtures,
        );
        assert.deepEqual([ran.status, ran.stderr], [0, '']);
        return ran.stdout;
      };
      const json = JSON.parse(await map('json')) as JsonMap;
      assert.deepEqual(
        json.banks.map(({ start, end, node }) => ({ start, end, node })),
        [{ start: '0x40000000', end: '0x80000000', node: '/memory@40000000' }],
      );
      assert.deepEqual(json.free, [
        { start: '0x40000000', end: '0x48000000' },
        { start: '0x49000000', end: '0x50000000' },
        { start: '0x52000000', end: '0x80000000' },
      ]);
      assert.deepEqual(json.reserved[0]?.at?.file, 'clean.dts');
      assert.match(await map('text'), /0x50000000 - 0x51000000 .*reserved .*buffer@50000000/);
      assert.match(await map('markdown'), /^\| `0x50000000 - 0x51000000` \|/m);
      assert.match(await map('svg'), /^<svg[\s\S]*<\/svg>\s*$/);
      const page = await map('html');
      assert.match(page, /^<!doctype html>[\s\S]*<\/html>\s*$/);
      const [, data = ''] = /id="map-data">([^<]*)</.exec(page) ?? [];
      const { model } = JSON.parse(data) as { model: { title: string; edges: string[] } };
      assert.equal(model.title, 'clean.dts');
      assert.ok(model.edges.includes('0x50000000'));
    });

    it('writes the page with -o, whole, and none where a reader does not exist', async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'dtmap-html-'));
      const file = path.join(folder, 'map.html');
      const argv = ['map', 'clean.dts', '--format', 'html', '-o', file];
      assert.deepEqual(
        await dtmap(argv, inFixtures).then(({ status, stdout }) => [status, stdout]),
        [0, ''],
      );
      const { stdout } = await dtmap(argv.slice(0, -2), inFixtures);
      assert.equal(readFileSync(file, 'utf8'), stdout);
      const other = path.join(folder, 'other.html');
      const ran = await dtmap([...argv.slice(0, -1), other, '--for', 'nobody'], inFixtures);
      assert.equal(ran.status, 2);
      assert.ok(!existsSync(other));
      rmSync(folder, { recursive: true });
    });

    it('prints a bank before what lies in it, and devices only where they meet memory', async () => {
      const tree = (bootargs: string): string => `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	chosen {
		#address-cells = <1>;
		#size-cells = <1>;
		xen,xen-bootargs = "${bootargs}";
		module@44000000 {
			compatible = "multiboot,kernel", "multiboot,module";
			reg = <0x44000000 0x1000000>;
		};
	};
	uart@1000 { reg = <0x1000 0x100>; };
	timer@2000 { reg = <0x2000 0x100>; };
	window@40000000 { reg = <0x40000000 0x1000>; };
	memory@40000000 {
		device_type = "memory";
		reg = <0x40000000 0x40000000>;
	};
	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		fw@40000000 { reg = <0x40000000 0x100000>; no-map; };
		fw@60000000 { reg = <0x60000000 0x100000>; no-map; };
	};
};
`;
      const board = file('nested.dts', tree('dom0_mem=256M'));
      const map = async (...argv: string[]): Promise<string[]> =>
        (await dtmap(['map', board, ...argv])).stdout.trimEnd().split('\n').slice(1);
      const what = (lines: readonly string[]): string[] =>
        lines.map((line) => (/iB {2}(\w+(?:, \w+)?)/.exec(line)?.[1] ?? line).trim());
      const inMemory = ['RAM', 'reserved', 'device', 'free', 'module', 'free', 'reserved', 'free'];
      assert.deepEqual(what(await map()), [
        ...inMemory,
        '2 ranges of device registers lie outside RAM and reserved regions: --devices lists them',
      ]);
      assert.match((await map('--devices'))[0] ?? '', /^0x1000 - 0x1100 .* device .*uart@1000/);
      assert.deepEqual(what(await map('--devices')).slice(2), inMemory);
      assert.match((await map('--format', 'markdown')).at(-1) ?? '', /^- 2 ranges of device/);
      const json = JSON.parse((await dtmap(['map', board, '--format', 'json'])).stdout) as JsonMap;
      assert.equal(json.devices.length, 3);
      // Where Xen puts dom0 depends on where the boot loader put Xen itself.
      assert.ok(what(await map('--for', 'dom0')).includes('RAM, likely'));
      const places = {
        xen: { address: '0x48000000', size: '0x118000' },
        dtb: { address: '0x4a000000', size: '0x1000' },
      };
      const profile = file('places.json', JSON.stringify(places));
      assert.ok(what(await map('--for', 'dom0', '--profile', profile)).includes('RAM'));
    });

    it('says who owns an address or a frame', async () => {
      for (const argv of [['0x50001000'], ['--mfn', '0x50001'], ['0x5000_1000']]) {
        const ran = await dtmap(['decode', 'clean.dts', ...argv], inFixtures);
        assert.equal(ran.status, 0);
        assert.match(ran.stdout, /buffer@50000000.*clean\.dts:\d+:\d+/);
      }
      const { stdout } = await dtmap(
        ['decode', 'clean.dts', '0x50001000', '--format', 'json'],
        inFixtures,
      );
      const decoded = JSON.parse(stdout) as { address: string; mfn: string };
      assert.deepEqual([decoded.address, decoded.mfn], ['0x50001000', '0x50001']);
    });

    it('says what changed between two trees', async () => {
      const ran = await dtmap(['diff', 'clean.dts', 'board.dts'], inFixtures);
      assert.equal(ran.status, 1);
      assert.match(ran.stdout, /^moved: reserved .*pool@50800000: 0x51000000.* -> 0x50800000/m);
      assert.equal((await dtmap(['diff', 'board.dts', 'board.dts'], inFixtures)).status, 0);
    });

    it('says what changes between releases, for each reader and how the boot ends', async () => {
      const board = path.join(root, 'test/fixtures/xen-boots/seed-status-disabled/board.dts');
      const ran = await dtmap(['diff', board, '--xen', '4.18,4.19', '--xen', '4.22']);
      assert.equal(ran.status, 1);
      assert.deepEqual(ran.stdout.match(/^\w+, xen:.*/gm), [
        'xen, xen:4.18 -> xen:4.19',
        'dom0, xen:4.18 -> xen:4.19',
        'xen, xen:4.19 -> xen:4.22',
        'dom0, xen:4.19 -> xen:4.22',
      ]);
      assert.equal(
        ran.stdout.match(/^changed: boot: .*dom0 is at risk.* -> .*likely boots,/gm)?.length,
        1,
      );
      const argv = ['diff', board, '--xen', '4.19', '--xen', '4.22', '--for', 'xen'];
      assert.deepEqual(
        [(await dtmap(argv)).stdout, (await dtmap(argv)).status],
        ['xen, xen:4.19 -> xen:4.22\nNo change in the memory map.\n', 0],
      );
      // Where Xen stops, that is what changes; there is no dom0 to be compared.
      const panics = path.join(root, 'test/fixtures/xen-boots/resv-overlap/board.dts');
      const { stdout } = await dtmap(['diff', panics, '--xen', '4.18,4.19']);
      assert.match(
        stdout,
        /^xen, xen:4\.18 -> xen:4\.19\nchanged: boot: .* -> Xen 4\.19\.6 panics: /,
      );
      assert.doesNotMatch(stdout, /^dom0,/m);
      const markdown = await dtmap([...argv, '--format', 'markdown']);
      assert.equal(
        markdown.stdout,
        '## xen: xen:4.19 → xen:4.22\n\nNo change in the memory map.\n',
      );
      for (const wrong of [['--xen', '4.18'], [], ['--xen', '4.18', '--linux', '6.12']])
        fails(await dtmap(['diff', board, ...wrong]), /two files, or one and two releases/);
    });

    it('takes sixteen digits for an address as consoles print it', async () => {
      for (const text of ['0000000050001000', '50001000000000ab', '0x50001000']) {
        const { stdout } = await dtmap(
          ['decode', 'clean.dts', text, '--format', 'json'],
          inFixtures,
        );
        const { address } = JSON.parse(stdout) as { address: string };
        assert.equal(address, `0x${text.replace(/^(0x)?0*/, '')}`);
      }
      const { stdout } = await dtmap(['decode', 'clean.dts', '1342181376'], inFixtures);
      assert.match(stdout, /^0x50001000 /);
    });

    it('expands, compiles and prints the tree', async () => {
      const text = await dtmap(['preprocess', 'board.dts'], inFixtures);
      assert.match(text.stdout, /uart@9000000/);
      const blob = await dtmap(
        ['compile', 'board.dts', '-o', path.join(folder, 'b.dtb')],
        inFixtures,
      );
      assert.deepEqual([blob.status, blob.stdout], [0, '']);
      const tree = await dtmap(['compile', path.join(folder, 'b.dtb'), '--format', 'dts']);
      assert.match(tree.stdout, /buffer@50000000 \{/);
      const origins = await dtmap(['compile', 'board.dts', '--format', 'dts'], inFixtures);
      assert.match(origins.stdout, /compatible = "arm,pl011"; \/\* soc\.dtsi:6 \*\//);
      file('again.dts', origins.stdout);
      const again = await dtmap(['compile', path.join(folder, 'again.dts')]);
      assert.deepEqual(again.bytes, readFileSync(path.join(folder, 'b.dtb')));
    });

    it('compiles what a boot script edits, or says what it cannot', async () => {
      const board = file('edited.dts', '/dts-v1/;\n/ { old { }; chosen { bootargs = "a"; }; };\n');
      const script = file(
        'boot.cmd',
        'fdt addr 0x40000000\nfdt set /chosen bootargs "b"\nfdt rm /old\n',
      );
      const { stdout, status } = await dtmap(
        ['compile', board, '--boot-script', script, '--format', 'dts'],
        {},
      );
      assert.equal(status, 0);
      assert.match(stdout, /bootargs = "b"/);
      assert.doesNotMatch(stdout, /old \{/);
      const blob = path.join(folder, 'edited.dtb');
      await dtmap(['compile', board, '-o', blob]);
      fails(await dtmap(['compile', blob, '--boot-script', script]), /fdt rm \/old of a blob/);
      fails(await dtmap(['preprocess', board, '--boot-script', script]), /use compile/);
    });

    it('says why a tree makes no blob in the words of check', async () => {
      const cases: readonly (readonly [string, RegExp])[] = [
        ['/ { a = <1> };', /:2:\d+: missing ; behind a$/m],
        ['/ { a { }; a { }; };', /: \/a: duplicate node name$/m],
        ['/ { a = <&b>; };', /: reference to non-existent node or label "b"$/m],
        ['/ { }; &b { };', /: label or path &?b not found$/m],
      ];
      for (const [body, reason] of cases) {
        const name = file('wrong.dts', `/dts-v1/;\n${body}\n`);
        fails(await dtmap(['compile', name]), reason);
        // The same sentence, with the same place.
        const { stdout } = await dtmap(['check', name]);
        const { stderr } = await dtmap(['compile', name]);
        const sentence = /:\d+: (.*)$/m.exec(stderr)?.[1] ?? '-';
        assert.ok(stdout.includes(sentence), `${sentence} is not in ${stdout}`);
      }
    });

    it('explains a rule and a log', async () => {
      const rule = await dtmap(['explain', 'reserved-overlap']);
      assert.match(rule.stdout, /^# reserved-overlap/);
      const log = path.join(import.meta.dirname, 'fixtures/xen-logs/quoted-wrapped.mbox');
      const ran = await dtmap(['explain', log]);
      assert.equal(ran.status, 0);
      assert.match(ran.stdout, /:6: \(XEN\) Region: .*mod\[2\]/);
      assert.match(ran.stdout, /cure: Use Xen 4\.19\.2/);
      const piped = await dtmap(['explain', '-', '--format', 'json'], { stdin: readFileSync(log) });
      assert.equal((JSON.parse(piped.stdout) as { version: number }).version, 1);
    });

    it('writes a manual page and completions', async () => {
      const { stdout } = await dtmap(['man']);
      assert.match(stdout, /^\.TH DTMAP 1/);
      assert.match(stdout, /\\-\\-max\\-warnings/);
      for (const shell of ['bash', 'zsh', 'fish'])
        assert.match((await dtmap(['completion', shell])).stdout, /max-warnings/);
      const { stdout: script } = await dtmap(['completion', 'bash']);
      const checked = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' });
      assert.deepEqual([checked.status, checked.stderr], [0, '']);
    });
  });

  describe('bad input', () => {
    const one = (ran: Ran, what: string): void => {
      assert.ok([1, 2].includes(ran.status), `${what}: status ${ran.status}`);
      assert.doesNotMatch(ran.stderr + ran.stdout, /\n\s+at |dtmap itself/, what);
      if (ran.status === 2) assert.match(ran.stderr, /^[^\n]+\n$/, what);
      else assert.notEqual(ran.stdout, '', what);
    };
    const texts: Readonly<Record<string, string | Uint8Array>> = {
      'a missing include': '/dts-v1/;\n#include "nowhere.dtsi"\n/ { model = "m"; };\n',
      'a directory as include': '/dts-v1/;\n#include "."\n/ { model = "m"; };\n',
      'an include of a name too long': `/dts-v1/;\n#include "${'x'.repeat(5000)}"\n/ { };\n`,
      'an unterminated comment': '/dts-v1/;\n/ { /* no end\n};\n',
      'an unterminated string': '/dts-v1/;\n/ { model = "no end;\n};\n',
      'binary garbage': Uint8Array.from(
        { length: 4096 },
        (_, at) => (at * 7919 + (at >> 3)) & 0xff,
      ),
      'an empty file': '',
      'only a closing brace': '};\n',
      '#error': '/dts-v1/;\n#error stop\n/ { };\n',
    };
    for (const [what, text] of Object.entries(texts)) {
      it(`${what} gives a finding or one line`, async () => {
        one(await dtmap(['check', file('bad.dts', text)]), what);
      });
    }

    it('an include cycle ends', async () => {
      file('cycle.dtsi', '#include "cycle.dtsi"\n');
      one(
        await dtmap(['check', file('cycle.dts', '/dts-v1/;\n#include "cycle.dtsi"\n/ { };\n')]),
        'cycle',
      );
    });

    it('guests and scripts nobody meant end in one line', async () => {
      const hostile = {
        'long.cfg': '['.repeat(2 << 20),
        'zero.cfg': 'memory = 1\0',
        'runs.env': 'bootcmd=run a b\na=run b b b b b b b b\nb=run a a a a a a a a\n',
      };
      for (const [name, text] of Object.entries(hostile)) {
        const option = name.endsWith('.cfg') ? '--guest' : '--boot-script';
        const ran = await dtmap(['check', 'clean.dts', option, file(name, text)], inFixtures);
        fails(ran, new RegExp(name.replace('.', '\\.')));
      }
    });

    it('an output that cannot be written is named', async () => {
      fails(
        await dtmap(['map', 'clean.dts', '-o', path.join(folder, 'no/such/folder')], inFixtures),
        /no such folder/,
      );
    });

    it('settings nobody meant end in one line', async () => {
      for (const text of ['', '[]', '{"extends": [1]}', '{"bootProfile": 3}', '"', '{"x":1}']) {
        const config = file('hostile.json', text);
        const ran = await dtmap(['check', 'clean.dts', '--config', config], inFixtures);
        fails(ran, /hostile\.json:\d+:\d+: /);
      }
    });
  });

  describe('as a program', function () {
    this.timeout(60_000);

    it('checks many boards in threads with the same result', () => {
      const program = bundle('dtmap.js');
      const boards = Array.from({ length: 8 }, (_, at) =>
        at % 2 === 0 ? 'board.dts' : 'clean.dts',
      );
      const runWith = (...argv: string[]): string =>
        spawnSync(process.execPath, [program, 'check', ...boards, '--format', 'json', ...argv], {
          cwd: fixtures,
          encoding: 'utf8',
        }).stdout;
      const single = runWith();
      assert.ok((JSON.parse(single) as { findings: JsonFinding[] }).findings.length > 0);
      assert.equal(runWith('--jobs', '3'), single);
    });

    it('stays quiet when the reader goes away', () => {
      const program = bundle('dtmap.js');
      const ran = spawnSync(
        'bash',
        ['-c', `"${process.execPath}" "${program}" compile board.dts --format dts | head -1`],
        { cwd: fixtures, encoding: 'utf8' },
      );
      assert.equal(ran.stdout, '/dts-v1/;\n');
      assert.equal(ran.stderr, '');
    });

    it('names a file that may not be read', () => {
      const secret = file('secret.dts', '/dts-v1/;\n');
      chmodSync(secret, 0);
      chmodSync(folder, 0o755);
      // The superuser may read everything, so the program runs as somebody else.
      const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
      const program = file('readable/dtmap.cjs', readFileSync(bundle('dtmap.js')));
      const ran = spawnSync(process.execPath, [program, 'check', secret], {
        encoding: 'utf8',
        cwd: folder,
        // Nor could somebody else write where coverage is collected.
        env: { ...process.env, NODE_V8_COVERAGE: undefined },
        ...user,
      });
      assert.deepEqual(
        [ran.status, ran.stdout, ran.stderr],
        [2, '', `dtmap: ${secret}: permission denied\n`],
      );
    });

    it('gives its status to the shell', () => {
      const program = bundle('dtmap.js');
      const status = (...argv: string[]): number | null =>
        spawnSync(process.execPath, [program, ...argv], { cwd: fixtures }).status;
      assert.equal(status('check', 'clean.dts'), 0);
      assert.equal(status('check', 'board.dts'), 1);
      assert.equal(status('check', '--what'), 2);
    });
  });
});

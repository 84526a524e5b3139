// The command line and the server on a pretend Windows: they answer as on this system, for the same files on the same disk.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileIdOf, uriOf } from '../server/src/text/file-id.ts';
import { LspSession } from './support/lsp-session.ts';
import { asked, askEverything, notAboutDocuments } from './windows/ask-everything.ts';
import { bundleForWindows } from './windows/bundle-for-windows.ts';
import { dtmap } from './support/run-dtmap.ts';
import { writeFiles } from './support/write-files.ts';

const board = `/dts-v1/;
#include "soc.dtsi"
#include <codes.h>

/ {
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;

		camera: camera@60000000 {
			reg =  <0x0 CAMERA  0x0 0x5000000>;
		};

		video@64000000 {
			reg = <0x0 0x64000000 0x0 0x2000000>;
		};
	};

	sensor {
		memory-region = <&camera>;
	};
};
`;
const files = {
  'dts/board.dts': board,
  'dts/soc.dtsi': `/ {
	#address-cells = <2>;
	#size-cells = <2>;

	memory@40000000 {
		device_type = "memory";
		reg = <0x0 0x40000000 0x0 0x40000000>;
	};
};
`,
  'include/codes.h': '#define CAMERA 0x60000000\n',
  'overlays/extra.dtso': `/dts-v1/;
/plugin/;

&camera {
	no-map;
};
`,
  'boot/boot.cmd': `load mmc 0:1 0x48000000 xen
load mmc 0:1 0x60000000 /boot/initrd.img
load mmc 0:1 0x4a000000 board.dtb
bootm 0x48000000 - 0x4a000000
`,
  'boot/initrd.img': 'x'.repeat(5000),
  'guests/domd.cfg': 'name = "domd"\ndevice_tree = "/etc/xen/domd.dts"\niomem = ["60000,10"]\n',
  'guests/domd.dts': '/dts-v1/;\n/ { passthrough { camera { xen,path = "/sensor"; }; }; };\n',
  'facts.json': '{ "dtb": { "address": "0x4a000000" } }\n',
  // As somebody on Windows writes it; it is read everywhere.
  'dtmap.json': `${JSON.stringify({
    includePaths: ['.\\include'],
    overlays: ['overlays\\extra.dtso'],
    bootScript: 'boot\\boot.cmd',
    guests: ['.\\guests\\domd.cfg'],
    targets: ['xen:4.18', 'linux:6.12'],
  })}\n`,
  // The current folder of some commands: it must not rule boards that are elsewhere.
  'elsewhere/dtmap.json':
    '{ "severity": { "reserved-overlap": "off" }, "targets": ["xen:4.22"] }\n',
};

interface Answer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('on a pretend Windows', function () {
  this.timeout(120_000);
  let top = '';
  let disk = '';
  let bundles = '';
  /** The folder with the files, as this system names it. */
  let work = '';
  before(async () => {
    top = realpathSync(mkdtempSync(path.join(tmpdir(), 'dtmap-windows-')));
    [disk, bundles] = ['disk', 'bundles'].map((name) => path.join(top, name)) as [string, string];
    work = path.join(disk, 'c/work');
    writeFiles(work, files);
    writeFiles(path.join(disk, 'unc/srv/share/work'), files);
    await bundleForWindows(bundles);
  });
  after(() => {
    rmSync(top, { recursive: true, force: true });
  });

  const envOf = (cwd: string) => ({ ...process.env, DTMAP_DISK: disk, DTMAP_CWD: cwd });
  const onWindows = (args: readonly string[], cwd = 'C:\\work'): Promise<Answer> =>
    new Promise((resolve) => {
      const run = [path.join(bundles, 'dtmap.js'), ...args];
      execFile(process.execPath, run, { env: envOf(cwd) }, (error, stdout, stderr) => {
        resolve({ status: Number(error?.code ?? 0), stdout, stderr });
      });
    });
  const here = async (args: readonly string[], cwd = work): Promise<Answer> => {
    const { status, stdout, stderr } = await dtmap(args, { cwd });
    return { status, stdout, stderr };
  };
  /** Without what names the folder, on whatever system. */
  const plain = (answer: unknown): unknown => {
    let text = JSON.stringify(answer)
      .replaceAll('0.0.0-test', 'unknown')
      .replaceAll('https://example.org/dtmap', 'unknown');
    for (const folder of [work, 'c:/work', '//srv/share/work'])
      for (const name of [uriOf(folder), folder, folder.replace(':', '%3A')])
        text = text.replaceAll(name, 'TOP');
    // Made of the name of a file, which is absolute when a board is named so.
    text = text.replace(/(dtmap\/v1\\": \\")[0-9a-f]+/g, '$1');
    return JSON.parse(text);
  };

  const json = 'check --format json';
  const commands: Readonly<Record<string, string>> = {
    'a board': `${json} dts\\board.dts`,
    'its folder': `${json} .\\dts`,
    'a pattern': `${json} .\\d*\\*.dts`,
    'an absolute name': 'check --format sarif C:\\work\\dts\\board.dts',
    'a drive in lower case': 'check --format text c:/work/dts/board.dts',
    'a URI': 'check --format github file:///C:/work/dts/board.dts',
    options: `${json} --config=elsewhere\\dtmap.json -I .\\include --overlay C:\\work\\overlays\\extra.dtso --boot-script boot\\boot.cmd --guest ..\\work\\guests\\domd.cfg --profile C:facts.json dts\\board.dts`,
    'a map': 'map --format json dts\\board.dts',
    'a boot': 'boot --format json dts\\board.dts',
  };
  for (const [what, command] of Object.entries(commands))
    it(`${what} gives what it gives here`, async () => {
      const args = command.split(' ');
      const own = args.map((each) =>
        each
          .replace(/^file:\/\/\/C:\/work/, `file://${work}`)
          .replace(/^[Cc]:[\\/]work/, work)
          .replace(/^C:/, '')
          .replaceAll('\\', '/'),
      );
      const [windows, linux] = await Promise.all([onWindows(args), here(own)]);
      assert.doesNotMatch(windows.stderr, /dtmap itself/);
      assert.ok(windows.stdout.length > 100, windows.stderr);
      assert.deepEqual(plain(windows), plain(linux));
    });

  it('the settings of the current folder say nothing of boards elsewhere', async () => {
    const args = ['check', '--format', 'json'];
    const expected = (await here([...args, 'dts/board.dts'])).stdout;
    const found = [
      await here([...args, `file://${work}/dts/board.dts`], path.join(work, 'elsewhere')),
      await onWindows([...args, 'file:///C:/work/dts/board.dts'], 'C:\\work\\elsewhere'),
      await onWindows([...args, 'dts\\board.dts'], '\\\\srv\\share\\work'),
      await onWindows([...args, '\\\\srv\\share\\work\\dts\\board.dts'], 'C:\\work\\elsewhere'),
    ];
    const rulesIn = (json: string): unknown =>
      (JSON.parse(json) as { findings: { rule: string; message: string }[] }).findings.map(
        ({ rule, message }) => [rule, message],
      );
    assert.match(expected, /reserved-overlap/);
    for (const { stdout, stderr } of found)
      assert.deepEqual(rulesIn(stdout), rulesIn(expected), stderr);
  });

  it('a baseline of one system is read on the other', async () => {
    await onWindows(['check', '--write-baseline', 'elsewhere\\windows.json', 'dts\\board.dts']);
    await here(['check', '--write-baseline', 'elsewhere/linux.json', 'dts/board.dts']);
    const read = (name: string): string => readFileSync(path.join(work, 'elsewhere', name), 'utf8');
    assert.equal(read('windows.json'), read('linux.json'));
    assert.ok(read('linux.json').length > 100);
    const before = await here(['check', 'dts/board.dts']);
    const check = ['check', '--baseline'];
    const after = await onWindows([...check, 'C:\\work\\elsewhere\\linux.json', 'dts\\board.dts']);
    assert.deepEqual(after, await here([...check, 'elsewhere/windows.json', 'dts/board.dts']));
    assert.notEqual(after.stdout, before.stdout);
  });

  it('fixes and the formatter write what they write here, and keep line ends', async () => {
    const crlf = board.replaceAll('\n', '\r\n').replace('\t\tranges;', '\t  ranges ;');
    const results: string[] = [];
    for (const run of [onWindows, here]) {
      cpSync(work, `${work}-kept`, { recursive: true });
      const file = path.join(work, 'dts/board.dts');
      writeFileSync(file, crlf);
      const name = run === here ? 'dts/board.dts' : 'C:\\work\\dts\\BOARD.dts';
      const { stderr } = await run(['check', '--fix-unsafe', name]);
      assert.doesNotMatch(stderr, /dtmap itself/);
      await run(['fmt', '--write', name]);
      results.push(readFileSync(file, 'utf8'));
      rmSync(work, { recursive: true });
      renameSync(`${work}-kept`, work);
    }
    const [windows = '', linux = ''] = results;
    assert.equal(windows, linux);
    assert.notEqual(windows, crlf);
    assert.doesNotMatch(windows, /[^\r]\n/);
    assert.ok(!existsSync(`${work}-kept`));
  });

  const settings = {
    dtmap: {
      targets: ['xen:4.18'],
      includePaths: ['.\\include', '${workspaceFolder}\\nothing'],
      overlays: { 'dts\\board.dts': ['overlays\\extra.dtso'] },
      bootProfile: '.\\facts.json',
    },
  };
  const sessions: readonly (readonly [string, string, string])[] = [
    ['a drive', 'C:\\work', 'file:///c%3A/work'],
    ['a drive as other editors write it', 'C:\\work', 'file:///C:/work'],
    ['another machine', '\\\\srv\\share\\work', 'file://srv/share/work'],
    ['another case', 'C:\\work', 'file:///c%3A/Work'],
  ];
  const common = { settings, initializationOptions: { rulePages: 'pages:' } };
  const answersOf = async (session: LspSession, file: string, folderUri: string) => {
    const answers = await askEverything(session, file, board);
    await session.stop();
    let text = JSON.stringify(answers);
    const folder = fileIdOf(folderUri);
    for (const name of [folderUri, uriOf(folder), folder]) text = text.replaceAll(name, 'TOP');
    return JSON.parse(text) as Record<string, unknown>;
  };
  let ours: Readonly<Record<string, unknown>> = {};
  it('the server answers every request about a document here', async () => {
    const linux = await LspSession.start({ ...common, folder: work });
    ours = await answersOf(linux, path.join(work, 'dts/board.dts'), uriOf(work));
    assert.deepEqual(
      [...asked].filter((method) => !(method in ours)),
      [],
    );
    // An answer that is nothing would be the same everywhere.
    const isNothing = (answer: unknown): boolean =>
      answer === null || JSON.stringify(answer).length <= 2;
    assert.deepEqual(
      Object.keys(ours).filter((method) => isNothing(ours[method])),
      [],
    );
    // What a server is asked that is in no table here would be asked of none on Windows either.
    const folder = path.join(import.meta.dirname, '../server/src/lsp');
    const offered = readdirSync(folder)
      .filter((name) => name.endsWith('-requests.ts'))
      .flatMap((name) => [
        ...readFileSync(path.join(folder, name), 'utf8').matchAll(/^ {4}'(\w+\/[\w/]+)':/gm),
      ])
      .map(([, method]) => method ?? '');
    assert.ok(offered.length > 25, offered.join());
    const known = new Set([...asked, ...notAboutDocuments]);
    assert.deepEqual(
      offered.filter((method) => !known.has(method)),
      [],
    );
  });
  for (const [what, cwd, uri] of sessions)
    it(`the server answers as here: ${what}`, async () => {
      const windows = await LspSession.start({
        ...common,
        folder: cwd,
        command: [process.execPath, path.join(bundles, 'server.js'), '--stdio'],
        env: envOf(cwd),
        uriOf: (file) => uri + file.slice(cwd.length).replaceAll('\\', '/'),
      });
      const theirs = await answersOf(windows, `${cwd}\\dts\\board.dts`, uri);
      assert.match(JSON.stringify(theirs['diagnostics']), /reserved-overlap/);
      for (const [method, answer] of Object.entries(ours))
        assert.deepEqual(theirs[method], answer, method);
    });

  it('an include in another case is the file that is open under its own name', async () => {
    const cwd = 'C:\\work';
    const session = await LspSession.start({
      folder: cwd,
      settings: { dtmap: { targets: ['xen:4.18'] } },
      command: [process.execPath, path.join(bundles, 'server.js'), '--stdio'],
      env: envOf(cwd),
      uriOf: (file) => `file:///c%3A/work${file.slice(cwd.length).replaceAll('\\', '/')}`,
    });
    const [root, part] = ['C:\\work\\dts\\cased.dts', 'C:\\work\\dts\\soc.dtsi'];
    const text = board
      .replace('"soc.dtsi"', '"../DTS/SoC.dtsi"')
      .replace('#include <codes.h>', '#define CAMERA 0x60000000');
    writeFileSync(path.join(work, 'dts/cased.dts'), text);
    await session.open(root, text);
    const before = await session.diagnostics(root);
    assert.deepEqual(
      before.filter(({ code }) => code === 'include-case').map(({ message }) => message),
      ['Linux will not find ../DTS/SoC.dtsi: the file is ../dts/soc.dtsi'],
    );
    const soc = files['dts/soc.dtsi'];
    await session.open(part, soc);
    const at = soc.slice(0, soc.indexOf('memory@')).split('\n').length - 1;
    assert.ok(await session.hover(part, { line: at, character: 3 }));
    await session.change(part, soc.replace('0x0 0x40000000>', '0x0 0x10000000>'));
    await session.diagnosticsWhen(root, (all) =>
      all.some(({ code }) => code === 'reserved-outside-ram'),
    );
    await session.stop();
    rmSync(path.join(work, 'dts/cased.dts'));
  });
});

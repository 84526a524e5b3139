// Whatever happens while the command line writes, each file is old or new: kills, full disks, what nobody may write.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CodeAction } from 'vscode-languageserver/node';
import { bundle } from '../support/bundles.ts';
import { LspSession } from '../support/lsp-session.ts';

/** The unit address is not that of `reg`; the fix renames the node in one file and a path in the other. */
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

		video@61000000 {
			reg = <0x60000000 0x5000000>;
		};
	};
};
`;
const BOARD = `/dts-v1/;
#include "soc.dtsi"
/ {
	chosen {
		video = &{/reserved-memory/video@61000000};
	};
};
`;
const original: Readonly<Record<string, string>> = { 'board.dts': BOARD, 'soc.dtsi': SOC };
const names = Object.keys(original);
const fixedOf = (name: string): string => (original[name] ?? '').replace('@61000000', '@60000000');
const LEFT = /^\.(board\.dts|soc\.dtsi|out)\.dtmap-(?:new|old)-[0-9a-f]{12}$/;

const preload = path.join(import.meta.dirname, '../support/fail-writes.cjs');
const isRoot = process.getuid?.() === 0;

interface Fault {
  readonly at: number;
  readonly call?: string;
  readonly does: string;
}

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Mounts are made in a namespace of their own, by root or by a user who is root only there; undefined where neither can be. */
const mounting = [
  ['unshare', '-m'],
  ['unshare', '-Urm'],
].find(
  ([command = '', ...options]) =>
    spawnSync(command, [...options, 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0,
);

describe('writing', function () {
  this.timeout(120_000);
  let root = '';
  let made = 0;
  let dtmap = '';

  before(() => {
    root = mkdtempSync(path.join(tmpdir(), 'dtmap-writing-'));
    dtmap = bundle('dtmap.js');
  });
  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  /** A folder with the board and its include file. */
  function boardFolder(): string {
    const folder = path.join(root, String((made += 1)));
    mkdirSync(folder);
    for (const name of names) writeFileSync(path.join(folder, name), original[name] ?? '');
    return folder;
  }
  function run(
    folder: string,
    argv: readonly string[],
    faults: readonly Fault[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    return ended(process.execPath, ['--require', preload, dtmap, ...argv], {
      cwd: folder,
      env: { ...process.env, DTMAP_FAULTS: JSON.stringify(faults), ...env },
    });
  }
  /** A script of a shell in `folder` that calls the command line as `"$@"`. */
  function shell(
    prefix: readonly string[],
    folder: string,
    script: string,
    argv: readonly string[],
  ): Promise<Ended> {
    const [command = '', ...rest] = [...prefix, 'bash', '-c', script, 'bash'];
    return ended(command, [...rest, process.execPath, dtmap, ...argv], { cwd: folder });
  }
  /** The calls of a run that nothing disturbs, each with its target. */
  async function callsOf(argv: readonly string[], folder = boardFolder()): Promise<string[]> {
    const calls = path.join(folder, 'calls');
    await run(folder, argv, [], { DTMAP_CALLS: calls });
    const lines = readFileSync(calls, 'utf8').trim().split('\n');
    rmSync(calls);
    return lines;
  }
  const textOf = (folder: string, name: string): string =>
    readFileSync(path.join(folder, name), 'utf8');
  const leftIn = (folder: string): string[] =>
    readdirSync(folder).filter((name) => LEFT.test(name));

  /** `old`, `new` or `mixed`; each file is one of the two, and nothing else is there but what is recognised as left. */
  function stateOf(folder: string, more: readonly string[] = []): string {
    const states = names.map((name) => {
      const text = textOf(folder, name);
      assert.ok([original[name], fixedOf(name)].includes(text), `${name} is cut:\n${text}`);
      return text === original[name] ? 'old' : 'new';
    });
    for (const name of readdirSync(folder))
      assert.ok([...names, ...more].includes(name) || LEFT.test(name), name);
    return states.every((state) => state === states[0]) ? (states[0] ?? '') : 'mixed';
  }
  /** That the run failed in one line, which `reason` fits, and nothing is changed or left. */
  function assertRefused(folder: string, ran: Ended, reason: RegExp): void {
    assert.equal(ran.status, 2, ran.stderr);
    const [first = ''] = ran.stderr.split('\n');
    assert.match(first, reason);
    assert.equal(ran.stderr, `${first}\n`);
    assert.equal(stateOf(folder), 'old');
    assert.deepEqual(leftIn(folder), []);
  }
  const FIX = ['check', 'board.dts', '--fix-unsafe', '--linux', '6.12'];
  const TOLD = 'dtmap: soc.dtsi: fixed: Rename to @60000000 [unit-address-mismatch]\n';

  it('a fix of two files changes both', async () => {
    const folder = boardFolder();
    const ran = await run(folder, FIX);
    assert.deepEqual([ran.status, ran.stdout, ran.stderr], [0, '', TOLD]);
    assert.equal(stateOf(folder), 'new');
    assert.deepEqual(leftIn(folder), []);
  });

  it('SIGKILL before each call and halfway through each write: every file is old or new', async () => {
    const calls = await callsOf(FIX);
    assert.ok(calls.length > 20, calls.join('\n'));
    const renames = calls.flatMap((call, index) => (call.startsWith('rename') ? [index + 1] : []));
    assert.equal(renames.length, names.length);
    await inTwos(killsOf(calls), async (fault) => {
      const folder = boardFolder();
      const ran = await run(folder, FIX, [fault]);
      assert.equal(ran.signal, 'SIGKILL', `${JSON.stringify(fault)} ${ran.stderr}`);
      const [first = 0, last = 0] = renames;
      const wanted = fault.at <= first ? 'old' : fault.at <= last ? 'mixed' : 'new';
      assert.equal(stateOf(folder), wanted, JSON.stringify(fault));
      if (wanted !== 'mixed') return;
      // Between the two renames: what a file has not, is beside it.
      const beside = leftIn(folder).map((name) => [
        LEFT.exec(name)?.[1] ?? '',
        textOf(folder, name),
      ]);
      assert.deepEqual(
        beside.sort(),
        [
          ['board.dts', fixedOf('board.dts')],
          ['soc.dtsi', original['soc.dtsi']],
        ].sort(),
      );
    });
  });

  it('what a kill leaves behind is in nobody’s way', async () => {
    const folder = boardFolder();
    await run(folder, FIX, [{ at: 1, call: 'renameSync', does: 'SIGKILL' }]);
    const left = leftIn(folder);
    assert.equal(left.length, 3);
    const ran = await run(folder, FIX);
    assert.deepEqual([ran.status, ran.stdout, ran.stderr], [0, '', TOLD]);
    assert.equal(stateOf(folder), 'new');
    assert.deepEqual(leftIn(folder), left);
  });

  it('SIGINT, SIGTERM and SIGHUP end it when all is written, and nothing is left', async () => {
    const faults: readonly Fault[] = [
      { at: 1, does: 'SIGINT' },
      { at: 2, call: 'writeSync', does: 'SIGTERM' },
      { at: 2, call: 'renameSync', does: 'SIGINT' },
      { at: 1, call: 'unlinkSync', does: 'SIGHUP' },
    ];
    await inTwos(faults, async (fault) => {
      const folder = boardFolder();
      const ran = await run(folder, FIX, [fault]);
      assert.equal(ran.signal, fault.does);
      assert.equal(stateOf(folder), 'new');
      assert.deepEqual(leftIn(folder), []);
    });
  });

  for (const [argv, which] of [
    [['compile', 'board.dts', '-o', 'out'], /^/],
    [['check', 'board.dts', '--write-baseline', 'out'], /^(?:write|rename|fsync)Sync/],
  ] as const)
    it(`SIGKILL while ${argv.join(' ')} writes: the file is old or new`, async () => {
      const whole = boardFolder();
      writeFileSync(path.join(whole, 'out'), 'old\n');
      const calls = await callsOf(argv, whole);
      const results = ['old\n', textOf(whole, 'out')];
      const faults = killsOf(calls).filter(({ at }) => which.test(calls[at - 1] ?? ''));
      assert.ok(faults.length > 3, calls.join('\n'));
      const seen = new Set<string>();
      await inTwos(faults, async (fault) => {
        const folder = boardFolder();
        writeFileSync(path.join(folder, 'out'), 'old\n');
        await run(folder, argv, [fault]);
        assert.ok(results.includes(textOf(folder, 'out')), JSON.stringify(fault));
        assert.equal(stateOf(folder, ['out']), 'old');
        seen.add(textOf(folder, 'out'));
      });
      assert.equal(seen.size, 2);
    });

  it(`a full disk${mounting ? '' : ' (by preload)'}: nothing is changed, and the reason is told`, async () => {
    const reason =
      /^dtmap: (?:board\.dts|soc\.dtsi): no space left; nothing was changed for this board$/;
    if (mounting === undefined) {
      const folder = boardFolder();
      for (const at of [1, 2, 3])
        assertRefused(
          folder,
          await run(folder, FIX, [{ at, call: 'writeSync', does: 'ENOSPC' }]),
          reason,
        );
      return;
    }
    // Room for one more page, for two: the second new text, or the copy of the first, does not fit.
    for (const pages of [0, 1, 2]) {
      const folder = boardFolder();
      const script = `mkdir small seen && mount -t tmpfs -o size=64k none small && cp board.dts soc.dtsi small && cd small &&
        { cat /dev/zero > filler 2> /dev/null || true; } && truncate -s -$((${String(pages)} * 4096)) filler &&
        { "$@"; status=$?; rm filler; cp -a . ../seen; exit $status; }`;
      const ran = await shell(mounting, folder, script, FIX);
      assertRefused(path.join(folder, 'seen'), ran, reason);
    }
  });

  it('a limit of the file size: nothing is changed', async () => {
    const folder = boardFolder();
    writeFileSync(path.join(folder, 'soc.dtsi'), `${SOC}// ${'x'.repeat(4096)}\n`);
    const ran = await shell([], folder, 'ulimit -f 4; exec "$@"', FIX);
    assert.match(
      ran.stderr,
      /^dtmap: soc\.dtsi: larger than the file size limit; nothing was changed for this board\n/,
    );
    assert.equal(textOf(folder, 'board.dts'), BOARD);
    assert.deepEqual(leftIn(folder), []);
  });

  it('a quota, by preload: nothing is changed', async () => {
    const folder = boardFolder();
    for (const call of ['writeSync', 'fsyncSync', 'closeSync']) {
      const ran = await run(folder, FIX, [{ at: 3, call, does: 'EDQUOT' }]);
      assertRefused(folder, ran, /: disk quota exceeded; nothing was changed for this board$/);
    }
  });

  describe('what may not be written', () => {
    // Mode bits bind root too without this capability.
    const bound = isRoot ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'] : [];
    const isBound = !isRoot || spawnSync('setpriv', [...bound.slice(1), 'true']).status === 0;

    for (const name of names)
      it(`${name}${isBound ? '' : ' (by preload)'}: neither file is changed`, async () => {
        const folder = boardFolder();
        chmodSync(path.join(folder, name), 0o444);
        const at = name === 'soc.dtsi' ? 1 : 2;
        const ran = isBound
          ? await shell(bound, folder, 'exec "$@"', FIX)
          : await run(folder, FIX, [{ at, call: 'openSync', does: 'EACCES' }]);
        assertRefused(
          folder,
          ran,
          new RegExp(`^dtmap: ${name}: permission denied; nothing was changed for this board$`),
        );
      });

    it(`the folder of one${isBound ? '' : ' (by preload)'}: neither file is changed, -o is written in place`, async () => {
      const folder = boardFolder();
      const inside = path.join(folder, 'lib');
      mkdirSync(inside);
      copyFileSync(path.join(folder, 'soc.dtsi'), path.join(inside, 'soc.dtsi'));
      const board = BOARD.replace('soc.dtsi', 'lib/soc.dtsi');
      writeFileSync(path.join(folder, 'board.dts'), board);
      writeFileSync(path.join(inside, 'out'), 'old');
      chmodSync(inside, 0o555);
      const started = (argv: readonly string[], at: number): Promise<Ended> =>
        isBound
          ? shell(bound, folder, 'exec "$@"', argv)
          : run(folder, argv, [{ at, call: 'openSync', does: 'EACCES' }]);
      const ran = await started(FIX, 3);
      assert.equal(ran.status, 2);
      assert.match(
        ran.stderr,
        /^dtmap: lib\/soc\.dtsi: its folder is not writable; nothing was changed for this board\n/,
      );
      assert.equal(textOf(folder, 'board.dts'), board);
      const compiled = await started(['compile', 'board.dts', '-o', 'lib/out'], 2);
      assert.deepEqual([compiled.status, compiled.stderr], [0, '']);
      assert.equal(readFileSync(path.join(inside, 'out')).readUInt32BE(0), 0xd00dfeed);
      chmodSync(inside, 0o755);
      assert.deepEqual(readdirSync(inside).sort(), ['out', 'soc.dtsi']);
    });

    it(`a read-only mount${mounting ? '' : ' (by preload)'}: nothing is changed`, async () => {
      const folder = boardFolder();
      const script =
        'mount --bind board.dts board.dts && mount -o remount,bind,ro board.dts && exec "$@"';
      const ran = mounting
        ? await shell(mounting, folder, script, FIX)
        : await run(folder, FIX, [{ at: 2, call: 'openSync', does: 'EROFS' }]);
      assertRefused(
        folder,
        ran,
        /^dtmap: board\.dts: read-only file system; nothing was changed for this board$/,
      );
    });

    it(`a file that is a mount point${mounting ? '' : ' (by preload)'}: nothing is changed, -o is written in place`, async () => {
      const folder = boardFolder();
      const script = 'mount --bind board.dts board.dts && exec "$@"';
      const ran = mounting
        ? await shell(mounting, folder, script, FIX)
        : await run(folder, FIX, [{ at: 2, call: 'renameSync', does: 'EBUSY' }]);
      assertRefused(
        folder,
        ran,
        /^dtmap: board\.dts: is in use or a mount point; nothing was changed for this board$/,
      );
      writeFileSync(path.join(folder, 'out'), 'old');
      const compile = ['compile', 'board.dts', '-o', 'out'];
      const compiled = mounting
        ? await shell(mounting, folder, script.replaceAll('board.dts', 'out'), compile)
        : await run(folder, compile, [{ at: 1, call: 'renameSync', does: 'EBUSY' }]);
      assert.deepEqual([compiled.status, compiled.stderr], [0, '']);
      assert.equal(readFileSync(path.join(folder, 'out')).readUInt32BE(0), 0xd00dfeed);
      assert.deepEqual(leftIn(folder), []);
    });

    it('a file with several hard links: nothing is changed', async () => {
      const folder = boardFolder();
      linkSync(path.join(folder, 'board.dts'), path.join(root, 'twin.dts'));
      assertRefused(
        folder,
        await run(folder, FIX),
        /^dtmap: board\.dts: has 2 hard links, .*; nothing was changed for this board$/,
      );
    });
  });

  it('when a file cannot be put back, the message says which, and where its content is', async () => {
    const folder = boardFolder();
    const rename = { call: 'renameSync', does: 'EIO' };
    const ran = await run(folder, FIX, [
      { ...rename, at: 2 },
      { ...rename, at: 3 },
    ]);
    assert.equal(ran.status, 2);
    const [line = ''] = ran.stderr.split('\n');
    const [, copy = ''] =
      /^dtmap: board\.dts: input\/output error; soc\.dtsi is changed and could not be restored, (\S+) has its previous content$/.exec(
        line,
      ) ?? assert.fail(line);
    assert.equal(textOf(folder, copy), SOC);
    assert.equal(stateOf(folder), 'mixed');
    assert.deepEqual(leftIn(folder), [copy]);
  });

  it('a result goes where the shell sends it', async () => {
    const folder = boardFolder();
    const argv = ['map', 'board.dts', '-o'];
    const { stdout: map } = await run(folder, argv.slice(0, 2));
    assert.match(map, /^Memory map/);
    for (const [script, wanted] of [
      ['"$@" /dev/stdout', map],
      ['"$@" /dev/stdout | cat', map],
      ['"$@" >(cat) | cat', map],
      ['{ echo head; "$@" /dev/stdout; echo foot; } > out; cat out', `head\n${map}foot\n`],
      ['echo head > out; "$@" /dev/stdout >> out; cat out', `head\n${map}`],
      ['exec 7> out; "$@" /dev/fd/7; cat out', map],
      ['ln -s out link; "$@" link; test -L link && cat out', map],
    ] as const) {
      const ran = await shell([], folder, script, argv);
      assert.deepEqual([ran.status, ran.stderr, ran.stdout], [0, '', wanted], script);
      rmSync(path.join(folder, 'out'), { force: true });
    }
    assert.deepEqual(leftIn(folder), []);
  });

  it('the language server writes nothing, whatever it is asked', async () => {
    const folder = boardFolder();
    const calls = path.join(root, 'server-calls');
    writeFileSync(calls, '');
    const session = await LspSession.start({
      folder,
      settings: { dtmap: { targets: ['linux:6.12'] } },
      command: [
        'env',
        `DTMAP_CALLS=${calls}`,
        ...[process.execPath, '--require', preload, bundle('server.js'), '--stdio'],
      ],
    });
    const soc = path.join(folder, 'soc.dtsi');
    await session.open(path.join(folder, 'board.dts'));
    await session.open(soc);
    const found = await session.diagnosticsWhen(soc, ({ length }) => length > 0);
    const [first] = found.filter(({ code }) => code === 'unit-address-mismatch');
    assert.ok(first);
    const textDocument = { uri: `file://${soc}` };
    const actions = await session.ask('textDocument/codeAction', {
      textDocument,
      range: first.range,
      context: { diagnostics: [first] },
    });
    const [action] = actions as CodeAction[];
    assert.ok(action);
    const resolved = await session.ask('codeAction/resolve', action);
    assert.ok((resolved as CodeAction).edit ?? action.edit);
    const options = { tabSize: 4, insertSpaces: true };
    await session.ask('textDocument/formatting', { textDocument, options });
    const position = first.range.start;
    await session.ask('textDocument/rename', { textDocument, position, newName: 'film' });
    await session.stop();
    assert.equal(readFileSync(calls, 'utf8'), '');
    assert.equal(stateOf(folder), 'old');
  });

  it('modes stay, and times of what is not changed', async () => {
    const folder = boardFolder();
    chmodSync(path.join(folder, 'soc.dtsi'), 0o640);
    writeFileSync(path.join(folder, 'other.dtsi'), '');
    const { mtimeMs } = statSync(path.join(folder, 'other.dtsi'));
    assert.equal((await run(folder, FIX)).status, 0);
    assert.equal(statSync(path.join(folder, 'soc.dtsi')).mode & 0o777, 0o640);
    assert.equal(statSync(path.join(folder, 'other.dtsi')).mtimeMs, mtimeMs);
  });
});

/** A kill before each call, and one halfway through each write. */
function killsOf(calls: readonly string[]): Fault[] {
  return calls.flatMap((call, index): Fault[] => {
    const each = { at: index + 1, does: 'SIGKILL' };
    return call.startsWith('writeSync') ? [each, { ...each, does: 'half' }] : [each];
  });
}

/** Two at a time. */
async function inTwos<Item>(
  items: readonly Item[],
  action: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const work = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await action(item);
  };
  await Promise.all([work(), work()]);
}

function ended(
  command: string,
  argv: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, argv, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
    child.once('error', reject);
    child.once('close', (status, signal) => {
      resolve({ status, signal, ...said });
    });
  });
}

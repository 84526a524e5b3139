// What cannot be read, written or used is named with its true reason on one line, exit status 2, and not quoted.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { findJsonFault } from '../server/src/inputs/find-json-fault.ts';
import { bundle } from './support/bundles.ts';
import { dtmap, type Ran } from './support/run-dtmap.ts';

const BOARD = '/dts-v1/;\n/ { a: n { x = <1>; }; };\n';

describe('true reasons', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-reasons-'));
    file('board.dts', BOARD);
    symlinkSync('loop.h', path.join(folder, 'loop.h'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function file(name: string, text: string): string {
    writeFileSync(path.join(folder, name), text);
    return name;
  }
  const run = (...argv: string[]): Promise<Ran> => dtmap(argv, { cwd: folder });
  const fails = (ran: Ran, reason: RegExp): void => {
    assert.equal(ran.status, 2, ran.stdout);
    assert.match(ran.stderr, /^dtmap: [^\n]+\n$/);
    assert.match(ran.stderr, reason);
    assert.equal(ran.stdout, '');
  };

  it('a secret file is named, and none of it is printed', async () => {
    const secrets = {
      passwd: 'root:x:hushhush:/root\nhushhush:*:1:hushhush\n',
      word: 'hushhush',
      quoted: '"hushhush',
      json: '{"hushhush"',
      value: '["hushhush", hushhush]',
      environment: 'TOKEN=hushhush\nexport OTHER="hushhush"\n',
      key: '-----BEGIN hushhush-----\nhushhush\n-----END hushhush-----\n',
      ini: '[hushhush]\nhushhush = hushhush;\nname = "hushhush"\n',
      xml: '<hushhush a="hushhush">&hushhush;</hushhush>\n',
      braces: 'hushhush { hushhush };\n',
    };
    const settings = {
      extends: (name: string) => name,
      overlays: (name: string) => [name],
      guests: (name: string) => [name],
      bootProfile: (name: string) => name,
      bootScript: (name: string) => name,
      baseline: (name: string) => name,
    };
    for (const [name, text] of Object.entries(secrets)) {
      file(name, text);
      const argvs = [
        ...['profile', 'overlay', 'boot-script', 'memory-from', 'efi-map', 'guest'].flatMap(
          (option) =>
            // What compile has no use for it refuses unread.
            ['check', 'map', ...(/^(?:overlay|boot-script)$/.test(option) ? ['compile'] : [])].map(
              (command) => [command, 'board.dts', `--${option}`, name],
            ),
        ),
        ...['root', 'config', 'baseline'].map((option) => [
          'check',
          'board.dts',
          `--${option}`,
          name,
        ]),
        ['boot', 'board.dts', '--compare', name],
        ['merge', name],
        ['explain', name],
        ...['check', 'map', 'compile'].map((command) => [command, name]),
        ...Object.entries(settings).map(([setting, valueOf]) => {
          const config = file(
            `${setting}.${name}.json`,
            JSON.stringify({ [setting]: valueOf(name) }),
          );
          return ['check', 'board.dts', '--config', config];
        }),
      ];
      for (const argv of argvs) {
        const ran = await run(...argv);
        const what = `${argv.join(' ')}: ${ran.stdout}${ran.stderr}`;
        // `braces` may be source with a fault, which is told as such.
        if (name === 'braces' && ran.status === 1) continue;
        assert.doesNotMatch(ran.stdout + ran.stderr, /hushhush/, what);
        if (ran.status === 2) assert.match(ran.stderr, new RegExp(`${name}\\b[^\n]*\n`), what);
      }
    }
  });

  it('an include that is there and cannot be read says why', async () => {
    const long = `${'x'.repeat(300)}.h`;
    mkdirSync(path.join(folder, 'closed'));
    file('closed/inside.h', '');
    file('shut.h', '');
    chmodSync(path.join(folder, 'closed'), 0);
    chmodSync(path.join(folder, 'shut.h'), 0);
    chmodSync(folder, 0o755);
    for (const [name, reason] of [
      ['loop.h', /too many symbolic links/],
      [long, /file name too long/],
      ['closed/inside.h', /permission denied/],
      ['shut.h', /permission denied/],
      ['closed', /no such file on the include path/],
      ['none.h', /no such file on the include path/],
    ] as const) {
      const boards = {
        'a.dts': `/dts-v1/;\n#include "${name}"\n/ { };\n`,
        'b.dts': `/dts-v1/;\n/include/ "${name}"\n/ { };\n`,
        'c.dts': `/dts-v1/;\n/ { p = /incbin/("${name}"); };\n`,
      };
      for (const [board, text] of Object.entries(boards)) file(board, text);
      await asNobody(async () => {
        for (const board of Object.keys(boards)) {
          const plain =
            board === 'c.dts' ? new RegExp(reason.source.replace(/ on .*/, '')) : reason;
          fails(await run('compile', board), plain);
          const checked = await run('check', board);
          assert.equal(checked.status, 1, checked.stderr);
          const isMissing = reason.source.startsWith('no such file') && board !== 'c.dts';
          const told = isMissing ? /not found in \d+ folders?:/ : plain;
          assert.match(checked.stdout, told);
        }
      });
    }
    chmodSync(path.join(folder, 'closed'), 0o755);
  });

  it('a file of the user that cannot be read, and a file that cannot be written', async () => {
    fails(await run('check', 'loop.h'), /loop\.h: too many symbolic links/);
    fails(await run('check', 'board.dts', '--profile', 'loop.h'), /too many symbolic links/);
    fails(await run('check', 'b\ufffd.dts'), /a name that is not UTF-8 cannot be given/);
    for (const [output, reason] of [
      ['file://host/x', /of another machine/],
      ['file:///%zz', /not a file: address/],
      ['file:///a%2Fb', /not a file: address/],
      ['none/out.dtb', /no such/],
      ['.', /is a directory/],
    ] as const)
      fails(await run('compile', 'board.dts', '-o', output), reason);
    for (const [output, name] of [
      ['file:out.dtb', 'file:out.dtb'],
      [pathToFileURL(path.join(folder, 'out b.dtb')).href, 'out b.dtb'],
    ] as const) {
      assert.equal((await run('compile', 'board.dts', '-o', output)).status, 0);
      assert.equal(readFileSync(path.join(folder, name)).readUInt32BE(0), 0xd00dfeed);
    }
    assert.ok(!existsSync('/out.dtb'));
  });

  it('3000 nested nodes', async () => {
    file('deep.dts', `/dts-v1/;\n/ ${'{ n '.repeat(3000)}{ }${'; }'.repeat(3000)};\n`);
    for (const argv of [
      ...['check', 'map', 'boot', 'compile'].map((command) => [command, 'deep.dts']),
      ['check', '--fix', 'deep.dts'],
      ['decode', 'deep.dts', '0x1'],
      ['diff', 'board.dts', 'deep.dts'],
    ])
      fails(await run(...argv), /deep\.dts:2:\d+: nested more than 500 levels deep/);
  });

  it('a working directory that is gone', () => {
    const gone = path.join(folder, 'gone');
    mkdirSync(gone);
    const script = bundle('dtmap.js');
    const ran = spawnSync(
      '/bin/sh',
      ['-c', 'rmdir ../gone && exec "$0" "$1" check board.dts', process.execPath, script],
      { cwd: gone, encoding: 'utf8' },
    );
    if (existsSync(gone)) rmdirSync(gone);
    assert.equal(ran.status, 2);
    assert.match(ran.stderr, /^dtmap: the working directory is not there any more[^\n]*\n$/);
  });

  it('JSON: the place where it ends, as the engine finds it', () => {
    for (const [text, at] of [
      ['', 0],
      ['{"a": 1,}', 8],
      ['{"a" 1}', 5],
      ['[1 2]', 3],
      ['{"a": [1, {"b": tru}]}', 16],
      ['1 1', 2],
      ['"a\nb"', 0],
      ['[01]', 2],
      ['{} x', 3],
      ['{"a": 1', 7],
    ] as const)
      assert.equal(findJsonFault(text), at, text);
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '1',
      '-',
      '.5',
      'e3',
      'true',
      'nul',
      ' ',
      '\n',
      '"\\u00',
      '\\"',
      '"',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        assert.equal(findJsonFault(text) === undefined, isJson, text);
      }),
      { numRuns: 5000 },
    );
    fc.assert(
      fc.property(fc.json(), (text) => {
        assert.equal(findJsonFault(text), undefined);
      }),
    );
  });
});

/** Mode bits do not bind root: then `call` is run as somebody whom they bind. */
async function asNobody(call: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    await call();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

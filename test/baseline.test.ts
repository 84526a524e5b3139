// A baseline hides what it records and nothing else, says what is gone, and can be read by people.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LspSession } from './support/lsp-session.ts';
import { dtmap } from './support/run-dtmap.ts';

/** A board with these regions, from its first line on. */
function board(regions: string, before = ''): string {
  return `/dts-v1/;${before}
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	memory@40000000 { device_type = "memory"; reg = <0x40000000 0x20000000>; };
	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
${regions}	};
};
`;
}

const region = (name: string, address: string, size = '0x2000000'): string =>
  `\t\t${name}@${address} { reg = <0x${address} ${size}>; };\n`;

describe('baseline', function () {
  this.timeout(60_000);
  let folder = '';
  const at = (name: string): string => path.join(folder, name);
  const write = (name: string, text: string): void => {
    writeFileSync(at(name), text);
  };
  const read = (name: string): string => readFileSync(at(name), 'utf8');
  const check = (...argv: string[]): ReturnType<typeof dtmap> =>
    dtmap(['check', '--linux', '6.12', ...argv], { cwd: folder });
  /** `rule name` of what is left. */
  async function left(...argv: string[]): Promise<string[]> {
    const { stdout } = await check(...argv);
    return [...stdout.matchAll(/^[^:]*:\d+:\d+: (?:error|warning): (\S+) .*\[([\w-]+)\]$/gm)].map(
      ([, name, rule]) => `${rule} ${name}`,
    );
  }

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-baseline-'));
    write('a.dts', board(region('video', '5f000000')));
    await check('a.dts', '--write-baseline', 'base.json');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is one finding in a line, with rule, file, node and place', () => {
    const found = JSON.parse(read('base.json')) as { version: number; findings: object[] };
    assert.equal(found.version, 2);
    const [, warning] = found.findings as Record<string, unknown>[];
    assert.match(String(warning?.['message']), /^video@5f000000 .* crosses the edge of RAM/);
    assert.deepEqual(
      { ...warning, message: '' },
      {
        rule: 'reserved-straddles-bank',
        file: 'a.dts',
        node: '/reserved-memory/video@5f000000',
        line: 10,
        column: 27,
        message: '',
      },
    );
    const lines = read('base.json').split('\n');
    assert.equal(lines.filter((line) => line.includes('"rule"')).length, found.findings.length);
  });

  it('hides what it records, wherever it stands now and however it is worded', async () => {
    assert.deepEqual(await left('a.dts'), ['reserved-straddles-bank video@5f000000']);
    assert.deepEqual(await left('a.dts', '--baseline', 'base.json'), []);
    write('base.json', read('base.json').replace(/crosses the edge/, 'is partly outside'));
    write('a.dts', board(region('video', '5f000000', '0x3000000'), '\n\n\n'));
    assert.deepEqual(await left('a.dts', '--baseline', 'base.json'), []);
  });

  it('hides nothing else: another node, another file, one more of the same', async () => {
    write('a.dts', board(region('video', '5f000000') + region('dsp', '3f000000')));
    write('b.dts', read('a.dts'));
    assert.deepEqual(await left('a.dts', 'b.dts', '--baseline', 'base.json'), [
      'reserved-straddles-bank dsp@3f000000',
      'reserved-straddles-bank video@5f000000',
      'reserved-straddles-bank dsp@3f000000',
    ]);
    // Two ranges of one node that cross an edge are two debts.
    write(
      'a.dts',
      board('\t\tvideo@5f000000 { reg = <0x5f000000 0x2000000>, <0x3f000000 0x2000000>; };\n'),
    );
    assert.equal((await left('a.dts', '--baseline', 'base.json')).length, 1);
    await check('a.dts', '--write-baseline', 'base.json');
    assert.deepEqual(await left('a.dts', '--baseline', 'base.json'), []);
  });

  it('says which entries are gone, of files that were checked', async () => {
    const ran = await check('a.dts', '--baseline', 'base.json');
    assert.deepEqual([ran.status, ran.stderr], [0, '']);
    write('a.dts', board(region('video', '50000000')));
    const mended = await check('a.dts', '--baseline', 'base.json');
    assert.equal(mended.status, 0);
    assert.equal(
      mended.stderr,
      'dtmap: base.json: no longer found: region-at-ram-top at a.dts:10 and 1 more; write it again with --write-baseline\n',
    );
    assert.equal((await check('a.dts', '--baseline', 'base.json', '-q')).stderr, '');
    write('b.dts', board(''));
    assert.equal((await check('b.dts', '--baseline', 'base.json')).stderr, '');
  });

  it('counts what boards share once, and what one of them has more often as often', async () => {
    const shared = region('video', '5f000000');
    write('soc.dtsi', shared);
    for (const name of ['one.dts', 'two.dts']) write(name, board('#include "soc.dtsi"\n'));
    const all = ['one.dts', 'two.dts'];
    await check(...all, '--write-baseline', 'base.json');
    assert.equal(read('base.json').match(/reserved-straddles-bank/g)?.length, 1);
    for (const names of [all, ['one.dts'], ['soc.dtsi'], ['.']]) {
      const ran = await check(...names, '--baseline', 'base.json');
      assert.equal(ran.stdout.includes('soc.dtsi'), false, names.join());
      assert.doesNotMatch(ran.stderr, /no longer found/, names.join());
    }
  });

  it('is refused in one line where it is none, or of another release', async () => {
    const cases: readonly (readonly [string, string])[] = [
      [
        '{ "version": 1, "fingerprints": ["00"] }',
        'base.json:1:14: version: is not 2: it was written by another release of dtmap; write it again with --write-baseline',
      ],
      ['', 'base.json:1:1: not JSON: syntax error'],
      ['[]', 'base.json:1:1: is no baseline of dtmap'],
      ['{ "version": 2 }', 'base.json:1:1: findings: is missing'],
      ['{ "version": 2, "findings": [3] }', 'base.json:1:30: findings.0: must be an object'],
      [
        '{ "version": 2, "findings": [{ "rule": "x", "file": 1, "line": 1, "column": 1, "message": "" }] }',
        'base.json:1:53: findings.0.file: must be a string',
      ],
    ];
    for (const [text, because] of cases) {
      write('base.json', text);
      const ran = await check('a.dts', '--baseline', 'base.json');
      assert.deepEqual([ran.status, ran.stdout, ran.stderr], [2, '', `dtmap: ${because}\n`]);
    }
    mkdirSync(at('folder'));
    const ran = await check('a.dts', '--baseline', 'folder');
    assert.deepEqual([ran.status, ran.stderr], [2, 'dtmap: folder: is a directory\n']);
  });

  it('may be named by a dtmap.json before it is there', async () => {
    write('dtmap.json', '{ "baseline": "recorded-findings.json" }');
    const missing = await check('a.dts');
    assert.equal(missing.stderr, 'dtmap: dtmap.json:1:15: baseline: no such file\n');
    assert.equal((await check('a.dts', '--write-baseline', 'recorded-findings.json')).status, 0);
    assert.deepEqual(await left('a.dts'), []);
  });

  it('hides the same in the editor, and is underlined where it is wrong', async () => {
    const session = await LspSession.start({
      folder,
      settings: { dtmap: { targets: ['linux:6.12'], hints: 'off' } },
    });
    try {
      write('dtmap.json', '{ "baseline": "base.json" }');
      await session.open(at('a.dts'));
      assert.deepEqual(await session.diagnostics(at('a.dts')), []);
      await session.change(
        at('a.dts'),
        board(region('video', '5f000000') + region('dsp', '3f000000'), '\n'),
      );
      const found = await session.diagnostics(at('a.dts'));
      assert.deepEqual(
        found.map(({ code, range }) => [code, range.start.line]),
        [['reserved-straddles-bank', 11]],
      );
      write('base.json', '{ "version": 1 }');
      await session.watched('changed', at('base.json'));
      const [wrong] = await session.diagnosticsWhen(at('base.json'), (all) => all.length > 0);
      assert.match(JSON.stringify(wrong?.message), /^"version: is not 2: /);
      await session.diagnosticsWhen(at('a.dts'), (all) => all.length > 1);
    } finally {
      await session.stop();
    }
  });
});

// Every bound: what is past it ends soon, in a finding or one line that names the limit.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fuzzEditor } from './fuzz/fuzz-editor.ts';
import { dtmap, type Ran } from './support/run-dtmap.ts';

const HEAD = '/dts-v1/;\n';
const CELLS = '#address-cells = <2>; #size-cells = <2>;\n';
const MEMORY = `${CELLS}memory@0 { device_type = "memory"; reg = <0 0 4 0>; };\n`;

/** Seconds of CPU time that anything past a bound may take, on a slow machine. */
const LONGEST = 60;

describe('bounds', function () {
  this.timeout(180_000);
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-bounds-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** `check` of a board that consists of `text`, with other files beside it. */
  async function check(text: string, others: Readonly<Record<string, string>> = {}): Promise<Ran> {
    for (const [name, other] of Object.entries(others)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), other);
    }
    writeFileSync(path.join(folder, 'board.dts'), text);
    return measured(['check', 'board.dts', '--xen', '4.18', '--linux', '6.12']);
  }

  async function measured(argv: readonly string[], stdin?: Uint8Array): Promise<Ran> {
    const before = process.cpuUsage();
    const ran = await dtmap(argv, { cwd: folder, ...(stdin ? { stdin } : {}) });
    const { user, system } = process.cpuUsage(before);
    assert.doesNotMatch(ran.stderr, /dtmap itself/);
    assert.ok(user + system < LONGEST * 1e6, `${(user + system) / 1e6} s of CPU time`);
    return ran;
  }

  const many = (count: number, make: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => make(index)).join('');

  it('includes: 200 deep, without end, and doubling', async () => {
    const deep = await check(`${HEAD}#include "n0.h"\n/ { };\n`, {
      ...Object.fromEntries(
        Array.from({ length: 250 }, (_, at) => [`n${at}.h`, `#include "n${at + 1}.h"\n`]),
      ),
      'n250.h': '\n',
    });
    assert.match(deep.stdout, /n\d+\.h is included without end \[preprocessor-error\]/);
    const cycle = await check(`${HEAD}/include/ "board.dts"\n/ { };\n`);
    assert.match(cycle.stdout, /board\.dts is included without end/);
    for (const [name, include] of [
      ['c', '#include'],
      ['d', '/include/'],
    ] as const) {
      const doubling = await check(`${HEAD}${include} "${name}0.h"\n/ { };\n`, {
        ...Object.fromEntries(
          Array.from({ length: 40 }, (_, at) => [
            `${name}${at}.h`,
            `${include} "${name}${at + 1}.h"\n`.repeat(2),
          ]),
        ),
        [`${name}40.h`]: '\n',
      });
      assert.match(doubling.stdout, /macros or includes grow without bound/);
    }
  });

  it('macros: doubling, and calls in calls', async () => {
    const doubling = many(40, (at) => `#define A${at + 1} A${at} A${at}\n`);
    const bomb = await check(`${HEAD}#define A0 1\n${doubling}/ { p = <A40>; };\n`);
    assert.match(bomb.stdout, /macros or includes grow without bound/);
    const nested = await check(
      `${HEAD}#define F(x) x\n/ { p = <${'F('.repeat(20_000)}1${')'.repeat(20_000)}>; };\n`,
    );
    assert.match(nested.stdout, /macro F: .*\[preprocessor-error\]/);
  });

  it('nesting: past 16 nodes Xen stops, past 500 dtmap does; expressions too', async () => {
    const nodes = (depth: number): string => `${'n { '.repeat(depth)}${'}; '.repeat(depth)}`;
    const kernel = `chosen { ${CELLS} module@1 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0 1 0 1>; }; };\n`;
    const xen = await check(`${HEAD}/ { ${MEMORY}${kernel}${nodes(20)} };\n`);
    assert.match(
      xen.stdout,
      /n is 16 levels deep, and this release never gets past .*\[xen-panic\]/,
    );
    const deep = await check(`${HEAD}/ { ${nodes(20_000)} };\n`);
    assert.equal(deep.status, 2);
    assert.match(deep.stderr, /^dtmap: board\.dts:2:\d+: nested more than 500 levels deep.*\n$/);
    const expression = await check(
      `${HEAD}/ { p = <${'('.repeat(50_000)}1${')'.repeat(50_000)}>; };`,
    );
    assert.match(expression.stdout, /nest too deeply/);
  });

  it('cells: any count, none at all', async () => {
    const none = await check(
      `${HEAD}/ { #address-cells = <0>; #size-cells = <0>;
        a { #address-cells = <0>; #size-cells = <0>; ranges = <1>;
          b { #address-cells = <1>; #size-cells = <1>; ranges;
            c: c@1 { reg = <1 1>; }; }; }; };`,
    );
    assert.notEqual(none.stdout, '');
    const map = await measured(['decode', 'board.dts', '0x1']);
    assert.equal(map.status, 0, map.stderr);
    const ran = await check(
      `${HEAD}/ { #address-cells = <4294967295>; #size-cells = <4294967295>;
        memory@0 { device_type = "memory"; reg = <0 0 4 0>; };
        reserved-memory { #address-cells = <100000>; #size-cells = <100000>; ranges;
          a@0 { reg = <${'1 '.repeat(200_000)}>; }; }; };`,
    );
    assert.notEqual(ran.stdout, '');
  });

  it('/incbin/: 256 MiB in all', async () => {
    const big = path.join(folder, 'big.bin');
    writeFileSync(big, '');
    truncateSync(big, 100 << 20);
    const ran = await check(
      `${HEAD}/ { ${many(3, (at) => `p${at} = /incbin/("big.bin");\n`)} };\n`,
    );
    assert.match(ran.stdout, /:4:.*more than 256 MiB.*\[semantic-error\]/);
    rmSync(big);
  });

  it('files: 64 MiB of source, 512 MiB of anything', async () => {
    const board = path.join(folder, 'huge.dts');
    writeFileSync(board, HEAD);
    truncateSync(board, 65 << 20);
    const source = await measured(['check', 'huge.dts']);
    assert.equal(source.status, 2);
    assert.match(source.stderr, /^dtmap: huge\.dts: is larger than 64 MiB\n$/);
    truncateSync(board, 3 * 2 ** 30);
    const larger = await measured(['check', 'huge.dts', '--as', 'dtb']);
    assert.equal(larger.status, 2);
    assert.match(larger.stderr, /^dtmap: huge\.dts: is larger than 512 MiB\n$/);
    const included = await check(`${HEAD}#include "huge.dts"\n/ { };\n`);
    assert.match(
      included.stdout,
      /huge\.dts is larger than 64 MiB and is not read \[preprocessor-error\]/,
    );
    rmSync(board);
  });

  for (const [what, limit, text] of [
    ['nodes', 200_000, `/ { ${many(200_001, (at) => `n${at} { };\n`)} };`],
    ['memory ranges', 16384, `/ { ${MEMORY} };\n/memreserve/ 0 0;`],
    [
      'memory ranges',
      16384,
      `/ { ${MEMORY} reserved-memory { ${CELLS} ranges;
        ${many(16500, (at) => `r@${at} { reg = <0 0x${at.toString(16)}000 0 0x10000000>; };\n`)} }; };`,
    ],
    ['memory ranges', 16384, `/ { ${CELLS} memory@0 { reg = <${'0 0 0 1 '.repeat(16500)}>; }; };`],
    [
      'translations by buses',
      20_000_000,
      `/ { bus { ranges = <${'0 0 1 '.repeat(9000)}>; ${many(3000, (at) => `d@${at} { reg = <${at} 1>; };\n`)} }; };`,
    ],
  ] as const) {
    it(`${what}: ${limit}`, async () => {
      const reserves = text.includes('/memreserve/')
        ? '/memreserve/ 0x1000 0x2000;\n'.repeat(16500)
        : '';
      const ran = await check(`${HEAD}${reserves}${text.replace('/memreserve/ 0 0;', '')}\n`);
      assert.match(ran.stdout, new RegExp(`more than ${limit} ${what}: .*\\[too-large\\]`));
      assert.equal(ran.status, 1);
      const map = await measured(['map', 'board.dts', '--for', 'xen', '--xen', '4.18']);
      assert.equal(map.status, 2);
      assert.equal(map.stderr, `dtmap: board.dts: has more than ${limit} ${what}\n`);
    });
  }

  it('findings: 1000 of a rule', async () => {
    const ran = await check(`${HEAD}/ { ${many(3000, (at) => `n@${at} { ; };\n`)} };\n`);
    assert.match(ran.stdout, /more than 1000 findings of syntax-error: .*\[too-large\]/);
    assert.ok(ran.stdout.split('\n').length < 20_000);
  });

  it('overlays: a hundred of them', async () => {
    writeFileSync(path.join(folder, 'o.dtso'), `${HEAD}/plugin/;\n&{/} { p = <1>; };\n`);
    writeFileSync(path.join(folder, 'board.dts'), `${HEAD}/ { ${MEMORY} };\n`);
    const overlays = Array.from({ length: 100 }, () => ['--overlay', 'o.dtso']).flat();
    const ran = await measured(['check', 'board.dts', ...overlays]);
    assert.notEqual(ran.status, 2, ran.stderr);
  });

  it('values of 200000 bytes where a short string is meant, lists of as many', async () => {
    writeFileSync(path.join(folder, 'long.bin'), 'x'.repeat(200_000));
    const ran = await check(
      `${HEAD}/ { name = "${'n'.repeat(200_000)}"; ${MEMORY}
        aliases { a = "${'/a'.repeat(100_000)}"; };
        reserved-memory { ${CELLS} ranges; a: a@0 { reg = <0 0 0 0x1000>; status = /incbin/("long.bin"); };
          b@0 { reg = <0 0 0 0x1000>; }; };
        device@0 { reg = <${'0 0 0 1 '.repeat(150_000)}>; }; };
      &a { status = "okay"; };\n`,
    );
    assert.equal(ran.status, 1);
  });

  it('names that share their bytes in a blob', async () => {
    const strings = 500_000;
    const properties = 40_000;
    const structure = Buffer.alloc(8 + properties * 12 + 8);
    structure.writeUInt32BE(1, 0);
    for (let index = 0; index < properties; index++) {
      structure.writeUInt32BE(3, 8 + index * 12);
      structure.writeUInt32BE(index, 16 + index * 12);
    }
    structure.writeUInt32BE(2, 8 + properties * 12);
    structure.writeUInt32BE(9, 12 + properties * 12);
    const header = Buffer.alloc(56);
    const total = 56 + structure.length + strings;
    [
      0xd00dfeed,
      total,
      56,
      56 + structure.length,
      40,
      17,
      16,
      0,
      strings,
      structure.length,
    ].forEach((word, index) => header.writeUInt32BE(word, index * 4));
    const names = Buffer.alloc(strings, 'n');
    names[strings - 1] = 0;
    const blob = Buffer.concat([header, structure, names]);
    const ran = await measured(['check', '-', '--as', 'dtb'], blob);
    assert.equal(ran.status, 2);
    assert.match(ran.stderr, /has more than 64 MiB of names/);
  });

  it('cell counts that nobody could write: the editor answers everywhere', () => {
    const editor = fuzzEditor();
    const tree = (root: string, below: string): string =>
      `${HEAD}/ {\n${root}\nmemory@0 { device_type = "memory"; reg = <0 0x40000000>; };\n` +
      `reserved-memory { ${below} ranges; a@1000 { reg = <0x1000 0x1000>; };\n` +
      'b { size = <0x1000>; alignment = <0x1000>; alloc-ranges = <0 0x10000>; }; };\n' +
      `bus { compatible = "simple-bus"; ${below} ranges = <0 0 0x1000>; a@0 { reg = <0 0x10>; }; };\n};\n`;
    const few = '#address-cells = <1>; #size-cells = <1>;';
    const places = Array.from({ length: 100 }, (_, at) => at / 100);
    const before = process.cpuUsage();
    for (const count of [17, 0x10000000, 0x7fffffff, 0xffffffff])
      for (const odd of [
        `#address-cells = <${count}>; #size-cells = <1>;`,
        `#address-cells = <1>; #size-cells = <${count}>;`,
        `#address-cells = <${count}>; #size-cells = <${count}>;`,
      ])
        for (const text of [tree(odd, few), tree(few, odd)])
          editor.check({ text, places, word: '0x1000' });
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < LONGEST * 1e6, `${(user + system) / 1e6} s of CPU time`);
  });
});

// What a boot profile says twice, against itself, the tree, an image or a log: named with both places, and nothing else is.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import {
  contradictionsWithin,
  contradictionsWithTree,
} from '../server/src/inputs/find-contradictions.ts';
import { placesIn } from '../server/src/inputs/json-places.ts';
import { readProfileText } from '../server/src/inputs/read-profile.ts';
import { dtmap } from './support/run-dtmap.ts';
import { sourceTree } from './support/source-tree.ts';
import { writeFiles } from './support/write-files.ts';
import { readRecordings } from './support/xen-recordings.ts';

const recorded = path.join(import.meta.dirname, 'fixtures/xen-boots');

const BOARD = `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	cpus {
		#address-cells = <1>;
		#size-cells = <0>;
		cpu@0 { device_type = "cpu"; compatible = "arm,cortex-a53"; reg = <0>; };
		cpu@1 { device_type = "cpu"; compatible = "arm,cortex-a53"; reg = <1>; };
	};
	memory@40000000 { device_type = "memory"; reg = <0x40000000 0x40000000>; };
	chosen { module@1 { xen,uefi-binary = "Image"; }; };
};
`;
const LOG = `(XEN) Checking for initrd in /chosen
(XEN) RAM: 0000000040000000 - 000000007fffffff
(XEN)
(XEN) MODULE[0]: 0000000050000000 - 0000000050118000 Xen
(XEN) MODULE[1]: 000000004a000000 - 000000004a001000 Device Tree
`;

describe('json-places', () => {
  const text = '{ "a": [1, { "b,c": "\\"}" }], "a" : {"d":null}, "e\\u0041": -1e3 }';
  const shown = (span: { start: number; end: number }): string => text.slice(span.start, span.end);

  it('knows each value and each name', () => {
    const places = placesIn(text);
    for (const [at, value] of [
      [[], text],
      [['a', '0'], '1'],
      [['a', '1', 'b,c'], '"\\"}"'],
      [['a', 'd'], 'null'],
      [['eA'], '-1e3'],
      [['a', '1', 'b,c', 'inside', 'of', 'it'], '"\\"}"'],
    ] as const)
      assert.equal(shown(places.valueAt(at)), value, at.join('.'));
    assert.equal(shown(places.nameAt(['a', '1', 'b,c'])), '"b,c"');
    assert.equal(shown(places.nameAt(['a', '0'])), '1');
    assert.deepEqual([places.has(['a', '0']), places.has(['a', '2'])], [true, false]);
  });

  it('knows a member that is given twice, in its own object only', () => {
    assert.deepEqual(
      placesIn(text).repeated.map((each) => [each.path, shown(each.first), each.again.start]),
      [[['a'], '"a"', text.lastIndexOf('"a"')]],
    );
    assert.deepEqual(placesIn('[{"a":1},{"a":{"a":2}}]').repeated, []);
  });

  it('knows the place of every value of every JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(3), (value, indent) => {
        const json = JSON.stringify(value, undefined, indent);
        const places = placesIn(json);
        const walk = (each: unknown, at: readonly string[]): void => {
          const { start, end } = places.valueAt(at);
          assert.deepEqual(JSON.parse(json.slice(start, end)), each);
          if (typeof each === 'object' && each !== null)
            for (const [name, inner] of Object.entries(each)) walk(inner, [...at, name]);
        };
        // -0 is printed as 0.
        walk(JSON.parse(json), []);
      }),
    );
  });
});

describe('a boot profile', () => {
  /** Line and column of a text are those of the caret in it. */
  const wrong: readonly (readonly [string, string])[] = [
    ['{ "xen": { ^"adress": 1 } }', 'xen.adress: no such field'],
    ['{\n  "cpus": ^0\n}', 'cpus: must be a whole number from 1 to 4096'],
    ['{ "cpus": ^1.5 }', 'cpus: must be a whole number from 1 to 4096'],
    ['{ "cpus": ^-1 }', 'cpus: must be a whole number from 1 to 4096'],
    ['{ "cpus": ^1e99 }', 'cpus: must be a whole number from 1 to 4096'],
    ['{ "cpus": 1,\n  ^"cpus": 2 }', 'cpus: is given twice, first in line 1, column 3'],
    [
      '{ "xen": { "size": 1 }, "dtb": { "size": 1, ^"size": 1 } }',
      'dtb.size: is given twice, first in line 1, column 34',
    ],
    ['{ "dtb": { "address": ^-1 } }', 'dtb.address: must be a number of bytes from 0 to'],
    ['{ "dtb": { "address": ^0.5 } }', 'dtb.address: must be a number of bytes from 0 to'],
    ['{ "dtb": { "address": ^1e300 } }', 'dtb.address: must be a number of bytes from 0 to'],
    ['{ "dtb": { "address": ^"18446744073709551616" } }', 'dtb.address: must be a number of bytes'],
    ['{ "xen": { "size": ^0 } }', 'xen.size: must be a number of bytes from 1 to'],
    ['{ "dtb": { "size": ^"0x0" } }', 'dtb.size: must be a number of bytes from 1 to'],
    ['{ "xen": ^[] }', 'xen: must be an object'],
    ['^[]', 'must be an object'],
    ['{ "memory": [{ "start": 0, "end": 1 }, ^{ "start": 2 }] }', 'memory.1.end: is missing'],
    ['{ "a" ^1 }', 'not JSON: syntax error'],
    [
      '{ "memory": [{ "start": 4, "end": 8 }, ^{ "start": 0, "end": 5 }] }',
      'memory.1: overlaps memory.0',
    ],
    [
      '{ "boot": "efi", "efiMemoryMap": [{ "start": 0, "end": 8, "type": "EfiLoaderCode" }, ^{ "start": 4, "end": 6, "type": "EfiLoaderData" }] }',
      'efiMemoryMap.1: overlaps efiMemoryMap.0',
    ],
    ['{ "boot": "dt", "efiMemoryMap": ^[] }', 'efiMemoryMap: is for boot: "efi", but boot is "dt"'],
    [
      '{ "xen": { "address": "0x1000", "size": "0x1000" }, "dtb": { "address": ^"0x1800", "size": 8 } }',
      'dtb.address: must not put the DTB into Xen, which is at xen.address',
    ],
    [
      '{ "xen": { "textSize": ^"0x2000", "size": "0x1000" } }',
      'xen.textSize: must not be larger than xen.size (0x1000)',
    ],
    [
      '{ "xen": { "address": "0xfffffffffffff000", "size": ^"0x2000" } }',
      'xen.size: must not reach beyond 2^64 - 1 from xen.address',
    ],
    [
      '{ "memory": [{ "start": 4096, "end": 8192 }], "xen": { "address": ^0 } }',
      'xen.address: must be in one of the ranges of memory',
    ],
    [
      '{ "kernel": { "format": "image", "uncompressedSize": ^1 } }',
      'kernel.uncompressedSize: is for format "gzip" only',
    ],
    [
      '{ "config": { "staticShm": ^true, "staticMemory": false } }',
      'config.staticShm: needs config.staticMemory',
    ],
    [
      '{ "kernel": { "pageSize": ^65536 }, "architecture": "arm32" }',
      'kernel.pageSize: must be 4096 for architecture "arm32"',
    ],
  ];
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-profile-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const [marked, because] of wrong)
    it(`is refused at the place of what is wrong: ${marked}`, async () => {
      const text = marked.replace('^', '');
      const before = marked.slice(0, marked.indexOf('^')).split('\n');
      const place = `${before.length}:${(before.at(-1) ?? '').length + 1}`;
      writeFiles(folder, { 'board.dts': '/dts-v1/; / { };', 'profile.json': text });
      const ran = await dtmap(['check', 'board.dts', '--profile', 'profile.json'], { cwd: folder });
      assert.deepEqual([ran.status, ran.stdout], [2, '']);
      assert.ok(ran.stderr.startsWith(`dtmap: profile.json:${place}: ${because}`), ran.stderr);
      assert.equal(ran.stderr.split('\n').length, 2);
      // The same in a dtmap.json, below its own field.
      if (because.startsWith('not JSON')) return;
      const inside = `{ "bootProfile": ${text} }`;
      writeFiles(folder, { 'dtmap.json': inside });
      const other = await dtmap(['check', 'board.dts'], { cwd: folder });
      rmSync(path.join(folder, 'dtmap.json'));
      const shift = before.length === 1 ? '{ "bootProfile": '.length : 0;
      const there = `${before.length}:${(before.at(-1) ?? '').length + 1 + shift}`;
      assert.equal(other.status, 2);
      assert.match(other.stderr, new RegExp(`^dtmap: dtmap\\.json:${there}: bootProfile[.:]`));
    });

  it('names every fault of a text, in the order of their places', () => {
    const read = readProfileText('{ "cpus": 0, "boot": "bios", "x": 1, "cpus": 2 }');
    assert.ok(!read.ok);
    assert.deepEqual(
      read.faults.map(({ path: at, at: { start } }) => [at.join('.'), start]),
      [
        ['boot', 21],
        ['x', 29],
        ['cpus', 37],
      ],
    );
  });
});

describe('a boot profile and a tree', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-profile-'));
    writeFiles(folder, { 'board.dts': BOARD, 'boot.log': LOG });
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function refusal(profile: object, ...argv: readonly string[]): Promise<string> {
    writeFiles(folder, { 'profile.json': JSON.stringify(profile, undefined, 2) });
    const command = argv.length > 0 ? argv : ['check', 'board.dts', '--xen', '4.18'];
    const ran = await dtmap([...command, '--profile', 'profile.json'], { cwd: folder });
    return ran.status === 2 ? ran.stderr : '';
  }

  const contradicting: readonly (readonly [object, string])[] = [
    [{ cpus: 3 }, 'profile.json:2:11: cpus: is 3, but the device tree has 2 CPUs (board.dts:5:2)'],
    [
      { architecture: 'arm32' },
      'profile.json:2:19: architecture: is "arm32", but the device tree has arm,cortex-a53 (board.dts:8:45)',
    ],
    [
      { memory: [{ start: '0x80000000', end: '0x90000000' }] },
      'profile.json:2:13: memory: is outside the RAM of the device tree, which begins with [0x40000000, 0x80000000) (board.dts:11:51)',
    ],
    [
      { xen: { address: '0x80000000' } },
      'profile.json:3:16: xen.address: is outside the RAM of the device tree, which begins with [0x40000000, 0x80000000) (board.dts:11:51)',
    ],
    [
      { boot: 'dt' },
      'profile.json:2:11: boot: is "dt", but only UEFI loads /chosen/module@1 (board.dts:12:22)',
    ],
  ];
  for (const [profile, because] of contradicting)
    it(`contradict each other: ${JSON.stringify(profile)}`, async () => {
      assert.equal(await refusal(profile), `dtmap: ${because}\n`);
    });

  const agreeing: readonly object[] = [
    { cpus: 1 },
    { cpus: 2 },
    { architecture: 'arm64' },
    { boot: 'efi' },
    // Firmware may add RAM, and keep the DTB elsewhere.
    { memory: [{ start: '0x40000000', end: '0x1000000000' }], xen: { address: '0x900000000' } },
    { dtb: { address: '0x1000' } },
    { boot: 'efi', xen: { address: '0x80000000' } },
  ];
  for (const profile of agreeing)
    it(`agree: ${JSON.stringify(profile)}`, async () => {
      assert.equal(await refusal(profile), '');
    });

  it('are not held against each other where dtmap.json has the profile, but told with its place', async () => {
    writeFiles(folder, {
      'own/board.dts': BOARD,
      'own/dtmap.json': '{ "bootProfile": { "cpus": 8 } }',
    });
    const ran = await dtmap(['map', 'own/board.dts'], { cwd: folder });
    assert.equal(ran.status, 2);
    assert.match(
      ran.stderr,
      /^dtmap: own\/dtmap\.json:1:28: bootProfile\.cpus: is 8, but .* \(own\/board\.dts:5:2\)\n$/,
    );
  });

  it('and a log: what is given differs from what the log says', async () => {
    const compare = ['boot', 'board.dts', '--xen', '4.18', '--compare', 'boot.log'];
    // They agree; that is not enough to predict a line of this short log.
    assert.match(
      await refusal({ xen: { address: '0x50000000', size: '0x118000' } }, ...compare),
      /^dtmap: boot\.log: no line in it can be compared, because [^\n]*\n$/,
    );
    assert.equal(
      await refusal({ xen: { address: '0x50000000', size: '0x119000' } }, ...compare),
      'dtmap: profile.json:4:13: xen.size: is 0x119000, but boot.log:4 says 0x118000\n',
    );
    assert.equal(
      await refusal({ dtb: { address: '0x4b000000' } }, ...compare),
      'dtmap: profile.json:3:16: dtb.address: is 0x4b000000, but boot.log:5 says 0x4a000000\n',
    );
  });

  it('of a recording never contradict each other', () => {
    const found: string[] = [];
    const boards = readdirSync(recorded);
    const trees = new Map(
      boards.map((board) => {
        const file = path.join(recorded, board, 'board.dts');
        return [board, sourceTree(file).tree] as const;
      }),
    );
    for (const { board, build, profile } of readRecordings(recorded)) {
      const tree = trees.get(board);
      assert.ok(tree, board);
      for (const { code } of [
        ...contradictionsWithin(profile),
        ...contradictionsWithTree(profile, tree),
      ])
        found.push(`${board}/${build}: ${code}`);
    }
    assert.deepEqual(found, []);
  });
});

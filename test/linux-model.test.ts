// The Linux model rule by rule: banks, reservations, placement, drivers and limits, by release.

import assert from 'node:assert/strict';
import { formatRange } from '../server/src/addresses/format.ts';
import { nodeAt } from '../server/src/tree/device-tree.ts';
import { bootLinux, type LinuxOptions } from '../server/src/linux/boot.ts';
import type { LinuxBoot } from '../server/src/linux/linux-boot.ts';
import { layOutRamoops } from '../server/src/linux/ramoops.ts';
import { linuxBranches, parseLinuxRelease } from '../server/src/linux/releases.ts';
import { heapSort } from '../server/src/linux/sort-regions.ts';
import { lmbEntries, relocationPlaces, relocationRange } from '../server/src/linux/uboot.ts';
import { mapMemory } from '../server/src/memory/map-memory.ts';
import { textTree } from './support/source-tree.ts';

const CELLS = '#address-cells = <1>; #size-cells = <1>;';
const RAM = 'memory@40000000 { device_type = "memory"; reg = <0x40000000 0x10000000>; };';

/** A tree of one-cell addresses: text before the root, what the root holds, and the children of /reserved-memory. */
function source(parts: { before?: string; root?: string; reserved?: string }): string {
  const reserved =
    parts.reserved === undefined ? '' : `reserved-memory { ${CELLS} ranges; ${parts.reserved} };`;
  return `/dts-v1/; ${parts.before ?? ''} / { ${CELLS} ${parts.root ?? RAM} ${reserved} };`;
}

function boot(
  text: string,
  release = '6.12',
  options: LinuxOptions = { architecture: 'arm64' },
): LinuxBoot {
  const parsed = parseLinuxRelease(release);
  assert(parsed, release);
  return bootLinux(textTree(text), parsed, options);
}

/** The log without the lines every boot has. */
function linesOf(result: LinuxBoot): string[] {
  return result.log
    .map((line) => line.text)
    .filter((text) => !/^Early memory|^ {2}node|No reserved-memory node/.test(text));
}

describe('Linux: releases', () => {
  for (const [name, expected] of [
    ['6.12', [6, 12, undefined]],
    ['v6.1.176', [6, 1, 176]],
    ['6.1.0-50-cloud-arm64', [6, 1, 0]],
    ['6.13-rc2', [6, 13, undefined]],
    ['4.18.x', undefined],
    ['', undefined],
    ['six', undefined],
  ] as const) {
    it(`"${name}"`, () => {
      const release = parseLinuxRelease(name);
      assert.deepEqual(release && [release.major, release.minor, release.point], expected);
    });
  }

  it('every offered branch is one', () => {
    for (const branch of linuxBranches) assert(parseLinuxRelease(branch), branch);
  });
});

describe('Linux: memory nodes', () => {
  const bank = (reg: string, more = ''): string =>
    source({ root: `memory@0 { device_type = "memory"; reg = <${reg}>; ${more} };` });
  const cases: [string, string, string[]][] = [
    ['whole pages', bank('0x1000 0x2000'), ['[0x1000, 0x3000)']],
    ['the start goes up, the end down', bank('0xa800 0x2000'), ['[0xb000, 0xc000)']],
    ['less than a page up to the boundary', bank('0x1001 0xffe'), []],
    ['size 0 is no bank', bank('0x1000 0x0 0x4000 0x1000'), ['[0x4000, 0x5000)']],
    ['a short tail is dropped', bank('0x1000 0x1000 0x8000'), ['[0x1000, 0x2000)']],
    [
      'banks join, overlapping or touching',
      bank('0x1000 0x2000 0x2000 0x2000'),
      ['[0x1000, 0x4000)'],
    ],
    ['disabled', bank('0x1000 0x1000', 'status = "disabled";'), []],
    ['status ok', bank('0x1000 0x1000', 'status = "ok";'), ['[0x1000, 0x2000)']],
    [
      'linux,usable-memory in place of reg',
      bank('0x1000 0x1000', 'linux,usable-memory = <0x8000 0x1000>;'),
      ['[0x8000, 0x9000)'],
    ],
    [
      'the name does not matter',
      source({ root: 'ram { device_type = "memory"; reg = <0 0x1000>; };' }),
      ['[0x0, 0x1000)'],
    ],
    ['device_type does', source({ root: 'memory@0 { reg = <0 0x1000>; };' }), []],
    [
      'only below the root',
      source({
        root: 'soc { #address-cells = <1>; #size-cells = <1>; memory@0 { device_type = "memory"; reg = <0 0x1000>; }; };',
      }),
      [],
    ],
    [
      'missing root cells count as 1 and 1',
      '/dts-v1/; / { memory@1000 { device_type = "memory"; reg = <0x1000 0x1000>; }; };',
      ['[0x1000, 0x2000)'],
    ],
    [
      'usable-memory-range cuts, its second range adds',
      source({
        root: `${RAM} chosen { linux,usable-memory-range = <0x41000000 0x1000000 0x80000000 0x1000>; };`,
      }),
      ['[0x41000000, 0x42000000)', '[0x80000000, 0x80001000)'],
    ],
    [
      'mem= is a limit',
      source({ root: `${RAM} chosen { bootargs = "quiet mem=64M"; };` }),
      ['[0x40000000, 0x44000000)'],
    ],
    [
      'the initrd becomes memory',
      source({
        root: `${RAM} chosen { linux,initrd-start = <0x50000800>; linux,initrd-end = <0x50001800>; };`,
      }),
      ['[0x40000000, 0x50002000)'],
    ],
  ];
  for (const [name, text, expected] of cases) {
    it(name, () => {
      assert.deepEqual(boot(text).memory.map(formatRange), expected);
    });
  }

  const ranges = (result: LinuxBoot): string[] => result.memory.map(formatRange);

  it('disabled ones are RAM before 5.19 and the point releases that were mended', () => {
    const text = bank('0x1000 0x1000', 'status = "disabled";');
    for (const release of ['5.4', '5.10', '5.15', '5.17.13', '5.18.2'])
      assert.deepEqual(ranges(boot(text, release)), ['[0x1000, 0x2000)'], release);
    // A branch is its newest point release.
    for (const release of ['5.17', '5.17.14', '5.18', '5.18.3', '5.19', '6.1', '7.0'])
      assert.deepEqual(ranges(boot(text, release)), [], release);
  });

  it('those at any depth are RAM before 5.17, by the cells of the root', () => {
    const text = source({
      root: 'soc { #address-cells = <2>; #size-cells = <1>; memory@0 { device_type = "memory"; reg = <0x3000 0x1000>; }; };',
    });
    assert.deepEqual(ranges(boot(text, '5.16')), ['[0x3000, 0x4000)']);
    assert.deepEqual(ranges(boot(text, '5.17')), []);
  });

  it('mem=size@start replaces the banks on arm', () => {
    const text = source({ root: `${RAM} chosen { bootargs = "mem=16M@0x80000000"; };` });
    const result = boot(text, '6.1', { architecture: 'arm32' });
    assert.deepEqual(result.memory.map(formatRange), ['[0x80000000, 0x81000000)']);
  });

  it('each mem= adds a bank on arm, the last one is the limit elsewhere', () => {
    const text = source({
      root: `${RAM} chosen { bootargs = "mem=16M@0x40000000 mem=1M@0x44000000"; };`,
    });
    const arm = boot(text, '6.1', { architecture: 'arm32' });
    assert.deepEqual(arm.memory.map(formatRange), [
      '[0x40000000, 0x41000000)',
      '[0x44000000, 0x44100000)',
    ]);
    const arm64 = boot(text, '6.1');
    assert.deepEqual(arm64.memory.map(formatRange), ['[0x40000000, 0x40100000)']);
    assert.equal(formatRange(arm64.cut[0] ?? { start: 0n, end: 0n }).slice(0, 11), '[0x40100000');
  });
});

describe('Linux: the number of reserved nodes', () => {
  const text = source({
    reserved: Array.from({ length: 65 }, (_, at) => {
      const address = (0x41000000 + at * 0x10000).toString(16);
      return `r@${address} { reg = <0x${address} 0x1000>; };`;
    }).join(' '),
  });
  for (const [release, lost] of [
    ['5.4', 33],
    ['5.6', 33],
    ['5.7', 1],
    ['6.1', 1],
    ['6.12', 0],
  ] as const)
    it(`${lost} of 65 are not recorded by ${release}`, () => {
      const { ignored } = boot(text, release);
      assert.equal(ignored.filter(({ because }) => because === 'table-full').length, lost);
    });
});

describe('Linux: reserved nodes', () => {
  const noMap = 'fw@41000000 { reg = <0x41000000 0x100000>; no-map; };';
  const mapped = 'buf@41080000 { reg = <0x41080000 0x100000>; };';
  const failed =
    "failed to reserve memory for node 'fw@41000000': base 0x0000000041000000, size 1 MiB";

  const lines: [string, string, string, string[]][] = [
    [
      'no-map after a mapped one fails',
      source({ reserved: mapped + noMap }),
      '6.1',
      [
        `OF: fdt: Reserved memory: ${failed}`,
        'OF: reserved mem: OVERLAP DETECTED!\n' +
          'fw@41000000 (0x0000000041000000--0x0000000041100000) overlaps with buf@41080000 (0x0000000041080000--0x0000000041180000)',
      ],
    ],
    [
      'no-map over /memreserve/ fails up to 6.3',
      source({ before: '/memreserve/ 0x41000000 0x1000;', reserved: noMap }),
      '5.15',
      [`OF: fdt: Reserved memory: ${failed}`],
    ],
    [
      'before 5.12 no-map removes memory and nothing fails',
      source({ before: '/memreserve/ 0x41000000 0x1000;', reserved: noMap }),
      '5.10',
      [],
    ],
    [
      'wrong cells',
      source({
        root: `${RAM} reserved-memory { #address-cells = <2>; #size-cells = <1>; ranges; a@0 { reg = <0 0 0>; }; };`,
      }),
      '6.1',
      ['OF: fdt: Reserved memory: unsupported node format, ignoring'],
    ],
    [
      'no ranges',
      source({ root: `${RAM} reserved-memory { ${CELLS} a@0 { reg = <0 1>; }; };` }),
      '6.1',
      ['OF: fdt: Reserved memory: unsupported node format, ignoring'],
    ],
    [
      'a reg of the wrong length',
      source({ reserved: 'a@41000000 { reg = <0x41000000 0x1000 0x1>; };' }),
      '6.1',
      ["OF: fdt: Reserved memory: invalid reg property in 'a@41000000', skipping node."],
    ],
    [
      'a disabled node is left out',
      source({ reserved: 'a@41000000 { reg = <0x41000000 0x0>; status = "disabled"; };' }),
      '6.1',
      [],
    ],
    [
      'regions at 0 are not compared before 5.10',
      source({ reserved: 'a@0 { reg = <0x0 0x2000>; }; b@1000 { reg = <0x1000 0x1000>; };' }),
      '5.4',
      [],
    ],
    [
      'only neighbours are compared',
      source({
        reserved:
          'a@41000000 { reg = <0x41000000 0x400000>; }; b@41100000 { reg = <0x41100000 0x1000>; }; c@41200000 { reg = <0x41200000 0x1000>; };',
      }),
      '6.1',
      [
        'OF: reserved mem: OVERLAP DETECTED!\n' +
          'a@41000000 (0x0000000041000000--0x0000000041400000) overlaps with b@41100000 (0x0000000041100000--0x0000000041101000)',
      ],
    ],
    [
      'CMA needs a page block',
      source({
        reserved:
          'p@41100000 { compatible = "shared-dma-pool"; reusable; reg = <0x41100000 0x200000>; };',
      }),
      '6.1',
      [
        'Reserved memory: incorrect alignment of CMA region',
        'OF: reserved mem: node p@41100000 compatible matching fail',
      ],
    ],
    [
      'cma= on the command line wins over the default pool',
      source({
        root: `${RAM} chosen { bootargs = "cma=16M"; };`,
        reserved:
          'p@41000000 { compatible = "shared-dma-pool"; reusable; linux,cma-default; reg = <0x41000000 0x400000>; };',
      }),
      '6.1',
      [
        'Reserved memory: bypass p@41000000 node, using cmdline CMA params instead',
        'OF: reserved mem: node p@41000000 compatible matching fail',
      ],
    ],
    [
      'a restricted pool takes no flags',
      source({
        reserved:
          'p@41000000 { compatible = "restricted-dma-pool"; no-map; reg = <0x41000000 0x400000>; };',
      }),
      '6.1',
      ['OF: reserved mem: node p@41000000 compatible matching fail'],
    ],
    [
      'a second tuple is named since 6.12',
      source({ reserved: 'a@41000000 { reg = <0x41000000 0x1000 0x42000000 0x1000>; };' }),
      '6.12',
      [
        "OF: reserved mem: fdt_scan_reserved_mem_reg_nodes() ignores 1 regions in node 'a@41000000'",
        'OF: reserved mem: 0x0000000041000000..0x0000000041000fff (4 KiB) map non-reusable a@41000000',
      ],
    ],
    [
      'size with too few cells',
      '/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; memory@0 { device_type = "memory"; reg = <0 0 0 0x1000000>; };' +
        'reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; pool { size = <0x1000>; }; }; };',
      '6.1',
      ["OF: reserved mem: invalid size property in 'pool' node."],
    ],
    [
      'no room',
      source({ reserved: 'pool { size = <0x20000000>; };' }),
      '6.1',
      ["OF: reserved mem: failed to allocate memory for node 'pool': size 512 MiB"],
    ],
  ];
  for (const [name, text, release, expected] of lines) {
    it(`${name} (${release})`, () => {
      assert.deepEqual(linesOf(boot(text, release)), expected);
    });
  }

  it('before 5.12 a no-map region is no memory any more', () => {
    const text = source({ reserved: noMap });
    const [old, since] = [boot(text, '5.10'), boot(text, '5.15')];
    assert.deepEqual(old.memory.map(formatRange), [
      '[0x40000000, 0x41000000)',
      '[0x41100000, 0x50000000)',
    ]);
    assert.deepEqual(since.memory.map(formatRange), ['[0x40000000, 0x50000000)']);
    assert.deepEqual(since.noMap.map(formatRange), ['[0x41000000, 0x41100000)']);
  });

  it('/proc/iomem has no-map beside and reserved within System RAM, in whole pages', () => {
    const text = source({
      reserved:
        'fw@41000000 { reg = <0x41000000 0x80>; no-map; }; b@42000800 { reg = <0x42000800 0x1000>; };',
    });
    assert.deepEqual(
      boot(text).iomem.map((entry) => `${entry.depth} ${formatRange(entry)} ${entry.name}`),
      [
        '0 [0x40000000, 0x41000000) System RAM',
        '0 [0x41000000, 0x41001000) reserved',
        '0 [0x41001000, 0x50000000) System RAM',
        '1 [0x42000000, 0x42002000) reserved',
      ],
    );
  });

  it('several ranges: the first is recorded, with a warning, and since 6.19 none', () => {
    const reg = 'reg = <0x41000000 0x1000 0x42000000 0x1000>;';
    const text = source({
      reserved: `a@41000000 { ${reg} }; b@43000000 { reg = <0x43000000 0x1000>; };`,
    });
    const recordedBy = (result: LinuxBoot): string[] =>
      result.recorded.map(({ node }) => node.name);
    for (const release of ['6.1', '6.12', '6.18.8'])
      assert.deepEqual(recordedBy(boot(text, release)), ['a@41000000', 'b@43000000'], release);
    for (const release of ['6.18.9', '6.18', '6.19', 'current']) {
      const result = boot(text, release);
      assert.deepEqual(recordedBy(result), ['b@43000000'], release);
      assert.equal(result.reserved.length, 3);
      assert.equal(result.log.filter(({ text: line }) => line.includes('a@41000000')).length, 0);
    }
  });

  it('65 regions: the last is not recorded before 6.12', () => {
    const nodes = Array.from({ length: 65 }, (_, index) => {
      const at = (0x41000000 + index * 0x10000).toString(16);
      return `r@${at} { reg = <0x${at} 0x1000>; };`;
    });
    const text = source({ reserved: nodes.join(' ') });
    const [old, since] = [boot(text, '6.1'), boot(text, '6.12')];
    assert.equal(old.recorded.length, 64);
    assert.deepEqual(linesOf(old), ['OF: reserved mem: not enough space for all defined regions.']);
    assert.equal(since.recorded.length, 65);
  });
});

describe('Linux: dynamic placement', () => {
  const pool = (more: string): string =>
    source({ reserved: `pool { size = <0x1000000>; ${more} };` });
  const placeOf = (result: LinuxBoot): string[] =>
    result.reserved.flatMap((range) =>
      range.kind === 'dynamic' && range.within
        ? [formatRange(range), formatRange(range.within)]
        : [],
    );
  const cases: [string, string, string, string[]][] = [
    [
      'the highest free place',
      pool(''),
      '6.1',
      ['[0x4f000000, 0x50000000)', '[0x40000000, 0x50000000)'],
    ],
    [
      'inside alloc-ranges',
      pool('alloc-ranges = <0x42000000 0x4000000>;'),
      '6.1',
      ['[0x45000000, 0x46000000)', '[0x42000000, 0x46000000)'],
    ],
    [
      'the first range that fits',
      pool('alloc-ranges = <0x42000000 0x800000 0x44000000 0x1000000>;'),
      '6.1',
      ['[0x44000000, 0x45000000)', '[0x44000000, 0x45000000)'],
    ],
    [
      'aligned',
      source({ reserved: 'pool { size = <0x900000>; alignment = <0x1000000>; };' }),
      '6.1',
      ['[0x4f000000, 0x4f900000)', '[0x40000000, 0x4f900000)'],
    ],
    [
      'a CMA pool to 4 MiB before 5.18',
      source({
        reserved: 'pool { compatible = "shared-dma-pool"; reusable; size = <0x600000>; };',
      }),
      '5.15',
      ['[0x4f800000, 0x4fe00000)', '[0x40000000, 0x4fe00000)'],
    ],
    [
      'a CMA pool to 2 MiB since 5.18',
      source({
        reserved: 'pool { compatible = "shared-dma-pool"; reusable; size = <0x600000>; };',
      }),
      '6.1',
      ['[0x4fa00000, 0x50000000)', '[0x40000000, 0x50000000)'],
    ],
    [
      'below static ones',
      source({
        reserved: 'pool { size = <0x1000000>; }; top@4f000000 { reg = <0x4f000000 0x1000000>; };',
      }),
      '6.12',
      ['[0x4e000000, 0x4f000000)', '[0x40000000, 0x4f000000)'],
    ],
  ];
  for (const [name, text, release, expected] of cases) {
    it(`${name} (${release})`, () => {
      assert.deepEqual(placeOf(boot(text, release)), expected);
    });
  }

  it('what the boot loader loaded moves it', () => {
    const result = boot(pool(''), '6.1', {
      architecture: 'arm64',
      loaded: [{ start: 0x4f800000n, end: 0x4f900000n, role: 'kernel' }],
    });
    assert.equal(placeOf(result)[0], '[0x4e800000, 0x4f800000)');
  });

  describe('of the default CMA area of 64 MiB', () => {
    const wide = '#address-cells = <2>; #size-cells = <2>;';
    const board = (memory: string, rest: string): string =>
      `/dts-v1/; / { ${wide} memory@0 { device_type = "memory"; reg = <${memory}>; }; ${rest} };`;
    const gigabytes = '0x0 0x0 0x2 0x0';
    const bus = (ranges: string, more = ''): string =>
      `bus { #address-cells = <1>; #size-cells = <1>; ranges; dma-ranges${ranges}; ${more} };`;
    const cases: [string, string, string?][] = [
      ['the end of RAM', source({}), '[0x4c000000, 0x50000000)'],
      ['the end of 4 GiB', board(gigabytes, ''), '[0xfc000000, 0x100000000)'],
      [
        'as far as a bus of 30 bits reaches',
        board(gigabytes, bus(' = <0xc0000000 0x0 0x0 0x40000000>')),
        '[0x3c000000, 0x40000000)',
      ],
      [
        'as far as the narrowest bus reaches',
        board(
          gigabytes,
          bus(' = <0x0 0x0 0x0 0x80000000>', bus(' = <0x0 0x0 0x20000000>, <0x0 0x0 0x1000>')),
        ),
        '[0x1c000000, 0x20000000)',
      ],
      [
        'past a bus that is disabled, and one without limits',
        board(
          gigabytes,
          bus(' = <0x0 0x0 0x0 0x1000>', 'status = "disabled";') + bus('').replace('bus', 'bus2'),
        ),
        '[0xfc000000, 0x100000000)',
      ],
      [
        'RAM that is all behind what a bus reaches',
        board('0x0 0x80000000 0x0 0x80000000', bus(' = <0x0 0x0 0x0 0x40000000>')),
        '[0xfc000000, 0x100000000)',
      ],
      ['RAM that is all behind 4 GiB', board('0x2 0x0 0x1 0x0', ''), '[0x200000000, 0x204000000)'],
      ['none without room', board('0x0 0x0 0x0 0x3f00000', '')],
      [
        'none where a pool is the default',
        source({
          reserved:
            'pool { compatible = "shared-dma-pool"; reusable; linux,cma-default; size = <0x600000>; };',
        }),
      ],
    ];
    for (const [name, text, expected] of cases)
      it(name, () => {
        const options = { architecture: 'arm64', cmaSize: 64n << 20n } as const;
        const { reserved } = boot(text, '6.1', options);
        const cma = reserved.find((range) => range.kind === 'cma');
        assert.equal(cma && formatRange(cma), expected);
      });

    it('what the command line asks for', () => {
      for (const [asked, expected] of [
        ['cma=16M', '[0x4f000000, 0x50000000)'],
        ['cma=0', undefined],
      ] as const) {
        const options = { architecture: 'arm64', cmaSize: 64n << 20n, commandLine: asked } as const;
        const { reserved } = boot(source({}), '6.1', options);
        const cma = reserved.find((range) => range.kind === 'cma');
        assert.equal(cma && formatRange(cma), expected);
      }
    });
  });
});

describe('Linux: ramoops', () => {
  const layout = (sizes: string): string[] => {
    const tree = textTree(
      source({ reserved: `r@41000000 { reg = <0x41000000 0x40000>; ${sizes} };` }),
    );
    const node = nodeAt(tree, '/reserved-memory/r@41000000');
    assert(node);
    const result = layOutRamoops(node, { start: 0x41000000n, end: 0x41040000n });
    return result.refused
      ? [result.refused]
      : result.areas.map((area) => `${area.count} ${area.kind} ${formatRange(area)}`);
  };

  it('records first, then console, ftrace and pmsg', () => {
    assert.deepEqual(
      layout('record-size = <0x10000>; console-size = <0x10000>; pmsg-size = <0x10000>;'),
      [
        '2 dmesg [0x41000000, 0x41020000)',
        '1 console [0x41020000, 0x41030000)',
        '1 pmsg [0x41030000, 0x41040000)',
      ],
    );
  });

  it('sizes go down to powers of two', () => {
    assert.deepEqual(layout('console-size = <0x30000>;'), ['1 console [0x41000000, 0x41020000)']);
  });

  it('more records than memory holds are counted, not listed', () => {
    const tree = textTree(source({ reserved: 'r@41000000 { record-size = <0x1000>; };' }));
    const node = nodeAt(tree, '/reserved-memory/r@41000000');
    assert(node);
    const range = { start: 0n, end: 1n << 62n };
    assert.deepEqual(layOutRamoops(node, range).areas, [
      { kind: 'dmesg', count: 1n << 50n, ...range },
    ]);
  });

  it('too much, or nothing', () => {
    assert.deepEqual(layout('console-size = <0x40000>; pmsg-size = <0x1000>;'), ['no-room']);
    assert.deepEqual(layout(''), ['no-sizes']);
  });
});

describe("U-Boot's view", () => {
  it('neighbours with the same flags are one entry', () => {
    const tree = textTree(
      source({
        before: '/memreserve/ 0x40000000 0x1000;',
        reserved:
          'a@41000000 { reg = <0x41000000 0x1000>; no-map; }; b@41001000 { reg = <0x41001000 0x1000>; no-map; }; ' +
          'c@41002000 { reg = <0x41002000 0x1000>; };',
      }),
    );
    assert.equal(lmbEntries(mapMemory(tree)), 3);
  });

  it('relocates to the end of the first tuple of /memory, and boards to that of the highest bank', () => {
    const places = (...nodes: string[]): (string | undefined)[] => {
      const map = mapMemory(
        textTree(`/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; ${nodes.join(' ')} };`),
      );
      const top = relocationRange(map);
      return [top && formatRange(top), ...relocationPlaces(map).map(formatRange)];
    };
    const memory = (name: string, reg: string): string =>
      `${name} { device_type = "memory"; reg = <${reg}>; };`;
    const first = formatRange({ start: 0x4c000000n, end: 0x50000000n });
    const highest = formatRange({ start: 0x9c000000n, end: 0xa0000000n });
    const low = '0 0x40000000 0 0x10000000';
    const high = '0 0x80000000 0 0x20000000';
    assert.deepEqual(places(memory('memory@40000000', `${low} ${high}`)), [first, first, highest]);
    // By path: the first node of that name, whatever its address; one with another name only by boards that look at all.
    assert.deepEqual(places(memory('memory@80000000', high), memory('memory@40000000', low)), [
      highest,
      highest,
      highest,
    ]);
    assert.deepEqual(places(memory('ram@40000000', low)), [undefined, first]);
    // What crosses 4 GiB ends there, what starts above is nowhere that is known.
    const below = formatRange({ start: 0xfc000000n, end: 0x1_0000_0000n });
    assert.deepEqual(places(memory('memory@80000000', '0 0x80000000 1 0x80000000')), [
      below,
      below,
      below,
    ]);
    assert.deepEqual(places(memory('memory@100000000', '1 0 0 0x80000000')), [undefined]);
  });
});

describe("the kernel's heapsort", () => {
  it('sorts, and turns a pair of equals round', () => {
    const numbers = [5, 3, 9, 1, 4, 1, 8, 2, 7, 0, 6];
    heapSort(numbers, (a, b) => a - b);
    assert.deepEqual(numbers, [0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const pair = ['first', 'second'];
    heapSort(pair, () => 0);
    assert.deepEqual(pair, ['second', 'first']);
  });
});

// Cells, `reg` and `ranges` as numbers, and numbers as text.

import assert from 'node:assert/strict';
import { cellOf, regCells, tuplesOf } from '../server/src/addresses/cells.ts';
import { decode } from '../server/src/addresses/decode.ts';
import {
  digitGroups,
  formatAddress,
  formatGrouped,
  formatRange,
  formatSize,
  formatSizeBriefly,
} from '../server/src/addresses/format.ts';
import { translateAddress } from '../server/src/addresses/translate.ts';
import { nodeAt, type DtNode } from '../server/src/tree/device-tree.ts';
import { textTree } from './support/source-tree.ts';

function nodeOf(body: string, path: string): DtNode {
  const node = nodeAt(textTree(`/dts-v1/;\n/ {\n${body}\n};\n`), path);
  assert.ok(node, path);
  return node;
}

describe('cells', () => {
  it('of the root are two and one', () => {
    assert.deepEqual(regCells(nodeOf('#address-cells = <1>;', '/')), { address: 2, size: 1 });
  });

  it('are one number only when they are four bytes', () => {
    const node = nodeOf('one = <7>; two = <1 2>; odd = [01 02 03]; none;', '/');
    assert.deepEqual(
      ['one', 'two', 'odd', 'none', 'absent'].map((name) => cellOf(node, name)),
      [7, undefined, undefined, undefined, undefined],
    );
  });

  it('make no tuples when both counts are 0', () => {
    const property = nodeOf('reg = <1 2>;', '/').properties.get('reg');
    assert.ok(property);
    assert.deepEqual(tuplesOf(property, { address: 0, size: 0 }), []);
    assert.deepEqual(
      tuplesOf(property, { address: 0, size: 1 }).map(({ address, size }) => [address, size]),
      [
        [0n, 1n],
        [0n, 2n],
      ],
    );
  });
});

describe('reg', () => {
  const parent = (address: number, size: number, reg: string): string =>
    `bus { #address-cells = <${address}>; #size-cells = <${size}>; ranges; dev { ${reg} }; };`;
  const cases: readonly (readonly [string, string, unknown])[] = [
    ['is absent', parent(1, 1, ''), { code: 'no-reg' }],
    [
      'has more than four address cells',
      parent(5, 1, 'reg = <0 0 0 0 1 2>;'),
      { code: 'cells-out-of-range', property: '#address-cells', value: 5 },
    ],
    [
      'has more than two size cells',
      parent(1, 3, 'reg = <1 0 0 2>;'),
      { code: 'cells-out-of-range', property: '#size-cells', value: 3 },
    ],
    ['has no cells', parent(0, 0, 'reg = <1>;'), { code: 'reg-length', bytes: 4, tuple: 0 }],
    ['is empty', parent(1, 1, 'reg;'), { code: 'reg-length', bytes: 0, tuple: 8 }],
    ['is cut short', parent(1, 1, 'reg = <1 2 3>;'), { code: 'reg-length', bytes: 12, tuple: 8 }],
  ];
  for (const [title, body, because] of cases)
    it(`${title}: no addresses, and why`, () => {
      const decoded = decode(nodeOf(body, '/bus/dev'));
      assert.deepEqual(decoded, { known: false, because });
    });

  it('gives one region per tuple, empty ones too', () => {
    const decoded = decode(nodeOf(parent(4, 2, 'reg = <0 0 1 2 0 3>, <0 0 0 9 0 0>;'), '/bus/dev'));
    assert.ok(decoded.known);
    assert.deepEqual(
      decoded.value.map(({ index, start, end }) => [index, start, end]),
      [
        [0, 0x1_0000_0002n, 0x1_0000_0005n],
        [1, 9n, 9n],
      ],
    );
  });
});

describe('ranges', () => {
  /** Translates on `/a/b/dev` and `/a/dev`. */
  function translated(a: string, b: string, address: bigint, size = 1n): unknown {
    const body = '#address-cells = <2>; #size-cells = <1>;\n' + `a { ${a} b { ${b} dev { }; }; };`;
    const result = translateAddress(nodeOf(body, '/a/b/dev'), address, size);
    return result.known ? result.value : result.because;
  }
  const one = '#address-cells = <1>; #size-cells = <1>;';

  it('move addresses window by window, bus by bus', async () => {
    const a = `${one} ranges = <0x1000 0x1 0x0 0x100>, <0x2000 0x2 0x40 0x100>;`;
    const b = `${one} ranges = <0x0 0x1080 0x80>, <0x80 0x2000 0x80>;`;
    assert.equal(await translated(a, b, 0x10n), 0x1_0000_0090n);
    assert.equal(await translated(a, b, 0x80n), 0x2_0000_0040n);
    assert.equal(await translated(a, b, 0xf0n, 0x10n), 0x2_0000_00b0n);
  });

  it('hold a range only when one window holds all of it', async () => {
    const a = `${one} ranges;`;
    const b = `${one} ranges = <0x100 0x1000 0x80>, <0x180 0x2000 0x80>;`;
    assert.equal(await translated(a, b, 0x100n, 0x80n), 0x1000n);
    const nowhere = { code: 'not-translatable', bus: '/a/b' };
    assert.deepEqual(await translated(a, b, 0xffn), nowhere);
    assert.deepEqual(await translated(a, b, 0x170n, 0x20n), nowhere);
    assert.deepEqual(await translated(a, b, 0x200n), nowhere);
  });

  it('that are absent hide what is below, those that are empty do not', async () => {
    assert.equal(await translated(`${one} ranges;`, `${one} ranges;`, 5n), 5n);
    const hidden = { code: 'not-translatable', bus: '/a' };
    assert.deepEqual(await translated(one, `${one} ranges;`, 5n), hidden);
  });

  it('have flags in the first of three cells', async () => {
    const pci = '#address-cells = <3>; #size-cells = <2>;';
    const b = `${pci} ranges = <0x2000000 0x0 0x10 0x5000 0x0 0x100>, <0x43000000 0x1 0x0 0x6000 0x0 0x100>;`;
    assert.equal(await translated(`${one} ranges;`, b, 0x20n), 0x5010n);
    assert.equal(await translated(`${one} ranges;`, b, 0x1_0000_0000n), 0x6000n);
  });

  it('that end in half a window have the whole ones before it', async () => {
    const b = `${one} ranges = <0x0 0x1000 0x100 0x200>;`;
    assert.equal(await translated(`${one} ranges;`, b, 0x20n), 0x1020n);
    assert.deepEqual(
      await translated(
        '#address-cells = <0>; #size-cells = <0>; ranges;',
        '#address-cells = <0>; #size-cells = <0>; ranges = <1>;',
        0n,
      ),
      {
        code: 'not-translatable',
        bus: '/a/b',
      },
    );
  });

  it('of the same bytes below another parent are read anew', () => {
    const tree = textTree(`/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	wide {
		#address-cells = <2>;
		#size-cells = <1>;
		ranges;
		bus { #address-cells = <1>; #size-cells = <1>; ranges = <0x1 0x2 0x3 0x10 0x2 0x3>; dev { }; };
	};
	bus { #address-cells = <1>; #size-cells = <1>; ranges = <0x1 0x2 0x3 0x10 0x2 0x3>; dev { }; };
	sized { #address-cells = <1>; #size-cells = <4>; ranges = <0x1 0x2 0x3 0x10 0x2 0x3>; dev { }; };
};
`);
    const at = (path: string, address: bigint): unknown => {
      const node = nodeAt(tree, path);
      assert.ok(node);
      const result = translateAddress(node, address, 1n);
      return result.known ? result.value : result.because.code;
    };
    assert.equal(at('/wide/bus/dev', 0x2n), 0x2_0000_0004n);
    assert.equal(at('/bus/dev', 0x2n), 0x3n);
    assert.equal(at('/sized/dev', 0x2n), 0x3n);
    assert.equal(at('/wide/bus/dev', 0x2n), 0x2_0000_0004n);
  });
});

describe('numbers as text', () => {
  it('addresses', () => {
    assert.deepEqual([0n, 0x8000_0000n, -16n].map(formatAddress), ['0x0', '0x80000000', '-0x10']);
    assert.equal(formatRange({ start: 0x10n, end: 0x20n }), '[0x10, 0x20)');
    assert.deepEqual([0n, 0x8000_0000n, 0x1_a000_0000n, 0xff_0000_0000_0000n].map(formatGrouped), [
      '0x0',
      '0x80000000',
      '0x1_a000_0000',
      '0xff_0000_0000_0000',
    ]);
    assert.deepEqual([0n, 0x1a00_0000n, 0x1_a000_0000n].map(digitGroups), [
      ['0000', '0000'],
      ['1a00', '0000'],
      ['1', 'a000', '0000'],
    ]);
  });

  it('sizes, in three significant digits', () => {
    const sizes: readonly (readonly [bigint, string])[] = [
      [0n, '0 B'],
      [1023n, '1023 B'],
      [1024n, '1 KiB'],
      [1536n, '1.5 KiB'],
      [1025n, '1 KiB'],
      [0x10_0400n, '1 MiB'],
      [0x141400n, '1.25 MiB'],
      [(1n << 30n) + (1n << 27n), '1.13 GiB'],
      [1n << 40n, '1 TiB'],
      [5n << 50n, '5120 TiB'],
      [(1n << 20n) * 1050n, '1.03 GiB'],
      [-2048n, '-2 KiB'],
    ];
    assert.deepEqual(
      sizes.map(([bytes]) => formatSize(bytes)),
      sizes.map(([, text]) => text),
    );
  });

  it('sizes in three digits', () => {
    const sizes: readonly (readonly [bigint, string])[] = [
      [0n, '0 B'],
      [9n, '9 B'],
      [1024n, '1 KiB'],
      [1075n, '1.05 KiB'],
      [1434n, '1.4 KiB'],
      [10_240n, '10 KiB'],
      [10_342n, '10.1 KiB'],
      [102_400n, '100 KiB'],
      [102_860n, '100 KiB'],
      [(1n << 30n) * 64n + (1n << 29n), '64.5 GiB'],
    ];
    assert.deepEqual(
      sizes.map(([bytes]) => formatSizeBriefly(bytes).replace('\u2009', ' ')),
      sizes.map(([, text]) => text),
    );
  });
});

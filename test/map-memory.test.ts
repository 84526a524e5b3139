// What each kind of node claims in the memory map, and what is left free.

import assert from 'node:assert/strict';
import { freeRanges, placesIn, ramOf } from '../server/src/memory/free-ranges.ts';
import { isMemoryNode, mapMemory } from '../server/src/memory/map-memory.ts';
import type { MemoryMap } from '../server/src/memory/memory-map.ts';
import type { Range } from '../server/src/addresses/region.ts';
import { nodeAt } from '../server/src/tree/device-tree.ts';
import { textTree } from './support/source-tree.ts';

const CELLS = '#address-cells = <1>; #size-cells = <1>;';
const MEMORY = 'memory@1000 { device_type = "memory"; reg = <0x1000 0x1000>; };';

function mapOf(body: string, memory?: readonly Range[]): MemoryMap {
  return mapMemory(
    textTree(`/dts-v1/;\n/memreserve/ 0x10 0x20;\n/ { ${CELLS}\n${body}\n};\n`),
    memory,
  );
}

const hex = ({ start, end }: Range): string => `${start.toString(16)}-${end.toString(16)}`;

/** The map in words, without the `/memreserve/` that every tree here has. */
function said(map: MemoryMap): string[] {
  return [
    ...map.banks.map((each) => `bank ${hex(each)}${each.enabled ? '' : ' disabled'}`),
    ...map.reserved
      .filter((each) => each.kind !== 'memreserve')
      .map(
        (each) =>
          `${each.kind} ${hex(each)}${each.enabled ? '' : ' disabled'}${each.noMap ? ' no-map' : ''}${each.reusable ? ' reusable' : ''}`,
      ),
    ...map.dynamic.map(
      (each) =>
        `dynamic ${each.size.toString(16)} aligned ${each.alignment?.toString(16) ?? '-'} in ${each.allocRanges.map(hex).join(' ')}`,
    ),
    ...map.modules.map((each) => `${each.kind} ${hex(each)}`),
    ...map.devices.map((each) => `device ${hex(each)}`),
    ...map.unknown.map((each) => `unknown ${each.node.name}: ${each.because.code}`),
    ...(map.ramKnown ? [] : ['RAM not known']),
  ];
}

const cases: readonly (readonly [string, string, ...string[]])[] = [
  [
    'banks by device_type or name, one per tuple, empty ones left out',
    'memory@1000 { reg = <0x1000 0x1000>, <0x0 0x0>, <0x4000 0x1000>; }; ram { device_type = "memory"; reg = <0x8000 0x800>; };',
    'bank 1000-2000',
    'bank 4000-5000',
    'bank 8000-8800',
  ],
  [
    'disabled banks are no RAM',
    'memory@1000 { device_type = "memory"; reg = <0x1000 0x1000>; status = "disabled"; };',
    'bank 1000-2000 disabled',
    'RAM not known',
  ],
  [
    'a bank of size 0 is for firmware to fill in',
    'memory@1000 { device_type = "memory"; reg = <0x1000 0x0>; };',
    'unknown memory@1000: size-zero',
    'RAM not known',
  ],
  [
    'a disabled bank of size 0 leaves the rest known',
    `${MEMORY} memory@0 { device_type = "memory"; reg = <0x0 0x0>; status = "disabled"; };`,
    'bank 1000-2000',
  ],
  [
    'a memory node with half a tuple is not known',
    `${MEMORY} memory@0 { device_type = "memory"; reg = <0x0>; };`,
    'bank 1000-2000',
    'unknown memory@0: reg-length',
    'RAM not known',
  ],
  [
    'a disabled memory node with half a tuple leaves the rest known',
    `${MEMORY} memory@0 { device_type = "memory"; reg = <0x0>; status = "disabled"; };`,
    'bank 1000-2000',
    'unknown memory@0: reg-length',
  ],
  [
    'SRAM that a driver binds to, and memory below a bus, are devices',
    `${MEMORY} memory@3000 { compatible = "vendor,sram"; reg = <0x3000 0x100>; };` +
      ` bus { ${CELLS} ranges; memory@5000 { device_type = "memory"; reg = <0x5000 0x100>; }; };`,
    'bank 1000-2000',
    'device 3000-3100',
    'device 5000-5100',
  ],
  [
    'reserved regions, whatever their ranges say',
    `${MEMORY} reserved-memory { ${CELLS} a { reg = <0x1100 0x10>, <0x1200 0x0>; no-map; }; b { reg = <0x1300 0x10>; reusable; status = "disabled"; };` +
      ' c { reg = <0x1400>; }; d { reg; }; e { }; };',
    'bank 1000-2000',
    'static 1100-1110 no-map',
    'static 1200-1200 no-map',
    'static 1300-1310 disabled reusable',
    'unknown c: reg-length',
    'unknown d: reg-length',
    'unknown e: no-reg',
  ],
  [
    'reserved regions with a tuple and a half, and without a size',
    `${MEMORY} reserved-memory { ${CELLS} a { reg = <0x1100 0x10 0x1200>; }; };` +
      ' other { #address-cells = <1>; #size-cells = <0>; b { reg = <0x1300>; c { reg = <0x1400 0x10>; }; }; };',
    'bank 1000-2000',
    'unknown a: reg-length',
  ],
  [
    'reserved regions without cells',
    `${MEMORY} reserved-memory { #address-cells = <0>; #size-cells = <0>; a { reg = <0x1100>; }; };`,
    'bank 1000-2000',
    'unknown a: reg-length',
  ],
  [
    'dynamic regions',
    `${MEMORY} reserved-memory { ${CELLS} ranges; a { size = <0x100>; }; b { size = <0x1 0x0>; alignment = <0x40>; alloc-ranges = <0x1000 0x800 0x1900 0x100>; }; };`,
    'bank 1000-2000',
    'dynamic 100 aligned - in ',
    'dynamic 100000000 aligned 40 in 1000-1800 1900-1a00',
  ],
  [
    'modules, by what they are for',
    `${MEMORY} chosen { ${CELLS} m1 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x1000 0x10>; };` +
      ' m2 { compatible = "xen,linux-initrd", "xen,multiboot-module"; reg = <0x1020 0x10>; };' +
      ' m3 { compatible = "multiboot,module"; reg = <0x1040 0x10>; }; m4 { compatible = "multiboot,module"; };' +
      ' m5 { compatible = "multiboot,module"; reg = <0x1>; }; m6 { reg = <0x1060 0x10>; }; };',
    'bank 1000-2000',
    'kernel 1000-1010',
    'ramdisk 1020-1030',
    'unknown 1040-1050',
    'unknown m4: no-reg',
    'unknown m5: no-reg',
  ],
  [
    'the ramdisk of Linux',
    `${MEMORY} chosen { linux,initrd-start = <0x0 0x1100>; linux,initrd-end = <0x1200>; };`,
    'bank 1000-2000',
    'ramdisk 1100-1200',
  ],
  [
    'half a ramdisk is none',
    `${MEMORY} chosen { linux,initrd-start = <0x1100>; };`,
    'bank 1000-2000',
  ],
  [
    'an empty ramdisk is none',
    `${MEMORY} chosen { linux,initrd-start = <0x1100>; linux,initrd-end = <0x1100>; };`,
    'bank 1000-2000',
  ],
  [
    'static heap in the cells of the root, static memory in those of /chosen',
    `${MEMORY} chosen { #address-cells = <2>; #size-cells = <1>; xen,static-heap = <0x1000 0x10 0x1100 0x10>;` +
      ` d { compatible = "xen,domain"; ${CELLS} xen,static-mem = <0x0 0x1200 0x10>;` +
      ' s { compatible = "xen,domain-shared-memory-v1"; xen,shared-mem = <0x1300 0x5000 0x20>; };' +
      ' t { compatible = "xen,domain-shared-memory-v1"; xen,shared-mem = <0x5000 0x20>; };' +
      ' u { compatible = "xen,domain-shared-memory-v1"; }; v { xen,shared-mem = <0x1400 0x5000 0x20>; };' +
      ' k { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x1500 0x10>; }; w { reg = <0x1600 0x10>; }; };' +
      ' other { xen,static-mem = <0x0 0x1700 0x10>; k { compatible = "multiboot,module"; reg = <0x0 0x1800 0x10>; }; }; };',
    'bank 1000-2000',
    'static-heap 1000-1010',
    'static-heap 1100-1110',
    'static-mem 1200-1210',
    'shared-mem 1300-1320',
    'kernel 1500-1510',
  ],
  [
    'devices, where the CPU sees them',
    `${MEMORY} bus { ${CELLS} ranges = <0x0 0x8000 0x1000>; reg = <0x7000 0x10>; a@10 { reg = <0x10 0x10>, <0x30 0x0>; }; b { reg = <0x9000 0x10>; };` +
      ` i2c { #address-cells = <1>; #size-cells = <0>; reg = <0x40 0x10>; sensor@48 { reg = <0x48>; below { ${CELLS} ranges; c { reg = <0x50 0x10>; }; }; }; };` +
      ' odd { reg = <0x60>; }; };',
    'bank 1000-2000',
    'device 7000-7010',
    'device 8010-8020',
    'device 8040-8050',
    'unknown odd: reg-length',
  ],
];

describe('memory map', () => {
  for (const [title, body, ...expected] of cases)
    it(title, () => {
      assert.deepEqual(said(mapOf(body)), expected);
    });

  it('/memreserve/ comes first', () => {
    const [first] = mapOf(MEMORY).reserved;
    assert.ok(first?.kind === 'memreserve' && first.node === undefined);
    assert.deepEqual(
      [hex(first), first.enabled, first.noMap, first.reusable],
      ['10-30', true, false, false],
    );
  });

  it('RAM from elsewhere stands in place of the memory nodes', () => {
    const map = mapOf(MEMORY.replace('0x1000>', '0x0>'), [{ start: 0x4000n, end: 0x6000n }]);
    assert.deepEqual(
      map.banks.map((each) => [hex(each), each.node.name, each.index, each.enabled]),
      [['4000-6000', 'memory@1000', 0, true]],
    );
    assert.equal(map.ramKnown, true);
    const bare = mapOf('', [{ start: 0x4000n, end: 0x6000n }]);
    assert.equal(bare.banks[0]?.node.path, '/');
  });

  it('the root is no memory node, nor is one below a bus', () => {
    const tree = textTree(
      '/dts-v1/;\n/ { device_type = "memory"; memory { }; bus { memory { }; }; };\n',
    );
    assert.deepEqual(
      ['/', '/memory', '/bus/memory', '/bus'].map((path) => {
        const node = nodeAt(tree, path);
        return node && isMemoryNode(node);
      }),
      [false, true, false, false],
    );
  });
});

describe('free memory', () => {
  it('is RAM that nothing claims, disabled regions included in the claims', () => {
    const map = mapOf(
      `${MEMORY} memory@8000 { device_type = "memory"; reg = <0x8000 0x1000>; status = "disabled"; };` +
        ` reserved-memory { ${CELLS} ranges; a { reg = <0x1100 0x100>; status = "disabled"; }; };` +
        ` chosen { ${CELLS} m { compatible = "multiboot,module"; reg = <0x1400 0x100>; }; }; dev { reg = <0x1600 0x100>; };`,
    );
    assert.deepEqual(ramOf(map).map(hex), ['1000-2000']);
    assert.deepEqual(freeRanges(map, [{ start: 0x1800n, end: 0x1900n }]).map(hex), [
      '1000-1100',
      '1200-1400',
      '1500-1600',
      '1700-1800',
      '1900-2000',
    ]);
  });

  it('is the gaps between static regions while RAM is not known', () => {
    const map = mapOf(
      `reserved-memory { ${CELLS} ranges; b { reg = <0x3000 0x100>; }; a { reg = <0x1000 0x100>; }; }; dev { reg = <0x2000 0x100>; };`,
    );
    assert.deepEqual(freeRanges(map, []).map(hex), ['1100-2000', '2100-3000']);
    assert.deepEqual(freeRanges(mapOf(''), []), []);
  });

  it('has a lowest and a highest place, aligned and within reach', () => {
    const free = [
      { start: 0x1010n, end: 0x2000n },
      { start: 0x3000n, end: 0x3100n },
      { start: 0x4000n, end: 0x40ffn },
    ];
    const places = (size: bigint, alignment: bigint, below?: bigint): string[] =>
      placesIn(free, { size, alignment, ...(below === undefined ? {} : { below }) }).map(hex);
    assert.deepEqual(places(0x100n, 0x100n), ['1100-1200', '1f00-2000', '3000-3100']);
    assert.deepEqual(places(0x100n, 0x100n, 0x1f80n), ['1100-1200', '1e00-1f00']);
    assert.deepEqual(places(0x100n, 0x100n, 0x3100n), ['1100-1200', '1f00-2000', '3000-3100']);
    assert.deepEqual(places(0x80n, 1n, 0x30c0n), [
      '1010-1090',
      '1f80-2000',
      '3000-3080',
      '3040-30c0',
    ]);
    assert.deepEqual(places(0x1000n, 0x10n), []);
  });
});

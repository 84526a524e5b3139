// Partial trees of domains: what Xen refuses of one that a boot script loads, as the boot and the rule have it.

import assert from 'node:assert/strict';
import path from 'node:path';
import type { DeviceTree } from '../server/src/tree/device-tree.ts';
import { bootXen } from '../server/src/xen/boot.ts';
import { parseRelease } from '../server/src/xen/releases.ts';
import type { XenBoot } from '../server/src/xen/xen-boot.ts';
import { xenBoots } from '../server/src/xen/xen-boots.ts';
import { analyzeFile } from './support/analyze-file.ts';
import { factsOf } from './support/facts-of.ts';
import { sourceTree, textTree } from './support/source-tree.ts';

const folder = path.join(import.meta.dirname, 'fixtures/rules/passthrough-node');
const LOADED_AT = 0x4a000000n;

const below = (nodes: string, cells = '#address-cells = <2>; #size-cells = <2>;'): string =>
  `/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; passthrough { ${cells} ${nodes} }; };`;

function boot(text: string, name: string): XenBoot {
  const { tree }: { tree: DeviceTree } = sourceTree(path.join(folder, 'bad-loaded.dts'));
  const release = parseRelease(name);
  assert.ok(release);
  const profile = {
    xen: { address: 0x60000000n, size: 0x150000n },
    dtb: { address: 0x62000000n, size: 0x4000n },
    cpus: 1,
  };
  const file = { address: LOADED_AT, role: 'file' as const, tree: textTree(text) };
  return bootXen(tree, release, factsOf(tree, profile, 0x1000n), [file]);
}

const CASES: readonly (readonly [title: string, text: string, release: string, lines: string[]])[] =
  [
    [
      'a size that is not page-aligned',
      below('u { xen,reg = <0 0x9000000 0 0x100 0 0x22000000>; xen,path = "/u"; };'),
      '4.17',
      [
        'DomU passthrough config has not page aligned addresses/sizes',
        'Failed to assign device to d1',
      ],
    ],
    [
      'a guest address that is not, in a second range of a node further down',
      below(
        'b { #address-cells = <1>; #size-cells = <1>; u { xen,force-assign-without-iommu; ' +
          'xen,reg = <0x9000000 0x1000 0x22000000 0x9001000 0x1000 0x22001010>; }; };',
      ),
      '4.22',
      [
        'DomU passthrough config has not page aligned addresses/sizes',
        'Failed to assign device to d1',
      ],
    ],
    [
      'a path without a range',
      below('u { xen,path = "/u"; };'),
      '4.13',
      ['xen,reg or xen,path missing for d1'],
    ],
    [
      'three cells',
      below(
        'u { xen,reg = <0 0 0x9000000 0x1000 0 0 0x22000000>; xen,force-assign-without-iommu; };',
        '#address-cells = <3>; #size-cells = <1>;',
      ),
      'unstable',
      ['Invalid address_cells 3 or size_cells 1', 'Failed to assign device to d1'],
    ],
  ];

describe('a partial tree that a boot script loads', () => {
  for (const [title, text, name, lines] of CASES)
    it(`ends the boot with ${title} (${name})`, () => {
      const { outcome, log } = boot(text, name);
      assert.equal(outcome.kind, 'panics');
      const printed = log.map((line) => line.text);
      assert.deepEqual(printed.slice(-lines.length - 2, -2), lines);
      assert.equal(printed.at(-2), 'Device tree generation failed (-22).');
      assert.match(printed.at(-1) ?? '', /^Could not set up domain domU1/);
    });

  it('does not end the boot where nothing of it is wrong, or elsewhere than /passthrough', () => {
    for (const text of [
      below(
        'clock { }; u { xen,reg = <0 0x9000000 0 0x1000 0 0x22000000>; xen,path = "/soc/serial@9000000"; };',
      ),
      '/dts-v1/; / { other { u { xen,reg = <1>; }; }; };',
    ])
      assert.equal(boot(text, '4.22').outcome.kind, 'boots');
    // Any count of cells was read before the last point releases of 4.20 and 4.21.
    const threeCells = below(
      'u { xen,reg = <0 0 0x9000000 0x1000 0 0 0x22000000>; xen,force-assign-without-iommu; };',
      '#address-cells = <3>; #size-cells = <1>;',
    );
    for (const [release, kind] of [
      ['4.19', 'boots'],
      ['4.20.3', 'boots'],
      ['4.20.4', 'panics'],
      ['4.21.1', 'boots'],
      ['4.22', 'panics'],
    ] as const)
      assert.equal(boot(threeCells, release).outcome.kind, kind, release);
  });

  for (const [how, options] of [
    ['loaded', ['script', 'loaded.source']],
    ['named', ['guests', 'bad-guest.dtb']],
  ] as const)
    it(`is what check and the boot agree on, where it is ${how}`, () => {
      const { board, findings } = analyzeFile(
        path.join(folder, 'bad-loaded.dts'),
        new Map([['targets', 'xen:4.13 xen:4.22'], options]),
      );
      for (const { outcome } of xenBoots(board)) assert.equal(outcome.kind, 'panics');
      assert.deepEqual(
        findings.map(({ rule, targets, log }) => [rule, targets, log.map(({ line }) => line)]),
        [
          [
            'passthrough-node',
            ['xen:4.13', 'xen:4.22'],
            Array.from(
              { length: 2 },
              () => '(XEN) DomU passthrough config has not page aligned addresses/sizes',
            ),
          ],
        ],
      );
    });
});

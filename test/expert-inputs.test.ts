// Boards as an expert would try them: several faults of one kind on each, and all that is found is expected.

import assert from 'node:assert/strict';
import path from 'node:path';
import { analyzeFile } from './support/analyze-file.ts';

/** Where such a board would be; nothing of it is on the disk. */
const FILE = path.join(import.meta.dirname, 'fixtures/rules/expert-inputs.dts');

interface Case {
  readonly title: string;
  readonly targets: string;
  /** What the board consists of, without the braces of the root. */
  readonly nodes: string;
  /** `severity rule`, in any order. */
  readonly found: readonly string[];
}

const CELLS = '#address-cells = <2>; #size-cells = <2>;';
const cpu = (model: string, number = 0): string =>
  `cpu@${number} { device_type = "cpu"; compatible = "${model}"; reg = <${number}>; };`;
const cpus = (...models: string[]): string =>
  `cpus { #address-cells = <1>; #size-cells = <0>; ${models.map(cpu).join(' ')} };`;
const bank = (address: string, cells: string): string =>
  `memory@${address} { device_type = "memory"; reg = <${cells}>; };`;
const RAM = bank('40000000', '0 0x40000000 0 0x40000000');
const reserved = (nodes: string): string => `reserved-memory { ${CELLS} ranges; ${nodes} };`;
const bootargs = (text: string): string => `chosen { bootargs = "${text}"; };`;
const KERNEL =
  'module@44000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0 0x44000000 0 0x1a00000>; };';
const xenChosen = (more = ''): string =>
  `chosen { ${CELLS} xen,xen-bootargs = "dom0_mem=256M bootscrub=0"; ${KERNEL} ${more} };`;
const domain = (name: string, module: string, more: string): string =>
  `${name} { compatible = "xen,domain"; ${CELLS} cpus = <1>; ${more} ` +
  `module@${module} { compatible = "multiboot,kernel", "multiboot,module"; reg = <0 0x${module} 0 0x1a00000>; }; };`;

const POOL = 'compatible = "shared-dma-pool"; reg = <0 0x60000000 0 0x400000>;';
const DEFAULT_POOL =
  'linux,cma { compatible = "shared-dma-pool"; reusable; size = <0 0x8000000>; linux,cma-default; };';

const CASES: readonly Case[] = [
  {
    title: 'a pool without no-map on 32-bit Arm',
    targets: 'linux:5.4 linux:6.12',
    nodes: `${cpus('arm,cortex-a7')} ${RAM} ${reserved(`pool@60000000 { ${POOL} };`)}`,
    found: ['warning arm32-pool-without-no-map'],
  },
  {
    title: 'the same on 64-bit Arm',
    targets: 'linux:5.4 linux:6.12 xen:4.22',
    nodes: `${cpus('arm,cortex-a53')} ${xenChosen()} ${RAM} ${reserved(`pool@60000000 { ${POOL} };`)}`,
    found: [],
  },
  {
    title: 'the same in dom0 of a 32-bit Xen, and with no-map',
    targets: 'xen:4.22',
    nodes: `${cpus('arm,cortex-a15')} ${xenChosen()} ${RAM} ${reserved(
      `pool@60000000 { ${POOL} }; other@61000000 { compatible = "shared-dma-pool"; no-map; reg = <0 0x61000000 0 0x400000>; };`,
    )}`,
    found: ['warning arm32-pool-without-no-map'],
  },
  {
    title: 'a command line that takes the default pool, RAM and more than there is',
    targets: 'linux:6.12',
    nodes: `${bootargs('cma=128M mem=512M crashkernel=1G')} ${RAM} ${reserved(
      `${DEFAULT_POOL} buffer@70000000 { no-map; reg = <0 0x70000000 0 0x400000>; };`,
    )}`,
    found: [
      'warning bootargs-cut-memory',
      'information bootargs-cut-memory',
      'warning crashkernel-no-room',
    ],
  },
  {
    title: 'a command line that asks for what there is',
    targets: 'linux:5.4 linux:6.12',
    nodes: `${bootargs('mem=1G crashkernel=128M@0x60000000')} ${RAM} ${reserved(
      `${DEFAULT_POOL} buffer@70000000 { no-map; reg = <0 0x70000000 0 0x400000>; };`,
    )}`,
    found: [],
  },
  {
    title: 'static memory that begins within a page, of one of two domains',
    targets: 'xen:4.17 xen:4.22',
    nodes: `${xenChosen(
      domain(
        'domU1',
        '48000000',
        'memory = <0 0x8000>; xen,static-mem = <0 0x60000000 0 0x2000000>;',
      ) +
        domain(
          'domU2',
          '4a000000',
          'memory = <0 0x8000>; xen,static-mem = <0 0x64000200 0 0x2000000>;',
        ),
    )} ${RAM}`,
    found: ['error static-mem-unaligned'],
  },
  {
    title: 'static memory that ends within a page, for builds of both kinds',
    targets: 'xen:4.22',
    nodes: `${xenChosen(
      domain(
        'domU1',
        '48000000',
        'memory = <0 0x8001>; xen,static-mem = <0 0x60000000 0 0x2000400>;',
      ),
    )} ${RAM}`,
    found: ['information static-mem-unaligned'],
  },
  {
    title: 'regions outside RAM, with and without no-map',
    targets: 'xen:4.22',
    nodes: `${xenChosen()} ${RAM} ${reserved(
      'sram@900000 { reg = <0 0x900000 0 0x20000>; }; tee@3000000 { no-map; reg = <0 0x3000000 0 0x100000>; };',
    )}`,
    found: [
      'warning reserved-cacheable-outside-ram',
      'information reserved-outside-ram',
      'information reserved-outside-ram',
    ],
  },
  {
    title: 'the same without Xen',
    targets: 'linux:6.12 xen:4.22',
    nodes: `${RAM} ${reserved('sram@900000 { reg = <0 0x900000 0 0x20000>; };')}`,
    found: ['information reserved-outside-ram'],
  },
  {
    title: 'RAM that the small one of two kinds of CPU does not reach',
    targets: 'linux:6.12 xen:4.22',
    nodes: `${cpus('arm,cortex-a72', 'arm,cortex-a53')} ${RAM} ${bank('b0000000000', '0xb00 0 0 0x40000000')}`,
    found: ['warning ram-above-pa'],
  },
  {
    title: 'RAM that all of them reach',
    targets: 'linux:6.12',
    nodes: `${cpus('arm,cortex-a72', 'arm,cortex-a53')} ${RAM} ${bank('8000000000', '0x80 0 0 0x40000000')}`,
    found: [],
  },
  {
    title: "a guest's partial tree whose UART is smaller than a page",
    targets: 'xen:4.13 xen:4.22',
    nodes:
      `passthrough { compatible = "simple-bus"; ranges; ${CELLS} uart@22000000 { compatible = "ns16550a"; reg = <0 0x22000000 0 0x100>; ` +
      'xen,reg = <0 0x9040000 0 0x100 0 0x22000000>; xen,path = "/soc/uart@9040000"; }; };',
    found: ['error passthrough-node'],
  },
];

describe('boards as an expert would try them', () => {
  for (const { title, targets, nodes, found } of CASES)
    it(title, () => {
      const text = `/dts-v1/;\n/ {\n${CELLS} compatible = "acme,board"; model = "Board";\n${nodes}\n};\n`;
      const { findings } = analyzeFile(FILE, new Map([['targets', targets]]), text);
      const seen = findings.map(({ severity, rule }) => `${severity} ${rule}`);
      assert.deepEqual(
        seen.sort(),
        [...found].sort(),
        findings.map(({ message }) => message).join('\n'),
      );
      // What holds for one of the releases asked for holds for all of them.
      for (const finding of findings)
        if (finding.targets.length > 0)
          assert.deepEqual([...finding.targets], targets.split(' '), finding.message);
    });
});

// Boot modules and ramdisks.

import { UEFI, CELLS, inChosen, atRoot, module, domain, NO_RAM, type Case } from './board.ts';

const manyModules = Array.from({ length: 40 }, (_, index) =>
  module(
    `reg = <0 0x${(0x50000000 + index * 0x10000).toString(16)} 0 0x1000>; bootargs = "x";`,
    '',
    `m${index}`,
  ),
).join('\n');

const NOT_PARSED = "fdt: node `chosen': parsing failed";
const badInitrd = (properties: string, line: string): Case => [
  properties,
  inChosen(properties),
  {
    '4.17': ['panics', NO_RAM, line, NOT_PARSED],
    '4.21': ['panics', 'Early FDT parsing failed (-22)', line, NOT_PARSED],
  },
];

export const modules: readonly Case[] = [
  badInitrd('linux,initrd-start = [01 02];', 'linux,initrd-start property has invalid length 2'),
  badInitrd('linux,initrd-start = <0x50000000>;', 'linux,initrd-end not present but -start was'),
  badInitrd(
    'linux,initrd-start = <0x50000000>; linux,initrd-end = [01];',
    'linux,initrd-end property has invalid length 1',
  ),
  badInitrd(
    'linux,initrd-start = <0x50000000>; linux,initrd-end = <0x50000000>;',
    'linux,initrd limits invalid: 0000000050000000 >= 0000000050000000',
  ),
  [
    'a ramdisk by properties',
    inChosen('linux,initrd-start = <0x50000000>; linux,initrd-end = <0x0 0x50100000>;').replace(
      /module@4c000000 \{[^}]*\};/,
      '',
    ),
    {
      '4.17': [
        'boots',
        undefined,
        'Initrd 0000000050000000-0000000050100000',
        'Loading ramdisk from boot module @ 0000000050000000',
      ],
      '4.21': ['boots', undefined, 'Initrd 0000000050000000-00000000500fffff'],
    },
  ],
  [
    'a module without reg',
    inChosen(module('')),
    {
      '4.11': ['panics', "node module@50000000 missing `reg' property"],
      '4.22': ['panics', "node module@50000000 missing `reg' property"],
    },
  ],
  [
    'a module that UEFI is to load',
    inChosen(module('xen,uefi-binary = "x";')),
    { '4.18': ['unknown', undefined] },
    UEFI,
  ],
  [
    'a module with half a reg',
    inChosen(module('reg = <0 1>;')),
    { '4.18': ['panics', "fdt: node `module@50000000': `reg` property length is too short"] },
  ],
  [
    'a module in three cells',
    inChosen(`b { #address-cells = <3>; #size-cells = <1>; ${module('reg = <0 0 1 1>;')} };`),
    {
      '4.21': [
        'panics',
        "Assertion 'unreachable' failed at ./include/xen/bootfdt.h",
        'dt_read_number(,3) bad size',
      ],
    },
  ],
  [
    'a module outside /chosen, which only the first release takes',
    atRoot(module('reg = <0 0x50000000 0 0x1000>;')),
    {
      '4.11': ['boots', undefined, 'MODULE[3]: 0000000050000000 - 0000000050001000 Kernel       '],
      '4.18': ['boots', undefined, 'MODULE[3]: 000000004c000000 - 000000004c0f1069 Ramdisk     '],
    },
  ],
  [
    'a module with a long command line',
    inChosen(module(`reg = <0 0x50000000 0 0x1000>; bootargs = "${'a'.repeat(1024)}";`)),
    {
      '4.11': ['panics', 'module module@50000000 command line too long'],
      '4.18': ['panics', 'module module@50000000 command line too long'],
    },
  ],
  [
    'more modules than a table holds',
    inChosen(manyModules),
    {
      '4.11': [
        'boots',
        undefined,
        'Ignoring Unknown boot module at 0000000050040000-0000000050041000 (too many)',
      ],
      '4.12': [
        'boots',
        undefined,
        'Ignoring Unknown boot module at 00000000501f0000-00000000501f1000 (too many)',
        'Ignoring chosen cmdline (too many)',
      ],
      '4.18': [
        'boots',
        undefined,
        'Ignoring Unknown boot module at 00000000501e0000-00000000501e1000 (too many)',
        'Ignoring chosen cmdline (too many)',
      ],
    },
  ],
  [
    'a module with a command line as long as may be',
    inChosen(module(`reg = <0 0x50000000 0 0x1000>; bootargs = "${'a'.repeat(1023)}";`)),
    {
      '4.11': ['boots', undefined, 'MODULE[2]: 0000000048000000 - 00000000499f97c0 Kernel       '],
      '4.18': ['boots', undefined, `CMDLINE[0000000050000000]:chosen ${'a'.repeat(1023)}`],
    },
  ],
  [
    'modules that say nothing of themselves: first a kernel, then a ramdisk',
    inChosen(
      ['a', 'b', 'c']
        .map((name, at) => module(`reg = <0 0x5${at}000000 0 0x1000>;`, '', name))
        .join('\n'),
    ),
    {
      '4.18': [
        'boots',
        undefined,
        'MODULE[2]: 0000000050000000 - 0000000050001000 Kernel      ',
        'MODULE[3]: 0000000051000000 - 0000000051001000 Ramdisk     ',
        'MODULE[4]: 0000000052000000 - 0000000052001000 Unknown     ',
      ],
    },
  ],
  [
    'modules by their old names',
    inChosen(
      [
        'a { compatible = "xen,linux-zimage", "xen,multiboot-module"; reg = <0 0x50000000 0 1>; };',
        'b { compatible = "xen,linux-initrd", "xen,multiboot-module"; reg = <0 0x51000000 0 1>; };',
      ].join('\n'),
    ),
    {
      '4.18': [
        'boots',
        undefined,
        'MODULE[2]: 0000000050000000 - 0000000050000001 Kernel      ',
        'MODULE[3]: 0000000051000000 - 0000000051000001 Ramdisk     ',
      ],
    },
  ],
  ...([90, 91] as const).map((length): Case => {
    // `/chosen/` and `/m` stand around the long name; 91 characters fit.
    const name = 'n'.repeat(length - '/chosen/'.length - '/m'.length + 1);
    const expected = 'MODULE[2]: 0000000050000000 - 0000000050001000 Kernel      ';
    return [
      `a module whose path has ${length + 1} characters`,
      inChosen(`${name} { ${CELLS} ${module('reg = <0 0x50000000 0 0x1000>;', '', 'm')} };`),
      {
        '4.18':
          length === 90
            ? ['boots', undefined, expected]
            : [
                'boots',
                undefined,
                expected.replace('50000000 - 0000000050001000', '48000000 - 00000000499f97c0'),
              ],
      },
    ];
  }),
  [
    'a policy',
    inChosen('x { compatible = "xen,xsm-policy", "multiboot,module"; reg = <0 0x50000000 0 1>; };'),
    {
      '4.11': ['boots', undefined, 'MODULE[1]: 0000000050000000 - 0000000050000001 XSM          '],
      '4.18': ['boots', undefined, 'MODULE[2]: 0000000050000000 - 0000000050000001 XSM         '],
    },
  ],
  [
    'microcode, which releases before 4.21 take for a kernel',
    inChosen(module('reg = <0 0x50000000 0 0x1000>;', '"multiboot,microcode", ')),
    {
      '4.18': ['boots', undefined, 'MODULE[2]: 0000000050000000 - 0000000050001000 Kernel      '],
      '4.21': ['boots', undefined, 'MODULE[2]: 0000000050000000 - 0000000050000fff Microcode   '],
    },
  ],
  [
    "a guest's devicetree, which 4.12 takes for a kernel",
    inChosen(
      domain(
        'cpus = <1>; memory = <0 0x20000>; d { compatible = "multiboot,device-tree", "multiboot,module"; reg = <0 0x52000000 0 0x1000>; };',
      ),
    ),
    {
      '4.12': ['boots', undefined, 'MODULE[1]: 0000000052000000 - 0000000052001000 Kernel      '],
      '4.18': ['boots', undefined, 'MODULE[2]: 0000000052000000 - 0000000052001000 DTB         '],
    },
  ],
];

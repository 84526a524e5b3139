// Xen's command line and its options.

import { words, withoutArguments, withoutDom0Arguments, type Case } from './board.ts';

const QUARTER = 'BANK[0] 0x00000050000000-0x00000060000000 (256MB)';

export const commandLines: readonly Case[] = [
  ['dom0_mem in hexadecimal', words('dom0_mem=0x100M'), { '4.18': ['boots', undefined, QUARTER] }],
  ['dom0_mem in octal', words('dom0_mem=0400M'), { '4.18': ['boots', undefined, QUARTER] }],
  ['dom0_mem in KiB', words('dom0_mem=262144'), { '4.18': ['boots', undefined, QUARTER] }],
  [
    'dom0_mem of 0',
    words('dom0_mem=0'),
    { '4.18': ['boots', undefined, 'PLEASE SPECIFY dom0_mem PARAMETER - USING 512M FOR NOW'] },
  ],
  [
    'dom0_mem with something behind it',
    words('dom0_mem=256Mx'),
    {
      '4.11': ['boots', undefined, QUARTER],
      '4.18': [
        'boots',
        undefined,
        'parameter "dom0_mem" has invalid value "256Mx", rc=-22!',
        QUARTER,
      ],
    },
  ],
  ...['ext_regions=no', 'no-ext_regions'].map((text): Case => [
    text,
    words(`dom0_mem=256M ${text}`),
    { '4.18': ['boots', undefined, 'd0: extended regions support is disabled'] },
  ]),
  [
    'blanks between words, and options that nobody asks about',
    words('  dom0_mem=256M   xdom0_mem=64M dom0_mem_x=1 =5 no-xyz  '),
    { '4.18': ['boots', undefined, QUARTER] },
  ],
  [
    'ext_regions given twice: the last counts',
    words('dom0_mem=256M ext_regions=0 ext_regions=yes'),
    { '4.18': ['boots', undefined, 'd0: extended region 0: 0x40400000->0x4fe00000'] },
  ],
  [
    'a value that begins with no-, and one that says nothing',
    words('dom0_mem=256M no-ext_regions=1 ext_regions=perhaps'),
    { '4.18': ['boots', undefined, 'd0: extended region 0: 0x40400000->0x4fe00000'] },
  ],
  [
    'dom0_mem without a number',
    words('dom0_mem=lots'),
    {
      '4.18': [
        'boots',
        undefined,
        'parameter "dom0_mem" has invalid value "lots", rc=-22!',
        'PLEASE SPECIFY dom0_mem PARAMETER - USING 512M FOR NOW',
      ],
    },
  ],
  [
    'numbers end where their digits do',
    words('dom0_mem=x256M'),
    { '4.18': ['boots', undefined, 'PLEASE SPECIFY dom0_mem PARAMETER - USING 512M FOR NOW'] },
  ],
  ['dom0_mem in bytes', words('dom0_mem=268435456B'), { '4.18': ['boots', undefined, QUARTER] }],
  [
    'few grant frames',
    words('dom0_mem=256M gnttab_max_frames=4'),
    { '4.18': ['boots', undefined, 'Grant table range: 0x00000040200000-0x00000040204000'] },
  ],
  [
    'bootargs are for Xen when dom0 has its own',
    withoutArguments,
    { '4.18': ['boots', undefined, 'Command line: dom0_mem=256M', QUARTER] },
  ],
  [
    'bootargs are for dom0 when it has no others',
    withoutDom0Arguments,
    { '4.18': ['boots', undefined, 'Command line: <NULL>'] },
  ],
  [
    'bootargs are for Xen when the kernel has some',
    withoutDom0Arguments.replace(
      'compatible = "multiboot,kernel"',
      'bootargs = "console=hvc0"; compatible = "multiboot,kernel"',
    ),
    {
      '4.11': [
        'boots',
        undefined,
        'MODULE[1]: 0000000048000000 - 00000000499f97c0 Kernel       console=hvc0',
        'Command line: dom0_mem=256M',
      ],
      '4.18': [
        'boots',
        undefined,
        'CMDLINE[0000000048000000]:chosen console=hvc0',
        'Command line: dom0_mem=256M',
      ],
    },
  ],
];

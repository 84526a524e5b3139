// Dom0's kernel, ramdisk and blob.

import {
  CELLS,
  REFUSED,
  STATIC,
  atRoot,
  board,
  memory,
  inReleases,
  words,
  type Case,
} from './board.ts';

const QUARTER = 'BANK[0] 0x00000050000000-0x00000060000000 (256MB)';

export const dom0: readonly Case[] = [
  [
    'with a device that its bus does not cover',
    atRoot(
      `b { ${CELLS} compatible = "simple-bus"; ranges = <0 0 0 0x10000000 0 0x1000>; d@5000 { compatible = "x"; reg = <0 0x5000 0 0x1000>; }; };`,
    ),
    {
      '4.18': [
        'panics',
        REFUSED,
        'Unable to retrieve address 0 for /b/d@5000',
        'Device tree generation failed (-22).',
      ],
    },
  ],
  [
    'with less memory than its kernel',
    words('dom0_mem=16M'),
    { '4.18': ['panics', 'Not enough memory in the first bank for the kernel+dtb+initrd'] },
  ],
  [
    'with ramdisk and blob at the end of little memory',
    words('dom0_mem=32M'),
    {
      '4.18': [
        'boots',
        undefined,
        'Loading zImage from 0000000048000000 to 0000000042000000-00000000439f97c0',
        'Loading d0 initrd from 000000004c000000 to 0x0000000043e00000-0x0000000043ef1069',
        'Loading d0 DTB to 0x0000000043c00000-0x0000000043c00696',
      ],
    },
  ],
  [
    'with a kernel that asks for an offset',
    words('dom0_mem=64M'),
    {
      '4.18': [
        'boots',
        undefined,
        'Loading zImage from 0000000048000000 to 000000005e000000-000000005f9f97c0',
        'Loading d0 DTB to 0x000000005fc00000-0x000000005fc006a6',
      ],
    },
    { kernel: { textOffset: 0x2000000n } },
  ],
  [
    'with ramdisk and blob before a kernel that lies at the end',
    words('dom0_mem=64M'),
    {
      '4.18': [
        'boots',
        undefined,
        'Loading zImage from 0000000048000000 to 000000005e400000-000000005fdf97c0',
        'Loading d0 initrd from 000000004c000000 to 0x000000005e200000-0x000000005e2f1069',
        'Loading d0 DTB to 0x000000005e000000-0x000000005e0006a6',
      ],
    },
    { kernel: { textOffset: 0x2400000n } },
  ],
  [
    'with no place for ramdisk and blob',
    words('dom0_mem=32M'),
    { '4.18': ['panics', 'Unable to find suitable location for dtb+initrd'] },
    { kernel: { textOffset: 0x200000n } },
  ],
  [
    'with a kernel that is too large when it is unpacked',
    words('dom0_mem=64M'),
    { '4.18': ['panics', 'Not enough memory in the first bank for the kernel+dtb+initrd'] },
    { kernel: { format: 'gzip', uncompressedSize: 0x3e00001n } },
  ],
  [
    'with a kernel that just fits when it is unpacked',
    words('dom0_mem=64M'),
    { '4.18': ['panics', 'Unable to find suitable location for dtb+initrd'] },
    { kernel: { format: 'gzip', uncompressedSize: 0x3c00000n } },
  ],
  [
    'with a kernel that reaches the place of ramdisk and blob',
    words('dom0_mem=256M'),
    {
      '4.18': ['boots', undefined, 'Loading d0 DTB to 0x000000005fc00000-0x000000005fc006a6'],
    },
    { kernel: { format: 'gzip', uncompressedSize: 0x8000000n } },
  ],
  [
    'with a kernel that is unpacked',
    words('dom0_mem=256M').replace('bootscrub=0', 'bootscrub=idle'),
    { '4.18': ['boots', undefined, QUARTER] },
    { kernel: { format: 'gzip', uncompressedSize: 0x1000n } },
  ],
  [
    'with a packed kernel whose module is longer than its file',
    board,
    { '4.18': ['unknown', undefined, '*** LOADING DOMAIN 0 ***'] },
    { kernel: { format: 'gzip', uncompressedSize: 0x3000000n, fileSize: 5n } },
  ],

  [
    'without a kernel',
    board.replace(/module@48000000 \{[^}]*\};/, ''),
    inReleases('4.11 4.18 4.22'),
  ],
  ['in pages of its colours', board, inReleases('4.19'), { config: { llcColoring: true } }],
  [
    'in pages of its colours, on a Xen that can give them',
    board,
    inReleases('4.20'),
    { config: { llcColoring: true } },
  ],
  [
    'whose grant table is as long as the text of Xen',
    board,
    inReleases('4.18'),
    { xen: { address: 0x40200000n, size: 0x1500c8n, textSize: 0x5001n } },
  ],
  [
    'without an interrupt controller that Xen knows',
    board.replace('"arm,cortex-a15-gic"', '"x"'),
    inReleases('4.18'),
  ],
  [
    'with as many processors as the host has',
    board.replace('dom0_max_vcpus=1', ''),
    inReleases('4.18'),
    { cpus: 4 },
  ],
  [
    'on a host with two CPUs that scrub when they are idle',
    board.replace('bootscrub=0', 'bootscrub=idle'),
    inReleases('4.18'),
    { cpus: 2 },
  ],
  ['with less than a page', words('dom0_mem=2K'), inReleases('4.11 4.18')],
  ['with less than 4 MiB', words('dom0_mem=3M'), inReleases('4.11 4.18 4.22')],
  ['with more than there is', words('dom0_mem=4G'), inReleases('4.11 4.12 4.18 4.22')],
  ['with more than there is in one piece', words('dom0_mem=1500M'), inReleases('4.11 4.18 4.22')],
  [
    'in 32 bits, with RAM that it cannot reach',
    memory('reg = <8 0 0 0x80000000>;')
      .replaceAll('reg = <0x0 0x48000000', 'reg = <0x8 0x8000000')
      .replaceAll('reg = <0x0 0x4c000000', 'reg = <0x8 0xc000000'),
    inReleases('4.18'),
    {
      kernel: { format: 'zimage' },
      xen: { address: 0x8_0020_0000n, size: 0x1500c8n },
      dtb: { address: 0x8_0400_0000n, size: 0x4000n },
    },
  ],
  [
    'in 32 bits, in several banks',
    words('dom0_mem=1400M'),
    inReleases('4.18'),
    { kernel: { format: 'zimage' } },
  ],

  ...(
    [
      ['of its kernel', '0x60001800 0 0x1000'],
      ['before its kernel and on it', '0x5ffff000 0 0x2000'],
      ['of its ramdisk', '0x68201000 0 0x1000'],
      ['of its blob', '0x68000000 0 0x100'],
      ['behind all three', '0x70000000 0 0x1000'],
    ] as const
  ).map(([where, reg]): Case => [
    `with a device in the place ${where}`,
    atRoot(`d@60001800 { compatible = "x"; reg = <0 ${reg}>; };`),
    inReleases('4.11 4.18 4.22'),
  ]),
  [
    'with two devices in the place of its kernel',
    atRoot(
      'a { compatible = "x"; reg = <0 0x60004000 0 0x1000>; }; b { compatible = "x"; reg = <0 0x60002000 0 0x1000>; }; c { compatible = "x"; reg = <0 0x60006000 0 0x1000>; };',
    ),
    inReleases('4.18'),
  ],
  [
    'with a device in its place, wherever that is',
    atRoot('d@60000000 { compatible = "x"; reg = <0 0x40000000 0 0x80000000>; };')
      .replace('bootscrub=0 ', 'bootscrub=idle ')
      .replace('dom0_mem=512M', 'dom0_mem=300M'),
    inReleases('4.18'),
    { cpus: 4 },
  ],
  [
    'with a kernel whose file is longer than its module',
    board,
    inReleases('4.18'),
    { kernel: { fileSize: 0x19f97c1n } },
  ],
  ...(
    [
      ['as it should be', '', ''],
      ['with status ok', '', 'status = "ok";'],
      ['with status okay', '', 'status = "okay";'],
      ['that is disabled', '', 'status = "disabled";'],
      ['that is reusable', '', 'reusable;'],
      ['that is reusable and not mapped', '', 'reusable; no-map;'],
      ['of the type of RAM', '', 'device_type = "memory";'],
      ['without ranges', 'ranges;', ''],
      ['in other addresses than those of the root', '#address-cells = <2>;', ''],
      ['in other sizes than those of the root', '#size-cells = <2>;', ''],
    ] as const
  ).map(([title, without, more]): Case => {
    const cells = without === '' ? '' : without.replace('<2>', '<1>').replace('ranges;', '');
    const reg = without.startsWith('#') ? '0xb0000000 0 0x1000' : '0 0xb0000000 0 0x1000';
    const parent = `${CELLS} ranges;`.replace(without || 'none', cells);
    return [
      `told of a reserved region ${title}`,
      atRoot(`reserved-memory { ${parent} r@b0000000 { reg = <${reg}>; ${more} }; };`),
      inReleases('4.12 4.18 4.22'),
    ];
  }),
  [
    'told of a reserved region below another',
    atRoot(
      `reserved-memory { ${CELLS} ranges; a { ${CELLS} ranges; r@b0000000 { reg = <0 0xb0000000 0 0x1000>; }; }; };`,
    ),
    inReleases('4.18'),
  ],
  [
    'told of reserved regions by another name',
    atRoot(`Reserved-Memory { ${CELLS} ranges; r@b0000000 { reg = <0 0xb0000000 0 0x1000>; }; };`),
    inReleases('4.18'),
  ],
  [
    'told of a static heap',
    words('dom0_mem=64M').replace(
      /\t\tmodule@48000000/,
      'xen,static-heap = <0 0xb0000000 0 0x10000000>;\n\t\tmodule@48000000',
    ),
    inReleases('4.17 4.18 4.22'),
    STATIC,
  ],
  [
    'told of reservations at the top of RAM',
    board.replace('/dts-v1/;', '/dts-v1/;\n/memreserve/ 0xbff00000 0x100000;'),
    inReleases('4.12 4.18 4.22'),
  ],
];

// RAM, the blob and reservations.

import {
  inReleases,
  memory,
  board,
  UEFI,
  CELLS,
  atRoot,
  NO_RAM,
  type Expected,
  type Case,
} from './board.ts';

const withReserved = (nodes: string, cells = CELLS): string =>
  atRoot(`reserved-memory { ${cells} ranges; ${nodes} };`);
const reservedBlocks = (count: number): string =>
  board.replace(
    '/dts-v1/;',
    `/dts-v1/;\n${Array.from({ length: count }, (_, at) => `/memreserve/ 0x${(0x50000000 + at * 0x2000).toString(16)} 0x1000;`).join('\n')}`,
  );
const WHOLE = 'reg = <0 0x40000000 0 0x80000000>;';
const GIGABYTES = 'RAM: 0000000040000000 - 00000000bfffffff';
const misplaced = (address: string): Expected => [
  'panics',
  `Invalid device tree blob at physical address ${address}.`,
  'The DTB must be 8-byte aligned and must not exceed 2 MB in size.',
];
const types = [
  ['EfiConventionalMemory', 0x4000_0000n, 0x8000_0000n],
  ['EfiRuntimeServicesData', 0x8000_0000n, 0x8010_0000n],
  ['EfiLoaderData', 0x9000_0000n, 0xc000_0000n],
] as const;

export const ram: readonly Case[] = [
  [
    'with a blob at 0',
    board,
    { '4.11': misplaced('0'), '4.22': misplaced('0') },
    { dtb: { address: 0n } },
  ],
  [
    'with a blob that is not aligned',
    board,
    { '4.18': misplaced('0x44000004') },
    { dtb: { address: 0x44000004n } },
  ],
  [
    "in UEFI's map, of the types that are free after the boot services",
    board,
    {
      '4.18': [
        'unknown',
        undefined,
        'RAM: 0000000040000000 - 000000007fffffff',
        'RAM: 0000000090000000 - 00000000bfffffff',
      ],
    },
    { ...UEFI, efiMemoryMap: types.map(([type, start, end]) => ({ type, start, end })) },
  ],
  [
    'that the profile knows',
    memory('reg = <0 0x40000000 0 0>;'),
    { '4.18': ['boots', undefined, GIGABYTES] },
    { memory: [{ start: 0x4000_0000n, end: 0xc000_0000n }] },
  ],
  ...['reg = <0 0x40000000 0 0>;', 'reg = <0 0 0 0 0 0x80000000 0 0>;', 'reg;', ''].map(
    (reg): Case => [
      `that the boot loader fills in: ${reg === '' ? 'no reg' : reg}`,
      memory(reg),
      {
        '4.12': ['unknown', undefined],
        '4.18': ['unknown', undefined],
        '4.22': ['unknown', undefined],
      },
    ],
  ),
  [
    'of which one bank is empty',
    memory('reg = <0 0x40000000 0 0x40000000 0 0x80000000 0 0>;'),
    { '4.18': ['boots', undefined, 'RAM: 0000000040000000 - 000000007fffffff'] },
  ],
  ...(['ok', 'okay'] as const).map((status): Case => [
    `with status ${status}`,
    memory(WHOLE, `status = "${status}";`),
    { '4.18': ['boots', undefined, GIGABYTES], '4.22': ['boots', undefined, GIGABYTES] },
  ]),
  [
    'that is disabled',
    memory(WHOLE, 'status = "disabled";'),
    {
      '4.11': ['boots', undefined, GIGABYTES],
      '4.18': ['boots', undefined, GIGABYTES],
      '4.22': ['panics', 'Frametable too small'],
    },
  ],
  [
    'in more pieces than a table holds',
    reservedBlocks(257),
    {
      '4.18': ['panics', NO_RAM, ' RESVD[256]: 0000000050200000 - 0000000050201000'],
      '4.19': ['panics', 'Cannot allocate reserved memory bank'],
    },
  ],
  [
    'in as many reservations as a table holds',
    reservedBlocks(256),
    { '4.19': ['panics', NO_RAM, ' RESVD[255]: 00000000501fe000 - 00000000501fefff'] },
  ],
  [
    'with reservations that are not in the tree',
    reservedBlocks(2),
    {
      '4.11': ['boots', undefined, ' RESVD[1]: 0000000050002000 - 0000000050003000'],
      '4.22': ['boots', undefined, ' RESVD[1]: 0000000050002000 - 0000000050002fff'],
    },
  ],
  [
    'with reserved regions in three cells',
    withReserved(
      'a { reg = <0 0 0x50000000 0x1000>; };',
      '#address-cells = <3>; #size-cells = <1>;',
    ),
    {
      '4.21': [
        'panics',
        "Assertion 'unreachable' failed at ./include/xen/bootfdt.h",
        'dt_read_number(,3) bad size',
      ],
    },
  ],
  [
    'behind nodes that are nested too deep',
    atRoot('n { '.repeat(17) + '};'.repeat(17)),
    {
      '4.18': ['hangs', "Warning: device tree node `n' is nested too deep"],
      '4.21': ['boots', undefined, "Warning: device tree node `n' is nested too deep"],
    },
  ],

  [
    'that is not there',
    board.replace(/memory@40000000 \{[^}]*\};/, ''),
    inReleases('4.11 4.18 4.22'),
  ],
  [
    'in two banks with a hole between them',
    memory('reg = <0 0x40000000 0 0x40000000 8 0 0 0x40000000>;'),
    inReleases('4.11 4.18 4.22'),
  ],
  [
    'with two holes of the same length, and one that ends within 1 GiB',
    memory('reg = <0 0x40000000 0 0x20000000 1 0 0 0x30000000 0x10 0x10000000 0 0x30000000>;'),
    inReleases('4.18 4.22'),
  ],
  [
    'that goes down',
    memory('reg = <8 0 0 0x40000000 0 0x40000000 0 0x40000000>;'),
    inReleases('4.11 4.18 4.22'),
  ],
  [
    'of which two banks overlap',
    memory('reg = <0 0x40000000 0 0x50000000 0 0x80000000 0 0x40000000>;'),
    inReleases('4.11 4.18 4.22'),
  ],
  [
    'spread over all that can be addressed',
    memory(
      `reg = <0 0x40000000 0 0x40000000 ${Array.from({ length: 16 }, (_, at) => `${at === 0 ? '0 0x80000000' : `0x${(2 ** (at - 1)).toString(16)} 0`} 0 0x200000`).join(' ')}>;`,
    ),
    inReleases('4.11 4.18 4.22'),
  ],
  [
    'too small for the table of its frames',
    memory('reg = <0 0x40000000 0 0x200000 0 0x48000000 0 0x2000000>;'),
    inReleases('4.11 4.18 4.22'),
  ],

  [
    'of which nobody says where Xen and the blob are in it',
    board,
    inReleases('4.11 4.18 4.22'),
    { xen: {}, dtb: {} },
  ],
  [
    'of which nobody says how large Xen and the blob are in it',
    board,
    inReleases('4.11 4.18'),
    { xen: { address: 0x40200000n }, dtb: { address: 0x44000000n } },
  ],
  [
    'that goes down, and of which nobody says where the blob is in it',
    memory('reg = <8 0 0 0x40000000 0 0x40000000 0 0x40000000>;'),
    inReleases('4.18'),
    { dtb: {} },
  ],
  [
    'too full for Xen to move to',
    memory('reg = <0 0x40200000 0 0x200000>;'),
    inReleases('4.11 4.12'),
  ],
  [
    'with room for Xen to move to in the lower of two banks only',
    memory('reg = <0 0x40000000 0 0x20000000 0 0x70000000 0 0x100000>;'),
    inReleases('4.11'),
  ],
];

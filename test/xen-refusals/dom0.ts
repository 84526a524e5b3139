// Dom0's kernel, ramdisk and blob.

import { board, CELLS, words, atRoot, REFUSED, type Case } from './board.ts';

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
];

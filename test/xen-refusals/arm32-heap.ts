// The heap of a Xen for 32 bits.

import type { BootProfile } from '../../server/src/facts/boot-profile.ts';
import { STATIC, board, CELLS, words, inChosen, atRoot, module, type Case } from './board.ts';

const ARM32: BootProfile = { architecture: 'arm32' };
export const arm32Heap: readonly Case[] = [
  [
    'below a module at the end of RAM',
    inChosen(module('reg = <0 0xbf000000 0 0x1000>;')),
    {
      '4.18': ['boots', undefined, 'Xen heap: 00000000ba000000-00000000be000000 (16384 pages)'],
    },
    ARM32,
  ],
  [
    'between two reserved regions that just leave room',
    atRoot(
      `reserved-memory { ${CELLS} ranges; a { reg = <0 0xbc000000 0 0x1000>; }; b { reg = <0 0xb7ff0000 0 0x10000>; }; };`,
    ),
    {
      '4.18': ['boots', undefined, 'Xen heap: 00000000b8000000-00000000bc000000 (16384 pages)'],
    },
    ARM32,
  ],
  [
    'by itself',
    board,
    {
      '4.16': [
        'boots',
        undefined,
        'Xen heap: 00000000bc000000-00000000c0000000 (16384 pages)',
        'Dom heap: 507904 pages',
        'The extended regions are only supported for 64-bit guest currently',
        'Loading zImage from 0000000048000000 to 0000000066600000-0000000067ff97c0',
      ],
      '4.18': ['boots', undefined, 'd0: extended regions not supported for 32-bit guests'],
    },
    ARM32,
  ],
  [
    'as large as the command line says',
    words('dom0_mem=256M xenheap_megabytes=128'),
    {
      '4.18': [
        'boots',
        undefined,
        'Xen heap: 00000000b8000000-00000000c0000000 (32768 pages, from command-line)',
      ],
    },
    ARM32,
  ],
  [
    'smaller when dom0 has little memory: the kernel ends with it',
    words('dom0_mem=64M'),
    {
      '4.18': [
        'boots',
        undefined,
        'Loading zImage from 0000000048000000 to 000000005e600000-000000005fff97c0',
        'Loading d0 DTB to 0x000000005e200000-0x000000005e200664',
      ],
    },
    ARM32,
  ],
  [
    'larger than there is room',
    words('dom0_mem=256M xenheap_megabytes=4096'),
    { '4.18': ['panics', 'Not enough space for xenheap'] },
    ARM32,
  ],
  [
    'in the highest static heap that holds it',
    inChosen(
      'xen,static-heap = <0 0x60000000 0 0x8000000 0 0x6a000000 0 0x6000000 0 0x70000000 0 0x1000>;',
    ),
    {
      '4.18': [
        'unknown',
        undefined,
        'Checking for static heap in /chosen',
        'Xen heap: 000000006e000000-0000000070000000 (8192 pages)',
      ],
    },
    { ...ARM32, ...STATIC },
  ],
];

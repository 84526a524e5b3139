// Domains that the tree describes.

import { inChosen, domain, STATIC, type Case } from './board.ts';

const NOT_SET_UP = 'Could not set up domain domU1';
export const domains: readonly Case[] = [
  [
    'without memory',
    inChosen(domain('cpus = <1>;')),
    {
      '4.18': ['panics', NOT_SET_UP, 'Error building DomU: cannot read "memory" property'],
    },
  ],
  [
    'without a kernel',
    inChosen(domain('cpus = <1>; memory = <0 0x20000>;').replace('"multiboot,module"', '"x"')),
    {
      '4.18': [
        'panics',
        NOT_SET_UP,
        '*** LOADING DOMU cpus=1 memory=0x20000KB ***',
        'Missing kernel boot module?',
      ],
    },
  ],
  [
    'with more memory than is free',
    inChosen(domain('cpus = <1>; memory = <0 0x200000>;')),
    { '4.18': ['panics', undefined, 'Allocating mappings totalling 2048MB for d1:'] },
  ],
  [
    'with about as much memory as is free',
    inChosen(domain('cpus = <1>; memory = <0 0x170000>;')),
    { '4.18': ['unknown', undefined, 'Allocating mappings totalling 1472MB for d1:'] },
  ],
  [
    'with too little memory for its kernel',
    inChosen(domain('cpus = <1>; memory = <0 0x100>;', 0x1000000)),
    {
      '4.18': [
        'panics',
        'Not enough memory in the first bank for the kernel+dtb+initrd',
        'd1 BANK[0] 0x00000040000000-0x00000040040000 (0MB)',
      ],
    },
  ],
  [
    'with a ramdisk',
    inChosen(
      domain(
        'cpus = <1>; memory = <0 0x10000>; r { compatible = "multiboot,ramdisk", "multiboot,module"; reg = <0 0x52000000 0 0x1000000>; };',
      ),
    ),
    { '4.18': ['boots', undefined, 'Loading ramdisk from boot module @ 0000000052000000'] },
  ],
  [
    'mapped one to one without memory of its own',
    inChosen(domain('cpus = <1>; memory = <0 0x10000>; direct-map;')),
    {
      '4.18': ['panics', 'direct-map is not valid for domain domU1 without static allocation.'],
    },
    STATIC,
  ],
  [
    'with static memory that ends within a page',
    inChosen(
      domain('cpus = <1>; memory = <0 0x8000>; xen,static-mem = <0 0x60000800 0 0x2000000>;'),
    ),
    { '4.18': ['unknown', undefined, ' RESVD[0]: 0000000060000800 - 00000000620007ff'] },
    STATIC,
  ],
  [
    'with less static memory than memory',
    inChosen(
      domain('cpus = <1>; memory = <0 0x10000>; xen,static-mem = <0 0x60000000 0 0x2000000>;'),
    ),
    { '4.18': ['panics', 'Failed to allocate requested static memory for domain d1.'] },
    STATIC,
  ],
];

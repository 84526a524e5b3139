// Static shared memory between domains.

import type { BootProfile } from '../../server/src/facts/boot-profile.ts';
import { CELLS, inReleases, inChosen, domain, REFUSED, type Case } from './board.ts';

const NOT_SET_UP = 'Could not set up domain domU1 (rc = -22)';
/** Before the heap exists Xen writes to the struct page_info of every such page. */
const NO_PAGE = 'CPU0: Unexpected Trap: Data Abort';
const SHARED: BootProfile = { config: { staticMemory: true, staticShm: true } };
const region = (cells: string): string =>
  `shm@a0000000 { compatible = "xen,domain-shared-memory-v1"; xen,shm-id = "a"; xen,shared-mem = <${cells}>; };`;
const sharing = (cells: string, more = ''): string =>
  inChosen(
    domain(
      `cpus = <1>; memory = <0 0x20000>; ${more} xen,static-mem = <0 0x90000000 0 0x8000000>; ${region(cells)}`,
    ),
  );
const named = (id: string, cells = '0 0xa0000000 0 0xa0000000 0 0x1000'): string =>
  `xen,shm-id = "${id}"; xen,shared-mem = <${cells}>;`;
const sharingNodes = (nodes: string): string =>
  inChosen(
    domain(
      `cpus = <1>; memory = <0 0x20000>; xen,static-mem = <0 0x90000000 0 0x8000000>; ${nodes}`,
    ),
  );
export const sharedMemory: readonly Case[] = [
  [
    'within a page of the host',
    sharing('0 0xa0000800 0 0xa0000000 0 0x1000'),
    {
      '4.18': [
        'panics',
        NOT_SET_UP,
        'd1: physical address 0x00000000a0000800, or guest address 0x00000000a0000000 is not suitably aligned.',
      ],
    },
    SHARED,
  ],
  [
    'within a page of the guest',
    sharing('0 0xa0000000 0 0xa0000800 0 0x1000'),
    {
      '4.18': [
        'panics',
        NOT_SET_UP,
        'd1: physical address 0x00000000a0000000, or guest address 0x00000000a0000800 is not suitably aligned.',
      ],
    },
    SHARED,
  ],
  [
    'of a page and a half',
    sharing('0 0xa0000000 0 0xa0000000 0 0x1800'),
    {
      '4.18': ['panics', NOT_SET_UP, 'd1: size 0x0000000000001800 is not suitably aligned'],
    },
    SHARED,
  ],
  ...(['4.18', '4.22'] as const).map((release): Case => [
    'at another address than the host’s, in a domain that is mapped directly',
    sharing('0 0xa0000000 0 0xb0000000 0 0x1000', 'direct-map;'),
    {
      [release]: [
        'panics',
        NOT_SET_UP,
        'd1: physical address 0x00000000a0000000 and guest address 0x00000000b0000000 are not direct-mapped.',
      ],
    },
    SHARED,
  ]),
  [
    'without an address of the host, in a domain that is mapped directly',
    sharing('0 0xa0000000 0 0x1000', 'direct-map;'),
    {
      '4.22': [
        'panics',
        NOT_SET_UP,
        'd1: host and guest physical address must be supplied for direct-mapped domains',
      ],
    },
    SHARED,
  ],
  ['outside RAM', sharing('4 0 0 0xa0000000 0 0x1000'), { '4.18': ['panics', NO_PAGE] }, SHARED],
  [
    'half outside RAM',
    sharing('0 0xbffff000 0 0xa0000000 0 0x2000'),
    { '4.18': ['panics', NO_PAGE] },
    SHARED,
  ],
  [
    'of dom0, which is always mapped directly',
    inChosen(region('0 0xa0000000 0 0xb0000000 0 0x1000')),
    {
      '4.18': [
        'panics',
        REFUSED,
        ' RESVD[0]: 00000000a0000000 - 00000000a0000fff',
        'd0: physical address 0x00000000a0000000 and guest address 0x00000000b0000000 are not direct-mapped.',
      ],
      '4.22': [
        'panics',
        'Could not set up d0 guest OS (rc = -22)',
        ' SHMEM[0]: 00000000a0000000 - 00000000a0000fff',
      ],
    },
    SHARED,
  ],

  [
    'on a Xen without it',
    sharing('0 0xa0000000 0 0xa0000000 0 0x1000'),
    inReleases('4.18 4.22'),
    { config: { staticMemory: true, staticShm: false } },
  ],
  ...(
    [
      ['without an address', 'xen,shm-id = "a";'],
      ['without a name', 'xen,shared-mem = <0 0xa0000000 0 0xa0000000 0 0x1000>;'],
      ['with a name that is too long', `${named('0123456789abcdef')}`],
      ['with a name as long as may be', `${named('0123456789abcde')}`],
      ['of a role that Xen does not know', `${named('a')} role = "x";`],
      ['of an owner', `${named('a')} role = "owner";`],
      ['of a borrower', `${named('a')} role = "borrower";`],
      ['in too many cells', 'xen,shm-id = "a"; xen,shared-mem = <0 0 0 0 0 0 0>;'],
      ['that is empty', 'xen,shm-id = "a"; xen,shared-mem = <0 0xa0000000 0 0xa0000000 0 0>;'],
      [
        'that wraps',
        'xen,shm-id = "a"; xen,shared-mem = <0xffffffff 0xfffff000 0 0xa0000000 0 0x2000>;',
      ],
    ] as const
  ).map(([title, properties]): Case => [
    title,
    sharingNodes(`s { compatible = "xen,domain-shared-memory-v1"; ${properties} };`),
    inReleases('4.18 4.22'),
    SHARED,
  ]),
  [
    'in cells of nothing',
    inChosen(
      `n { #address-cells = <0>; #size-cells = <0>; s { compatible = "xen,domain-shared-memory-v1"; ${named('a')} }; };`,
    ),
    inReleases('4.18 4.22'),
    SHARED,
  ],
  [
    'whose host address Xen is to choose',
    sharing('0 0xa0000000 0 0x1000'),
    inReleases('4.18 4.22'),
    SHARED,
  ],
  ...(
    [
      ['of two domains, the same', named('a'), named('a')],
      ['of two domains, under two names', named('a'), named('b')],
      [
        'of two domains, of two sizes',
        named('a'),
        named('a', '0 0xa0000000 0 0xa0000000 0 0x2000'),
      ],
      ['that overlaps another', named('a'), named('b', '0 0xa0000000 0 0xa0000000 0 0x2000')],
      ['that touches another', named('a'), named('b', '0 0xa0001000 0 0xa0001000 0 0x1000')],
      [
        'that ends where another begins',
        named('a'),
        named('b', '0 0x9ffff000 0 0x9ffff000 0 0x1000'),
      ],
    ] as const
  ).map(([title, one, other]): Case => [
    title,
    sharingNodes(
      [one, other]
        .map((each, at) => `s${at} { compatible = "xen,domain-shared-memory-v1"; ${each} };`)
        .join('\n'),
    ),
    inReleases('4.17 4.18 4.22'),
    SHARED,
  ]),
  [
    'that overlaps what is reserved',
    sharingNodes(`s { compatible = "xen,domain-shared-memory-v1"; ${named('a')} };`).replace(
      /\tpsci \{/,
      `\treserved-memory { ${CELLS} ranges; r { reg = <0 0xa0000000 0 0x1000>; }; };\n\tpsci {`,
    ),
    inReleases('4.17 4.18 4.22'),
    SHARED,
  ],
  [
    'in more regions than a table holds',
    sharingNodes(
      Array.from({ length: 33 }, (_, at) => {
        const page = `0 0x${(0xa0000000 + at * 0x1000).toString(16)}`;
        return `s${at} { compatible = "xen,domain-shared-memory-v1"; ${named(`s${at}`, `${page} ${page} 0 0x1000`)} };`;
      }).join('\n'),
    ),
    inReleases('4.18 4.22'),
    SHARED,
  ],
];

// Domains that the tree describes.

import { given, inReleases, memory, inChosen, domain, PLAIN, STATIC, type Case } from './board.ts';

const NOT_SET_UP = 'Could not set up domain domU1 (rc = -22)';
/** The board without modules for dom0. */
const withoutDom0 = (text: string): string =>
  inChosen(text).replace(/\n\t\tmodule@4[8c]000000 \{[^}]*\};/g, '');
const SHARED = 'compatible = "xen,domain-shared-memory-v1"; xen,shm-id = "s";';
const STATIC_SHM = { config: { staticMemory: true, staticShm: true } };
const NO_KERNEL = 'Could not set up domain domU1 (rc = -2)';
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
        NO_KERNEL,
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
    {
      '4.18': [
        'panics',
        "Assertion 'IS_ALIGNED(*pbase, PAGE_SIZE) && IS_ALIGNED(*psize, PAGE_SIZE)' failed at arch/arm/domain_build.c",
        ' RESVD[0]: 0000000060000800 - 00000000620007ff',
      ],
    },
    STATIC,
  ],
  [
    'with static memory that begins within a page, of a release build',
    inChosen(
      domain('cpus = <1>; memory = <0 0x8000>; xen,static-mem = <0 0x60000800 0 0x2000000>;'),
    ),
    {
      '4.18': [
        'panics',
        'Failed to allocate requested static memory for domain d1.',
        'pg[0] Static MFN 60000 c=0 t=0',
        'd1: failed to acquire static memory: -2.',
      ],
    },
    { ...STATIC, xen: { ...given.xen, debug: false } },
  ],
  [
    'with static memory that ends within a page, of a release build',
    inChosen(
      domain('cpus = <1>; memory = <0 0x8002>; xen,static-mem = <0 0x60000000 0 0x2000800>;'),
    ),
    { '4.18': ['boots', undefined, 'd1: STATIC BANK[0] 0x00000060000000-0x00000062000800'] },
    { ...STATIC, xen: { ...given.xen, debug: false } },
  ],
  [
    'with less static memory than memory',
    inChosen(
      domain('cpus = <1>; memory = <0 0x10000>; xen,static-mem = <0 0x60000000 0 0x2000000>;'),
    ),
    { '4.18': ['panics', 'Failed to allocate requested static memory for domain d1.'] },
    STATIC,
  ],

  [
    'in a release that does not build any',
    inChosen(domain('cpus = <1>; memory = <0 0x10000>;')),
    inReleases('4.11'),
  ],
  [
    'that does not say how many CPUs it has',
    inChosen(domain('memory = <0 0x10000>;')),
    inReleases('4.12 4.18'),
  ],
  [
    'that is the hardware domain',
    inChosen(domain('cpus = <1>; memory = <0 0x10000>; capabilities = <2>;')),
    inReleases('4.20 4.21'),
  ],
  [
    'that has a capability other than the hardware',
    inChosen(domain('cpus = <1>; memory = <0 0x10000>; capabilities = <4>;')),
    inReleases('4.21'),
  ],
  [
    'whose memory is one cell',
    inChosen(domain('cpus = <1>; memory = <0x10000>;')),
    inReleases('4.18'),
  ],
  [
    'that shares what is free with another',
    inChosen(
      `${domain('cpus = <1>; memory = <0 0x100000>;')} ${domain('cpus = <1>; memory = <0 0x100000>;').replace('domU1', 'domU2')}`,
    ),
    inReleases('4.12 4.18'),
  ],
  [
    'with a kernel that is also that of dom0',
    inChosen(
      domain('cpus = <1>; memory = <0 0x10000>;', 0x19f97c0).replace(
        '0 0x50000000',
        '0 0x48000000',
      ),
    ),
    inReleases('4.12 4.18 4.22'),
  ],
  [
    'with a ramdisk, and more than 128 MiB',
    inChosen(
      domain(
        'cpus = <1>; memory = <0 0x40000>; r { compatible = "multiboot,ramdisk", "multiboot,module"; reg = <0 0x52000000 0 0x1000000>; };',
      ),
    ),
    inReleases('4.12 4.18'),
  ],
  [
    'with a ramdisk for which its kernel leaves no room',
    inChosen(
      domain(
        'cpus = <1>; memory = <0 0x4000>; r { compatible = "multiboot,ramdisk", "multiboot,module"; reg = <0 0x52000000 0 0x400000>; };',
        0xa00000,
      ),
    ),
    inReleases('4.18'),
  ],
  [
    'with a kernel as large as its memory',
    inChosen(domain('cpus = <1>; memory = <0 0x1000>;', 0x400000)),
    inReleases('4.18'),
  ],
  [
    'with more memory than lies below 4 GiB of a guest',
    memory('reg = <0 0x40000000 0 0x80000000 8 0 4 0>;').replace(
      /\t\tmodule@48000000/,
      `${domain('cpus = <1>; memory = <0 0x400000>;')}\n\t\tmodule@48000000`,
    ),
    inReleases('4.12 4.18'),
  ],
  [
    'with static memory that just fits',
    inChosen(
      domain('cpus = <1>; memory = <0 0x8000>; xen,static-mem = <0 0x60000000 0 0x2000000>;'),
    ),
    inReleases('4.15 4.18 4.22'),
    STATIC,
  ],
  [
    'with static memory of half a page',
    inChosen(
      domain('cpus = <1>; memory = <0 0x8000>; xen,static-mem = <0 0x60000000 0 0x1fff800>;'),
    ),
    inReleases('4.18'),
    STATIC,
  ],
  [
    'with static memory outside RAM',
    inChosen(
      domain('cpus = <1>; memory = <0 0x8000>; xen,static-mem = <0 0xd0000000 0 0x2000000>;'),
    ),
    inReleases('4.18'),
    STATIC,
  ],
  [
    'with static memory that it has twice',
    inChosen(
      domain(
        'cpus = <1>; memory = <0 0x10000>; xen,static-mem = <0 0x60000000 0 0x2000000 0 0x60000000 0 0x2000000>;',
      ),
    ),
    inReleases('4.15 4.18'),
    STATIC,
  ],
  ...(['4.15', '4.17', '4.18', '4.19', '4.22'] as const).map((release): Case => [
    'with static memory, on a Xen without it',
    inChosen(
      domain('cpus = <1>; memory = <0 0x8000>; xen,static-mem = <0 0x60000000 0 0x2000000>;'),
    ),
    inReleases(release),
    PLAIN,
  ]),
  [
    'with static memory, on a Xen without it that asserts nothing',
    inChosen(
      domain('cpus = <1>; memory = <0 0x8000>; xen,static-mem = <0 0x60000000 0 0x2000000>;'),
    ),
    inReleases('4.18'),
    { ...PLAIN, xen: { address: 0x40200000n, size: 0x1500c8n, debug: false } },
  ],
  [
    'mapped one to one',
    inChosen(
      domain(
        'cpus = <1>; memory = <0 0x10000>; direct-map; xen,static-mem = <0 0x60000000 0 0x2000000 0 0x70000000 0 0x2000000>;',
      ),
    ),
    inReleases('4.17 4.18 4.22'),
    STATIC,
  ],
  [
    'mapped one to one, with less static memory than memory',
    inChosen(
      domain(
        'cpus = <1>; memory = <0 0x10000>; direct-map; xen,static-mem = <0 0x60000000 0 0x2000000>;',
      ),
    ),
    inReleases('4.18'),
    STATIC,
  ],
  [
    'mapped one to one, with a first bank that is smaller than its kernel',
    inChosen(
      domain(
        'cpus = <1>; memory = <0 0x10000>; direct-map; xen,static-mem = <0 0x60000000 0 0x80000 0 0x70000000 0 0x3f80000>;',
      ),
    ),
    inReleases('4.18'),
    STATIC,
  ],
  [
    'with more CPUs than its interrupt controller has',
    inChosen(domain('cpus = <9>; memory = <0 0x10000>;')),
    {
      '4.12': ['panics', 'Error creating domain domU1'],
      '4.22': ['panics', 'Error creating domain domU1 (rc = -22)'],
    },
  ],
  [
    'with a kernel and a tree that leave no room in its first bank',
    inChosen(domain('cpus = <1>; memory = <0 0x1000>;', 0x280000)),
    {
      '4.18': ['panics', 'Not enough memory in the first bank for the kernel+dtb+initrd'],
    },
  ],
  [
    'of a GICv3 with more CPUs than its tree has room for',
    inChosen(domain('cpus = <40>; memory = <0 0x10000>;')).replace(
      'compatible = "arm,cortex-a15-gic";',
      'compatible = "arm,gic-v3"; #redistributor-regions = <1>;',
    ),
    {
      '4.20': ['panics', NOT_SET_UP, 'Device tree generation failed (-3).'],
      '4.22': ['boots', undefined, 'Loading d1 DTB to 0x0000000043e00000-0x0000000043e01256'],
    },
  ],
  [
    'without dom0, that is to have Xenstore',
    withoutDom0(domain('cpus = <1>; memory = <0 0x10000>; xen,enhanced;')),
    {
      '4.17': [
        'panics',
        'At the moment, Xenstore support requires dom0 to be present',
        '*** LOADING DOMU cpus=1 memory=10000KB ***',
      ],
      '4.21': [
        'panics',
        'xenstore requested, but xenstore domain not present',
        'd1: extended region 0: 0x44000000->0x100000000',
      ],
    },
  ],
  [
    'without dom0, that runs Xenstore itself',
    withoutDom0(
      domain('cpus = <1>; memory = <0 0x10000>; xen,enhanced = "legacy"; capabilities = <5>;'),
    ),
    { '4.21': ['boots', undefined, 'd1: extended region 1: 0x200000000->0x10000000000'] },
  ],
  [
    'without dom0, that is told of Xen but not to have Xenstore',
    withoutDom0(domain('cpus = <1>; memory = <0 0x10000>; xen,enhanced = "no-xenstore";')),
    inReleases('4.16 4.17 4.21'),
  ],
  [
    'that is not told of Xen, by a value that Xen does not know',
    inChosen(domain('cpus = <1>; memory = <0 0x10000>; xen,enhanced = "legacy";')),
    inReleases('4.20'),
  ],
  [
    'that is to run Xenstore beside dom0',
    inChosen(domain('cpus = <1>; memory = <0 0x10000>; capabilities = <4>;')),
    {
      '4.20': ['boots', undefined],
      '4.21': [
        'panics',
        'Only 1 xenstore domain can be specified! (0)****************************************',
      ],
    },
  ],
  [
    'with capabilities that Xen does not know',
    inChosen(domain('cpus = <1>; memory = <0 0x10000>; capabilities = <0x18>;')),
    { '4.20': ['boots', undefined], '4.21': ['panics', 'Invalid capabilities (18)'] },
  ],
  [
    'that is the hardware domain beside dom0',
    inChosen(domain('cpus = <1>; memory = <0 0x10000>; capabilities = <2>;')),
    { '4.21': ['panics', 'Only 1 hardware domain can be specified! (d0)'] },
  ],
  [
    'that is the hardware domain, without an IOMMU',
    withoutDom0(domain('cpus = <1>; memory = <0 0x10000>; capabilities = <7>;')),
    { '4.21': ['panics', 'non-direct mapped hardware domain requires iommu'] },
    { iommu: false },
  ],
  [
    'that is the hardware domain, with an IOMMU',
    withoutDom0(domain('cpus = <1>; memory = <0 0x10000>; capabilities = <7>;')),
    { '4.21': ['unknown', undefined] },
    { iommu: true },
  ],
  [
    'that is the hardware domain, and is passed devices',
    withoutDom0(
      domain('cpus = <1>; memory = <0 0x10000>; capabilities = <7>; passthrough = "enabled";'),
    ),
    { '4.21': ['panics', "Don't specify passthrough for hardware domain"] },
    { iommu: true },
  ],
  [
    'that is the hardware domain, with a tree for devices',
    withoutDom0(
      domain(
        'cpus = <1>; memory = <0 0x10000>; capabilities = <7>; t { compatible = "multiboot,device-tree", "multiboot,module"; reg = <0 0x52000000 0 0x1000>; };',
      ),
    ),
    { '4.21': ['panics', '"multiboot,device-tree" incompatible with hardware domain'] },
    { iommu: true },
  ],
  [
    'mapped one to one, and told of Xen',
    inChosen(
      domain(
        'cpus = <1>; memory = <0 0x10000>; direct-map; xen,enhanced; vpl011; xen,static-mem = <0 0x60000000 0 0x4000000>;',
      ),
    ),
    inReleases('4.17 4.19 4.21'),
    STATIC,
  ],
  [
    'told of Xen, that shares memory with another',
    inChosen(
      domain(
        `cpus = <1>; memory = <0 0x10000>; xen,enhanced; s { ${SHARED} xen,shared-mem = <0 0x70000000 0 0x50000000 0 0x1000000>; };`,
      ),
    ),
    inReleases('4.18 4.19 4.21'),
    STATIC_SHM,
  ],
  [
    'told of Xen, with a tree for devices',
    inChosen(
      domain(
        'cpus = <1>; memory = <0 0x10000>; xen,enhanced; t { compatible = "multiboot,device-tree", "multiboot,module"; reg = <0 0x52000000 0 0x1000>; };',
      ),
    ),
    inReleases('4.20 4.21'),
  ],
];

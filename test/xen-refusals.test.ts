// What Xen says of boards it does not like: command lines, modules, domains, devices, by release.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeDtb } from '../server/src/dtb/write-dtb.ts';
import type { BootProfile } from '../server/src/xen/boot-profile.ts';
import { bootXen } from '../server/src/xen/boot.ts';
import { parseRelease } from '../server/src/xen/releases.ts';
import type { XenBoot } from '../server/src/xen/xen-boot.ts';
import { textTree } from './support/source-tree.ts';
import { differences, tellBoot } from './support/tell-boot.ts';

const board = readFileSync(
  path.join(import.meta.dirname, 'fixtures/xen-boots/basic-1bank/board.dts'),
  'utf8',
);
/** 2 GiB from 0x40000000; Xen, blob, kernel and ramdisk at 0x40200000, 0x44000000, 0x48000000, 0x4c000000. */
const given: BootProfile = {
  xen: { address: 0x40200000n, size: 0x1500c8n },
  // Larger than any of them, so that cases differ in what they are about only.
  dtb: { address: 0x44000000n, size: 0x4000n },
  cpus: 1,
};
/** Where UEFI puts the blob and how large it makes it nobody knows. */
const UEFI: BootProfile = { boot: 'efi', dtb: { address: 0x44000000n } };
const CELLS = '#address-cells = <2>; #size-cells = <2>;';

async function boot(text: string, name: string, more: BootProfile = {}): Promise<XenBoot> {
  const tree = await textTree(text);
  const release = parseRelease(name);
  assert.ok(release, name);
  const totalSize = BigInt(writeDtb(tree).length);
  return bootXen(tree, release, { ...given, ...more }, { totalSize });
}

/** The board with these words in place of `dom0_mem=512M` on Xen's command line. */
const words = (text: string): string => board.replace('dom0_mem=512M', text);
const inChosen = (text: string): string =>
  board.replace(/\t\tmodule@48000000/, `${text}\n\t\tmodule@48000000`);
const atRoot = (text: string): string => board.replace(/\tpsci \{/, `${text}\n\tpsci {`);
const module = (more: string, kind = '', name = 'module@50000000'): string =>
  `${name} { compatible = ${kind}"multiboot,module"; ${more} };`;
const domain = (more: string, size = 0x100000): string =>
  `domU1 { compatible = "xen,domain"; ${CELLS} ${more}\n` +
  `${module(`reg = <0 0x50000000 0 ${size}>;`, '"multiboot,kernel", ')} };`;
const withoutArguments = board.replace(
  /xen,xen-bootargs = "[^"]*";/,
  'bootargs = "dom0_mem=256M";',
);
const withoutDom0Arguments = withoutArguments.replace(/xen,dom0-bootargs = "[^"]*";/, '');
const manyModules = Array.from({ length: 40 }, (_, index) =>
  module(
    `reg = <0 0x${(0x50000000 + index * 0x10000).toString(16)} 0 0x1000>; bootargs = "x";`,
    '',
    `m${index}`,
  ),
).join('\n');

type Expected = readonly [
  outcome: XenBoot['outcome']['kind'],
  /** What Xen says when it panics or hangs; then lines that are printed before. */
  last: string | undefined,
  ...lines: readonly string[],
];
type Case = readonly [string, string, Readonly<Record<string, Expected>>, BootProfile?];

const QUARTER = 'BANK[0] 0x00000050000000-0x00000060000000 (256MB)';
const NO_RAM = 'Xen BUG at common/page_alloc.c';
const NOT_PARSED = "fdt: node `chosen': parsing failed";
const REFUSED = 'Could not set up DOM0 guest OS (rc = -22)';

/** Told whole in 4.18, and by what is different in others; all other cases by what is different from this board. */
const likedBoard: readonly Case[] = [
  [
    'as it is',
    board,
    Object.fromEntries(
      ['4.11', '4.14', '4.18', '4.22'].map((release) => [release, ['boots', undefined]] as const),
    ),
  ],
  ['on arm32', board, { '4.18': ['boots', undefined] }, { architecture: 'arm32' }],
];

const commandLines: readonly Case[] = [
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

const badInitrd = (properties: string, line: string): Case => [
  properties,
  inChosen(properties),
  {
    '4.17': ['panics', NO_RAM, line, NOT_PARSED],
    '4.21': ['panics', 'Early FDT parsing failed (-22)', line, NOT_PARSED],
  },
];

const modules: readonly Case[] = [
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
    { '4.18': ['panics', "Assertion 'unreachable' failed", 'dt_read_number(,3) bad size'] },
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

const STATIC: BootProfile = { config: { staticMemory: true } };
const NOT_SET_UP = 'Could not set up domain domU1';
const domains: readonly Case[] = [
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

const dom0: readonly Case[] = [
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

const ARM32: BootProfile = { architecture: 'arm32' };
const arm32: readonly Case[] = [
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
        'boots',
        undefined,
        'Checking for static heap in /chosen',
        'Xen heap: 000000006e000000-0000000070000000 (8192 pages)',
      ],
    },
    { ...ARM32, ...STATIC },
  ],
];

const device = (reg: string, more = ''): string =>
  `d@5000 { compatible = "x"; reg = <${reg}>; ${more} };`;
const bus = (name: string, inner: string, more = 'ranges;', cells = CELLS): string =>
  `${name} { compatible = "simple-bus"; ${cells} ${more} ${inner} };`;
const PAGE_AT_5000 = device('0 0x5000 0 0x1000');
const WIDE = '#address-cells = <5>; #size-cells = <1>;';
const NOT_MADE = 'Device tree generation failed (-22).';
const tooWide = (last: string): string =>
  `/b/d@5000: [0xfffffffffffff000, ${last}] exceeds the maximum allowed PA width (48 bits)Device tree generation failed (-34).`;

const devices: readonly Case[] = [
  [
    'below a bus that is not one for those above',
    atRoot(bus('a', bus('b', bus('c', PAGE_AT_5000)), '')),
    {
      '4.18': [
        'panics',
        REFUSED,
        'DT: /a is not a valid bus',
        'Unable to retrieve address 0 for /a/b/c/d@5000',
        NOT_MADE,
      ],
    },
  ],
  [
    'below a bus with five cells',
    atRoot(bus('a', bus('b', PAGE_AT_5000), 'ranges;', WIDE)),
    {
      '4.18': [
        'panics',
        REFUSED,
        'dt_parse: Bad cell count for parent /a/b',
        'Unable to retrieve address 0 for /a/b/d@5000',
      ],
    },
  ],
  [
    'of which only the first range is covered',
    atRoot(
      bus(
        'b',
        device('0 0x5000 0 0x10 0 0x9000 0 0x10'),
        'ranges = <0 0x5000 0 0x10005000 0 0x1000>;',
      ),
    ),
    { '4.18': ['panics', REFUSED, 'Unable to retrieve address 1 for /b/d@5000', NOT_MADE] },
  ],
  [
    'on PCI, which is not looked at',
    atRoot(bus('b', PAGE_AT_5000, 'ranges = <0 0 0 0 0 0x1000>; device_type = "pci";')),
    { '4.18': ['boots', undefined] },
  ],
  [
    'that is passed through but not covered',
    atRoot(bus('b', device('0 0x5000 0 0x10', 'xen,passthrough;'), 'ranges = <0 0 0 0 0 0x1000>;')),
    { '4.18': ['panics', REFUSED, 'Unable to retrieve address 0 for /b/d@5000'] },
  ],
  [
    'above what a processor reaches',
    atRoot(bus('b', device('0x1000000 0 0 0x1000'))),
    {
      '4.11': [
        'panics',
        'Could not set up DOM0 guest OS',
        'Unable to map 0x100000000000000 - 0x100000000000fff in domain 0',
      ],
      '4.22': [
        'panics',
        'Could not set up d0 guest OS (rc = -22)',
        'Unable to map 0x100000000000000 - 0x100000000000fff in domain 0',
        NOT_MADE,
      ],
    },
  ],
  [
    'that wraps',
    atRoot(bus('b', device('0xffffffff 0xfffff000 0 0x2000'))),
    {
      '4.11': ['panics', "Assertion 's <= e' failed at rangeset.c"],
      '4.18': ['panics', REFUSED, tooWide('0x1000')],
    },
  ],
  [
    'that ends with the last byte',
    atRoot(bus('b', device('0xffffffff 0xfffff000 0 0x1000'))),
    { '4.18': ['panics', REFUSED, tooWide('0x0')] },
  ],
];

const SHARED: BootProfile = { config: { staticMemory: true, staticShm: true } };
const region = (cells: string): string =>
  `shm@a0000000 { compatible = "xen,domain-shared-memory-v1"; xen,shm-id = "a"; xen,shared-mem = <${cells}>; };`;
const sharing = (cells: string, more = ''): string =>
  inChosen(
    domain(
      `cpus = <1>; memory = <0 0x20000>; ${more} xen,static-mem = <0 0x90000000 0 0x8000000>; ${region(cells)}`,
    ),
  );
const sharedMemory: readonly Case[] = [
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
  [
    'outside RAM',
    sharing('4 0 0 0xa0000000 0 0x1000'),
    { '4.18': ['panics', NOT_SET_UP, 'd1: invalid physical address 0x400000'] },
    SHARED,
  ],
  [
    'half outside RAM',
    sharing('0 0xbffff000 0 0xa0000000 0 0x2000'),
    { '4.18': ['panics', NOT_SET_UP, 'd1: invalid physical address 0xc0000'] },
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
];

const memory = (reg: string, more = ''): string =>
  board.replace(/(memory@40000000 \{ ?[^}]*?)reg = <[^>]*>;/, `$1${reg} ${more}`);
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

const ram: readonly Case[] = [
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
    { '4.18': ['panics', "Assertion 'unreachable' failed", 'dt_read_number(,3) bad size'] },
  ],
  [
    'behind nodes that are nested too deep',
    atRoot('n { '.repeat(17) + '};'.repeat(17)),
    {
      '4.18': ['hangs', "Warning: device tree node `n' is nested too deep"],
      '4.21': ['boots', undefined, "Warning: device tree node `n' is nested too deep"],
    },
  ],
];

const LIKED = 'a board it likes';
const parts: Readonly<Record<string, readonly Case[]>> = {
  [LIKED]: likedBoard,
  RAM: ram,
  'the command line': commandLines,
  modules,
  'a domain': domains,
  dom0,
  'a device': devices,
  'shared memory': sharedMemory,
  'the heap of arm32': arm32,
};

/** What the board that Xen likes comes to, by release and architecture. */
const plain = new Map<string, Promise<readonly string[]>>();
async function tellPlain(release: string, profile: BootProfile = {}): Promise<readonly string[]> {
  const { architecture } = profile;
  const key = `${release} ${architecture}`;
  const told =
    plain.get(key) ??
    boot(board, release, { ...(architecture && { architecture }) }).then((result) =>
      tellBoot(result, board),
    );
  plain.set(key, told);
  return told;
}

async function comparedWith(
  part: string,
  release: string,
  profile: BootProfile = {},
): Promise<readonly string[]> {
  if (part !== LIKED) return tellPlain(release, profile);
  return release === '4.18' && !profile.architecture ? [] : tellPlain('4.18');
}

const golden = path.join(import.meta.dirname, 'fixtures/xen/refusals.txt');
const HEADING = /^== (.*) ==$/m;
const update = process.env['UPDATE'] === '1';
const headingOf = (part: string, title: string, release: string): string =>
  `${part}: ${title} (${release})`;
/** The recorded differences by title of the case. */
const recorded = new Map(
  readFileSync(golden, 'utf8')
    .split(/^(?=== )/m)
    .map((block) => [HEADING.exec(block)?.[1], block]),
);
const told: string[] = [];

describe('what Xen says of', () => {
  after(() => {
    if (update) writeFileSync(golden, told.join(''));
  });

  it('is recorded for these cases and no others', () => {
    const headings = Object.entries(parts).flatMap(([part, cases]) =>
      cases.flatMap(([title, , releases]) =>
        Object.keys(releases).map((release) => headingOf(part, title, release)),
      ),
    );
    assert.deepEqual([...recorded.keys()], headings);
  });

  for (const [part, cases] of Object.entries(parts))
    describe(part, () => {
      for (const [title, text, releases, profile] of cases)
        for (const [release, [kind, last, ...lines]] of Object.entries(releases))
          it(`${title} (${release})`, async () => {
            const result = await boot(text, release, profile);
            const { outcome, log } = result;
            const printed = log.map((line) => line.text);
            assert.equal(outcome.kind, kind, 'because' in outcome ? outcome.because : '');
            assert.equal('line' in outcome ? outcome.line?.text : undefined, last);
            const found = lines.filter((line) => printed.includes(line));
            assert.deepEqual(found, lines, printed.join('\n'));

            const heading = headingOf(part, title, release);
            const known = await comparedWith(part, release, profile);
            const differs = differences(tellBoot(result, text), known);
            const block = `== ${heading} ==\n${differs.join('\n')}\n\n`;
            told.push(block);
            if (!update) assert.equal(block, recorded.get(heading));
          });
    });
});

describe('what a scrubbing Xen gives dom0 on several CPUs', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['bootscrub=0', '4.18', true],
    ['bootscrub=off', '4.18', true],
    ['no-bootscrub', '4.18', true],
    ['bootscrub=1', '4.18', true],
    ['bootscrub', '4.18', true],
    ['bootscrub=idle', '4.18', false],
    ['bootscrub=nonsense', '4.18', false],
    ['bootscrub=idle', '4.11', true],
    ['bootscrub=0 bootscrub=idle', '4.18', false],
  ];
  for (const [option, release, isKnown] of cases)
    it(`${option} (${release}): ${isKnown ? 'known' : 'not known'}`, async () => {
      const text = words('dom0_mem=256M').replace('bootscrub=0', option);
      const { uncertain } = await boot(text, release, { cpus: 4 });
      assert.equal(!uncertain.some(({ what }) => what === 'dom0.banks'), isKnown);
    });

  it('a packed kernel says why nothing is known', async () => {
    const kernel = { format: 'gzip', uncompressedSize: 0x3000000n, fileSize: 5n } as const;
    const { uncertain } = await boot(board, '4.18', { kernel });
    for (const what of ['dom0', 'log', 'outcome'])
      assert.ok(uncertain.some((each) => each.what === what && each.because.includes('5 bytes')));
    const whole = { ...kernel, fileSize: 0x19f97c0n };
    assert.equal((await boot(board, '4.18', { kernel: whole })).outcome.kind, 'boots');
  });
});

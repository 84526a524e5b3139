// What real boots of boards without a recording here showed, by release: the same board, changed in one place.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { writeDtb } from '../server/src/dtb/write-dtb.ts';
import type { BootProfile } from '../server/src/facts/boot-profile.ts';
import { bootXen } from '../server/src/xen/boot.ts';
import { parseRelease } from '../server/src/xen/releases.ts';
import type { XenBoot } from '../server/src/xen/xen-boot.ts';
import { textTree } from './support/source-tree.ts';
import { factsOf } from './support/facts-of.ts';

const board = readFileSync(
  path.join(import.meta.dirname, 'fixtures/xen-boots/basic-1bank/board.dts'),
  'utf8',
);
/** 2 GiB from 0x40000000; Xen, blob, kernel and ramdisk at 0x40200000, 0x44000000, 0x48000000, 0x4c000000. */
const memory = /\tmemory@40000000 \{[^}]*\};\n/.exec(board)?.[0] ?? '';
const given: BootProfile = {
  xen: { address: 0x40200000n, size: 0x1500c8n },
  dtb: { address: 0x44000000n },
  cpus: 1,
};

const CELLS = '#address-cells = <2>; #size-cells = <2>;';
const BUS = `${CELLS} ranges;`;

function region(address: bigint, size: bigint, more = ''): string {
  const cells = [address, size].map((each) => `${each >> 32n} ${each & 0xffffffffn}`).join(' ');
  return `r@${address.toString(16)} { reg = <${cells}>; ${more} };`;
}

/** The board with text in front of its memory node. */
const withNode = (text: string): string => board.replace(memory, `${text}\n${memory}`);
/** The board with text as the first of /chosen. */
const withChosen = (text: string): string =>
  board
    .replace(/\t\tmodule@48000000/, `${text}\n\t\tmodule@48000000`)
    .replace('dom0_mem=512M', 'dom0_mem=256M');

function domain(kernel: string, more: string, kib = 0x20000): string {
  return `domU1 { compatible = "xen,domain"; ${CELLS} cpus = <1>; memory = <0 ${kib}>; ${more}
    module@${kernel} { compatible = "multiboot,kernel", "multiboot,module"; reg = <0 0x${kernel} 0 0x19f97c0>; }; };`;
}
const staticMemory = 'xen,static-mem = <0 0x90000000 0 0x8000000>;';
function shared(id: string, role = '', size = '0x10000000'): string {
  return `shm@a0000000 { compatible = "xen,domain-shared-memory-v1"; ${role} xen,shm-id = "${id}";
    xen,shared-mem = <0 0xa0000000 0 0xa0000000 0 ${size}>; };`;
}
const STATIC: BootProfile = { config: { staticMemory: true, staticShm: true } };

function boot(text: string, name: string, more: BootProfile = {}): XenBoot {
  const tree = textTree(text);
  const release = parseRelease(name);
  assert.ok(release, name);
  return bootXen(
    tree,
    release,
    factsOf(tree, { ...given, ...more }, BigInt(writeDtb(tree).length)),
  );
}

/** What a board shows in a release: its outcome, lines it prints, lines it does not, dom0's memory nodes. */
interface Expected {
  readonly outcome: XenBoot['outcome']['kind'];
  /** The last message. */
  readonly line?: string;
  readonly prints?: readonly string[];
  readonly lacks?: readonly RegExp[];
  readonly nodes?: readonly string[];
}

interface Case {
  readonly title: string;
  readonly text: string;
  readonly profile?: BootProfile;
  readonly releases: Readonly<Record<string, Expected>>;
}

const NO_RAM: Readonly<Record<string, Expected>> = {
  '4.17': { outcome: 'panics', line: 'Xen BUG at common/page_alloc.c' },
  '4.18': {
    outcome: 'panics',
    line: 'The frametable cannot cover the physical region 0xffffffffffffffff - 0000000000000000',
  },
  '4.21': { outcome: 'panics', prints: ['PFN compression disabled: no ranges provided'] },
  '4.22': { outcome: 'panics', line: 'Frametable too small' },
};
const KERNEL_REFUSED: Expected = {
  outcome: 'panics',
  line: 'Unable to copy the kernel in the hwdom memory',
};
const KERNEL_REFUSED_LATE: Expected = {
  outcome: 'panics',
  line: 'Unable to copy the kernel in the d0 memory',
};
const SCAN_PANIC: Expected = {
  outcome: 'panics',
  line: 'Early FDT parsing failed (-22)',
  lacks: [/^RAM:/, /RESVD/],
};

const reserved = region(0x60000000n, 0x1000000n);
const overlap = `reserved-memory { ${BUS} ${reserved} ${region(0x60800000n, 0x1000000n)} };`;
const deep = 'n { '.repeat(16) + '};'.repeat(16);

const CASES: readonly Case[] = [
  {
    title: 'a region one level too deep: Xen reserves it, Linux does not',
    text: withNode(`reserved-memory { ${BUS} group { ${BUS} ${reserved} }; };`),
    releases: {
      '4.12': KERNEL_REFUSED,
      '4.13': { outcome: 'dom0-at-risk', nodes: ['memory@80000000', 'memory@60000000'] },
      unstable: { outcome: 'dom0-at-risk', nodes: ['memory@80000000', 'memory@60000000'] },
    },
  },
  {
    title: "/reserved-memory with cells that are not the root's",
    text: withNode(
      'reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; r@60000000 { reg = <0x60000000 0x1000000>; }; };',
    ),
    releases: {
      '4.13': { outcome: 'dom0-at-risk' },
      '4.22': {
        outcome: 'dom0-at-risk',
        prints: [' RESVD[0]: 0000000060000000 - 0000000060ffffff'],
      },
    },
  },
  {
    title: 'overlapping regions in front of the memory node',
    text: board.replace(memory, '').replace('\tchosen {', `${overlap}\n${memory}\tchosen {`),
    releases: {
      '4.17': { outcome: 'boots', prints: [' RESVD[1]: 0000000060800000 - 00000000617fffff'] },
      '4.18': {
        outcome: 'panics',
        prints: [
          'Region: [0x00000060800000, 0x00000061800000) overlapping with bank[0]: [0x00000060000000, 0x00000061000000)',
          "fdt: node `reserved-memory': parsing failed",
          ' RESVD[0]: 0000000060000000 - 0000000060ffffff',
        ],
        line: 'The frametable cannot cover the physical region 0xffffffffffffffff - 0000000000000000',
      },
      '4.19': SCAN_PANIC,
    },
  },
  {
    title: "a region over Xen's image",
    text: withNode(`reserved-memory { ${BUS} ${region(0x40300000n, 0x100000n)} };`),
    releases: {
      '4.17': { outcome: 'boots' },
      '4.18': {
        outcome: 'panics',
        prints: [
          'Region: [0x00000040300000, 0x00000040400000) overlapping with mod[0]: [0x00000040200000, 0x000000403500c8)',
        ],
      },
      '4.19': SCAN_PANIC,
      unstable: SCAN_PANIC,
    },
  },
  {
    title: 'RAM under another name',
    text: board.replace('memory@40000000', 'ddr@40000000'),
    releases: NO_RAM,
  },
  {
    title: 'RAM without device_type: given to dom0 as a device until 4.19, no RAM since',
    text: board.replace(memory, memory.replace('device_type = "memory";', '')),
    releases: {
      '4.16': KERNEL_REFUSED,
      '4.19': KERNEL_REFUSED,
      '4.20': {
        outcome: 'panics',
        line: 'The frametable cannot cover the physical region 0xffffffffffffffff - 0000000000000000',
      },
      unstable: { outcome: 'panics', line: 'Frametable too small' },
    },
  },
  {
    title: 'ranges that translate: Xen reserves the raw address and maps the other',
    text: withNode(
      `reserved-memory { ${CELLS} ranges = <0 0 0 0x60000000 0 0x10000000>; ${region(0x1000000n, 0x1000000n)} };`,
    ),
    releases: {
      '4.13': { ...KERNEL_REFUSED, prints: [' RESVD[0]: 0000000001000000 - 0000000001ffffff'] },
      '4.21': KERNEL_REFUSED_LATE,
      unstable: KERNEL_REFUSED_LATE,
    },
  },
  {
    title: 'ranges that do not cover a region',
    text: withNode(`reserved-memory { ${CELLS} ranges = <0 0 0 0 0 0x10000000>; ${reserved} };`),
    releases: {
      '4.17': {
        outcome: 'panics',
        prints: [
          'Unable to retrieve address 0 for /reserved-memory/r@60000000',
          'Device tree generation failed (-22).',
        ],
        line: 'Could not set up DOM0 guest OS',
      },
      '4.20': { outcome: 'panics', line: 'Could not set up DOM0 guest OS (rc = -22)' },
      '4.21': { outcome: 'panics', line: 'Could not set up d0 guest OS (rc = -22)' },
    },
  },
  {
    title: '/reserved-memory in capitals: Xen honours it, Linux does not',
    text: withNode(`Reserved-Memory { ${BUS} ${reserved} };`),
    releases: { '4.17': { outcome: 'dom0-at-risk' }, unstable: { outcome: 'dom0-at-risk' } },
  },
  {
    title: 'reserved-memory@0 is not reserved but mapped',
    text: withNode(`reserved-memory@0 { ${BUS} ${region(0x60000000n, 0x10000000n)} };`),
    releases: {
      '4.18': { ...KERNEL_REFUSED, lacks: [/RESVD/] },
      unstable: KERNEL_REFUSED_LATE,
    },
  },
  {
    title: 'a region below RAM is told to dom0 as memory',
    text: withNode(`reserved-memory { ${BUS} ${region(0x30000000n, 0x1000000n)} };`),
    releases: { '4.18': { outcome: 'boots', nodes: ['memory@60000000', 'memory@30000000'] } },
  },
  {
    title: 'no cells for the children: the message has no line end',
    text: withNode(
      `reserved-memory { #address-cells = <0>; #size-cells = <2>; ranges; ${reserved} };`,
    ),
    releases: {
      '4.14': {
        outcome: 'panics',
        prints: [
          "fdt: node `r@60000000': invalid #address-cells or #size-cellsfdt: node `reserved-memory': parsing failed",
        ],
      },
      '4.18': {
        outcome: 'panics',
        prints: [
          "fdt: property `reg': invalid #address-cells or #size-cellsfdt: node `reserved-memory': parsing failed",
        ],
      },
      '4.20': SCAN_PANIC,
    },
  },
  {
    title: 'a node 16 deep',
    text: withNode(deep),
    releases: {
      '4.12.4': { outcome: 'boots', prints: ["Warning: device tree node `n' is nested too deep"] },
      '4.18.6': { outcome: 'hangs', line: "Warning: device tree node `n' is nested too deep" },
      '4.20.3': { outcome: 'hangs' },
      '4.20.4': { outcome: 'boots' },
      '4.21.1': { outcome: 'hangs' },
      unstable: { outcome: 'boots' },
    },
  },
  {
    title: 'a static heap behind a plain region is told to dom0 as memory',
    text: withChosen('xen,static-heap = <0 0x80000000 0 0x40000000>;').replace(
      '\tchosen {',
      `reserved-memory { ${BUS} ${region(0x50000000n, 0x1000000n)} };\n\tchosen {`,
    ),
    releases: {
      '4.16': { outcome: 'boots' },
      '4.17': { outcome: 'dom0-fails' },
      unstable: { outcome: 'dom0-fails' },
    },
  },
  {
    title: 'a kernel shared with a domain: from 4.18 on dom0 has none',
    text: withChosen(domain('48000000', '')),
    releases: {
      '4.16': { outcome: 'boots', nodes: ['memory@50000000'] },
      '4.17': { outcome: 'boots', nodes: ['memory@50000000'] },
      '4.18': {
        outcome: 'boots',
        prints: [
          'Region: [0x00000048000000, 0x000000499f97c0) overlapping with mod[2]: [0x00000048000000, 0x000000499f97c0)',
          'Xen dom0less mode detected',
        ],
        lacks: [/^BANK/, /LOADING DOMAIN 0/],
      },
    },
  },
  {
    title: 'a domain that is larger than what is free',
    text: withChosen(domain('54000000', '', 0x300000)),
    releases: {
      '4.16': { outcome: 'panics', prints: ['Allocating mappings totalling 3072MB for d1:'] },
      unstable: { outcome: 'panics', lacks: [/^d1 BANK/] },
    },
  },
  {
    title: 'a hardware domain described in the tree',
    text: withChosen(domain('54000000', 'capabilities = <2>;')),
    releases: {
      '4.20': { outcome: 'boots' },
      '4.21': { outcome: 'panics', line: 'Only 1 hardware domain can be specified! (d0)' },
    },
  },
  {
    title: 'direct-map without static memory',
    text: withChosen(domain('54000000', 'direct-map;')),
    releases: {
      '4.16': { outcome: 'boots' },
      '4.17': {
        outcome: 'panics',
        line: 'direct-map is not valid for domain domU1 without static allocation.',
      },
    },
  },
  {
    title: 'static memory that is not the sum of memory',
    text: withChosen(domain('54000000', staticMemory, 0x40000)),
    profile: STATIC,
    releases: {
      '4.17': {
        outcome: 'panics',
        prints: ['d1: STATIC BANK[0] 0x00000090000000-0x00000098000000'],
        line: `Failed to allocate requested static memory for domain d1.${'*'.repeat(40)}`,
      },
    },
  },
  {
    title: 'static memory mapped 1:1',
    text: withChosen(domain('54000000', `${staticMemory} direct-map;`)),
    profile: STATIC,
    releases: {
      '4.18': {
        outcome: 'boots',
        prints: ['Loading zImage from 0000000054000000 to 0000000090000000-00000000919f97c0'],
      },
    },
  },
  {
    title: 'static memory on a build without it',
    text: withChosen(domain('54000000', staticMemory)),
    profile: { config: { staticMemory: false } },
    releases: {
      '4.22': { outcome: 'panics' },
      unstable: {
        outcome: 'panics',
        prints: [
          'CONFIG_STATIC_MEMORY must be enabled for parsing xen,static-mem',
          "fdt: node `domU1': parsing failed",
        ],
        line: 'Early FDT parsing failed (-22)',
      },
    },
  },
  {
    title: 'memory shared by a domain and, named later, by dom0',
    text: withChosen(
      domain('54000000', `${staticMemory} ${shared('one', 'role = "owner";')}`) +
        shared('one', 'role = "borrower";'),
    ),
    profile: STATIC,
    releases: {
      '4.17': {
        outcome: 'boots',
        prints: [' RESVD[1]: 00000000a0000000 - 00000000afffffff'],
        nodes: ['memory@70000000'],
      },
      '4.19': {
        outcome: 'boots',
        prints: [' SHMEM[0]: 00000000a0000000 - 00000000afffffff'],
        nodes: ['memory@70000000'],
      },
    },
  },
  {
    title: 'the same shared memory with another size',
    text: withChosen(
      domain('54000000', `${staticMemory} ${shared('one')}`) + shared('one', '', '0x8000000'),
    ),
    profile: STATIC,
    releases: {
      '4.19': {
        outcome: 'panics',
        prints: ['fdt: different shared memory region could not share the same shm ID one'],
        line: 'Early FDT parsing failed (-22)',
      },
    },
  },
  {
    title: 'a second memory node without reg',
    text: withNode('memory@100000000 { device_type = "memory"; };'),
    releases: {
      '4.12': {
        outcome: 'boots',
        prints: ["fdt: node `memory@100000000': missing `reg' property"],
      },
      '4.19': { outcome: 'panics', line: 'Early FDT parsing failed (-2)' },
    },
  },
  {
    title: 'the only memory node left to the boot loader',
    text: board.replace(memory, 'memory { device_type = "memory"; };'),
    releases: {
      '4.13': {
        outcome: 'unknown',
        prints: ['MODULE[2]: 0000000048000000 - 00000000499f97c0 Kernel      '],
        lacks: [/parsing failed/, /^BANK/],
      },
      '4.22': { outcome: 'unknown', lacks: [/Early FDT/] },
    },
  },
  {
    title: 'no extended regions wanted',
    text: board.replace('dom0_mem=512M', 'dom0_mem=512M ext_regions=0'),
    releases: {
      '4.15': { outcome: 'boots', lacks: [/xtended region/] },
      '4.16': { outcome: 'boots', prints: ['The extended regions support is disabled'] },
      '4.18': { outcome: 'boots', prints: ['d0: extended regions support is disabled'] },
    },
  },
  {
    title: 'a rest of dom0_mem below 4 MiB',
    text: board.replace('dom0_mem=512M', 'dom0_mem=513M'),
    releases: {
      '4.18': {
        outcome: 'boots',
        prints: [
          'BANK[0] 0x00000060000000-0x00000080000000 (512MB)',
          'Loading zImage from 0000000048000000 to 0000000060000000-00000000619f97c0',
        ],
        lacks: [/^BANK\[1\]/, /^Loading d0 DTB/, /extended region/],
      },
    },
  },
];

describe('what real boots showed', () => {
  for (const { title, text, profile, releases } of CASES) {
    it(title, () => {
      for (const [name, expected] of Object.entries(releases)) {
        const found = boot(text, name, profile);
        const log = found.log.map((line) => line.text);
        const told = `${name}: ${log.join('\n')}`;
        assert.equal(found.outcome.kind, expected.outcome, told);
        if (expected.line !== undefined)
          assert.equal('line' in found.outcome && found.outcome.line?.text, expected.line, told);
        for (const line of expected.prints ?? []) assert.ok(log.includes(line), `${line}\n${told}`);
        for (const pattern of expected.lacks ?? [])
          assert.ok(!log.some((line) => pattern.test(line)), `${pattern.source}\n${told}`);
        if (expected.nodes)
          assert.deepEqual(
            found.dom0?.memoryNodes.map((node) => node.name),
            expected.nodes,
            told,
          );
      }
    });
  }

  it("tells dom0 of its shared memory in the host's node since 4.19, in one of its own before", () => {
    const text = withChosen(shared('one')).replace(
      memory,
      `reserved-memory { ${BUS} ${reserved} };\n${memory}`,
    );
    for (const [name, count] of [
      ['4.17', 2],
      ['4.18', 2],
      ['4.19', 1],
      ['4.22', 1],
    ] as const) {
      const { dom0 } = boot(text, name, STATIC);
      const nodes = (dom0?.tree?.root.children ?? []).filter(
        (node) => node.name === 'reserved-memory',
      );
      assert.equal(nodes.length, count, name);
      const names = nodes.flatMap((node) => node.children.map((child) => child.name));
      assert.deepEqual(names, ['r@60000000', 'xen-shmem@a0000000'], name);
    }
  });

  it('every field of the profile matters', () => {
    const gzip = { format: 'gzip', uncompressedSize: 0x3000000n } as const;
    const fields: readonly (readonly [string, BootProfile, string?])[] = [
      ['xen.address', { xen: { address: 0x41000000n, size: 0x1500c8n } }],
      ['xen.size', { xen: { address: 0x40200000n, size: 0x200000n } }],
      ['xen.textSize', { xen: { address: 0x40200000n, size: 0x1500c8n, textSize: 0x10000n } }],
      ['dtb.address', { dtb: { address: 0x45000000n } }],
      ['dtb.size', { dtb: { address: 0x44000000n, size: 0x10000n } }],
      ['kernel.fileSize', { kernel: { fileSize: 0x2000000n } }],
      ['kernel.textOffset', { kernel: { textOffset: 0x80000n } }],
      ['kernel.format', { kernel: { format: 'zimage' } }],
      ['kernel.uncompressedSize', { kernel: gzip }],
      ['boot', { boot: 'efi' }],
      [
        'efiMemoryMap',
        {
          boot: 'efi',
          efiMemoryMap: [{ start: 0n, end: 0x80000000n, type: 'EfiConventionalMemory' }],
        },
      ],
      ['memory', { memory: [{ start: 0x40000000n, end: 0x80000000n }] }],
      ['xenCommandLine', { xenCommandLine: 'dom0_mem=128M bootscrub=0' }],
      ['iommu', { iommu: true }],
      ['architecture', { architecture: 'arm32' }],
      ['config.llcColoring', { config: { llcColoring: true } }],
    ];
    const shown = (found: XenBoot): string =>
      JSON.stringify(
        [found.outcome, found.log.map(({ text }) => text), found.uncertain],
        (_, value) => (typeof value === 'bigint' ? value.toString() : (value as unknown)),
      );
    const plain = shown(boot(board, '4.22'));
    for (const [name, profile] of fields)
      assert.notEqual(shown(boot(board, '4.22', profile)), plain, name);
  });

  it('no default release finds a fault in a healthy board', () => {
    const healthy = withNode(
      `reserved-memory { ${BUS} ${region(0x50000000n, 0x1000000n, 'no-map;')} };`,
    );
    for (const name of ['4.11', '4.12', '4.13', '4.16', '4.18', '4.20', '4.22', 'unstable'])
      assert.equal(boot(healthy, name).outcome.kind, 'boots', name);
  });
});

// Xen on paper: recorded boots of every release, the board of the mail, frames explained, profiles that say too little.

import { reason } from '../server/src/xen/reasons.ts';
import assert from 'node:assert/strict';
import path from 'node:path';
import { writeDtb } from '../server/src/dtb/write-dtb.ts';
import { nodeAt, spanOf, type DeviceTree } from '../server/src/tree/device-tree.ts';
import type { BootProfile } from '../server/src/facts/boot-profile.ts';
import { bootXen } from '../server/src/xen/boot.ts';
import { explainMfn } from '../server/src/xen/explain-mfn.ts';
import { BRANCH_NAMES, parseRelease, RELEASES, type Release } from '../server/src/xen/releases.ts';
import type { XenBoot } from '../server/src/xen/xen-boot.ts';
import { sourceTree, textTree } from './support/source-tree.ts';
import { compareBoot, readRecordings } from './support/xen-recordings.ts';
import { factsOf } from './support/facts-of.ts';

const folder = path.join(import.meta.dirname, 'fixtures/xen-boots');
const mail = path.join(import.meta.dirname, 'fixtures/xen/mail.dts');

/** Boards that between them meet every part of the model; the whole folder is `npm run test:xen`. */
const CHOSEN = new Set([
  'bank-far-pdx',
  'bank-zero-size-first',
  'many-resv-64',
  'mod-initrd-overlap-kernel',
  'resv-overlap',
  'resv-wrap',
  's4-seed-scaled-idle',
  'seed-status-disabled',
  'static-heap-1g',
  'static-mem-own-kernel',
]);

function release(name: string): Release {
  const found = parseRelease(name);
  assert.ok(found, name);
  return found;
}

function size(tree: DeviceTree): bigint {
  return BigInt(writeDtb(tree).length);
}

describe('Xen on paper', () => {
  describe('agrees with recorded boots', () => {
    const recordings = readRecordings(folder, (board) => CHOSEN.has(board));
    for (const board of CHOSEN) {
      it(board, () => {
        const { tree } = sourceTree(path.join(folder, board, 'board.dts'));
        const here = recordings.filter((recording) => recording.board === board);
        assert.ok(here.length > 0);
        for (const recording of here) {
          const boot = bootXen(
            tree,
            recording.release,
            factsOf(tree, recording.profile, size(tree)),
          );
          const dom0 = recording.dom0Dts === undefined ? undefined : textTree(recording.dom0Dts);
          const { verdict, reasons } = compareBoot(recording, boot, dom0);
          assert.notEqual(verdict, 'wrong', `${recording.build}: ${reasons.join('\n')}`);
        }
      });
    }
  });

  describe('the board of the mail', () => {
    const profile: BootProfile = {
      xen: { address: 0x20100000n, size: 0x165000n },
      dtb: { address: 0x23000000n, size: 0x24000n },
      cpus: 1,
    };
    function boot(name: string, more: BootProfile = {}): XenBoot {
      const { tree } = sourceTree(mail);
      return bootXen(tree, release(name), factsOf(tree, { ...profile, ...more }, size(tree)));
    }

    it('prints what 4.18.2 printed', () => {
      const { log } = boot('4.18.2');
      assert.deepEqual(
        log.map(({ text }) => text),
        [
          'Checking for initrd in /chosen',
          'RAM: 0000000020000000 - 00000000bfffffff',
          'RAM: 00000001a0000000 - 00000002ffffffff',
          'MODULE[0]: 0000000020100000 - 0000000020265000 Xen         ',
          'MODULE[1]: 0000000023000000 - 0000000023024000 Device Tree ',
          'MODULE[2]: 0000000024000000 - 0000000028000000 Kernel      ',
          ' RESVD[0]: 0000000020000000 - 000000002000ffff',
          ' RESVD[1]: 0000000040000000 - 000000005fffffff',
          ' RESVD[2]: 00000001a0000000 - 00000001bfffffff',
          ' RESVD[3]: 000000002e000000 - 000000002fffffff',
          'Command line: console=dtuart dtuart=serial0 dom0_max_vcpus=1 bootscrub=0',
          '*** LOADING DOMAIN 0 ***',
          'Loading d0 kernel from boot module @ 0000000024000000',
          'Allocating 1:1 mappings totalling 512MB for dom0:',
          'BANK[0] 0x00000060000000-0x00000080000000 (512MB)',
          'Grant table range: 0x00000020100000-0x00000020140000',
          'd0: extended region 0: 0x20200000->0x2de00000',
          'd0: extended region 1: 0x30000000->0x3fe00000',
          'd0: extended region 2: 0x80000000->0xbfe00000',
          'd0: extended region 3: 0x1c0000000->0x2ffe00000',
          'Loading zImage from 0000000024000000 to 0000000060000000-0000000064000000',
          'Loading d0 DTB to 0x0000000068000000-0x00000000680006f4',
          'PLEASE SPECIFY dom0_mem PARAMETER - USING 512M FOR NOW',
        ],
      );
    });

    it('gives dom0 a blob as large as its tree takes', () => {
      const { dom0 } = boot('4.18.2');
      assert.ok(dom0?.tree);
      // libfdt pads the header by 8 bytes more than dtc does.
      assert.equal(dom0.blobSize, BigInt(writeDtb(dom0.tree).length + 8));
    });

    it('explains the frame that Xen refused', () => {
      const found = boot('4.18.2');
      const frame = explainMfn(found, 0x1a02dcn);
      assert.equal(frame.line, 'd0v0: Failing to acquire the MFN 0x1a02dc');
      assert.equal(frame.mappedBy?.path, '/reserved-memory/buffer@1a0000000');
      assert.equal(frame.toldBy, 'memory@20000000');
      assert.equal(frame.owner, 'nobody');
      assert.equal(frame.valid, true);
      assert.deepEqual(frame.linuxUsesBecause, reason('node-status', { status: 'disabled' }));
      assert.equal(found.outcome.kind, 'dom0-at-risk');
    });

    it('is cured by a release that honours status', () => {
      const found = boot('4.19');
      assert.equal(found.outcome.kind, 'boots');
      assert.equal(explainMfn(found, 0x1a02dcn).linuxUsesBecause, undefined);
      assert.equal(found.reserved.length, 3);
    });

    it('points every line about a node at its source', () => {
      const { log } = boot('4.18.2');
      for (const { text, written } of log) {
        if (!/^(?:RAM| RESVD|MODULE\[2\])/.test(text)) continue;
        assert.ok(written, text);
        assert.match(spanOf(written).file, /mail\.dts$/);
      }
    });

    it('is not determined on several CPUs that scrub', () => {
      const found = boot('4.18', {
        cpus: 4,
        xenCommandLine: 'dom0_mem=380M',
      });
      assert.ok(found.uncertain.some(({ what }) => what === 'dom0.banks'));
      assert.ok(found.uncertain.some(({ what }) => what === 'outcome'));
      assert.ok(!found.log.some(({ text }) => text.startsWith('BANK[')));
      const certain = boot('4.18', {
        cpus: 4,
        xenCommandLine: 'dom0_mem=380M bootscrub=0',
      });
      assert.ok(!certain.uncertain.some(({ what }) => what === 'dom0.banks'));
    });

    it('leaves out what a missing profile would have told', () => {
      const { tree } = sourceTree(mail);
      const found = bootXen(tree, release('4.18'), factsOf(tree, {}, size(tree)));
      assert.ok(found.uncertain.some(({ what }) => what === 'modules'));
      const text = found.log.map((line) => line.text).join('\n');
      assert.doesNotMatch(text, /MODULE\[[01]\]|BANK|Grant table/);
      assert.match(text, /MODULE\[2\]: 0000000024000000 - 0000000028000000 Kernel/);
    });

    it('keeps dom0 nodes of the host apart from its own', () => {
      const found = boot('4.18.2');
      const tree = found.dom0?.tree;
      assert.ok(tree);
      assert.ok(nodeAt(tree, '/reserved-memory/buffer@1a0000000'));
      assert.ok(nodeAt(tree, '/memory@60000000'));
      assert.equal(nodeAt(tree, '/chosen/module@24000000'), undefined);
      assert.deepEqual(tree.memoryReservations, []);
    });
  });

  describe('releases', () => {
    it('a branch is its latest point release', () => {
      assert.equal(parseRelease('4.18')?.name, '4.18.6');
      assert.equal(parseRelease('4.18.2')?.name, '4.18.2');
      assert.equal(parseRelease('unstable')?.name, 'unstable');
      for (const name of BRANCH_NAMES) assert.ok(parseRelease(name), name);
    });

    it('others are not known', () => {
      for (const name of ['4.10', '4.18.7', '4.23', '5.0', '', '4', 'master', '4.18.'])
        assert.equal(parseRelease(name), undefined, name);
    });
  });

  describe('odd trees', () => {
    const ODD: Readonly<Record<string, string>> = {
      empty: '/dts-v1/; / { };',
      'no cells': '/dts-v1/; / { memory@0 { device_type = "memory"; reg = <1 2 3>; }; };',
      'zero cells':
        '/dts-v1/; / { #address-cells = <0>; #size-cells = <0>; memory { device_type = "memory"; reg = <1 2>; }; };',
      'huge cells':
        '/dts-v1/; / { #address-cells = <0xffffffff>; #size-cells = <0xffffffff>; memory { device_type = "memory"; reg = <1 2>; }; reserved-memory { ranges; a@0 { reg = <0 1 2 3>; }; }; };',
      'three cells':
        '/dts-v1/; / { #address-cells = <3>; #size-cells = <2>; memory { device_type = "memory"; reg = <0 0 0x40000000 0 0x40000000>; }; };',
      'all of memory':
        '/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; memory { device_type = "memory"; reg = <0 0 0xffffffff 0xffffffff>; }; };',
      wrapping:
        '/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; memory { device_type = "memory"; reg = <0xffffffff 0xfffff000 0 0x2000>; }; chosen { module@0 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0xffffffff 0xffffffff 0 1>; }; }; };',
      'one byte':
        '/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; memory { device_type = "memory"; reg = <0x40000000 1>; }; };',
      'short properties':
        '/dts-v1/; / { #address-cells = [00]; #size-cells = ""; chosen { linux,initrd-start = <1 2 3>; xen,static-heap = [01]; domU { compatible = "xen,domain"; cpus = [01]; memory = [02]; xen,static-mem; }; }; };',
      'much dom0 memory':
        '/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; memory { device_type = "memory"; reg = <0x40000000 0x40000000>; }; chosen { xen,xen-bootargs = "dom0_mem=99999999999999999999T"; module@48000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x48000000 0x100000>; }; }; };',
      'little dom0 memory':
        '/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; memory { device_type = "memory"; reg = <0x40000000 0x40000000>; }; chosen { xen,xen-bootargs = "bootscrub=0 dom0_mem=1"; module@48000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x48000000 0x100000>; }; }; };',
      'RAM at zero':
        '/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; memory { device_type = "memory"; reg = <0 0x80000000>; }; chosen { xen,xen-bootargs = "bootscrub=0"; module@8000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x8000000 0x100000>; }; }; };',
    };
    const profiles: readonly BootProfile[] = [
      {},
      { cpus: 1, architecture: 'arm32' },
      { boot: 'efi' },
      { boot: 'efi', efiMemoryMap: [{ start: 0n, end: 0n, type: 'EfiConventionalMemory' }] },
      {
        cpus: 1,
        xen: { address: 0x40200000n, size: 0x165000n },
        dtb: { address: 0x44000000n },
        config: { staticMemory: true, staticShm: true, acpi: true },
      },
    ];
    /** How they end by profile, over all releases. */
    const ends: Readonly<Record<string, readonly string[]>> = {
      empty: ['unknown', 'unknown', 'unknown', 'panics', 'unknown'],
      'no cells': ['panics', 'panics', 'unknown', 'panics', 'panics'],
      'zero cells': ['panics', 'panics', 'unknown', 'panics', 'panics'],
      'huge cells': ['panics', 'panics', 'unknown', 'panics', 'panics'],
      'three cells': [
        'panics or unknown',
        'panics or unknown',
        'unknown',
        'panics',
        'panics or unknown',
      ],
      'all of memory': [
        'panics or unknown',
        'panics or unknown',
        'unknown',
        'panics',
        'panics or unknown',
      ],
      wrapping: ['panics', 'panics', 'unknown', 'panics', 'panics'],
      'one byte': ['panics', 'panics', 'unknown', 'panics', 'panics'],
      'short properties': [
        'panics or unknown',
        'panics or unknown',
        'panics or unknown',
        'panics',
        'panics or unknown',
      ],
      'much dom0 memory': ['panics or unknown', 'unknown', 'unknown', 'panics', 'panics'],
      'little dom0 memory': ['hangs', 'hangs', 'unknown', 'panics', 'hangs'],
      'RAM at zero': [
        'panics or unknown',
        'panics or unknown',
        'unknown',
        'panics',
        'boots or panics',
      ],
    };
    for (const [name, text] of Object.entries(ODD)) {
      it(name, () => {
        const tree = textTree(text);
        const found = profiles.map((profile) => {
          const boots = RELEASES.map((each) =>
            bootXen(tree, each, factsOf(tree, profile, size(tree))),
          );
          for (const boot of boots) explainMfn(boot, 0x40000n);
          return [...new Set(boots.map(({ outcome }) => outcome.kind))].sort().join(' or ');
        });
        assert.deepEqual(found, ends[name]);
      });
    }
  });

  describe('static memory that has an owner already', () => {
    const CELLS = '#address-cells = <2>; #size-cells = <2>;';
    const domU = (name: string, start: string): string =>
      `${name} { compatible = "xen,domain"; ${CELLS} #xen,static-mem-address-cells = <2>;
        #xen,static-mem-size-cells = <2>; memory = <0 0x20000>; cpus = <1>;
        xen,static-mem = <0 ${start} 0 0x8000000>; };`;
    const endOf = (
      inChosen: string,
      reserved: string,
      name: string,
      isBuilt = true,
    ): readonly (string | undefined)[] => {
      const tree = textTree(`/dts-v1/; / { ${CELLS}
        memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x80000000>; };
        reserved-memory { ${CELLS} ranges; ${reserved} };
        chosen { ${CELLS} ${inChosen} module@48000000 { compatible = "multiboot,kernel",
          "multiboot,module"; reg = <0 0x48000000 0 0x1000000>; }; }; };`);
      const profile: BootProfile = {
        xen: { address: 0x40200000n, size: 0x150000n },
        dtb: { address: 0x44000000n, size: 0x2000n },
        config: { staticMemory: isBuilt },
      };
      const { outcome } = bootXen(tree, release(name), factsOf(tree, profile, size(tree)));
      if (outcome.kind === 'boots') return ['boots'];
      return [outcome.because[0]?.code, 'line' in outcome ? outcome.line?.shown : undefined];
    };
    const overlapping = domU('domU1', '0x60000000') + domU('domU2', '0x64000000');
    const heap = 'xen,static-heap = <0 0x60000000 0 0x20000000>;';

    for (const [name, line] of [
      ['4.16.0', '(XEN) Xen BUG at page_alloc.c'],
      ['4.16.7', '(XEN) Xen BUG at page_alloc.c'],
      ['4.17.0', '(XEN) Xen BUG at common/page_alloc.c'],
      ['4.17.7', '(XEN) Xen BUG at common/page_alloc.c'],
    ] as const)
      it(`${name} takes a page of two domains once`, () => {
        assert.deepEqual(endOf(overlapping, '', name), ['static-memory-given-twice', line]);
      });

    it('4.17 takes no page that the heap gets as well', () => {
      assert.deepEqual(endOf(heap + domU('domU1', '0x64000000'), '', '4.17.7'), [
        'static-memory-in-heap',
        '(XEN) Xen BUG at common/page_alloc.c',
      ]);
      // A domain's memory beside the heap is no fault.
      const [code] = endOf(heap + domU('domU1', '0x90000000'), '', '4.17.7');
      assert.notEqual(code, 'static-memory-in-heap');
    });

    it('a plain reserved region below it, or a build that does not know it, ends nothing there', () => {
      const reserved = 'r@64000000 { reg = <0 0x64000000 0 0x1000000>; };';
      const codes = ['static-memory-given-twice', 'static-memory-in-heap'];
      for (const [nodes, beside, isBuilt] of [
        [domU('domU1', '0x60000000'), reserved, true],
        [overlapping, '', false],
      ] as const) {
        const [code = ''] = endOf(nodes, beside, '4.17.7', isBuilt);
        assert.ok(!codes.includes(code), code);
      }
    });
  });

  describe('static shared memory that it refuses', () => {
    const region = (id: string, cells: string, more = ''): string =>
      `shm@a0000000 { compatible = "xen,domain-shared-memory-v1"; xen,shm-id = "${id}";
        xen,shared-mem = <${cells}>; ${more} };`;
    /** Host address, guest address and size of one that is right. */
    const page = '0 0xa0000000 0 0xa0000000 0 0x1000';
    const domains = (...nodes: readonly string[]): string =>
      nodes
        .map((node, at) => `domU${at} { compatible = "xen,domain"; ${CELLS} ${node} };`)
        .join('\n');
    const CELLS = '#address-cells = <2>; #size-cells = <2>;';
    const printed = (nodes: string, name: string, isBuilt = true): string[] => {
      const tree = textTree(`/dts-v1/; / { ${CELLS}
        reserved-memory { ${CELLS} ranges; r@b0000000 { reg = <0 0xb0000000 0 0x1000000>; }; };
        chosen { ${CELLS} module@48000000 { compatible = "multiboot,kernel", "multiboot,module";
          reg = <0 0x48000000 0 0x1000000>; }; ${nodes} };
        memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x80000000>; };
        };`);
      const profile: BootProfile = {
        xen: { address: 0x40200000n, size: 0x150000n },
        dtb: { address: 0x44000000n, size: 0x2000n },
        config: { staticMemory: true, staticShm: isBuilt },
      };
      const boot = bootXen(tree, release(name), factsOf(tree, profile, size(tree)));
      return boot.log.map(({ text }) => text.replace(/^\(XEN\) /, ''));
    };
    /** What the region is, and what the releases with a list of shared memory and those before it print. */
    const cases: readonly (readonly [what: string, nodes: string, now: string, before: string])[] =
      [
        [
          'an id of 16 characters',
          domains(region('0123456789abcdef', page)),
          'fdt: invalid xen,shm-id 0123456789abcdef, it must be limited to 16 characters',
          'fdt: invalid xen,shm-id 0123456789abcdef, it must be limited to 16 characters',
        ],
        [
          'a role nobody has',
          domains(region('a', page, 'role = "lender";')),
          'fdt: invalid `role` property for static shared memory node.',
          'fdt: invalid `role` property for static shared memory node.',
        ],
        [
          'a cell too many',
          domains(region('a', '0 0xa0000000 0 0xa0000000 0 0x1000 0')),
          'fdt: invalid `xen,shared-mem` property.',
          'fdt: invalid `xen,shared-mem` property.',
        ],
        [
          'a size of zero',
          domains(region('a', '0 0xa0000000 0 0xa0000000 0 0')),
          'fdt: static shared memory region a overflow',
          'fdt: the size for static shared memory region can not be zero',
        ],
        [
          'one that wraps',
          domains(region('a', '0 0xa0000000 0 0xa0000000 0xffffffff 0xfffff000')),
          'fdt: static shared memory region a overflow',
          'fdt: static shared memory region a overflow',
        ],
        [
          'an address of the host within a page',
          domains(region('a', '0 0xa0000800 0 0xa0000000 0 0x1000')),
          'fdt: physical address 0x00000000a0000800 is not suitably aligned.',
          '',
        ],
        [
          'an address of the guest within a page',
          domains(region('a', '0 0xa0000000 0 0xa0000800 0 0x1000')),
          'fdt: guest address 0x00000000a0000800 is not suitably aligned.',
          '',
        ],
        [
          'a part of a page',
          domains(region('a', '0 0xa0000000 0 0xa0000000 0 0x800')),
          'fdt: size 0x0000000000000800 is not suitably aligned',
          '',
        ],
        [
          'no address of the host',
          domains(region('a', '0 0xa0000000 0 0x1000')),
          '',
          'fdt: host physical address must be chosen by users at the moment.',
        ],
        [
          'two names of one region',
          domains(region('a', page), region('b', page)),
          'fdt: xen,shm-id b does not match for all the nodes using the same region',
          'fdt: xen,shm-id b does not match for all the nodes using the same region.',
        ],
        [
          'one name of two regions',
          domains(region('a', page), region('a', '0 0xa0010000 0 0xa0000000 0 0x1000')),
          'fdt: different shared memory region could not share the same shm ID a',
          'fdt: different shared memory region could not share the same shm ID a',
        ],
      ];
    for (const [what, nodes, now, before] of cases)
      it(what, () => {
        for (const [name, wanted] of [
          ['4.22', now],
          ['4.17', before],
        ] as const) {
          const lines = printed(nodes, name).filter((line) => line.startsWith('fdt: '));
          if (wanted === '') assert.deepEqual(lines, [], name);
          else assert.ok(lines.includes(wanted), `${name}: ${lines.join('\n')}`);
        }
      });

    it('any, when it was built without', () => {
      const nodes = domains(region('a', page));
      const lines = printed(nodes, '4.22', false);
      assert.ok(
        lines.includes('CONFIG_STATIC_SHM must be enabled for parsing static shared memory nodes'),
        lines.join('\n'),
      );
    });

    it('one that overlaps a reserved region', () => {
      const nodes = domains(region('a', '0 0xb0000000 0 0xa0000000 0 0x2000'));
      for (const name of ['4.17', '4.22'])
        assert.match(printed(nodes, name).join('\n'), /overlap/, name);
    });
  });
});

// Explaining a log: each failure that people have reported is recognised by its message and has a cause and a cure.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { explainLog, type ExplainedLine } from '../server/src/console/explain-log.ts';
import { readBootLog } from '../server/src/console/read-boot-log.ts';
import { linuxMessages } from '../server/src/linux/messages.ts';
import type { Message } from '../server/src/messages/message.ts';
import { allRules } from '../server/src/rules/all-rules.ts';
import { xenMessages } from '../server/src/xen/messages.ts';

/** A reported failure by its number in the catalogue of failures, what its log shows, and what it is recognised as. */
type Reported = readonly [number: number, log: string, id: string];

const reported: readonly Reported[] = [
  [1, 'arch/arm/p2m.c:2202: d0v0: Failing to acquire the MFN 0x1a02dc', 'mfn-refused'],
  [3, 'Invalid size for reg', 'reg-size-invalid'],
  [3, "fdt: node `reserved-memory': parsing failed", 'node-parsing-failed'],
  [3, 'Xen BUG at page_alloc.c:398', 'boot-pages-gone'],
  [4, 'Early FDT parsing failed (-22)', 'early-scan-failed'],
  [
    5,
    'Region: [0x3076e9b0, 0x30775215) overlapping with bank[3]: [0x30600000, 0x31000000)',
    'region-overlap',
  ],
  [6, 'FDT reserve map overlapped with membanks/modules', 'memreserve-overlap'],
  [
    7,
    'Region: [0x84000040, 0x86152ac6) overlapping with mod[2]: [0x84000040, 0x86152ac6)',
    'region-overlap',
  ],
  [8, 'Max number of supported reserved-memory regions reached.', 'reserved-limit'],
  [9, 'Warning: Max number of supported memory regions reached.', 'region-limit'],
  [12, 'cannot add directmap mapping at 40000 below heap start 80000', 'heap-start'],
  [13, "fdt: property `reg': invalid #address-cells or #size-cells", 'cells-invalid'],
  [14, "fdt: node `module@0': missing `reg' property", 'reg-missing'],
  [14, "node module@0 missing `reg' property", 'module-reg-missing'],
  [14, "fdt: node `module@0': `reg` property length is too short", 'reg-too-short'],
  [15, "Warning: device tree node `deep' is nested too deep", 'nested-too-deep'],
  [16, 'Parsing FDT memory reserve map failed (-22)', 'memreserve-broken'],
  [17, 'Missing kernel boot module?', 'kernel-missing'],
  [17, 'Could not set up DOM0 guest OS (rc = -2)', 'dom0-construction'],
  [18, 'Ignoring Kernel boot module at 0x40000000-0x50000000 (too many)', 'module-limit'],
  [
    19,
    "Assertion '(mfn_to_pdx(maddr_to_mfn(ma)) - directmap_base_pdx) < (DIRECTMAP_SIZE >> PAGE_SHIFT)' failed at ./arch/arm/include/asm/mm.h:72",
    'directmap-too-small',
  ],
  [
    19,
    'The frametable cannot cover the physical region 0000000000000000 - 0x00070080000000',
    'frametable-too-far',
  ],
  [20, 'Direct map is too small', 'directmap-too-small'],
  [21, 'Xen BUG at page_alloc.c:436', 'boot-pages-gone'],
  [21, 'Xen BUG at common/page_alloc.c:432', 'boot-pages-gone'],
  [22, 'Cannot handle ID mapping above 2TB', 'id-map-too-high'],
  [24, 'pg[0] MFN 01533 c=0x8000000000000000 o=0 v=0xffff t=0', 'freed-twice'],
  [24, 'Xen BUG at page_alloc.c:1422', 'freed-twice'],
  [25, 'Xen BUG at page_alloc.c:1425', 'freed-twice'],
  [25, 'invalid compressed format (err=1)', 'bad-compression'],
  [26, 'pg MFN 50000 c=0x2200000000000000 o=0 v=0 t=0', 'freed-twice'],
  [26, 'Xen BUG at common/page_alloc.c:1474', 'freed-twice'],
  [27, 'No memory bank', 'no-memory-bank'],
  [27, 'Not enough space for xenheap', 'xenheap-too-small'],
  [28, 'Not enough memory to relocate Xen', 'relocation-failed'],
  [28, "Can't allocate colored heap. Buddy reserved size is too low", 'colored-heap'],
  [30, 'Failed to allocate requested dom0 memory. 672MB unallocated', 'dom0-memory-short'],
  [34, 'Not enough memory in the first bank for the kernel+dtb+initrd', 'first-bank-small'],
  [35, 'Unable to find suitable location for dtb+initrd', 'no-room-for-images'],
  [35, 'Unable to find suitable location for the kernel', 'no-room-for-images'],
  [36, 'Unable to copy the kernel in the hwdom memory', 'image-copy'],
  [37, 'Unable to allocate first memory bank', 'first-bank-impossible'],
  [38, 'No bank has been allocated below 32-bit.', 'no-low-bank'],
  [
    39,
    'Unable to retrieve address 0 for /scb/pcie@7d500000/pci@1,0/usb@1,0',
    'address-untranslatable',
  ],
  [39, 'Device tree generation failed (-22).', 'tree-generation'],
  [40, 'Unable to retrieve address 1 for /axi/msi-controller@1000130000', 'address-untranslatable'],
  [41, 'Device tree generation failed (-3).', 'tree-generation'],
  [42, 'Xen BUG at common/device-tree/domain-build.c:497', 'reserved-256'],
  [46, "Assertion 's <= e' failed at rangeset.c:189", 'rangeset'],
  [46, "Assertion 's <= e' failed at common/rangeset.c:189", 'rangeset'],
  [
    48,
    'traps.c:1973:d0v0 HSR=0x93880006 pc=0xffff800008a3a3a0 gva=0xffff80000b2f0000 gpa=0x000000000f0000',
    'data-abort',
  ],
  [49, 'parameter "dom0_mem" has invalid value "1024M,max:1024M", rc=-22!', 'dom0-mem-invalid'],
  [50, 'PLEASE SPECIFY dom0_mem PARAMETER - USING 512M FOR NOW', 'dom0-mem-missing'],
  [
    52,
    'Size of "memory" property doesn\'t match up with the sum-up of "xen,static-mem". Unsupported configuration.',
    'static-mem-sum-unsupported',
  ],
  [52, 'Failed to allocate requested static memory for domain d1.', 'static-mem-failed'],
  [53, 'direct-map is not valid for domain domU1 without static allocation.', 'direct-map-static'],
  [54, 'LLC coloring and static memory are incompatible', 'colouring-static'],
  [55, "'llc-colors' found, but LLC coloring is disabled", 'colouring-off'],
  [56, 'non-direct mapped hardware domain requires iommu', 'hwdom-iommu'],
  [57, 'CONFIG_STATIC_MEMORY must be enabled to use xen,static-mem', 'static-mem-config'],
  [
    58,
    'd1: host and guest physical address must be supplied for direct-mapped domains',
    'shm-direct',
  ],
  [
    58,
    'd1: physical address 0x0000000050000000 and guest address 0x0000000060000000 are not direct-mapped.',
    'shm-not-direct',
  ],
  [59, 'xen,shm-id s does not match for all the nodes using the same region', 'shm-mismatch'],
  [59, 'fdt: different shared memory region could not share the same shm ID s', 'shm-id-shared'],
  [59, 'fdt: "size" for static shared memory region can not be zero', 'shm-zero'],
  [59, 'fdt: physical address 0x50000800 is not suitably aligned.', 'shm-host-unaligned'],
  [60, 'd1: extended region 0: 0xa0000000->0x100000000', 'extended-region'],
  [62, 'xen,reg or xen,path missing', 'passthrough-incomplete'],
  [62, 'Unable to permit to dom1 access to 0xff0a0 - 0xff0a0', 'iomem-refused'],
  [63, 'Could not set up domain domU0 (rc = -22)', 'domain-construction'],
  [64, 'Failed to allocate requested domain memory.', 'domain-memory-short'],
];

/**
 * Failures of the catalogue without a message of their own in any log: RAM that is silently used (2, 10) or missing
 * for dom0 (32, 44, 45), a review remark (11), DMA out of reach (31, 33), a hang without output (65), a division by
 * zero without a text (61). Rules find them in the tree.
 */
const silent = [2, 10, 11, 31, 32, 33, 44, 45, 61, 65];

/** Told by other lines than Xen's own, or by lines of which only several together tell: tested below. */
const elsewhere = [23, 29, 43, 47, 51];

const explain = (...lines: readonly string[]): readonly ExplainedLine[] =>
  explainLog(readBootLog(lines.map((line) => `(XEN) ${line}\n`).join('')));

describe('explain-log', () => {
  for (const [number, line, id] of reported) {
    it(`failure ${number}: ${line.slice(0, 70)}`, () => {
      const explained = explain(line);
      assert.deepEqual(
        explained.map((each) => each.id),
        [id],
      );
      const [{ grade, cause, cure }] = explained as [ExplainedLine];
      assert.doesNotMatch(`${cause} ${cure ?? ''}`, /\{\w+\}/);
      if (grade !== 'fact') assert.ok(cure, 'a cure');
    });
  }

  it('leaves out no failure of the catalogue', () => {
    const covered = new Set([...reported.map(([number]) => number), ...silent, ...elsewhere]);
    const missing = Array.from({ length: 65 }, (_, at) => at + 1).filter((at) => !covered.has(at));
    assert.deepEqual(missing, []);
  });

  it('names only rules that there are', () => {
    const ids = new Set(allRules.map((rule) => rule.id));
    const messages: readonly Message[] = [
      ...Object.values(xenMessages),
      ...Object.values(linuxMessages),
    ];
    for (const { form, rule, cases = [] } of messages)
      for (const named of [rule, ...cases.map((each) => each.rule)])
        assert.ok(named === undefined || ids.has(named), `${JSON.stringify(form)}: ${named}`);
  });

  it('6, 7: the same file recorded twice is a fault only when Xen stops', () => {
    const twice =
      'Region: [0x84000040, 0x86152ac6) overlapping with mod[2]: [0x84000040, 0x86152ac6)';
    assert.equal(explain(twice)[0]?.grade, 'fact');
    const stopped = explain(twice, 'FDT reserve map overlapped with membanks/modules');
    assert.deepEqual(
      stopped.map(({ grade }) => grade),
      ['fault', 'fatal'],
    );
  });

  const banks = [
    'RAM: 0000000040000000 - 000000007fffffff',
    'MODULE[0]: 0000000040200000 - 0000000040318000 Xen         ',
  ];

  it('24, 25: modules that share memory or lie outside RAM', () => {
    const log = explain(
      ...banks,
      'MODULE[1]: 0000000040300000 - 0000000043400000 Kernel      ',
      'MODULE[2]: 0000000000d0a000 - 0000000000e0a000 Ramdisk     ',
    );
    const rules = log.filter(({ grade }) => grade === 'fault').map(({ rule }) => rule);
    assert.deepEqual(rules, [
      'module-overlaps-module',
      'module-overlaps-module',
      'module-outside-ram',
    ]);
  });

  it('one kernel for two domains is no collision', () => {
    const kernel = 'MODULE[1]: 0000000044000000 - 0000000045000000 Kernel      ';
    const log = explain(...banks, kernel, kernel.replace('[1]', '[2]'));
    assert.deepEqual(
      log.map(({ grade }) => grade),
      ['fact', 'fact', 'fact', 'fact'],
    );
  });

  it('23: a module across two banks', () => {
    const log = explain(
      'RAM: 0000000040000000 - 0000000043ffffff',
      'RAM: 0000000044000000 - 000000007fffffff',
      'MODULE[0]: 0000000043000000 - 0000000045000000 Kernel      ',
      'Xen BUG at page_alloc.c:1425',
    );
    assert.match(log.at(-1)?.cause ?? '', /MODULE\[0\].* reaches over several RAM banks/);
  });

  it('26: a page of static memory that is freed twice', () => {
    const log = explain(
      ...banks,
      ' RESVD[0]: 0000000050000000 - 000000005fffffff',
      'pg MFN 50000 c=0x2200000000000000 o=0 v=0 t=0',
    );
    assert.match(log.at(-1)?.cause ?? '', /lies in RESVD\[0\]\. .*CONFIG_ACPI/);
  });

  it('47: a reserved range outside RAM that dom0 takes for memory', () => {
    const log = explain(...banks, ' RESVD[0]: 0000000034000000 - 00000000347fffff');
    assert.deepEqual([log.at(-1)?.grade, log.at(-1)?.rule], ['fault', 'reserved-outside-ram']);
  });

  it('29, 51: leaves alone what is not about memory', () => {
    assert.deepEqual(explain('Unable to find a compatible timer in the device tree'), []);
    assert.deepEqual(explainLog(readBootLog('[    0.000000] efi: UEFI not found.\n')), []);
  });

  it("43: dom0's own messages", () => {
    const [line] = explainLog(
      readBootLog('[    0.000000] OF: Duplicate name in base, renamed to "memory#1"\n'),
    );
    assert.equal(line?.id, 'linux-duplicate');
    assert.ok(line.cure);
  });

  it('finds messages that a mail program wrapped, quoted or not', () => {
    const mail = [
      '> > (XEN) arch/arm/p2m.c:2202: d0v0: Failing to acquire',
      '> > the MFN 0x1a02dc',
      '>',
      '> (XEN) "memory" property doesn\'t match up',
      '> with the sum-up of',
      '> "xen,static-mem"',
      '> (XEN) Unable to retrieve address 0 for',
      '/scb/pcie@7d500000/pci@1,0/usb@1,0',
      '> (XEN) Something else that is',
      '> Direct map is too small',
      '[    0.000000] cma: Failed to',
      'reserve 64 MiB',
    ].join('\n');
    assert.deepEqual(
      explainLog(readBootLog(mail)).map(({ id, line }) => [id, line]),
      [
        ['mfn-refused', 1],
        ['static-mem-sum', 4],
        ['address-untranslatable', 7],
        ['directmap-too-small', 10],
        ['linux-cma-failed', 11],
      ],
    );
  });

  it('says nothing is wrong with logs of boots that went well', () => {
    const folder = path.join(import.meta.dirname, 'fixtures/xen-logs');
    const log = readBootLog(
      readFileSync(path.join(folder, '02-qemu-virt-orzel-nomap.log'), 'utf8'),
    );
    assert.deepEqual(
      explainLog(log).filter(({ grade }) => grade !== 'fact'),
      [],
    );
  });
});

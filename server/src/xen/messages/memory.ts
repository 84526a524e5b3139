// What Xen says of the memory it takes for itself (Xen: setup_mm and what it calls), and how it dies of it.

import type { XenMessage } from './xen-message.ts';

export const memoryMessages = {
  'relocation-failed': {
    form: 'Not enough memory to relocate Xen',
    grade: 'fatal',
    cause: 'No bank has a free piece that is large and aligned enough for Xen.',
    fix: 'Move reserved ranges or modules to the end of the bank.',
  },
  'xenheap-too-small': {
    form: {
      by: 'arm32HeapMessage',
      forms: {
        doubled: 'Not not enough space for xenheap',
        plain: 'Not enough space for xenheap',
      },
    },
    grade: 'fatal',
    cause:
      'No bank has a free piece that is large and aligned enough for the heap of Xen on arm32.',
    fix: 'Move reserved ranges or modules to the end of the bank, or set `xenheap_megabytes=`.',
  },
  'xen-heap': {
    form: 'Xen heap: {start:paddr}-{end:paddr} ({pages:dec} pages)',
    grade: 'fact',
    cause: "Xen's own heap on arm32, {pages} pages.",
    part: 'heap',
    address: 'start',
  },
  'xen-heap-asked': {
    form: 'Xen heap: {start:paddr}-{end:paddr} ({pages:dec} pages, from command-line)',
    grade: 'fact',
    cause: "Xen's own heap on arm32, {pages} pages as `xenheap_megabytes=` asks.",
    part: 'heap',
    address: 'start',
  },
  'domain-heap': {
    form: 'Dom heap: {pages:dec} pages',
    grade: 'fact',
    cause: 'What is left for domains, {pages} pages.',
    part: 'heap',
  },
  'pdx-bits': {
    form: 'PFN compression on bits {first:dec}...{last:dec}',
    grade: 'fact',
    cause: 'RAM banks lie far apart; Xen leaves out the address bits that no bank uses.',
  },
  'pdx-none': {
    form: 'PFN compression disabled: no ranges provided',
    grade: 'fault',
    cause: 'Xen found no RAM bank at all.',
    fix: 'Look for why the memory nodes were not seen.',
    rule: 'xen-panic',
  },
  'heap-start': {
    form: 'cannot add {map:word} mapping at {start:bare} below heap start {heap:bare}',
    grade: 'fatal',
    cause:
      'The RAM banks are not in ascending order in the blob: a bank at frame {start} follows one that begins at {heap}. Old releases take the first for the lowest.',
    fix: 'Write the memory node with the lowest address first, or use Xen 4.16 or later.',
    rule: 'xen-panic',
  },
  'directmap-setup': {
    form: 'Unable to setup the directmap mappings.',
    grade: 'fatal',
    cause:
      'Two RAM banks overlap, so that one page would be mapped twice. A child of /reserved-memory named `memory@…` counts as a bank up to 4.19.',
    fix: 'Make the banks disjoint; rename such a child.',
    rule: 'banks-overlap',
  },
  'directmap-too-small': {
    form: 'Direct map is too small',
    grade: 'fatal',
    cause:
      "The banks lie so far apart that Xen's direct map cannot reach from the first to the last: page frame compression finds no common zero bits.",
    fix: 'Leave out the far bank, or move it so that more address bits are equal.',
    rule: 'xen-panic',
  },
  'frametable-too-far': {
    form: 'The frametable cannot cover the physical region {start:alternate} - {end:alternate}',
    grade: 'fatal',
    cause:
      'The table of page descriptors cannot cover the spread of the banks. When the region is empty or all ones, Xen found no bank at all.',
    fix: 'Leave out the far bank; if there is no `RAM:` line, look for why the memory nodes were not seen.',
    rule: 'xen-panic',
  },
  'frametable-too-small': {
    form: 'Frametable too small',
    grade: 'fatal',
    cause:
      'The table of page descriptors cannot cover the spread of the banks, or there is no bank at all.',
    fix: 'Leave out the far bank; if there is no `RAM:` line, look for why the memory nodes were not seen.',
    rule: 'xen-panic',
  },
  'no-memory-bank': {
    form: 'No memory bank',
    grade: 'fatal',
    cause: 'Xen found no usable memory node.',
    fix: 'Give a node `device_type = "memory"`, a `reg` with a size, and no `status` other than "okay".',
    rule: 'xen-panic',
  },
  'id-map-too-high': {
    form: 'Cannot handle ID mapping above {limit:word}',
    grade: 'fatal',
    cause: 'Xen was loaded above {limit}, where it cannot map itself.',
    fix: 'Load Xen lower.',
  },
  'colored-heap': {
    form: "Can't allocate colored heap",
    also: ['Buddy reserved size is too low{rest:text}', "Can't allocate colored heap{rest:text}"],
    grade: 'fatal',
    cause: 'Cache colouring needs memory for Xen that the buddy allocator was not left.',
    fix: 'Raise `buddy-alloc-size=` on the command line of Xen.',
  },
  'freed-twice': {
    form: 'pg[{index:dec}] MFN {mfn:bare} c={rest:text}',
    also: ['pg MFN {mfn:bare} c={rest:text}'],
    grade: 'fatal',
    cause:
      'A page was given to the heap twice: two ranges that Xen believes to be separate share it. A boot module whose `reg` is larger than its file and reaches into Xen or into another module is the usual reason. In Xen 4.16 and 4.17 `xen,static-mem` of two domains that overlaps ends here as well.',
    fix: "Give the module its file's size, and load files apart; give each domain memory of its own.",
    rule: 'module-overlaps-module',
    address: 'mfn',
    unit: 'frame',
  },
  'xen-bug': {
    form: 'Xen BUG at {file:file}',
    also: ['Xen BUG at {file:file}:{line:dec}'],
    grade: 'fatal',
    cause: 'Xen met a state that it believes to be impossible, at {file}.',
    fix: 'Look at the lines before; `dtmap check` of the tree may name the reason.',
    cases: [
      {
        id: 'boot-pages-gone',
        when: ({ file, line }) =>
          isPageAllocator(file) &&
          typeof line === 'number' &&
          ((line >= 270 && line <= 309) || (line >= 390 && line <= 439)),
        cause:
          "Xen's boot allocator found no free range that is large enough, or none at all: there is no `RAM:` line, or the page descriptor table of far-apart banks needs one contiguous piece.",
        fix: 'Check that `RAM:` lines were printed; bring the banks closer together.',
      },
      {
        id: 'freed-twice',
        when: ({ file, line }) =>
          isPageAllocator(file) && typeof line === 'number' && line >= 1400 && line <= 1499,
        cause:
          'A page was given to the heap twice: two ranges that Xen believes to be separate share it. A boot module whose `reg` is larger than its file and reaches into Xen or into another module is the usual reason. In Xen 4.16 and 4.17 `xen,static-mem` of two domains that overlaps ends here as well.',
        fix: "Give the module its file's size, and load files apart; give each domain memory of its own.",
        rule: 'module-overlaps-module',
      },
      {
        id: 'reserved-256',
        when: ({ file }) => file === 'common/device-tree/domain-build.c',
        cause: 'There are exactly as many reserved regions as the list holds.',
        fix: 'Add or remove one region.',
        rule: 'region-limit',
      },
    ],
  },
  assertion: {
    form: "Assertion '{assertion:assertion}' failed{place:place}",
    grade: 'fatal',
    cause: 'A check of a debug build of Xen failed{place}: `{assertion}`.',
    fix: 'Look at the lines before; `dtmap check` of the tree may name the reason.',
    cases: [
      {
        id: 'rangeset',
        when: ({ place }) => typeof place === 'string' && place.endsWith('rangeset.c'),
        cause:
          'An empty or wrapped range reached a place that takes none: a bank of size 0, or a `reg` that passes the top of the address space.',
        fix: 'Remove the empty bank; correct the `reg`.',
      },
      {
        id: 'directmap-too-small',
        when: ({ assertion }) =>
          typeof assertion === 'string' && assertion.includes('DIRECTMAP_SIZE >> PAGE_SHIFT'),
        cause:
          "The banks lie so far apart that Xen's direct map cannot reach from the first to the last: page frame compression finds no common zero bits.",
        fix: 'Leave out the far bank, or move it so that more address bits are equal.',
        rule: 'xen-panic',
      },
      {
        id: 'static-mem-unaligned',
        when: ({ assertion }) =>
          typeof assertion === 'string' && assertion.includes('IS_ALIGNED(*pbase'),
        cause: 'A range of `xen,static-mem` does not begin or end at a page.',
        fix: 'Make its address and size multiples of 4 KiB.',
        rule: 'xen-panic',
      },
      {
        id: 'number-cells',
        when: ({ place }) => place === './include/xen/bootfdt.h',
        cause: 'A number has neither one nor two cells, which a debug build of Xen does not read.',
        fix: 'Use `#address-cells` and `#size-cells` of 1 or 2.',
        rule: 'xen-panic',
      },
      {
        id: 'static-mem-config',
        when: ({ assertion, place }) =>
          assertion === 'unreachable' &&
          (place === 'arch/arm/domain_build.c' ||
            place === './arch/arm/include/asm/static-memory.h'),
        cause: 'The tree uses static memory and this Xen was built without it.',
        fix: 'Build Xen with CONFIG_STATIC_MEMORY=y.',
      },
    ],
  },
} as const satisfies Readonly<Record<string, XenMessage>>;

function isPageAllocator(file: unknown): boolean {
  return file === 'page_alloc.c' || file === 'common/page_alloc.c';
}

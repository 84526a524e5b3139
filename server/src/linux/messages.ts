// Every line of Linux that concerns the memory of the tree: as each release prints it, what it means, and what to do.

import type { Message, MessageFacts } from '../messages/message.ts';
import type { Behaviours } from './behaviours.ts';

type LinuxMessage = Message<keyof Behaviours>;

export const linuxMessages = {
  'memory-ignored': {
    form: 'OF: fdt: Ignoring memory block {start:hex0x} - {end:hex0x}',
    also: ['OF: fdt: Ignoring memory range {start:hex0x} - {end:hex0x}'],
    grade: 'fault',
    cause:
      'The bank from {start} to {end} is smaller than a page, or lies where this kernel cannot use it.',
    fix: 'Correct `reg` of the memory node.',
    rule: 'bank-not-page-aligned',
    address: 'start',
  },
  'format-unsupported': {
    form: {
      by: 'staticRecordedLate',
      forms: {
        true: 'OF: reserved mem: Reserved memory: unsupported node format, ignoring',
        false: 'OF: fdt: Reserved memory: unsupported node format, ignoring',
      },
    },
    also: ['Reserved memory: unsupported node format, ignoring'],
    grade: 'fault',
    cause:
      'Linux ignores all of /reserved-memory: its cell counts are not the root’s, or `ranges` is missing.',
    fix: "Give /reserved-memory the root's cell counts and an empty `ranges`.",
    rule: 'reserved-format',
  },
  'reg-invalid': {
    form: {
      by: 'staticRecordedLate',
      forms: {
        true: "OF: reserved mem: Reserved memory: invalid reg property in '{node:name}', skipping node.",
        false: "OF: fdt: Reserved memory: invalid reg property in '{node:name}', skipping node.",
      },
    },
    also: ["Reserved memory: invalid reg property in '{node:name}', skipping node."],
    grade: 'fault',
    cause:
      "`reg` of '{node}' does not hold whole tuples of the root's cells, so Linux leaves the node out.",
    fix: 'Write `reg` with as many cells as the root says.',
    rule: 'reg-length',
  },
  'linux-not-reserved': {
    form: {
      by: 'staticRecordedLate',
      forms: {
        true: "OF: reserved mem: Reserved memory: failed to reserve memory for node '{node:name}': base {base:physical}, size {size:dec} MiB",
        false:
          "OF: fdt: Reserved memory: failed to reserve memory for node '{node:name}': base {base:physical}, size {size:dec} MiB",
      },
    },
    also: [
      "Reserved memory: failed to reserve memory for node '{node:name}': base {base:physical}, size {size:dec} MiB",
      "Reserved memory: failed to reserve memory for node '{node:name}': base {base:physical}, size {bytes:text}",
      "OF: fdt: Reserved memory: failed to reserve memory for node '{node:name}'{rest:text}",
    ],
    grade: 'fault',
    cause:
      "Linux could not set '{node}' aside: the range is not RAM, is already in use, or nothing free fits its constraints.",
    fix: 'Move the region, or widen `alloc-ranges`.',
    rule: 'reserved-outside-ram',
    address: 'base',
  },
  'linux-not-allocated': {
    form: "OF: reserved mem: failed to allocate memory for node '{node:name}': size {size:dec} MiB",
    also: [
      "Reserved memory: failed to allocate memory for node '{node:name}': size {size:dec} MiB",
      "OF: reserved mem: failed to allocate memory for node '{node:name}'{rest:text}",
    ],
    grade: 'fault',
    cause:
      "Linux could not set '{node}' aside: the range is not RAM, is already in use, or nothing free fits its constraints.",
    fix: 'Make the region smaller, widen `alloc-ranges`, or load the DTB and the initrd elsewhere: they are reserved first.',
    rule: 'dynamic-region-no-room',
  },
  'linux-overlap': {
    form: 'OF: reserved mem: OVERLAP DETECTED!\n{name:word} ({start:physical}--{end:physical}) overlaps with {other:word} ({otherStart:physical}--{otherEnd:physical})',
    also: ['Reserved memory: OVERLAP DETECTED!', 'OF: reserved mem: OVERLAP DETECTED!'],
    grade: 'fault',
    cause: 'Two /reserved-memory regions share memory; the next line names both.',
    fix: 'Move one of them.',
    rule: 'reserved-overlap',
  },
  'linux-overlaps': {
    form: '{name:word} ({start:physical}--{end:physical}) overlaps with {other:word} ({otherStart:physical}--{otherEnd:physical})',
    grade: 'fault',
    cause: '{name} [{start}, {end}) and {other} [{otherStart}, {otherEnd}) share memory.',
    fix: 'Move one of them.',
    rule: 'reserved-overlap',
    address: 'otherStart',
  },
  'size-invalid': {
    form: "OF: reserved mem: invalid size property in '{node:name}' node.",
    grade: 'fault',
    cause: "`size` of '{node}' has not the cells of a size, so Linux leaves the node out.",
    fix: 'Write `size` with #size-cells cells.',
    rule: 'dynamic-region-cells',
  },
  'alignment-invalid': {
    form: "OF: reserved mem: invalid alignment property in '{node:name}' node.",
    grade: 'fault',
    cause: "`alignment` of '{node}' has not the cells of an address, so Linux leaves the node out.",
    fix: 'Write `alignment` with #address-cells cells.',
    rule: 'dynamic-region-cells',
  },
  'alloc-ranges-invalid': {
    form: "OF: reserved mem: invalid alloc-ranges property in '{node:name}', skipping node.",
    grade: 'fault',
    cause:
      "`alloc-ranges` of '{node}' does not hold whole pairs of address and size, so Linux leaves the node out.",
    fix: 'Write pairs of address and size.',
    rule: 'dynamic-region-cells',
  },
  'region-table-full': {
    form: "OF: reserved mem: too many defined dynamic regions, skip '{node:name}'",
    grade: 'fault',
    cause: 'Linux has no room in its table of regions for another one.',
    fix: 'Join neighbouring regions.',
    rule: 'region-limit',
  },
  'no-room-for-regions': {
    form: 'OF: reserved mem: not enough space for all defined regions.',
    grade: 'fault',
    cause: 'There are more regions in /reserved-memory than Linux has room for.',
    fix: 'Join neighbouring regions.',
    rule: 'region-limit',
  },
  'nothing-reserved': {
    form: 'OF: reserved mem: Reserved memory: No reserved-memory node in the DT',
    grade: 'fact',
    cause: 'The tree has no /reserved-memory.',
  },
  'regions-ignored': {
    form: "OF: reserved mem: fdt_scan_reserved_mem_reg_nodes() ignores {count:dec} regions in node '{node:name}'",
    grade: 'fault',
    cause:
      "Of '{node}' Linux records the first range alone: the others are reserved, and no driver finds them.",
    fix: 'Write a node for each range.',
    rule: 'reserved-many-tuples',
  },
  'region-initialized': {
    form: 'OF: reserved mem: initialized node {node:word}, compatible id {compatible:text}',
    grade: 'fact',
    cause:
      'A /reserved-memory region as Linux took it: a driver for {compatible} has set up {node}.',
  },
  'region-refused': {
    form: 'OF: reserved mem: node {node:word} compatible matching fail',
    grade: 'fault',
    cause: 'A driver fits `compatible` of {node} and refused the region: Linux gives it back.',
    fix: 'Look at the line before.',
    rule: 'reserved-attributes',
  },
  'region-listed': {
    form: 'OF: reserved mem: {start:physical}..{last:physical} ({size:dec} KiB) {map:word} {reuse:word} {node:word}',
    grade: 'fact',
    cause:
      'A /reserved-memory region as Linux took it: {node}, {map}, {reuse}; the end is inclusive.',
    address: 'start',
  },
  'cma-pool': {
    form: 'Reserved memory: created CMA memory pool at {start:physical}, size {size:dec} MiB',
    grade: 'fact',
    cause: 'A pool at {start} that Linux lends to movable pages until a device asks for it.',
    address: 'start',
  },
  'dma-pool': {
    form: 'Reserved memory: created DMA memory pool at {start:physical}, size {size:dec} MiB',
    grade: 'fact',
    cause: 'A pool at {start} from which the devices that name it get their DMA memory.',
    address: 'start',
  },
  'restricted-pool': {
    form: 'Reserved memory: created restricted DMA pool at {start:physical}, size {size:dec} MiB',
    grade: 'fact',
    cause: 'A pool at {start} through which all DMA of the devices that name it goes.',
    address: 'start',
  },
  'cma-bypassed': {
    form: 'Reserved memory: bypass {node:word} node, using cmdline CMA params instead',
    grade: 'fault',
    cause: '`cma=` on the command line replaces the default pool of the tree.',
    fix: 'Remove `cma=`, or `linux,cma-default` from the node.',
    rule: 'bootargs-cut-memory',
  },
  'cma-unaligned': {
    form: 'Reserved memory: incorrect alignment of CMA region',
    grade: 'fault',
    cause: 'A reusable pool does not begin and end at a page block, and Linux makes no pool of it.',
    fix: 'Align address and size as the rule says.',
    rule: 'cma-alignment',
  },
  'dma-needs-no-map': {
    form: 'Reserved memory: regions without no-map are not yet supported',
    grade: 'fault',
    cause: 'On 32-bit Arm a DMA pool must have `no-map`.',
    fix: 'Add `no-map`.',
    rule: 'arm32-pool-without-no-map',
  },
  'linux-cma-failed': {
    form: 'cma: Failed to reserve {size:dec} MiB',
    also: [
      'cma: Failed to reserve {size:dec} MiB{rest:text}',
      'cma: Failed to reserve {rest:text}',
    ],
    grade: 'fault',
    cause: 'No free and suitably aligned range was left for CMA.',
    fix: 'Make the pool smaller, or keep carve-outs, the DTB and the initrd out of its range.',
    rule: 'dynamic-region-no-room',
  },
  'cma-reserved': {
    form: 'cma: Reserved {size:dec} MiB at {start:physical}',
    also: ['cma: Reserved {size:dec} MiB at {start:physical}{rest:text}'],
    grade: 'fact',
    cause:
      'The default CMA pool, {size} MiB at {start}: its place depends on what else is reserved.',
    address: 'start',
  },
  'node-ranges': {
    form: 'Early memory node ranges',
    grade: 'fact',
    aside: true,
    cause: 'RAM as Linux sees it follows.',
  },
  'linux-node': {
    form: '  node   {numa:dec}: [mem {start:paddr0x}-{last:paddr0x}]',
    grade: 'fact',
    cause: 'RAM as Linux sees it; the end is inclusive. A hole is memory marked `no-map`.',
    address: 'start',
  },
  swiotlb: {
    form: 'software IO TLB: mapped [mem {start:paddr0x}-{last:paddr0x}] ({size:dec}MB)',
    also: [
      'software IO TLB: mapped [mem {start:paddr0x}-{last:paddr0x}]{rest:text}',
      'software IO TLB [mem {start:paddr0x}-{last:paddr0x}] ({size:dec}MB) mapped at {where:text}',
    ],
    grade: 'fact',
    cause: 'A buffer of {size} MiB for devices that cannot reach all RAM.',
    address: 'start',
  },
  'swiotlb-areas': {
    form: 'software IO TLB: area num {count:dec}.',
    grade: 'fact',
    aside: true,
    cause:
      'The buffer for devices that cannot reach all RAM has {count} parts, so that CPUs do not wait for each other.',
  },
  'swiotlb-size': {
    form: 'software IO TLB: SWIOTLB bounce buffer size adjusted to {size:dec}MB',
    also: ['software IO TLB: SWIOTLB bounce buffer size roundup to {size:dec}MB'],
    grade: 'fact',
    cause: 'Linux asks for {size} MiB for devices that cannot reach all RAM, in place of 64 MiB.',
  },
  'swiotlb-small': {
    form: 'software IO TLB: only able to allocate {size:dec} MB',
    grade: 'fact',
    cause:
      'The buffer for devices that cannot reach all RAM has {size} MiB: no larger piece was free.',
  },
  'swiotlb-removed': {
    form: 'software IO TLB: tearing down default memory pool',
    grade: 'fact',
    aside: true,
    cause: 'All devices reach all RAM, so Linux gives the buffer for others back.',
  },
  'swiotlb-shrunk': {
    form: 'software IO TLB: SWIOTLB bounce buffer size adjusted {asked:dec} -> {got:dec} slabs',
    grade: 'fault',
    cause:
      'The buffer for devices that cannot reach all RAM has {got} slabs of 2 KiB in place of {asked}: no larger piece was free within their reach.',
    fix: 'Leave more RAM free where these devices reach: under Xen lower `dom0_mem`, so that more of dom0 lies there.',
    rule: 'dom0-out-of-reach',
  },
  'swiotlb-failed': {
    form: 'software IO TLB: Cannot allocate buffer',
    also: [
      'software IO TLB: Cannot allocate SWIOTLB buffer',
      'software IO TLB: No low mem',
      'Cannot allocate SWIOTLB buffer',
    ],
    grade: 'fault',
    cause:
      'Linux found no RAM that every bus reaches, so it has no buffer for devices that cannot reach all RAM; their drivers fail. In dom0 all banks then lie beyond what `dma-ranges` of a bus reach.',
    fix: 'Under Xen lower `dom0_mem`, so that a bank of dom0 lies within reach of the bus; otherwise leave RAM free there.',
    rule: 'dom0-out-of-reach',
  },
  'swiotlb-not-allocated': {
    form: 'software IO TLB: {function:word}: Failed to allocate {size:dec} bytes tlb structure',
    also: [
      'software IO TLB: {function:word}: failed to allocate tlb structure',
      '{function:word}: failed to allocate tlb structure',
    ],
    grade: 'fault',
    cause:
      'Linux found no piece of RAM of that size within reach of every bus; it tries smaller ones, and devices that cannot reach all RAM fail without any.',
    fix: 'Under Xen lower `dom0_mem`, so that a bank of dom0 lies within reach of the bus; otherwise leave RAM free there.',
    rule: 'dom0-out-of-reach',
  },
  'swiotlb-full': {
    form: '{device:text}: swiotlb buffer is full (sz: {size:dec} bytes), total {total:dec} (slots), used {used:dec} (slots)',
    also: ['{device:text}: swiotlb buffer is full (sz: {size:dec} bytes)'],
    grade: 'fault',
    cause:
      '{device} cannot reach the memory of a transfer, and the buffer through which it is copied has no {size} bytes free in one piece.',
    fix: 'Give Linux a larger buffer with `swiotlb=` (slots of 2 KiB); one transfer has at most 256 KiB.',
    cases: [
      {
        id: 'swiotlb-missing',
        when: ({ total }) => total === 0,
        cause:
          '{device} cannot reach the memory of a transfer, and Linux has no buffer (software IO TLB) through which it could copy it.',
        fix: 'Look at what Linux says of "software IO TLB" before. Under Xen lower `dom0_mem`, so that a bank of dom0 lies within reach of the bus.',
        rule: 'dom0-out-of-reach',
      },
    ],
  },
  'pool-beyond-mask': {
    form: "{device:text}: reserved memory is beyond device's set DMA address range",
    grade: 'fault',
    cause: '{device} is given a pool that its bus, or its own DMA mask, does not reach.',
    fix: 'Move the pool below the limit, or correct `dma-ranges`.',
    rule: 'region-out-of-reach',
  },
  'memory-available': {
    form: 'Memory: {available:dec}K/{total:dec}K available ({rest:text}',
    grade: 'fact',
    cause: 'Of {total} KiB of RAM Linux has {available} KiB left for use.',
  },
  'linux-duplicate': {
    form: 'OF: Duplicate name in {parent:word}, renamed to "{name:name}"',
    grade: 'fault',
    cause:
      'Two nodes of one name; Linux calls the second {name}. Early Xen 4.13 made two memory nodes.',
    fix: 'Rename one of the two; when both are memory nodes of dom0, use a released Xen 4.13 or later.',
  },
} as const satisfies Readonly<Record<string, LinuxMessage>>;

export type LinuxMessageId = keyof typeof linuxMessages;
/** What a message of Linux tells. */
export type LinuxFacts<Id extends LinuxMessageId> = MessageFacts<(typeof linuxMessages)[Id]>;

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
    fix: 'Move the region, or widen `alloc-ranges`.',
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
    rule: 'reserved-attributes',
  },
  'linux-cma-failed': {
    form: 'cma: Failed to reserve {size:dec} MiB',
    also: [
      'cma: Failed to reserve {size:dec} MiB{rest:text}',
      'cma: Failed to reserve {rest:text}',
    ],
    grade: 'fault',
    cause: 'No free and suitably aligned range was left for CMA.',
    fix: 'Make the pool smaller, or keep carve-outs out of its range.',
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
    also: ['software IO TLB: mapped [mem {start:paddr0x}-{last:paddr0x}]{rest:text}'],
    grade: 'fact',
    cause: 'A buffer of {size} MiB for devices that cannot reach all RAM.',
    address: 'start',
  },
  'swiotlb-failed': {
    form: 'software IO TLB: {rest:text}',
    grade: 'fault',
    cause: 'Linux has no buffer for devices that cannot reach all RAM: {rest}.',
    fix: 'Leave a piece of RAM below 4 GiB free; look for `swiotlb=` on the command line.',
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

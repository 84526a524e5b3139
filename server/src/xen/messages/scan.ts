// What Xen prints while it first looks through the flattened tree (Xen: boot_fdt_info and what it calls).

import type { XenMessage } from './xen-message.ts';

export const scanMessages = {
  'blob-invalid': {
    form: 'Invalid device tree blob at physical address {address:hex}.',
    grade: 'fatal',
    cause:
      'At {address} Xen found no blob it can use: it must be aligned to 8 bytes, be no larger than 2 MiB, and nothing may have been loaded over it.',
    fix: 'Load the blob where nothing else is loaded, aligned to 8 bytes.',
    rule: 'load-overlaps-load',
    address: 'address',
  },
  'blob-limits': {
    form: 'The DTB must be 8-byte aligned and must not exceed 2 MB in size.',
    grade: 'fatal',
    cause: 'What Xen asks of a blob; the line before says where it looked for one.',
    fix: 'Load the blob at a multiple of 8, and check that the address is handed to Xen.',
  },
  'reservations-full': {
    form: 'Cannot allocate reserved memory bank',
    grade: 'fatal',
    cause: 'There are more `/memreserve/` entries than Xen has room for.',
    fix: 'Join neighbouring entries.',
    rule: 'xen-panic',
  },
  'memreserve-overlap': {
    form: 'FDT reserve map overlapped with membanks/modules',
    grade: 'fatal',
    cause:
      'A `/memreserve/` entry covers a boot module or a reserved range. U-Boot adds such an entry for the ramdisk. Since 4.19 this is an error; since 4.19.2 not where the range lies wholly inside the entry.',
    fix: 'Use Xen 4.19.2, 4.20 or later, or set `initrd_high` so that U-Boot reserves nothing.',
    rule: 'memreserve-overlap',
  },
  'memreserve-broken': {
    form: 'Parsing FDT memory reserve map failed ({code:dec})',
    also: ['Parsing FDT memory reserve map failed'],
    grade: 'fatal',
    cause: "The blob's memory reservation block cannot be read: the blob is damaged or was cut.",
    fix: 'Build or load the blob again.',
  },
  'reservations-unread': {
    form: 'Unable to retrieve the number of reserved regions ({code:dec})',
    also: ['Unable to retrieve the number of reserved regions'],
    grade: 'fatal',
    cause: "The blob's memory reservation block cannot be read: the blob is damaged or was cut.",
    fix: 'Build or load the blob again.',
  },
  'early-scan-failed': {
    form: 'Early FDT parsing failed ({code:dec})',
    grade: 'fatal',
    cause:
      'Since 4.19 Xen stops when its first scan of the tree meets a node it cannot accept: a `reg` that does not fit the cell counts, two reserved ranges that overlap, a bad static or shared memory node. The line before names the node or the ranges (error {code}).',
    fix: 'Mend the node that the line before names.',
    rule: 'reserved-overlap',
  },
  'node-parsing-failed': {
    form: "fdt: node `{node:name}': parsing failed",
    grade: 'fault',
    cause:
      'Xen could not accept node `{node}` and ended its scan there: nothing after it in the blob is known to Xen. Xen 4.13 to 4.18 boot on with what they have, later releases stop.',
    fix: 'Mend `{node}`; the line before says what is wrong with it.',
  },
  'region-overlap': {
    form: 'Region: [{start:alternate}, {end:alternate}) overlapping with {list:name}[{index:dec}]: [{otherStart:alternate}, {otherEnd:alternate})',
    grade: 'fault',
    cause:
      'The range [{start}, {end}) was to be recorded, but [{otherStart}, {otherEnd}) is already in the list of {list} entries. Xen 4.18 ends its scan at the later one, 4.19 and later stop; a module that is the later one is dropped in all of them. A module, the blob itself, a `/memreserve/` or a /reserved-memory child can each be either side. (On an EFI boot the same range twice is harmless.)',
    fix: 'Move one of the two, or load the file elsewhere.',
    rule: 'reserved-overlap',
    part: 'reserved',
    address: 'start',
  },
  'cells-invalid': {
    form: {
      by: 'cellsMessageNamesProperty',
      forms: {
        true: "fdt: property `{property:name}': invalid #address-cells or #size-cells…",
        false: "fdt: node `{node:name}': invalid #address-cells or #size-cells…",
      },
    },
    grade: 'fault',
    cause:
      'A `reg` cannot be split into addresses and sizes: a cell count of its parent is 0 or missing.',
    fix: 'Give the parent `#address-cells` and `#size-cells`.',
    rule: 'reg-length',
  },
  'reg-missing': {
    form: "fdt: node `{node:name}': missing `{property:name}' property",
    grade: 'fault',
    cause: 'The memory node `{node}` has no usable `{property}` for the cell counts of its parent.',
    fix: 'Write `reg` with as many cells as the parent says.',
    rule: 'reg-length',
  },
  'reg-size-invalid': {
    form: 'fdt: Invalid size for reg',
    also: [
      'Invalid size for reg',
      'Invalid `reg` size',
      "fdt: node `{node:name}': invalid `reg` size",
    ],
    grade: 'fatal',
    cause:
      'A reserved range or bank of size 0, which Xen 4.13 and 4.14.0 refuse: the scan ends there, and memory nodes after it are never seen.',
    fix: 'Remove the placeholder node, or use Xen 4.14.1 or later.',
    rule: 'reserved-zero-size',
  },
  'module-reg-missing': {
    form: "node {node:word} missing `reg' property",
    grade: 'fatal',
    cause: 'The boot module `{node}` has no `reg`, so Xen does not know where it is loaded.',
    fix: 'Write `reg` with as many cells as the parent says.',
    rule: 'reg-length',
  },
  'reg-too-short': {
    form: "fdt: node `{node:name}': `reg` property length is too short",
    grade: 'fatal',
    cause: 'The module node `{node}` was written with fewer cells than its parent asks for.',
    fix: 'Write `reg` with as many cells as the parent says.',
    rule: 'reg-length',
  },
  'module-command-line-long': {
    form: 'module {node:word} command line too long',
    grade: 'fatal',
    cause: '`bootargs` of `{node}` has more than 1024 bytes with its end.',
    fix: 'Shorten the command line, or put it into `xen,dom0-bootargs` of /chosen.',
    rule: 'xen-panic',
  },
  'module-limit': {
    form: 'Ignoring {kind:name} boot module at {address:paddr}-{end:paddr} (too many)',
    grade: 'fault',
    cause: 'There are more than 32 boot modules; {kind} at {address} is ignored.',
    fix: 'Use fewer modules.',
    address: 'address',
  },
  'module-command-line-limit': {
    form: 'Ignoring {owner:word} cmdline (too many)',
    grade: 'fault',
    cause: 'There are more than 32 command lines of boot modules; the one of `{owner}` is ignored.',
    fix: 'Use fewer modules.',
  },
  'region-limit': {
    form: 'Warning: Max number of supported memory regions reached.',
    also: [
      'Warning: Maximum number of supported {kind:name} regions reached.',
      'Max number of supported memory regions reached.',
    ],
    grade: 'fault',
    cause:
      'There are more regions than Xen has room for (128 up to 4.16.0, 256 later); the rest are ignored.',
    fix: 'Join neighbouring regions.',
    rule: 'region-limit',
  },
  'reserved-limit': {
    form: {
      by: 'panicsEndLines',
      forms: {
        true: 'Max number of supported reserved-memory regions reached.',
        false: 'Max number of supported reserved-memory regions reached.…',
      },
    },
    grade: 'fatal',
    cause: 'There are more reserved regions than Xen has room for (128 up to 4.16.0, 256 later).',
    fix: 'Join neighbouring regions.',
    rule: 'region-limit',
  },
  'panic-frame': {
    form: '****************************************',
    grade: 'fact',
    aside: true,
    cause: 'The frame around the message of a panic.',
  },
  'number-size': {
    form: 'dt_read_number(,{cells:dec}) bad size',
    grade: 'fault',
    cause:
      'A number of {cells} cells, and Xen reads one or two: debug builds stop, others read one.',
    fix: 'Use `#address-cells` and `#size-cells` of 1 or 2.',
    rule: 'xen-complains',
  },
  'nested-too-deep': {
    form: "Warning: device tree node `{node:name}' is nested too deep",
    grade: 'fatal',
    cause:
      'Node `{node}` lies 16 or more levels deep; Xen 4.13 to 4.20.3, 4.21.0 and 4.21.1 print this line for ever.',
    fix: 'Flatten the tree, or use a release that skips such nodes.',
  },
  'static-heap-checked': {
    form: 'Checking for static heap in /chosen',
    grade: 'fact',
    aside: true,
    cause: 'Xen found `xen,static-heap` in /chosen and reads it.',
  },
  'initrd-checked': {
    form: 'Checking for initrd in /chosen',
    grade: 'fact',
    aside: true,
    cause: 'Xen looks for `linux,initrd-start` and `linux,initrd-end`.',
  },
  'static-memory-checked': {
    form: 'Checking for "xen,static-mem" in domain node',
    grade: 'fact',
    aside: true,
    cause: 'Xen looks for memory that is set aside for a domain.',
  },
  'static-mem-config': {
    form: 'CONFIG_STATIC_MEMORY must be enabled for parsing xen,static-mem',
    also: ['CONFIG_STATIC_MEMORY must be enabled to use xen,static-mem'],
    grade: 'fatal',
    cause: 'The tree uses static memory and this Xen was built without it.',
    fix: 'Build Xen with CONFIG_STATIC_MEMORY=y.',
  },
  'initrd-length': {
    form: 'linux,initrd-{which:word} property has invalid length {length:dec}',
    grade: 'fault',
    cause: '`linux,initrd-{which}` in /chosen has {length} bytes; it must have 4 or 8.',
    fix: 'Write `linux,initrd-start` and `linux,initrd-end` both, the end behind the start.',
    rule: 'xen-complains',
  },
  'initrd-end-missing': {
    form: 'linux,initrd-end not present but -start was',
    grade: 'fault',
    cause: '/chosen says where the ramdisk starts, and not where it ends.',
    fix: 'Write `linux,initrd-start` and `linux,initrd-end` both, the end behind the start.',
    rule: 'xen-complains',
  },
  'initrd-limits': {
    form: 'linux,initrd limits invalid: {start:paddr} >= {end:paddr}',
    grade: 'fault',
    cause: 'The ramdisk in /chosen ends at {end}, which is not behind its start {start}.',
    fix: 'Write `linux,initrd-start` and `linux,initrd-end` both, the end behind the start.',
    rule: 'xen-complains',
  },
  initrd: {
    form: 'Initrd {start:paddr}-{to:paddr}',
    grade: 'fact',
    cause: 'The ramdisk that /chosen names by properties.',
    part: 'modules',
    address: 'start',
  },
  'address-too-wide': {
    form: 'Physical address greater than max width supported',
    also: ['Physical size greater than max width supported'],
    grade: 'fault',
    cause: 'This Xen was built for 32-bit addresses and the `reg` needs more.',
    fix: 'Leave the bank out, or build Xen with 40-bit addresses.',
  },
  'shm-config': {
    form: 'CONFIG_STATIC_SHM must be enabled for parsing static shared memory nodes',
    grade: 'fatal',
    cause: 'The tree has static shared memory and this Xen was built without it.',
    fix: 'Build Xen with CONFIG_STATIC_SHM=y.',
  },
  'shm-cells': {
    form: 'fdt: invalid #address-cells or #size-cells for static shared memory node.',
    grade: 'fatal',
    cause: 'A cell count of the node above a shared region is 0.',
    fix: 'Give the domain node `#address-cells` and `#size-cells`.',
  },
  'shm-id-long': {
    form: 'fdt: invalid xen,shm-id {id:name}, it must be limited to {limit:dec} characters',
    grade: 'fatal',
    cause: '`xen,shm-id` "{id}" is too long.',
    fix: 'Use at most 15 characters.',
  },
  'shm-role': {
    form: 'fdt: invalid `role` property for static shared memory node.',
    grade: 'fatal',
    cause: '`role` of a shared region is neither "owner" nor "borrower".',
    fix: 'Write one of the two, or leave it out.',
  },
  'shm-host-missing': {
    form: 'fdt: host physical address must be chosen by users at the moment.',
    grade: 'fatal',
    cause: 'This release does not choose the address of a shared region.',
    fix: 'Write the host address first in `xen,shared-mem`, or use Xen 4.19 or later.',
  },
  'shm-property': {
    form: 'fdt: invalid `xen,shared-mem` property.',
    also: ["fdt: invalid `xen,shared-mem' property."],
    grade: 'fatal',
    cause: '`xen,shared-mem` has not as many cells as host address, guest address and size take.',
    fix: 'Write host address, guest address and size, in the cells of the domain node.',
  },
  'shm-overflow': {
    form: 'fdt: static shared memory region {id:name} overflow',
    grade: 'fatal',
    cause: 'The shared region "{id}" ends above what can be addressed.',
    fix: 'Correct its address and size.',
  },
  'shm-zero': {
    form: 'fdt: the size for static shared memory region can not be zero',
    also: [
      'fdt: "size" for static shared memory region can not be zero',
      'fdt: the "size" for static shared memory region can not be zero',
    ],
    grade: 'fatal',
    cause: 'A shared region has the size 0.',
    fix: 'Give it a size of whole pages.',
  },
  'shm-host-unaligned': {
    form: 'fdt: physical address {address:paddr0x} is not suitably aligned.',
    grade: 'fatal',
    cause: 'The shared region at {address} does not start at a page.',
    fix: 'Move it to a multiple of 4 KiB.',
    address: 'address',
  },
  'shm-guest-unaligned': {
    form: 'fdt: guest address {address:paddr0x} is not suitably aligned.',
    grade: 'fatal',
    cause: 'The guest sees the shared region at {address}, which is not the start of a page.',
    fix: 'Move it to a multiple of 4 KiB.',
  },
  'shm-size-unaligned': {
    form: 'fdt: size {size:paddr0x} is not suitably aligned',
    grade: 'fatal',
    cause: 'The shared region has {size} bytes, which are no whole pages.',
    fix: 'Make its size a multiple of 4 KiB.',
  },
  'shm-id-shared': {
    form: 'fdt: different shared memory region could not share the same shm ID {id:text}',
    grade: 'fatal',
    cause: 'Two nodes with `xen,shm-id` "{id}" disagree about address or size.',
    fix: 'Use the same `xen,shm-id`, address and size in every domain that shares the region.',
  },
  'shm-mismatch': {
    form: {
      by: 'sharedMemoryList',
      forms: {
        true: 'fdt: xen,shm-id {id:name} does not match for all the nodes using the same region',
        false: 'fdt: xen,shm-id {id:name} does not match for all the nodes using the same region.',
      },
    },
    also: ['xen,shm-id {id:name} does not match for all the nodes using the same region'],
    grade: 'fatal',
    cause: 'The nodes of one shared region disagree about its name "{id}".',
    fix: 'Use the same `xen,shm-id`, address and size in every domain that shares the region.',
  },
  'shm-overlap': {
    form: 'fdt: shared memory region overlap with an existing entry {start:alternate} - {end:alternate}',
    grade: 'fatal',
    cause: 'The shared region meets the reserved range from {start} to {end}.',
    fix: 'Move one of the two.',
    address: 'start',
  },
} as const satisfies Readonly<Record<string, XenMessage>>;

// What Xen's and Linux's messages about memory mean: one row per message, with cause and cure.

/** One message and what lies behind it. */
export interface KnownMessage {
  readonly id: string;
  /** Matches the message with white space collapsed; named groups feed `cause`. */
  readonly pattern: RegExp;
  readonly by: 'xen' | 'linux';
  /** `fatal`: the boot or a domain ends. `fault`: memory is lost or wrong. `fact`: what a healthy boot prints. */
  readonly grade: 'fatal' | 'fault' | 'fact';
  /** Markdown without links; `{name}` stands for a named group of the pattern. */
  readonly cause: string;
  /** What to do; absent when there is nothing to mend. */
  readonly cure?: string;
  /** The rule that finds it in a tree before anything boots. */
  readonly rule?: string;
  /** The named group that holds an address or frame number worth looking up in the tree. */
  readonly address?: { readonly group: string; readonly unit: 'byte' | 'frame' };
}

// No `.*` behind what a line may have many times: a pattern would look through the rest of the line from each of them.
const H = '(?:0x)?[0-9a-fA-F]{1,16}';

const failures: readonly Omit<KnownMessage, 'by'>[] = [
  {
    id: 'mfn-refused',
    pattern: new RegExp(`Failing to acquire the MFN (?<mfn>${H})`),
    grade: 'fatal',
    cause:
      'dom0 used machine frame {mfn} as its own memory, and Xen does not manage that frame: it is in a range Xen keeps out of its heap but still listed to dom0 as RAM. The usual reason is a /reserved-memory child with `status = "disabled"`: Xen up to 4.18 reserves it all the same, Linux ignores the node and allocates there.',
    cure: 'Delete the node or its `status`, or use Xen 4.19 or later.',
    rule: 'reserved-disabled-kept',
    address: { group: 'mfn', unit: 'frame' },
  },
  {
    id: 'early-scan-failed',
    pattern: /Early FDT parsing failed \((?<code>-?\d+)\)/,
    grade: 'fatal',
    cause:
      'Since 4.19 Xen stops when its first scan of the tree meets a node it cannot accept: a `reg` that does not fit the cell counts, two reserved ranges that overlap, a bad static or shared memory node. The line before names the node or the ranges (error {code}).',
    cure: 'Mend the node that the line before names.',
    rule: 'reserved-overlap',
  },
  {
    id: 'region-overlap',
    pattern: new RegExp(
      `Region: ?\\[(?<start>${H}), ?(?<end>${H})\\) overlapping with (?<list>bank|mod|extmem|shmem)\\w*\\[(?<index>\\d+)\\]: \\[(?<otherStart>${H}), ?(?<otherEnd>${H})\\)`,
    ),
    grade: 'fault',
    cause:
      'The range [{start}, {end}) was to be recorded, but [{otherStart}, {otherEnd}) is already in the list of {list} entries. Xen 4.18 drops the later one, 4.19 and later stop. A module, the blob itself, a `/memreserve/` or a /reserved-memory child can each be either side. (On an EFI boot the same range twice is harmless.)',
    cure: 'Move one of the two, or load the file elsewhere.',
    rule: 'reserved-overlap',
    address: { group: 'start', unit: 'byte' },
  },
  {
    id: 'memreserve-overlap',
    pattern: /FDT reserve map overlapped with membanks\/modules/,
    grade: 'fatal',
    cause:
      'A `/memreserve/` entry covers a boot module or a reserved range. U-Boot adds such an entry for the ramdisk. Only Xen 4.19.0 and 4.19.1 take this as an error.',
    cure: 'Use Xen 4.19.2, 4.20 or later, or set `initrd_high` so that U-Boot reserves nothing.',
    rule: 'memreserve-overlap',
  },
  {
    id: 'memreserve-broken',
    pattern: /Parsing FDT memory reserve map failed/,
    grade: 'fatal',
    cause: "The blob's memory reservation block cannot be read: the blob is damaged or was cut.",
    cure: 'Build or load the blob again.',
  },
  {
    id: 'reg-size-invalid',
    pattern: /Invalid size for reg|Invalid `reg` size/i,
    grade: 'fatal',
    cause:
      'A reserved range or bank of size 0, which Xen 4.13 and 4.14.0 refuse: the scan ends there, and memory nodes after it are never seen.',
    cure: 'Remove the placeholder node, or use Xen 4.14.1 or later.',
    rule: 'reserved-zero-size',
  },
  {
    id: 'node-parsing-failed',
    pattern: /fdt: node `(?<node>[^'`]+)': parsing failed/,
    grade: 'fault',
    cause:
      'Xen could not accept node `{node}` and ended its scan there: nothing after it in the blob is known to Xen. Up to 4.18 it boots on with what it has, later it stops.',
    cure: 'Mend `{node}`; the line before says what is wrong with it.',
  },
  {
    id: 'region-limit',
    pattern:
      /Max(?:imum)? number of supported (?<kind>reserved-memory|memory|shared memory) regions reached/,
    grade: 'fault',
    cause:
      'There are more {kind} regions than Xen has room for (128 up to 4.16.0, 256 later); the rest are ignored.',
    cure: 'Join neighbouring regions.',
    rule: 'region-limit',
  },
  {
    id: 'cells-invalid',
    pattern: /property `(?<name>[^'`]+)': invalid #address-cells or #size-cells/,
    grade: 'fault',
    cause:
      '`{name}` cannot be split into addresses and sizes: a cell count of its parent is 0 or missing.',
    cure: 'Give the parent `#address-cells` and `#size-cells`.',
    rule: 'reg-length',
  },
  {
    id: 'reg-missing',
    pattern:
      /node `?(?<node>[^'` ]+)'?:? ?(?:missing `reg' property|`reg` property length is too short)/,
    grade: 'fault',
    cause:
      'The boot module or memory node `{node}` has no usable `reg` for the cell counts of its parent.',
    cure: 'Write `reg` with as many cells as the parent says.',
    rule: 'reg-length',
  },
  {
    id: 'reg-too-short',
    pattern: /`?reg`? property length is too short/,
    grade: 'fault',
    cause: 'A module node was written with fewer cells than its parent asks for.',
    cure: 'Write `reg` with as many cells as the parent says.',
    rule: 'reg-length',
  },
  {
    id: 'nested-too-deep',
    pattern: /device tree node `(?<node>[^'`]+)' is nested too deep/,
    grade: 'fatal',
    cause:
      'Node `{node}` lies 16 or more levels deep; some releases up to 4.21 print this line for ever.',
    cure: 'Flatten the tree, or use a release that skips such nodes.',
  },
  {
    id: 'kernel-missing',
    pattern: /Missing kernel boot module/,
    grade: 'fatal',
    cause:
      'Xen knows no kernel module: /chosen has none, the scan ended before it, or it was dropped because it overlaps a reserved range or another module.',
    cure: 'Add the module node, or move what it overlaps; look for `Region: … overlapping` above.',
    rule: 'module-overlaps-reserved',
  },
  {
    id: 'module-limit',
    pattern: /Ignoring (?<kind>\S+) boot module at (?<address>[\w-]+) \(too many\)/,
    grade: 'fault',
    cause: 'There are more than 32 boot modules; {kind} at {address} is ignored.',
    cure: 'Use fewer modules.',
    address: { group: 'address', unit: 'byte' },
  },
  {
    id: 'directmap-too-small',
    pattern: /Direct map is too small|DIRECTMAP_SIZE >> PAGE_SHIFT/,
    grade: 'fatal',
    cause:
      "The banks lie so far apart that Xen's direct map cannot reach from the first to the last: page frame compression finds no common zero bits.",
    cure: 'Leave out the far bank, or move it so that more address bits are equal.',
    rule: 'xen-panic',
  },
  {
    id: 'frametable-too-small',
    pattern:
      /The frametable cannot cover the physical region (?<start>\S+) - (?<end>\S+)|Frametable too small/,
    grade: 'fatal',
    cause:
      'The table of page descriptors cannot cover the spread of the banks. When the region is empty or all ones, Xen found no bank at all.',
    cure: 'Leave out the far bank; if there is no `RAM:` line, look for why the memory nodes were not seen.',
    rule: 'xen-panic',
  },
  {
    id: 'boot-pages-gone',
    pattern:
      /Xen BUG at (?:common\/)?page_alloc\.c:(?:27\d|28\d|29\d|30\d|39\d|40\d|41\d|42\d|43\d)\b/,
    grade: 'fatal',
    cause:
      "Xen's boot allocator found no free range that is large enough, or none at all: there is no `RAM:` line, or the page descriptor table of far-apart banks needs one contiguous piece.",
    cure: 'Check that `RAM:` lines were printed; bring the banks closer together.',
  },
  {
    id: 'id-map-too-high',
    pattern: /Cannot handle ID mapping above (?<limit>\S+)/,
    grade: 'fatal',
    cause: 'Xen was loaded above {limit}, where it cannot map itself.',
    cure: 'Load Xen lower.',
  },
  {
    id: 'freed-twice',
    pattern:
      /pg(?:\[\d+\])? MFN (?<mfn>[0-9a-fA-F]+) c=|Xen BUG at (?:common\/)?page_alloc\.c:14\d\d/,
    grade: 'fatal',
    cause:
      'A page was given to the heap twice: two ranges that Xen believes to be separate share it. A boot module whose `reg` is larger than its file and reaches into Xen or into another module is the usual reason.',
    cure: "Give the module its file's size, and load files apart.",
    rule: 'module-overlaps-module',
    address: { group: 'mfn', unit: 'frame' },
  },
  {
    id: 'bad-compression',
    pattern: /invalid compressed format \(err=1\)/,
    grade: 'fatal',
    cause:
      'The bytes at the kernel module are no kernel: the module `reg` is not where the file was loaded, lies outside RAM, or something was loaded over it.',
    cure: 'Make `reg` agree with the load address and keep other files away from it.',
    rule: 'module-outside-ram',
  },
  {
    id: 'no-memory-bank',
    pattern: /No memory bank/,
    grade: 'fatal',
    cause: 'Xen found no usable memory node.',
    cure: 'Give a node `device_type = "memory"`, a `reg` with a size, and no `status` other than "okay".',
    rule: 'xen-panic',
  },
  {
    id: 'xenheap-too-small',
    pattern: /Not enough space for xenheap|Not enough memory to relocate Xen/,
    grade: 'fatal',
    cause: 'No bank has a free piece that is large and aligned enough for Xen.',
    cure: 'Move reserved ranges or modules to the end of the bank.',
  },
  {
    id: 'colored-heap',
    pattern: /Can't allocate colored heap|Buddy reserved size is too low/,
    grade: 'fatal',
    cause: 'Cache colouring needs memory for Xen that the buddy allocator was not left.',
    cure: 'Raise `buddy-alloc-size=` on the command line of Xen.',
  },
  {
    id: 'dom0-memory-short',
    pattern:
      /Failed to allocate requested (?<what>dom0|domain) memory\. (?<missing>\d+)MB unallocated|Failed to allocate requested domain memory/,
    grade: 'fatal',
    cause:
      'Free RAM is too small or in too many pieces for the memory that was asked for. With a 1:1 mapped dom0 each piece must be found at one place.',
    cure: 'Lower `dom0_mem=`, or put reserved ranges and modules together so that large pieces stay free.',
    rule: 'xen-panic',
  },
  {
    id: 'first-bank-small',
    pattern: /Not enough memory in the first bank for the kernel\+dtb\+initrd/,
    grade: 'fatal',
    cause: "dom0's first bank cannot hold its kernel, blob and ramdisk together.",
    cure: 'Raise `dom0_mem=` or free a larger piece of low RAM.',
    rule: 'xen-panic',
  },
  {
    id: 'no-room-for-images',
    pattern: /Unable to find suitable location for (?<what>dtb\+initrd|the kernel)/,
    grade: 'fatal',
    cause: "There is no room for {what} in dom0's banks at the places the boot protocol allows.",
    cure: 'Raise `dom0_mem=`.',
    rule: 'xen-panic',
  },
  {
    id: 'kernel-copy',
    pattern: /Unable to copy the kernel in the (?<what>\S+) memory/,
    grade: 'fatal',
    cause:
      'The kernel is placed where the domain has no memory: a text offset or load address outside its banks.',
    cure: "Check the kernel's text offset, and that no carve-out lies where it is placed.",
  },
  {
    id: 'first-bank-impossible',
    pattern: /Unable to allocate first memory bank/,
    grade: 'fatal',
    cause: 'A 32-bit dom0 needs memory below 4 GiB and none is free there.',
    cure: 'Free RAM below 4 GiB.',
  },
  {
    id: 'no-low-bank',
    pattern: /No bank has been allocated below (?<bits>\d+)-bit/,
    grade: 'fault',
    cause: 'dom0 has no memory that a {bits}-bit DMA master can reach: its devices will fail.',
    cure: 'Free RAM at low addresses, or lower `dom0_mem=` so that it fits there.',
  },
  {
    id: 'address-untranslatable',
    pattern: /Unable to retrieve address (?<index>\d+) for (?<node>\/\S+)/,
    grade: 'fatal',
    cause:
      '`reg` entry {index} of `{node}` is in no `ranges` of the buses above it, so Xen cannot tell which CPU address it is.',
    cure: 'Complete the `ranges`, or delete the node for Xen.',
    rule: 'xen-panic',
  },
  {
    id: 'tree-generation',
    pattern: /Device tree generation failed \((?<code>-?\d+)\)/,
    grade: 'fatal',
    cause:
      "Xen could not make dom0's or a domain's tree (error {code}; -3 is lack of room, -22 a bad value). The line before says where; when there is none, a domain with more than 32 virtual CPUs overflows the 4 KiB that older releases give its tree.",
    cure: 'Mend what the line before names; for -3 shrink the tree or use Xen 4.22.',
    rule: 'xen-panic',
  },
  {
    id: 'reserved-256',
    pattern: /Xen BUG at common\/device-tree\/domain-build\.c:/,
    grade: 'fatal',
    cause: 'There are exactly as many reserved regions as the list holds.',
    cure: 'Add or remove one region.',
    rule: 'region-limit',
  },
  {
    id: 'rangeset',
    pattern: /Assertion 's <= e' failed at (?:common\/)?rangeset\.c/,
    grade: 'fatal',
    cause:
      'An empty or wrapped range reached a place that takes none: a bank of size 0, or a `reg` that passes the top of the address space.',
    cure: 'Remove the empty bank; correct the `reg`.',
  },
  {
    id: 'heap-start',
    pattern: new RegExp(
      `cannot add (?:xenheap|directmap) mapping at (?<start>${H}) below heap start (?<heap>${H})`,
    ),
    grade: 'fatal',
    cause:
      'The RAM banks are not in ascending order in the blob: a bank at {start} follows one that begins at {heap}. Old releases take the first for the lowest.',
    cure: 'Write the memory node with the lowest address first, or use Xen 4.16 or later.',
    rule: 'xen-panic',
    address: { group: 'start', unit: 'byte' },
  },
  {
    id: 'directmap-setup',
    pattern: /Unable to setup the directmap mappings/,
    grade: 'fatal',
    cause:
      'Two RAM banks overlap, so that one page would be mapped twice. A child of /reserved-memory named `memory@…` counts as a bank up to 4.19.',
    cure: 'Make the banks disjoint; rename such a child.',
    rule: 'banks-overlap',
  },
  {
    id: 'reservations-full',
    pattern: /Cannot allocate reserved memory bank/,
    grade: 'fatal',
    cause: 'There are more `/memreserve/` entries than Xen has room for.',
    cure: 'Join neighbouring entries.',
    rule: 'xen-panic',
  },
  {
    id: 'reservations-unread',
    pattern: /Unable to retrieve the number of reserved regions/,
    grade: 'fatal',
    cause: "The blob's memory reservation block cannot be read: the blob is damaged or was cut.",
    cure: 'Build or load the blob again.',
  },
  {
    id: 'blob-invalid',
    pattern: new RegExp(`Invalid device tree blob at physical address (?<address>${H})`),
    grade: 'fatal',
    cause:
      'At {address} Xen found no blob it can use: it must be aligned to 8 bytes, be no larger than 2 MiB, and nothing may have been loaded over it.',
    cure: 'Load the blob where nothing else is loaded, aligned to 8 bytes.',
    rule: 'load-overlaps-load',
    address: { group: 'address', unit: 'byte' },
  },
  {
    id: 'mfn-invalid',
    pattern: new RegExp(`Invalid MFN (?<mfn>${H})`),
    grade: 'fatal',
    cause:
      'dom0 used machine frame {mfn} as its own memory, and Xen has no record of it: no RAM bank has it, yet dom0 was told that there is memory.',
    cure: 'Find the /reserved-memory child that lies outside RAM and describe it as a device.',
    rule: 'reserved-outside-ram',
    address: { group: 'mfn', unit: 'frame' },
  },
  {
    id: 'image-copy',
    pattern: /Unable to copy the (?<what>DTB|initrd) (?:to|in) (?:the )?(?<where>\S+) memory/,
    grade: 'fatal',
    cause:
      "The {what} cannot be copied to its place in dom0's RAM: a device or a disabled reserved node is mapped over it.",
    cure: 'Remove the node that lies in RAM, or enable it so that Xen keeps clear of it.',
    rule: 'xen-panic',
  },
  {
    id: 'cells-unusable',
    pattern: /Cannot cope with this size/,
    grade: 'fatal',
    cause: 'The root has `#address-cells` or `#size-cells` other than 1 or 2.',
    cure: 'Use 1 or 2 cells in the root.',
    rule: 'xen-panic',
  },
  {
    id: 'path-reserved',
    pattern: /Path (?<node>\/\S+) is reserved, skip the node/,
    grade: 'fault',
    cause: 'Xen makes a node of that name for dom0 itself, so `{node}` of the host is left out.',
    cure: 'Give the memory node a unit address and `device_type = "memory"`.',
    rule: 'xen-complains',
  },
  {
    id: 'no-extended-regions',
    pattern: /failed to allocate extended regions/,
    grade: 'fault',
    cause: 'No piece of 64 MiB or more is free for mapping memory of other domains into dom0.',
    cure: 'dom0 will use its own RAM for such mappings; leave larger gaps to avoid that.',
    rule: 'no-extended-regions',
  },
  {
    id: 'address-too-wide',
    pattern: /Physical (?:address|size) greater than max width supported/,
    grade: 'fault',
    cause: 'This Xen was built for 32-bit addresses and the `reg` needs more.',
    cure: 'Leave the bank out, or build Xen with 40-bit addresses.',
  },
  {
    id: 'initrd-invalid',
    pattern: /linux,initrd-(?:start|end)|Initrd .{0,200}invalid/,
    grade: 'fault',
    cause: 'The ends of the ramdisk in /chosen are missing, of a wrong length or reversed.',
    cure: 'Write `linux,initrd-start` and `linux,initrd-end` both, the end behind the start.',
    rule: 'xen-complains',
  },
  {
    id: 'domain-property',
    pattern: /cannot read "(?<name>memory)" property|Missing property '(?<other>cpus)' for domain/,
    grade: 'fatal',
    cause: 'A domain below /chosen must say both `memory` (KiB, two cells) and `cpus`.',
    cure: 'Add the property.',
    rule: 'xen-panic',
  },
  {
    id: 'pa-width',
    pattern: /exceeds the maximum allowed PA width/,
    grade: 'fatal',
    cause: 'A `reg` reaches beyond the physical addresses that this processor has.',
    cure: 'Correct the `reg`, usually its cell count.',
  },
  {
    id: 'dom0-mem-invalid',
    pattern: /parameter "(?<name>dom0_mem)" has invalid value "(?<value>[^"]*)"/,
    grade: 'fault',
    cause: '`{name}={value}` is the syntax of x86. On Arm only the first number counts.',
    cure: 'Write one size: `dom0_mem=1G`.',
    rule: 'xen-complains',
  },
  {
    id: 'dom0-mem-missing',
    pattern: /PLEASE SPECIFY dom0_mem PARAMETER/,
    grade: 'fault',
    cause: 'No `dom0_mem=` on the command line of Xen: dom0 gets 512 MiB.',
    cure: 'Add `dom0_mem=` to `xen,xen-bootargs`.',
  },
  {
    id: 'domain-construction',
    pattern: /Could not (?:set up|construct) (?<what>(?:DOM0|d0) guest OS|domain \S+)/i,
    grade: 'fatal',
    cause: '{what} could not be built; the lines before say why.',
    cure: 'Mend what the lines before name.',
    rule: 'xen-panic',
  },
  {
    id: 'static-mem-sum',
    pattern: /"memory" property doesn't match up with the sum-up of "xen,static-mem"/,
    grade: 'fatal',
    cause: 'The sizes in `xen,static-mem` do not add up to `memory` (KiB) of the domain.',
    cure: 'Make both the same.',
    rule: 'xen-panic',
  },
  {
    id: 'static-mem-failed',
    pattern:
      /Failed to (?:allocate|assign) requested static memory for|xen,static-mem.{0,200}(?:fail|invalid)/i,
    grade: 'fatal',
    cause:
      'A static range is not free RAM: it overlaps something, is not page aligned, or sizes differ.',
    cure: 'Move the range to free RAM and make `memory` agree.',
    rule: 'xen-panic',
  },
  {
    id: 'static-mem-config',
    pattern: /CONFIG_STATIC_MEMORY must be enabled|CONFIG_STATIC_MEMORY/,
    grade: 'fatal',
    cause: 'The tree uses static memory and this Xen was built without it.',
    cure: 'Build Xen with CONFIG_STATIC_MEMORY=y.',
  },
  {
    id: 'direct-map-static',
    pattern: /direct-map is not valid for domain (?<domain>\S+) without static allocation/,
    grade: 'fatal',
    cause: '{domain} asks for a direct map but names no memory of its own.',
    cure: 'Add `xen,static-mem`, or drop `direct-map`.',
  },
  {
    id: 'colouring-static',
    pattern: /LLC coloring and static memory are incompatible/,
    grade: 'fatal',
    cause: 'A domain has both colours and static memory.',
    cure: 'Drop one of the two.',
  },
  {
    id: 'colouring-off',
    pattern: /'llc-colors' found, but LLC coloring is disabled/,
    grade: 'fatal',
    cause: 'A domain has `llc-colors` and the command line of Xen does not switch colouring on.',
    cure: 'Add `llc-coloring=on`.',
  },
  {
    id: 'hwdom-iommu',
    pattern: /non-direct mapped hardware domain requires iommu/,
    grade: 'fatal',
    cause: 'dom0 is not mapped 1:1 and there is no IOMMU to translate for its devices.',
    cure: 'Enable the IOMMU or map dom0 directly.',
  },
  {
    id: 'shm-direct',
    pattern:
      /host and guest physical address must be supplied for direct-mapped domains|are not direct-mapped/,
    grade: 'fatal',
    cause:
      'Shared memory of a directly mapped domain must name the host address, equal to the guest address.',
    cure: 'Write `xen,shared-mem` with host address, the same guest address and size.',
  },
  {
    id: 'shm-mismatch',
    pattern:
      /xen,shm-id \S+ does not match for all the nodes|different shared memory region could not share the same shm ID|"?size"? for static shared memory region can not be zero|is not suitably aligned|invalid (?:xen,shm-id|`role'|`xen,shared-mem' property)/,
    grade: 'fatal',
    cause: 'The nodes of one shared region disagree, or its address or size is not page aligned.',
    cure: 'Use the same `xen,shm-id`, address and size in every domain that shares the region.',
  },
  {
    id: 'passthrough-incomplete',
    pattern: /xen,reg or xen,path missing/,
    grade: 'fatal',
    cause: 'A node of a passthrough tree says what it is but not where the host has it.',
    cure: 'Give it both `xen,reg` and `xen,path`.',
  },
  {
    id: 'iomem-refused',
    pattern: new RegExp(`Unable to permit to dom(?<domain>\\d+) access to ?(?<start>${H})?`),
    grade: 'fatal',
    cause: 'The range is not one Xen lets domain {domain} use: RAM, reserved, or another device.',
    cure: 'Correct `xen,reg` or `iomem`.',
  },
  {
    id: 'data-abort',
    pattern: new RegExp(
      `traps\\.c:\\d+:d(?<domain>\\d+)v\\d+ HSR=\\S+ .{0,200}gpa=(?<address>${H})`,
    ),
    grade: 'fatal',
    cause: 'Domain {domain} touched physical address {address}, which is not mapped for it.',
    cure: 'If a device lives there, its node must be in the tree Xen sees, enabled.',
    address: { group: 'address', unit: 'byte' },
  },
  {
    id: 'fdt-map-failed',
    pattern: new RegExp(`Unable to map (?<start>${H}) - (?<end>${H}) in domain (?<domain>\\d+)`),
    grade: 'fatal',
    cause: 'The device range {start} - {end} could not be mapped for domain {domain}.',
    cure: 'Correct the `reg` that gives it.',
    address: { group: 'start', unit: 'byte' },
  },
];

const facts: readonly Omit<KnownMessage, 'by' | 'grade'>[] = [
  {
    id: 'ram',
    pattern: new RegExp(`^RAM: (?<start>${H}) - (?<end>${H})$`),
    cause:
      'A bank of RAM Xen knows, from a memory node or the UEFI memory map; the end is inclusive.',
    address: { group: 'start', unit: 'byte' },
  },
  {
    id: 'module',
    pattern: new RegExp(`^MODULE\\[(?<index>\\d+)\\]: (?<start>${H}) - (?<end>${H}) (?<kind>.+)$`),
    cause:
      'Boot module {index}, {kind}: kept out of the heap until it has been used. The end is exclusive up to Xen 4.20, inclusive later.',
    address: { group: 'start', unit: 'byte' },
  },
  {
    id: 'reserved',
    pattern: new RegExp(`^RESVD\\[(?<index>\\d+)\\]: (?<start>${H}) - (?<end>${H})$`),
    cause:
      'A range Xen keeps out of its heap: a /reserved-memory child, a /memreserve/, static memory or static heap.',
    address: { group: 'start', unit: 'byte' },
  },
  {
    id: 'bank',
    pattern: new RegExp(
      `^BANK\\[(?<index>\\d+)\\] (?<start>${H})-(?<end>${H}) \\((?<size>\\d+)MB\\)$`,
    ),
    cause: "Bank {index} of the domain's RAM, {size} MiB; dom0's is mapped 1:1.",
    address: { group: 'start', unit: 'byte' },
  },
  {
    id: 'extended-region',
    pattern: new RegExp(`^d(?<domain>\\d+): extended region \\d+: (?<start>${H})->(?<end>${H})$`),
    cause: 'A range without RAM or devices that domain {domain} may use to map memory of others.',
    address: { group: 'start', unit: 'byte' },
  },
  {
    id: 'grant-table',
    pattern: new RegExp(`^Grant table range: (?<start>${H})-(?<end>${H})$`),
    cause: 'Where dom0 may map its grant table.',
    address: { group: 'start', unit: 'byte' },
  },
  {
    id: 'image-load',
    pattern: new RegExp(
      `^Loading (?<what>zImage|d0 initrd|dom0 initrd|d0 DTB|dom0 DTB)(?: from ${H})? to (?<start>${H})-(?<end>${H})$`,
    ),
    cause: "{what} was copied into the domain's memory at {start}.",
    address: { group: 'start', unit: 'byte' },
  },
];

const linuxMessages: readonly Omit<KnownMessage, 'by'>[] = [
  {
    id: 'linux-overlap',
    pattern: /OVERLAP DETECTED!/,
    grade: 'fault',
    cause: 'Two /reserved-memory regions share memory; the next line names both.',
    cure: 'Move one of them.',
    rule: 'reserved-overlap',
  },
  {
    id: 'linux-overlaps',
    pattern: new RegExp(
      `^(?<name>\\S+) \\((?<start>${H})--(?<end>${H})\\) overlaps with (?<other>\\S+) \\((?<otherStart>${H})--(?<otherEnd>${H})\\)`,
    ),
    grade: 'fault',
    cause: '{name} [{start}, {end}) and {other} [{otherStart}, {otherEnd}) share memory.',
    cure: 'Move one of them.',
    rule: 'reserved-overlap',
    address: { group: 'otherStart', unit: 'byte' },
  },
  {
    id: 'linux-not-reserved',
    pattern:
      /failed to (?:reserve|allocate) memory for node '(?<node>[^']+)'(?:: base (?<start>\S+), size (?<size>.+))?/i,
    grade: 'fault',
    cause:
      "Linux could not set '{node}' aside: the range is not RAM, is already in use, or nothing free fits its constraints.",
    cure: 'Move the region, or widen `alloc-ranges`.',
    rule: 'reserved-outside-ram',
  },
  {
    id: 'linux-cma-failed',
    pattern: /cma: Failed to reserve (?<size>.+)/,
    grade: 'fault',
    cause: 'No free and suitably aligned range of {size} was left for CMA.',
    cure: 'Make the pool smaller, or keep carve-outs out of its range.',
  },
  {
    id: 'linux-reserved',
    pattern: /^OF: reserved mem: (?<rest>.+)$/,
    grade: 'fact',
    cause: 'A /reserved-memory region as Linux took it: {rest}.',
  },
  {
    id: 'linux-node',
    pattern: new RegExp(`^node \\d+: \\[mem (?<start>${H})-(?<end>${H})\\]$`),
    grade: 'fact',
    cause: 'RAM as Linux sees it; the end is inclusive. A hole is memory marked `no-map`.',
    address: { group: 'start', unit: 'byte' },
  },
  {
    id: 'linux-duplicate',
    pattern: /OF: Duplicate name in \S+, renamed to "(?<name>[^"]+)"/,
    grade: 'fault',
    cause:
      'Two nodes of one name; Linux calls the second {name}. Early Xen 4.13 made two memory nodes.',
    cure: 'Rename one of the two; when both are memory nodes of dom0, use a released Xen 4.13 or later.',
  },
];

/** Every message that `explain` knows; the first that matches a line is meant. */
export const knownMessages: readonly KnownMessage[] = [
  ...failures.map((message) => ({ ...message, by: 'xen' as const })),
  ...facts.map((message) => ({ ...message, by: 'xen' as const, grade: 'fact' as const })),
  ...linuxMessages.map((message) => ({ ...message, by: 'linux' as const })),
];

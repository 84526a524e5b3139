// What Xen prints while it builds dom0 and its tree (Xen: construct_dom0 and what it calls).

import type { XenMessage } from './xen-message.ts';

export const dom0Messages = {
  dom0less: {
    form: 'Xen dom0less mode detected',
    grade: 'fact',
    cause: 'The tree has kernels for domains of its own and none for dom0: Xen builds no dom0.',
  },
  'loading-dom0': {
    form: '*** LOADING DOMAIN 0 ***',
    grade: 'fact',
    aside: true,
    cause: 'Xen begins to build dom0.',
  },
  'kernel-missing': {
    form: 'Missing kernel boot module?',
    grade: 'fatal',
    cause:
      'Xen knows no kernel module: /chosen has none, the scan ended before it, or it was dropped because it overlaps a reserved range or another module.',
    fix: 'Add the module node, or move what it overlaps; look for `Region: … overlapping` above.',
    rule: 'module-overlaps-reserved',
  },
  'kernel-from': {
    form: {
      by: 'kernelFrom',
      forms: {
        bare: 'Loading kernel from boot module @ {address:paddr}',
        Dom: 'Loading Dom{domain:domain} kernel from boot module @ {address:paddr}',
        name: 'Loading {domain:domain} kernel from boot module @ {address:paddr}',
      },
    },
    grade: 'fact',
    cause: 'The kernel of the domain is the boot module at {address}.',
    part: 'dom0.kernel',
    address: 'address',
  },
  'ramdisk-from': {
    form: 'Loading ramdisk from boot module @ {address:paddr}',
    grade: 'fact',
    cause: 'The ramdisk of the domain is the boot module at {address}.',
    part: 'dom0.initrd',
    address: 'address',
  },
  'allocating-direct': {
    form: 'Allocating 1:1 mappings totalling {size:dec}MB for {domain:domain}:',
    grade: 'fact',
    cause: '{domain} gets {size} MiB, at the same addresses as in the machine.',
    part: 'dom0.size',
  },
  allocating: {
    form: 'Allocating mappings totalling {size:dec}MB for {domain:domain}:',
    grade: 'fact',
    cause: '{domain} gets {size} MiB from anywhere in the heap.',
    part: 'dom0.size',
  },
  'no-low-bank': {
    form: 'No bank has been allocated below {limit:name}.',
    grade: 'fault',
    cause:
      'dom0 has no memory that a {limit} DMA master can reach: devices with no more address bits do not work, or need bounce buffers.',
    fix: 'Free RAM at low addresses, where the board has any, or lower `dom0_mem=` so that it fits there.',
  },
  bank: {
    form: 'BANK[{index:dec}] {start:alternate}-{end:alternate} ({size:dec}MB)',
    grade: 'fact',
    cause: "Bank {index} of the domain's RAM, {size} MiB; dom0's is mapped 1:1.",
    part: 'dom0.banks',
    address: 'start',
  },
  'first-bank-impossible': {
    form: 'Unable to allocate first memory bank',
    also: ['Unable to allocate first memory bank.'],
    grade: 'fatal',
    cause: 'A 32-bit dom0 needs memory below 4 GiB and none is free there.',
    fix: 'Free RAM below 4 GiB.',
  },
  'dom0-memory-short': {
    form: 'Failed to allocate requested dom0 memory. {missing:dec}MB unallocated',
    grade: 'fatal',
    cause:
      'Free RAM is too small or in too many pieces for the memory that was asked for. With a 1:1 mapped dom0 each piece must be found at one place.',
    fix: 'Lower `dom0_mem=`, or put reserved ranges and modules together so that large pieces stay free.',
    rule: 'xen-panic',
  },
  'dom0-memory-less': {
    form: 'WARNING: Failed to allocate requested dom0 memory. {missing:dec}MB unallocated',
    grade: 'fault',
    cause:
      'Free RAM is too small or in too many pieces: dom0 gets {missing} MiB less than was asked for.',
    fix: 'Lower `dom0_mem=`, or put reserved ranges and modules together so that large pieces stay free.',
    rule: 'xen-complains',
  },
  'grant-table': {
    form: 'Grant table range: {start:alternate}-{end:alternate}',
    grade: 'fact',
    cause: 'Where dom0 may map its grant table.',
    part: 'dom0.grantTable',
    address: 'start',
  },
  'extended-off': {
    form: {
      by: 'extendedRegions',
      forms: {
        plain: 'The extended regions support is disabled',
        domain: '{domain:domain}: extended regions support is disabled',
      },
    },
    grade: 'fact',
    cause: '`ext_regions=no`: the domain maps memory of others over its own RAM.',
  },
  'extended-32-bit': {
    form: {
      by: 'extendedRegions',
      forms: {
        plain: 'The extended regions are only supported for 64-bit guest currently',
        domain: '{domain:domain}: extended regions not supported for 32-bit guests',
      },
    },
    grade: 'fact',
    cause: 'A 32-bit domain maps memory of others over its own RAM.',
  },
  'no-extended-regions': {
    form: {
      by: 'extendedRegions',
      forms: {
        plain: 'Failed to allocate extended regions',
        domain: '{domain:domain}: failed to allocate extended regions',
      },
    },
    grade: 'fault',
    cause: 'No piece of 64 MiB or more is free for mapping memory of other domains into dom0.',
    fix: 'dom0 will use its own RAM for such mappings; leave larger gaps to avoid that.',
    rule: 'no-extended-regions',
  },
  'extended-region': {
    form: {
      by: 'extendedRegions',
      forms: {
        plain: 'Extended region {index:dec}: {start:hex}->{end:hex}',
        domain: '{domain:domain}: extended region {index:dec}: {start:hex}->{end:hex}',
      },
    },
    grade: 'fact',
    cause: 'A range without RAM or devices that the domain may use to map memory of others.',
    part: 'dom0.extendedRegions',
    address: 'start',
  },
  'path-reserved': {
    form: 'WARNING: Path {node:word} is reserved, skip the node as we may re-use the path.',
    grade: 'fault',
    cause: 'Xen makes a node of that name for dom0 itself, so `{node}` of the host is left out.',
    fix: 'Give the memory node a unit address and `device_type = "memory"`.',
    rule: 'xen-complains',
  },
  'bus-invalid': {
    form: 'DT: {node:word} is not a valid bus',
    grade: 'fatal',
    cause: '`{node}` has no `ranges`, so what is below it has no CPU address.',
    fix: 'Add `ranges` to it, or delete the node for Xen.',
    rule: 'xen-panic',
  },
  'bus-cells-invalid': {
    form: 'dt_parse: Bad cell count for parent {node:word}',
    grade: 'fatal',
    cause: 'A cell count of `{node}` is 0 or more than 4.',
    fix: 'Give it `#address-cells` and `#size-cells`.',
    rule: 'xen-panic',
  },
  'address-untranslatable': {
    form: 'Unable to retrieve address {index:dec} for {node:word}',
    grade: 'fatal',
    cause:
      '`reg` entry {index} of `{node}` is in no `ranges` of the buses above it, so Xen cannot tell which CPU address it is.',
    fix: 'Complete the `ranges`, or delete the node for Xen.',
    rule: 'xen-panic',
  },
  'pa-width': {
    form: '{node:word}: [{start:hex0x}, {end:hex0x}] exceeds the maximum allowed PA width ({bits:dec} bits)…',
    grade: 'fatal',
    cause: 'A `reg` reaches beyond the physical addresses that this processor has.',
    fix: 'Correct the `reg`, usually its cell count.',
  },
  'fdt-map-failed': {
    form: 'Unable to map {start:hex0x} - {last:hex0x} in domain {domain:dec}',
    grade: 'fatal',
    cause: 'The device range {start} - {last} could not be mapped for domain {domain}.',
    fix: 'Correct the `reg` that gives it.',
    address: 'start',
  },
  'tree-generation': {
    form: 'Device tree generation failed ({code:dec}).',
    also: ['Device tree generation failed ({code:dec})'],
    grade: 'fatal',
    cause:
      "Xen could not make dom0's or a domain's tree (error {code}; -3 is lack of room, -22 a bad value). The line before says where; when there is none, a domain with more than 32 virtual CPUs overflows the 4 KiB that older releases give its tree.",
    fix: 'Mend what the line before names; for -3 shrink the tree or use Xen 4.22.',
    rule: 'xen-panic',
  },
  'cells-unusable': {
    form: 'Cannot cope with this size',
    grade: 'fatal',
    cause: 'The root has `#address-cells` or `#size-cells` other than 1 or 2.',
    fix: 'Use 1 or 2 cells in the root.',
    rule: 'xen-panic',
  },
  'dom0-construction': {
    form: {
      by: 'setupPanic',
      forms: {
        plain: 'Could not set up DOM0 guest OS',
        'dom0-rc': 'Could not set up DOM0 guest OS (rc = {code:dec})',
        'd0-rc': 'Could not set up d0 guest OS (rc = {code:dec})',
      },
    },
    also: ['Could not construct domain 0'],
    grade: 'fatal',
    cause: 'dom0 could not be built; the lines before say why.',
    fix: 'Mend what the lines before name.',
    rule: 'xen-panic',
  },
  'first-bank-small': {
    form: 'Not enough memory in the first bank for the kernel+dtb+initrd',
    grade: 'fatal',
    cause: "The domain's first bank cannot hold its kernel, blob and ramdisk together.",
    fix: 'Raise `dom0_mem=` or free a larger piece of low RAM.',
    rule: 'xen-panic',
  },
  'no-room-for-images': {
    form: 'Unable to find suitable location for dtb+initrd',
    also: ['Unable to find suitable location for the kernel'],
    grade: 'fatal',
    cause:
      "There is no room for the images in dom0's banks at the places the boot protocol allows.",
    fix: 'Raise `dom0_mem=`.',
    rule: 'xen-panic',
  },
  'kernel-loaded': {
    form: 'Loading zImage from {from:paddr} to {start:paddr}-{end:paddr}',
    grade: 'fact',
    cause: "The kernel was copied into the domain's memory at {start}.",
    part: 'dom0.kernel',
    address: 'start',
  },
  'initrd-loaded': {
    form: 'Loading {domain:domain} initrd from {from:paddr} to {start:paddr0x}-{end:paddr0x}',
    grade: 'fact',
    cause: 'The ramdisk of {domain} was copied into its memory at {start}.',
    part: 'dom0.initrd',
    address: 'start',
  },
  'dtb-loaded': {
    form: 'Loading {domain:domain} DTB to {start:paddr0x}-{end:paddr0x}',
    grade: 'fact',
    cause: 'The blob of {domain} was copied into its memory at {start}.',
    part: 'dom0.dtb',
    address: 'start',
  },
  'image-copy': {
    form: 'Unable to copy the {what:word} in the {owner:domain} memory',
    grade: 'fatal',
    cause:
      "The {what} cannot be copied to its place in the domain's RAM: a device or a disabled reserved node is mapped over it, or the place is outside its banks.",
    fix: "Remove the node that lies in RAM, or enable it so that Xen keeps clear of it; check the kernel's text offset.",
    rule: 'xen-panic',
  },
  'dtb-copy': {
    form: 'Unable to copy the DTB to {owner:domain} memory (left = {left:dec} bytes)',
    also: ['Unable to copy the DTB to {owner:domain} memory'],
    grade: 'fatal',
    cause:
      "The blob cannot be copied to its place in the domain's RAM: a device or a disabled reserved node is mapped over it.",
    fix: 'Remove the node that lies in RAM, or enable it so that Xen keeps clear of it.',
    rule: 'xen-panic',
  },
  'dom0-mem-missing': {
    form: 'PLEASE SPECIFY dom0_mem PARAMETER - USING 512M FOR NOW',
    also: ['PLEASE SPECIFY dom0_mem PARAMETER - USING {size:word} FOR NOW'],
    grade: 'fault',
    cause: 'No `dom0_mem=` on the command line of Xen: dom0 gets 512 MiB.',
    fix: 'Add `dom0_mem=` to `xen,xen-bootargs`.',
  },
  'hwdom-iommu': {
    form: 'non-direct mapped hardware domain requires iommu',
    grade: 'fatal',
    cause: 'dom0 is not mapped 1:1 and there is no IOMMU to translate for its devices.',
    fix: 'Enable the IOMMU or map dom0 directly.',
  },
  'bad-compression': {
    form: 'invalid compressed format (err=1)',
    also: ['invalid compressed format{rest:text}'],
    grade: 'fatal',
    cause:
      'The bytes at the kernel module are no kernel: the module `reg` is not where the file was loaded, lies outside RAM, or something was loaded over it.',
    fix: 'Make `reg` agree with the load address and keep other files away from it.',
    rule: 'module-outside-ram',
  },
} as const satisfies Readonly<Record<string, XenMessage>>;

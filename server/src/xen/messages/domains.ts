// What Xen prints while it builds the domains that the tree describes (Xen: create_domUs and what it calls).

import type { XenMessage } from './xen-message.ts';

export const domainMessages = {
  'loading-domain': {
    form: {
      by: 'domUMemoryUnit',
      forms: {
        KB: '*** LOADING DOMU cpus={cpus:dec} memory={memory:bare}KB ***',
        '0x': '*** LOADING DOMU cpus={cpus:dec} memory={memory:hex}KB ***',
      },
    },
    grade: 'fact',
    cause: 'Xen begins to build a domain with {cpus} CPUs and {memory} KiB (hexadecimal).',
  },
  'domain-memory-property': {
    form: 'Error building DomU: cannot read "memory" property',
    grade: 'fatal',
    cause: 'A domain below /chosen must say both `memory` (KiB, two cells) and `cpus`.',
    fix: 'Add the property.',
    rule: 'xen-panic',
  },
  'domain-cpus-property': {
    form: "Missing property 'cpus' for domain {domain:word}",
    grade: 'fatal',
    cause: 'A domain below /chosen must say both `memory` (KiB, two cells) and `cpus`.',
    fix: 'Add the property.',
    rule: 'xen-panic',
  },
  'direct-map-static': {
    form: 'direct-map is not valid for domain {domain:word} without static allocation.',
    grade: 'fatal',
    cause: '{domain} asks for a direct map but names no memory of its own.',
    fix: 'Add `xen,static-mem`, or drop `direct-map`.',
  },
  'domain-construction': {
    form: {
      by: 'setupPanic',
      forms: {
        plain: 'Could not set up domain {domain:word}',
        'dom0-rc': 'Could not set up domain {domain:word} (rc = {code:dec})',
        'd0-rc': 'Could not set up domain {domain:word} (rc = {code:dec})',
      },
    },
    grade: 'fatal',
    cause: 'Domain {domain} could not be built; the lines before say why.',
    fix: 'Mend what the lines before name.',
    rule: 'xen-panic',
  },
  'domain-creation': {
    form: {
      by: 'setupPanic',
      forms: {
        plain: 'Error creating domain {domain:word}',
        'dom0-rc': 'Error creating domain {domain:word} (rc = {code:dec})',
        'd0-rc': 'Error creating domain {domain:word} (rc = {code:dec})',
      },
    },
    grade: 'fatal',
    cause: 'Xen refuses the configuration of {domain}: it has too many CPUs, or no memory is left.',
    fix: 'Give the domain at most 8 CPUs with a GICv2, 128 with a GICv3.',
  },
  'domain-capabilities': {
    form: 'Invalid capabilities ({bits:bare})',
    grade: 'fatal',
    cause: '`capabilities` of a domain has the bits {bits}; Xen knows 1, 2 and 4.',
    fix: 'Write a sum of 1 (control), 2 (hardware) and 4 (Xenstore).',
  },
  'hardware-domain-twice': {
    form: 'Only 1 hardware domain can be specified! ({domain:domain})',
    grade: 'fatal',
    cause: '`capabilities` gives a domain the hardware that {domain} already has.',
    fix: 'Drop 2 from `capabilities`, or drop the kernel of dom0.',
  },
  'hardware-domain-passthrough': {
    form: "Don't specify passthrough for hardware domain",
    grade: 'fatal',
    cause: 'The hardware domain has all devices, and `passthrough` is for other domains.',
    fix: 'Drop `passthrough` from the hardware domain.',
  },
  'hardware-domain-tree': {
    form: '"multiboot,device-tree" incompatible with hardware domain',
    grade: 'fatal',
    cause: "The hardware domain gets the host's tree, and so needs no tree for its devices.",
    fix: 'Drop the `multiboot,device-tree` module from the hardware domain.',
  },
  'xenstore-twice': {
    form: 'Only 1 xenstore domain can be specified! ({domain:dec})…',
    grade: 'fatal',
    cause: '`capabilities` gives a domain Xenstore, which domain {domain} already runs.',
    fix: 'Drop 4 from `capabilities` of one of them; dom0 runs Xenstore where there is a dom0.',
  },
  'xenstore-without-dom0': {
    form: 'At the moment, Xenstore support requires dom0 to be present',
    grade: 'fatal',
    cause: 'A domain asks for Xenstore with `xen,enhanced`, and there is no dom0 to run it.',
    fix: 'Write `xen,enhanced = "no-xenstore"`, drop the property, or add a kernel for dom0.',
  },
  'xenstore-missing': {
    form: 'xenstore requested, but xenstore domain not present',
    grade: 'fatal',
    cause: 'A domain asks for Xenstore with `xen,enhanced`, and no domain runs it.',
    fix: 'Write `xen,enhanced = "no-xenstore"`, drop the property, or add 4 to `capabilities` of the domain that runs Xenstore.',
  },
  'domain-bank': {
    form: '{domain:domain} BANK[{index:dec}] {start:alternate}-{end:alternate} ({size:dec}MB)',
    grade: 'fact',
    cause:
      'Bank {index} of the RAM of {domain}, {size} MiB, at the addresses that the domain sees.',
  },
  'static-bank': {
    form: '{domain:domain}: STATIC BANK[{index:dec}] {start:alternate}-{end:alternate}',
    also: ['{domain:domain} STATIC BANK[{index:dec}] {start:alternate}-{end:alternate}'],
    grade: 'fact',
    cause: 'Bank {index} of the memory that is set aside for {domain}.',
    address: 'start',
  },
  'shared-bank': {
    form: '{domain:domain}: allocate static shared memory BANK {start:alternate}-{end:alternate}.',
    grade: 'fact',
    cause: 'Shared memory that {domain} owns.',
    address: 'start',
  },
  'static-mem-sum': {
    form: 'Size of "memory" property doesn\'t match up with the sum-up of "xen,static-mem".',
    also: ['"memory" property doesn\'t match up with the sum-up of "xen,static-mem"'],
    grade: 'fatal',
    cause: 'The sizes in `xen,static-mem` do not add up to `memory` (KiB) of the domain.',
    fix: 'Make both the same.',
    rule: 'xen-panic',
  },
  'static-mem-sum-unsupported': {
    form: 'Size of "memory" property doesn\'t match up with the sum-up of "xen,static-mem". Unsupported configuration.',
    grade: 'fatal',
    cause: 'The sizes in `xen,static-mem` do not add up to `memory` (KiB) of the domain.',
    fix: 'Make both the same.',
    rule: 'xen-panic',
  },
  'static-page-taken': {
    form: 'pg[{index:dec}] Static MFN {frame:mfn} c={count:hex} t={stamp:hex}',
    grade: 'fault',
    cause: 'The page is to be memory of a domain, and was not set aside for one, or is in use.',
    fix: 'Begin and end `xen,static-mem` at pages, and give each range to one domain.',
    rule: 'static-mem-unaligned',
  },
  'static-mem-not-acquired': {
    form: '{domain:domain}: failed to acquire static memory: {code:dec}.',
    grade: 'fatal',
    cause:
      'A page of the static memory of {domain} is not free: the line before says which, unless it is no RAM.',
    fix: 'Begin and end `xen,static-mem` at pages, in RAM that nothing else has.',
    rule: 'static-mem-unaligned',
  },
  'static-mem-failed': {
    form: {
      by: 'panicsEndLines',
      forms: {
        true: 'Failed to allocate requested static memory for domain {domain:domain}.',
        false: 'Failed to allocate requested static memory for domain {domain:domain}.…',
      },
    },
    grade: 'fatal',
    cause:
      'A static range is not free RAM: it overlaps something, is not page aligned, or sizes differ.',
    fix: 'Move the range to free RAM and make `memory` agree.',
    rule: 'xen-panic',
  },
  'static-mem-not-assigned': {
    form: {
      by: 'panicsEndLines',
      forms: {
        true: 'Failed to assign requested static memory for direct-map domain {domain:domain}.',
        false: 'Failed to assign requested static memory for direct-map domain {domain:domain}.…',
      },
    },
    grade: 'fatal',
    cause:
      'A static range is not free RAM: it overlaps something, is not page aligned, or sizes differ.',
    fix: 'Move the range to free RAM and make `memory` agree.',
    rule: 'xen-panic',
  },
  'shm-direct': {
    form: '{domain:domain}: host and guest physical address must be supplied for direct-mapped domains',
    grade: 'fatal',
    cause:
      'Shared memory of a directly mapped domain must name the host address, equal to the guest address.',
    fix: 'Write `xen,shared-mem` with host address, the same guest address and size.',
  },
  'shm-not-direct': {
    form: '{domain:domain}: physical address {host:paddr0x} and guest address {guest:paddr0x} are not direct-mapped.',
    grade: 'fatal',
    cause:
      'Shared memory of a directly mapped domain must name the host address, equal to the guest address.',
    fix: 'Write `xen,shared-mem` with host address, the same guest address and size.',
    address: 'host',
  },
  'shm-unaligned': {
    form: '{domain:domain}: physical address {host:paddr0x}, or guest address {guest:paddr0x} is not suitably aligned.',
    grade: 'fatal',
    cause: 'Shared memory of {domain} does not start at a page.',
    fix: 'Move it to a multiple of 4 KiB.',
    address: 'host',
  },
  'shm-domain-size-unaligned': {
    form: '{domain:domain}: size {size:paddr0x} is not suitably aligned',
    grade: 'fatal',
    cause: 'Shared memory of {domain} has {size} bytes, which are no whole pages.',
    fix: 'Make its size a multiple of 4 KiB.',
  },
  'shm-outside-ram': {
    form: '{domain:domain}: invalid physical address {address:frame}',
    grade: 'fatal',
    cause: 'Shared memory of {domain} lies outside RAM, from frame {address} on.',
    fix: 'Move it into a RAM bank.',
    address: 'address',
    unit: 'frame',
  },
  'domain-memory-short': {
    form: 'Failed to allocate requested domain memory. {missing:dec}KB unallocated. Fix the VMs configurations.',
    also: [
      'Failed to allocate requested domain memory. {missing:dec}KB unallocated.{rest:text}',
      'Failed to allocate requested domain memory.{rest:text}',
      'Failed to allocate requested domain memory',
    ],
    grade: 'fatal',
    cause: 'The heap is too small for the memory of all domains.',
    fix: 'Lower `memory` of a domain or `dom0_mem=`.',
    rule: 'xen-panic',
  },
  'colouring-static': {
    form: 'LLC coloring and static memory are incompatible',
    also: ['{domain:domain}: LLC coloring and static memory are incompatible'],
    grade: 'fatal',
    cause: 'A domain has both colours and static memory.',
    fix: 'Drop one of the two.',
  },
  'colouring-off': {
    form: "'llc-colors' found, but LLC coloring is disabled",
    grade: 'fatal',
    cause: 'A domain has `llc-colors` and the command line of Xen does not switch colouring on.',
    fix: 'Add `llc-coloring=on`.',
  },
  'passthrough-incomplete': {
    form: 'xen,reg or xen,path missing for {domain:domain}',
    also: [
      'xen,reg or xen,path missing',
      '{node:word}: xen,reg or xen,path missing',
      'xen,reg or xen,path missing{rest:text}',
    ],
    grade: 'fatal',
    cause: 'A node of a passthrough tree says what it is but not where the host has it.',
    fix: 'Give it both `xen,reg` and `xen,path`.',
    rule: 'passthrough-node',
  },
  'passthrough-unaligned': {
    form: 'DomU passthrough config has not page aligned addresses/sizes',
    grade: 'fatal',
    cause: 'A host address, a guest address or a size in `xen,reg` is not a multiple of 4 KiB.',
    fix: 'Round the size up to whole pages, and give addresses of pages.',
    rule: 'passthrough-node',
  },
  'passthrough-cells': {
    form: 'Invalid address_cells {address:dec} or size_cells {size:dec}',
    grade: 'fatal',
    cause:
      '`xen,reg` has the cell counts of the node above, {address} and {size}, and Xen takes 1 and 2.',
    fix: 'Correct `#address-cells` and `#size-cells` of that node in the partial tree.',
    rule: 'passthrough-node',
  },
  'passthrough-failed': {
    form: 'Failed to assign device to {domain:domain}',
    grade: 'fatal',
    cause: '{domain} cannot have a device of its partial tree; the line before says why.',
    fix: 'Mend what the line before names.',
    rule: 'passthrough-node',
  },
  'iomem-refused': {
    form: 'Unable to permit to dom{domain:dec} access to {start:bare} - {end:bare}',
    also: [
      'Unable to permit to dom{domain:dec} access to {start:hex}{rest:text}',
      'Unable to permit to dom{domain:dec} access to{rest:text}',
    ],
    grade: 'fatal',
    cause: 'The range is not one Xen lets domain {domain} use: RAM, reserved, or another device.',
    fix: 'Correct `xen,reg` or `iomem`.',
  },
} as const satisfies Readonly<Record<string, XenMessage>>;

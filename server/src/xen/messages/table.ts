// The table of RAM, modules and reservations, and what Xen says of its command line (Xen: early_print_info, cmdline_parse).

import type { XenMessage } from './xen-message.ts';

export const tableMessages = {
  ram: {
    form: 'RAM: {start:paddr} - {last:paddr}',
    grade: 'fact',
    cause:
      'A bank of RAM Xen knows, from a memory node or the UEFI memory map; the end is inclusive.',
    part: 'ram',
    address: 'start',
  },
  module: {
    form: {
      by: 'moduleCommandLineInTable',
      forms: {
        false: 'MODULE[{index:dec}]: {start:paddr} - {to:paddr} {kind:module}',
        true: 'MODULE[{index:dec}]: {start:paddr} - {to:paddr} {kind:module}{commandLine:tail}',
      },
    },
    grade: 'fact',
    cause:
      'Boot module {index}, {kind}: kept out of the heap until it has been used. The end is exclusive up to Xen 4.19, inclusive since 4.20.',
    part: 'modules',
    address: 'start',
  },
  reserved: {
    form: ' RESVD[{index:dec}]: {start:paddr} - {to:paddr}',
    grade: 'fact',
    cause:
      'A range Xen keeps out of its heap: a /reserved-memory child, a /memreserve/, static memory or static heap.',
    part: 'reserved',
    address: 'start',
  },
  'shared-memory': {
    form: ' SHMEM[{index:dec}]: {start:paddr} - {last:paddr}',
    grade: 'fact',
    cause: 'Static shared memory of domains, kept out of the heap; the end is inclusive.',
    part: 'reserved',
    address: 'start',
  },
  'module-command-line': {
    form: 'CMDLINE[{module:paddr}]:{owner:word}{text:tail}',
    grade: 'fact',
    cause: 'The command line of the boot module at {module}, of node `{owner}`.',
    part: 'modules',
    address: 'module',
  },
  'command-line': {
    form: 'Command line:{text:tail}',
    grade: 'fact',
    cause:
      "Xen's own command line, from `xen,xen-bootargs` or `bootargs` of /chosen; `<NULL>` when there is none.",
    part: 'log',
  },
  'dom0-mem-invalid': {
    form: 'parameter "{name:name}" has invalid value "{value:text}", rc={code:dec}!',
    grade: 'fault',
    cause:
      '`{name}={value}` is no value that Xen on Arm takes: of `dom0_mem` only the first number counts there.',
    fix: 'Write one size: `dom0_mem=1G`.',
    rule: 'xen-complains',
  },
  'option-unknown': {
    form: 'parameter "{name:name}" unknown!',
    grade: 'fault',
    cause:
      'Xen knows no option `{name}`: it may be misspelt, be meant for Linux, or be of another release.',
    fix: 'Correct the name, or move it to `xen,dom0-bootargs`.',
  },
  'xen-placed': {
    form: 'Placing Xen at {start:paddr0x}-{end:paddr0x}',
    grade: 'fact',
    cause: 'Where Xen moves itself to: the highest free place below the end of RAM.',
    part: 'modules',
    address: 'start',
  },
  'xen-moved': {
    form: 'Update BOOTMOD_XEN from {start:paddr}-{end:paddr} => {toStart:paddr}-{toEnd:paddr}',
    grade: 'fact',
    cause: 'Xen was loaded at {start} and is now at {toStart}.',
    part: 'modules',
    address: 'toStart',
  },
} as const satisfies Readonly<Record<string, XenMessage>>;

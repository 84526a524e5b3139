// What Xen prints once domains run, and what it prints of memory that is not predicted: these lines are only read.

import type { XenMessage } from './xen-message.ts';

export const runningMessages = {
  'mfn-refused': {
    form: '{vcpu:vcpu}: Failing to acquire the MFN {mfn:hex0x}',
    also: [
      '{vcpu:vcpu} Failing to acquire the MFN {mfn:hex0x}',
      'Failing to acquire the MFN {mfn:hex0x}',
    ],
    grade: 'fatal',
    cause:
      'dom0 used machine frame {mfn} as its own memory, and Xen does not manage that frame: it is in a range Xen keeps out of its heap but still listed to dom0 as RAM. The usual reason is a /reserved-memory child with `status = "disabled"`: Xen 4.13 to 4.18 reserve it all the same, Linux ignores the node and allocates there.',
    fix: 'Delete the node or its `status`, or use Xen 4.19 or later.',
    rule: 'reserved-disabled-kept',
    address: 'mfn',
    unit: 'frame',
  },
  'mfn-invalid': {
    form: '{vcpu:vcpu}: Invalid MFN {mfn:hex0x}',
    also: ['Invalid MFN {mfn:hex0x}'],
    grade: 'fatal',
    cause:
      'dom0 used machine frame {mfn} as its own memory, and Xen has no record of it: no RAM bank has it, yet dom0 was told that there is memory.',
    fix: 'Find the /reserved-memory child that lies outside RAM and describe it as a device.',
    rule: 'reserved-outside-ram',
    address: 'mfn',
    unit: 'frame',
  },
  'data-abort': {
    form: '{vcpu:vcpu} HSR={hsr:word} pc={pc:hex} gva={gva:hex} gpa={address:hex}',
    also: ['{vcpu:vcpu} HSR={hsr:word} {between:text} gpa={address:hex}'],
    grade: 'fatal',
    cause: '{vcpu} touched physical address {address}, which is not mapped for it.',
    fix: 'If a device lives there, its node must be in the tree Xen sees, enabled.',
    address: 'address',
  },
  'superpage-shattered': {
    form: 'xen_pt_update_entry: Shattering superpage is not supported',
    grade: 'fault',
    cause:
      'Xen wanted to map part of a large page in another way: two ranges that are mapped differently share it, mostly static memory and RAM around it.',
    fix: 'Align the range to 2 MiB.',
  },
  'hypervisor-walk': {
    form: 'Walking Hypervisor VA {address:hex} on CPU{cpu:dec} via TTBR {table:hex}',
    grade: 'fact',
    cause:
      'Xen shows how it translates the virtual address {address}: a page that is not mapped follows.',
  },
  'hypervisor-abort': {
    form: 'CPU{cpu:dec}: Unexpected Trap: Data Abort',
    also: ['Data Abort Trap. Syndrome={syndrome:word}'],
    grade: 'fatal',
    cause:
      'Xen itself touched memory that is not there: a RAM bank, module or static heap of the tree lies where the machine has no RAM.',
    fix: 'Correct the banks and ranges; `RAM:` and `MODULE` lines show what Xen believed.',
  },
  'heap-ready': {
    form: 'Domain heap initialised',
    also: ['Domain heap initialised{rest:text}'],
    grade: 'fact',
    cause: 'All RAM that is not reserved is in the heap by now.',
  },
  scrubbing: {
    form: 'Scrubbing Free RAM in background',
    also: [
      'Scrubbing Free RAM on {nodes:dec} nodes using {cpus:dec} CPUs',
      'Scrubbing Free RAM{rest:text}',
    ],
    grade: 'fact',
    cause: 'Xen clears free RAM; `bootscrub=0` leaves that out.',
  },
  'init-freed': {
    form: 'Freed {size:dec}kB init memory.',
    grade: 'fact',
    cause: 'Xen gives {size} KiB of its own image back: it has booted.',
  },
  'low-memory': {
    form: 'Initial low memory virq threshold set at {pages:hex} pages.',
    grade: 'fact',
    cause: 'Below {pages} free pages Xen warns dom0.',
  },
  'grant-expanded': {
    form: 'Expanding {domain:domain} grant table from {from:dec} to {to:dec} frames',
    also: [
      'IDLEv{cpu:dec} Expanding {domain:domain} grant table from {from:dec} to {to:dec} frames',
    ],
    grade: 'fact',
    cause: 'The grant table of {domain} grows.',
  },
  'guest-addresses': {
    form: 'P2M: {ipa:dec}-bit IPA with {pa:dec}-bit PA and {vmid:dec}-bit VMID',
    also: [
      'P2M: {ipa:dec}-bit IPA',
      'P2M: {levels:dec} levels with order-{order:dec} root, VTCR {vtcr:word}',
    ],
    grade: 'fact',
    cause: 'How wide the addresses of a domain are on this processor.',
  },
  'dom0-halted': {
    form: 'Hardware Dom0 halted: halting machine',
    also: ['Hardware Dom0 crashed: rebooting machine in 5 seconds.'],
    grade: 'fault',
    cause: 'dom0 ended by itself, after a panic of its own or on request.',
    fix: "Look at dom0's last lines.",
  },
  'console-switched': {
    form: "*** Serial input to DOM{domain:dec} (type 'CTRL-a' three times to switch input)",
    also: [
      "*** Serial input to DOM{domain:dec} (type 'CTRL-{key:word}' three times to switch input to Xen)",
      "*** Serial input -> DOM{domain:dec} (type 'CTRL-{key:word}' three times to switch input to Xen)",
    ],
    grade: 'fact',
    aside: true,
    cause: 'Xen has booted: the console is that of domain {domain} now.',
  },
  'panic-begins': {
    form: 'Panic on CPU {cpu:dec}:',
    grade: 'fact',
    aside: true,
    cause: 'Xen stops; the next line says why.',
  },
} as const satisfies Readonly<Record<string, XenMessage>>;

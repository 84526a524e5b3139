// No dom0_mem: dom0 gets 512 MiB.

import { rule } from '../rule.ts';
import { foundLines } from '../xen-places.ts';

interface Facts {
  readonly line: string;
}

export const dom0MemoryUnset = rule<Facts>({
  id: 'dom0-memory-unset',
  severity: 'information',
  title: 'dom0_mem is not set',
  why: 'Xen gives dom0 512 MiB and asks at the end of every boot to say how much it should be.',
  instead: 'Write dom0_mem=<size> in xen,xen-bootargs.',
  source: ['xen: create_dom0 (4.22)', 'xen: parse_dom0_mem (4.22)'],

  check: (board) => foundLines(board, 'dom0-mem-missing', 'command-line'),

  message: () => 'dom0_mem is not set: dom0 gets 512 MiB',
});

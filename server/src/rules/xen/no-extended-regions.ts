// No unused address space is left for dom0's foreign mappings.

import { rule } from '../rule.ts';
import { foundLines } from '../xen-places.ts';

interface Facts {
  readonly line: string;
}

export const noExtendedRegions = rule<Facts>({
  id: 'no-extended-regions',
  severity: 'information',
  title: 'dom0 gets no extended regions',
  why: `
dom0 maps pages of other domains into unused address space that Xen offers it. Without a free piece of at least 64 MiB
(4.18 to 4.20 need 66 MiB) it gives up its own RAM for that, a page at a time.`,
  instead: 'Leave 66 MiB of RAM that neither dom0 nor a reservation takes, or use an IOMMU.',
  source: ['xen: find_unallocated_memory, 9b21841fd1 (4.21)', 'xen: make_hypervisor_node (4.22)'],
  behaviours: ['xen.extendedRegions', 'xen.extendedRegionMath'],

  check: (board) => foundLines(board, 'no-extended-regions'),

  message: () => 'no free piece of 64 MiB is left for extended regions of dom0',
});

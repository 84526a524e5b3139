// A reserved region that is no RAM is mapped by dom0 as if it were.

import { formatRange } from '../../addresses/format.ts';
import { overlaps } from '../../addresses/region.ts';
import { isCompatible } from '../../linux/region-drivers.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { addProperty } from '../add-property.ts';
import type { Board } from '../board.ts';
import { bootsThatMap, regionsOutsideRam } from '../outside-ram.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly node: DtNode;
  readonly region: Reserved;
  /** A device whose registers are there. */
  readonly device: string | undefined;
}

export const reservedCacheableOutsideRam = rule<Facts>({
  id: 'reserved-cacheable-outside-ram',
  severity: 'warning',
  title: 'dom0 maps a reserved region outside RAM as cacheable memory',
  why: `
Since 4.13 Xen lists every region of /reserved-memory in a memory node for dom0, also one that no bank contains, and maps it.
Without \`no-map\` Linux puts it into its linear map, as cacheable memory: SRAM, memory that firmware holds back, or
registers. The CPU may then read there by speculation and write cache lines back at any time, which can fault, or destroy
what a device or another core has written. On bare metal, Linux does not map what is not RAM. A region for ramoops is plain
memory to everybody, so for one this is only information.`,
  instead:
    'Add `no-map`, or describe SRAM as a device of its own (mmio-sram) rather than in /reserved-memory.',
  source: ['xen: make_memory_node, handle_device', 'linux: map_mem'],

  *check(board: Board) {
    for (const region of regionsOutsideRam(board)) {
      const { node, written } = region;
      if (!node || !written) continue;
      const device = board.map.devices.find((each) => overlaps(each, region));
      const where = device?.node.openings[0]?.name;
      for (const boot of bootsThatMap(board, region))
        yield {
          at: written,
          facts: { node, region, device: device?.node.name },
          target: boot.target,
          ...(where ? { related: [{ message: `${device.node.name} is there`, at: where }] } : {}),
          ...(isCompatible(node, 'ramoops') ? { severity: 'information' as const } : {}),
        };
    }
  },

  message: ({ node, region, device }) =>
    `dom0 maps ${node.name} ${formatRange(region)} as cacheable memory, where ` +
    (device === undefined ? 'no RAM is described' : `${device} is`),

  fixes({ facts: { node } }, board) {
    const added = addProperty(board, node, node.properties.get('reg'), 'no-map');
    return added ? [{ ...added, preferred: true }] : [];
  },
});

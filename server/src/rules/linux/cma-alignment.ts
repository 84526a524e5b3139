// A reusable pool does not begin and end where a CMA area must.

import { eventIn } from '../../messages/event.ts';
import { formatAddress, formatRange, formatSize } from '../../addresses/format.ts';
import type { Range } from '../../addresses/region.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { moveRegionFixes } from '../move-region.ts';
import { rule } from '../rule.ts';
import { placeOfProperty, staticRegions } from '../static-regions.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { logOf } from '../target-lines.ts';
import { PAGE_SIZE } from '../../addresses/page.ts';
import { pageBlock } from '../../linux/region-drivers.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

interface Facts {
  readonly node: DtNode;
  readonly range: Range;
  readonly region: Reserved | undefined;
  /** Bytes of a page; what the kernel wants follows from it. */
  readonly pageSize: bigint;
}

export const cmaAlignment = rule<Facts>({
  id: 'cma-alignment',
  severity: 'warning',
  title: 'Linux refuses the CMA area for its alignment',
  why: `
Base and size of a reusable shared-dma-pool must be multiples of a page block: 2 MiB with 4 KiB pages (4 MiB before 5.18
and on 32-bit Arm), 32 MiB with 16 KiB and 512 MiB with 64 KiB pages. Otherwise Linux prints "incorrect alignment of CMA
region", and the memory goes back to the allocator.`,
  instead: `
Align base and size to 4 MiB, which suits all kernels with 4 KiB pages. For other pages give \`kernel.pageSize\` in the boot
profile: 4 KiB is assumed.`,
  source: ['linux: rmem_cma_setup, CMA_MIN_ALIGNMENT_BYTES (6.12)'],
  behaviours: ['linux.cmaAlignsToPageBlock'],

  *check(board: Board) {
    const regions = new Map(
      staticRegions(board).flatMap((each) => (each.index === 0 ? [[each.node, each]] : [])),
    );
    for (const boot of linuxBoots(board)) {
      const byNode = new Map(boot.recorded.map((each) => [each.node, each]));
      for (const line of boot.log) {
        const { node } = line;
        if (!eventIn(line, 'cma-unaligned')) continue;
        const recorded = node && byNode.get(node);
        if (!recorded) continue;
        const region = regions.get(node);
        const at = region?.written ?? placeOfProperty(node, 'size');
        if (at)
          yield {
            at,
            facts: { node, range: recorded, region, pageSize: boot.pageSize },
            target: boot.target,
            ...logOf(boot, line),
          };
      }
    }
  },

  message({ node, range, pageSize }) {
    const size = range.end - range.start;
    const block = pageBlock(pageSize);
    const faults = [
      ...(range.start % block === 0n ? [] : [`base ${formatAddress(range.start)}`]),
      ...(size % block === 0n ? [] : [`size ${formatSize(size)}`]),
    ];
    const what =
      faults.length === 0
        ? 'is not aligned to 4 MiB'
        : `${faults.join(' and ')} not aligned to ${formatSize(block)}`;
    const linux = pageSize === PAGE_SIZE ? ', Linux' : `: Linux with ${formatSize(pageSize)} pages`;
    return `${node.name} ${formatRange(range)}: ${what}${linux} refuses the CMA area`;
  },

  fixes: ({ facts }, board) => (facts.region ? moveRegionFixes(board, facts.region) : []),
});

// A DMA pool that Linux on 32-bit Arm does not take, because it is mapped.

import { isCompatible } from '../../linux/region-drivers.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';
import type { LinuxBoot } from '../../linux/linux-boot.ts';
import { isEnabled } from '../../memory/map-memory.ts';
import { lineWith } from '../../messages/event.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import { addProperty } from '../add-property.ts';
import type { Board } from '../board.ts';
import { linesAbout } from '../lines-about.ts';
import { rule } from '../rule.ts';
import { placeOfProperty, reservedChildren } from '../static-regions.ts';
import { logOf } from '../target-lines.ts';
import { usersOf } from '../users-of.ts';

interface Facts {
  readonly node: DtNode;
}

export const arm32PoolWithoutNoMap = rule<Facts>({
  id: 'arm32-pool-without-no-map',
  severity: 'warning',
  title: '32-bit Arm releases a DMA pool without no-map',
  why: `
A shared-dma-pool that is not \`reusable\` must have \`no-map\` on 32-bit Arm, where Linux cannot map RAM a second time with
other attributes. Without it Linux prints "regions without no-map are not yet supported" and gives the memory back to its
allocator: the drivers that name the pool fail, and a second core or a DSP that uses it overwrites memory of the kernel. The
same tree works on 64-bit Arm. Under Xen this happens in dom0.`,
  instead: 'Add `no-map`, or `reusable` where the kernel may use the memory in between.',
  source: ['linux: rmem_dma_setup (6.12)'],

  *check(board: Board) {
    const pools = reservedChildren(board).filter(
      (node) =>
        isEnabled(node) &&
        isCompatible(node, 'shared-dma-pool') &&
        !node.properties.has('no-map') &&
        !node.properties.has('reusable'),
    );
    for (const node of pools) {
      const at = placeOfProperty(node, 'compatible');
      if (!at) continue;
      const related = usersOf(board, node).flatMap((user) => {
        const use = placeOfProperty(user, 'memory-region');
        return use ? [{ message: `${user.name} uses it`, at: use }] : [];
      });
      for (const boot of linuxBoots(board)) {
        if (boot.architecture !== 'arm32' || !isRefused(boot, node)) continue;
        const line = lineWith(linesAbout(boot, node), 'dma-needs-no-map');
        yield { at, facts: { node }, related, target: boot.target, ...logOf(boot, line) };
      }
      if (board.facts.architecture.value !== 'arm32' || !isForXen(board)) continue;
      for (const boot of xenBoots(board))
        if (boot.dom0) yield { at, facts: { node }, related, target: boot.target };
    }
  },

  message: ({ node }) =>
    `Linux on 32-bit Arm releases ${node.name} again: a DMA pool needs no-map there`,

  fixes({ facts: { node } }, board) {
    const added = addProperty(board, node, node.properties.get('compatible'), 'no-map');
    return added ? [{ ...added, preferred: true }] : [];
  },
});

/** Whether the driver gives the region back, or since 7.0 keeps it from being reserved. */
function isRefused(boot: LinuxBoot, node: DtNode): boolean {
  return (
    boot.recorded.some((each) => each.node === node && each.refused) ||
    boot.ignored.some((each) => each.node === node && each.because === 'refused')
  );
}

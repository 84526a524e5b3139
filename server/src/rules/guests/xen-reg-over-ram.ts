// A guest's partial tree gives it RAM that Xen keeps for everybody.

import { PAGE_SIZE } from '../../addresses/page.ts';
import { formatRange } from '../../addresses/format.ts';
import { partsWithin, subtract, union, type Range } from '../../addresses/region.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { behavioursOf } from '../../xen/behaviours.ts';
import type { XenBoot } from '../../xen/xen-boot.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { dom0lessGuestsOf, passedNodes, passedRanges } from './guests-of.ts';

interface Facts {
  readonly guest: string;
  readonly node: string;
  /** The first part of what is given that is RAM of Xen's. */
  readonly shared: Range;
}

export const xenRegOverRam = rule<Facts>({
  id: 'xen-reg-over-ram',
  severity: 'error',
  title: "A guest's xen,reg names RAM that Xen hands out as well",
  why: `
For a domain of a dom0less boot Xen maps what \`xen,reg\` names without a test: only xl's \`iomem\` is refused for RAM. RAM
that nothing reserves is in Xen's heap at the same time, so the guest shares it with Xen, dom0 or another domain, without a
message. The guest can then read and overwrite what is theirs.`,
  instead: `
Name the pages of the device's \`reg\`. For memory that guest and device use, reserve it in the host's tree (a node below
/reserved-memory with \`no-map\`), or give the guest RAM by \`memory\`, \`xen,static-mem\` or \`xen,shared-mem\`.`,
  source: [
    'xen: handle_passthrough_prop, iomem_permit_access (4.13 to current)',
    'xen: XEN_DOMCTL_iomem_permission (4.22), which has the test',
  ],

  *check(board: Board) {
    for (const guest of dom0lessGuestsOf(board)) {
      for (const boot of xenBoots(board)) {
        if (!behavioursOf(boot.release).dtbModules) continue;
        const ram = ramOfXen(board, boot);
        for (const node of passedNodes(guest.tree)) {
          if (!isTaken(node)) continue;
          for (const { start, end, written } of passedRanges(node)) {
            const [shared] = start < end ? partsWithin(ram, { start, end }) : [];
            if (!shared || !written) continue;
            const [bank] = boot.ram.filter(
              (each) => each.start <= shared.start && shared.start < each.end,
            );
            yield {
              at: written,
              facts: { guest: guest.name, node: node.name, shared },
              target: boot.target,
              related: bank?.written
                ? [{ message: `the host's RAM is here`, at: bank.written }]
                : [],
            };
          }
        }
      }
    }
  },

  message: ({ guest, node, shared }) =>
    `${node} gives ${guest} RAM that Xen also hands out to others: ${formatRange(shared)} is not reserved`,
});

/**
 * RAM that is Xen's to use or to hand out, now or once the boot modules in it are freed, ascending; with a static heap
 * only that. Empty when Xen does not get as far as having a heap.
 */
function ramOfXen({ map }: Board, boot: XenBoot): Range[] {
  if (boot.heap.length === 0) return [];
  if (boot.reserved.some(({ kind }) => kind === 'static-heap')) return union(boot.heap);
  // The list of Xen has neither /memreserve/ nor shared memory in every release.
  const others = map.reserved.filter(({ kind }) => kind === 'memreserve' || kind === 'shared-mem');
  return subtract(union(boot.ram), union([...boot.reserved, ...others]));
}

/** Whether Xen maps what the node names; where it refuses the node the domain is not built. */
function isTaken(node: DtNode): boolean {
  const { properties } = node;
  return (
    (properties.has('xen,path') || properties.has('xen,force-assign-without-iommu')) &&
    passedRanges(node).every(({ start, end, guest }) =>
      [start, end, guest].every((each) => each % PAGE_SIZE === 0n),
    )
  );
}

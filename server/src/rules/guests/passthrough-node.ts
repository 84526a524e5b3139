// A node of a dom0less guest's partial tree that Xen does not accept.

import { PAGE_SIZE } from '../../addresses/page.ts';
import { childCells } from '../../addresses/cells.ts';
import { behavioursOf } from '../../xen/behaviours.ts';
import type { Release } from '../../xen/releases.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { dom0lessGuestsOf, passedNodes, passedRanges } from './guests-of.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly node: string;
  readonly what: 'no-path' | 'no-reg' | 'cells' | 'no-cells' | 'too-short' | 'rest' | 'alignment';
}

export const passthroughNode = rule<Facts>({
  id: 'passthrough-node',
  severity: 'error',
  title: "A node of a guest's partial tree is not what Xen takes",
  why: `
Since 4.13 (9ce974c475) a dom0less Xen reads \`xen,reg\` and \`xen,path\` of the nodes at and below /passthrough. A node with
neither of them is copied into the guest's tree as it is: clocks and buses need nothing. A node with \`xen,path\` needs
\`xen,reg\`; a node with \`xen,reg\` needs \`xen,path\` or \`xen,force-assign-without-iommu\`. Otherwise Xen prints "xen,reg or
xen,path missing" and stops, since it cannot make the domain. The same happens when a host or guest address of \`xen,reg\` is
not page-aligned.

\`xen,reg\` is a list of (host address, size, guest address) in the cells of the parent *in the partial tree*. Cells behind
the last whole entry are ignored without a message. Cell counts other than 1 and 2 are refused since 4.20.4, 4.21.2 and 4.22
(b83e1d9a1a). Before that Xen divides by zero when both are 0: on 64-bit Arm nothing is mapped, on 32-bit Arm Xen stops.

xl copies /passthrough without reading these properties; its guests get devices by \`iomem\`, \`irqs\` and \`dtdev\`.`,
  instead: 'Complete the node, with the cell counts of its parent in the partial tree.',
  source: [
    'xen: handle_prop_pfdt, 9ce974c475',
    'xen: handle_passthrough_prop, b83e1d9a1a',
    'xen: copy_partial_fdt (libxl_arm.c), for xl (4.22)',
  ],
  behaviours: ['xen.dtbModules', 'xen.dividesByCells'],

  *check(board: Board) {
    for (const { tree } of dom0lessGuestsOf(board))
      for (const node of passedNodes(tree)) {
        const property = node.properties.get('xen,reg') ?? node.properties.get('xen,path');
        const at = property?.definition?.whole;
        if (!at) continue;
        for (const { release, target } of xenBoots(board)) {
          const what = faultOf(node, release);
          const severity = what === 'rest' ? 'warning' : 'error';
          if (what) yield { at, facts: { node: node.name, what }, severity, target };
        }
      }
  },

  message({ node, what }) {
    switch (what) {
      case 'no-path':
        return `Xen refuses ${node}: it has xen,reg without xen,path or xen,force-assign-without-iommu`;
      case 'no-reg':
        return `Xen refuses ${node}: it has xen,path without xen,reg`;
      case 'alignment':
        return `Xen refuses ${node}: an address of its xen,reg is not page-aligned`;
      case 'cells':
        return `Xen refuses ${node}: #address-cells and #size-cells of its parent are not 1 or 2`;
      case 'no-cells':
        return `Xen maps nothing of ${node}: #address-cells and #size-cells of its parent are 0`;
      case 'too-short':
        return `Xen maps nothing of ${node}: xen,reg is shorter than (host address, size, guest address)`;
      case 'rest':
        return `xen,reg of ${node} is not a multiple of (host address, size, guest address): Xen ignores the rest`;
    }
  },
});

/** What a release has against a node, the first that it comes upon; undefined for one it takes, or does not read. */
function faultOf(node: DtNode, release: Release): Facts['what'] | undefined {
  const does = behavioursOf(release);
  const reg = node.properties.get('xen,reg');
  if (!does.dtbModules || !node.parent) return undefined;
  if (!reg) return 'no-reg';
  if (!node.properties.has('xen,path') && !node.properties.has('xen,force-assign-without-iommu'))
    return 'no-path';
  const { address, size } = childCells(node.parent);
  const isRead = (count: number): boolean => count === 1 || count === 2;
  if (!does.dividesByCells && !(isRead(address) && isRead(size))) return 'cells';
  const width = (2 * address + size) * 4;
  if (width === 0) return 'no-cells';
  const isCrooked = passedRanges(node).some(
    ({ start, guest }) => start % PAGE_SIZE !== 0n || guest % PAGE_SIZE !== 0n,
  );
  if (isCrooked) return 'alignment';
  if (reg.bytes.length < width) return 'too-short';
  return reg.bytes.length % width === 0 ? undefined : 'rest';
}

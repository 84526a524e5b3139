// A node of a dom0less guest's partial tree that Xen does not accept.

import { formatAddress } from '../../addresses/format.ts';
import { PAGE_SIZE } from '../../addresses/page.ts';
import { childCells } from '../../addresses/cells.ts';
import { alignUp, type Range } from '../../addresses/region.ts';
import { behavioursOf } from '../../xen/behaviours.ts';
import type { Release } from '../../xen/releases.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { lineWith } from '../../messages/event.ts';
import { endOf } from '../../xen/ending.ts';
import type { XenBoot } from '../../xen/xen-boot.ts';
import type { Board } from '../board.ts';
import { rewriteTuple } from '../rewrite-tuple.ts';
import { rule, type Found, type Place } from '../rule.ts';
import { logOf } from '../target-lines.ts';
import { dom0lessGuestsOf, isPartialTree, passedNodes, passedRanges } from './guests-of.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

/** A tuple of `xen,reg` whose size alone is wrong. */
interface OddSize {
  readonly node: DtNode;
  readonly index: number;
  /** Host addresses. */
  readonly range: Range;
}

interface Facts {
  readonly node: string;
  readonly what:
    'no-path' | 'no-reg' | 'cells' | 'no-cells' | 'too-short' | 'rest' | 'alignment' | 'size';
  /** For `size`. */
  readonly odd?: OddSize;
}

/** What is wrong with a node, and where when that is not the whole property. */
interface Fault {
  readonly what: Facts['what'];
  readonly at?: Place | undefined;
  readonly odd?: OddSize;
}

export const passthroughNode = rule<Facts>({
  id: 'passthrough-node',
  severity: 'error',
  title: "A node of a guest's partial tree is not what Xen takes",
  why: `
Since 4.13 (9ce974c475) a dom0less Xen reads \`xen,reg\` and \`xen,path\` of the nodes at and below /passthrough. A node with
neither of them is copied into the guest's tree as it is: clocks and buses need nothing. A node with \`xen,path\` needs
\`xen,reg\`; a node with \`xen,reg\` needs \`xen,path\` or \`xen,force-assign-without-iommu\`. Otherwise Xen prints "xen,reg or
xen,path missing" and stops, since it cannot make the domain. The same happens when a host address, guest address or size of
\`xen,reg\` is not page-aligned, since Xen maps whole pages: even for a UART of 0x100 bytes.

\`xen,reg\` is a list of (host address, size, guest address) in the cells of the parent *in the partial tree*. Cells behind
the last whole entry are ignored without a message. Cell counts other than 1 and 2 are refused since 4.20.4, 4.21.2 and 4.22
(b83e1d9a1a). Before that Xen divides by zero when both are 0: on 64-bit Arm nothing is mapped, on 32-bit Arm Xen stops.

xl copies /passthrough without reading these properties; its guests get devices by \`iomem\`, \`irqs\` and \`dtdev\`.`,
  instead: `
Complete the node, with the cell counts of its parent in the partial tree. Round the size of \`xen,reg\` up to whole pages,
after a look at what else lies in the last page: the guest gets that, too. \`reg\` keeps the size of the device.`,
  source: [
    'xen: handle_prop_pfdt, 9ce974c475 (4.13)',
    'xen: handle_passthrough_prop, b83e1d9a1a (4.22, 4.21.2, 4.20.4)',
    'xen: copy_partial_fdt (libxl_arm.c), for xl (4.22)',
  ],
  behaviours: ['xen.dtbModules', 'xen.dividesByCells'],

  *check(board: Board) {
    const trees = dom0lessGuestsOf(board).map(({ tree }) => tree);
    // A partial tree that is checked by itself.
    if (isPartialTree(board.tree)) trees.push(board.tree);
    for (const tree of trees)
      for (const node of passedNodes(tree)) {
        const property = node.properties.get('xen,reg') ?? node.properties.get('xen,path');
        const whole = property?.definition?.whole;
        if (!whole) continue;
        for (const boot of xenBoots(board))
          for (const { what, at = whole, odd } of faultsOf(node, boot.release))
            yield {
              at,
              facts: { node: node.name, what, ...(odd && { odd }) },
              severity: what === 'rest' ? 'warning' : 'error',
              target: boot.target,
              ...endingAt(boot, node),
            };
      }
  },

  message({ node, what, odd }) {
    switch (what) {
      case 'no-path':
        return `Xen refuses ${node}: it has xen,reg without xen,path or xen,force-assign-without-iommu`;
      case 'no-reg':
        return `Xen refuses ${node}: it has xen,path without xen,reg`;
      case 'alignment':
        return `Xen refuses ${node}: an address of its xen,reg is not page-aligned`;
      case 'size':
        return `Xen refuses ${node}: size ${odd ? formatAddress(odd.range.end - odd.range.start) : ''} of its xen,reg is not page-aligned`;
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

  // What else lies in the last page is given away, so it is for the user to decide. A guest's own tree is fixed where it is
  // checked by itself.
  fixes({ facts: { odd } }, board) {
    const property = odd?.node.properties.get('xen,reg');
    if (!odd?.node.parent || !property || !isPartialTree(board.tree)) return [];
    const { start, end } = odd.range;
    const size = alignUp(end - start, PAGE_SIZE);
    const counts = childCells(odd.node.parent);
    const stride = 2 * counts.address + counts.size;
    const place = { start, end: start + size };
    const rewrite = rewriteTuple(board, odd.node, property, odd.index, counts, place, stride);
    if (!rewrite) return [];
    const { change, ...edits } = rewrite;
    const title = `Set the size to ${formatAddress(size)}`;
    return [{ title, preferred: true, change: [change], ...edits }];
  },
});

/** What the boot says where it ends at this node. */
function endingAt(boot: XenBoot, { path }: DtNode): Pick<Found<Facts>, 'log' | 'tells'> {
  for (const each of endOf(boot)?.because ?? []) {
    const isRefusal =
      each.code === 'passthrough-incomplete' ||
      each.code === 'passthrough-cells' ||
      each.code === 'passthrough-unaligned';
    if (isRefusal && each.facts.node === path)
      return {
        ...logOf(boot, lineWith(boot.log, each.code)),
        tells: [{ target: boot.target, consequence: 'boot-ends' }],
      };
  }
  return {};
}

/** What a release has against a node: the first that it comes upon, but every size; nothing where it takes or does not read it. */
function* faultsOf(node: DtNode, release: Release): Generator<Fault> {
  const what = firstFault(node, release);
  if (what) yield { what };
  else if (node.properties.has('xen,reg') && behavioursOf(release).dtbModules)
    for (const [index, { start, end, written }] of passedRanges(node).entries())
      if ((end - start) % PAGE_SIZE !== 0n)
        yield { what: 'size', at: written, odd: { node, index, range: { start, end } } };
}

/** Of what concerns more than a size. */
function firstFault(node: DtNode, release: Release): Facts['what'] | undefined {
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

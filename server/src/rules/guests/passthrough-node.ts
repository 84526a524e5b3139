// A node of a guest's partial tree that Xen does not accept.

import { formatAddress } from '../../addresses/format.ts';
import { PAGE_SIZE } from '../../addresses/page.ts';
import { childCells } from '../../addresses/cells.ts';
import { alignUp, type Range } from '../../addresses/region.ts';
import { behavioursOf } from '../../xen/behaviours.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { lineWith } from '../../messages/event.ts';
import { endOf } from '../../xen/ending.ts';
import type { XenBoot } from '../../xen/xen-boot.ts';
import type { Board } from '../board.ts';
import { rewriteTuple } from '../rewrite-tuple.ts';
import { rule, type Found } from '../rule.ts';
import { logOf } from '../target-lines.ts';
import { guestsOf, isPartialTree, passedNodes, passedRanges } from './guests-of.ts';
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
  readonly what: 'no-path' | 'no-reg' | 'length' | 'alignment' | 'size' | 'no-cells' | 'cells';
  /** For `size`. */
  readonly odd?: OddSize;
}

export const passthroughNode = rule<Facts>({
  id: 'passthrough-node',
  severity: 'error',
  title: "Xen refuses a node of a guest's partial tree",
  why: `
A node below /passthrough with \`xen,reg\` (host address, size, guest address) also needs \`xen,path\` or
\`xen,force-assign-without-iommu\`, and one with \`xen,path\` needs \`xen,reg\`; nodes with none of them are copied as they are.
Addresses and sizes must be page-aligned: Xen prints "DomU passthrough config has not page aligned addresses/sizes" even for
a UART of 0x100 bytes, since it maps whole pages. The domain is then not built, and Xen panics with "Could not set up
domain". Cell counts of 0 make Xen divide by zero; development versions after 4.22 refuse all but 1 and
2. xl does not read these properties.`,
  instead: `
Complete the node, with the cell counts of its parent in the partial tree. Round the size of \`xen,reg\` up to whole pages,
after a look at what else lies in the last page: the guest gets that, too. \`reg\` keeps the size of the device.`,
  source: ['xen: handle_prop_pfdt', 'xen: handle_passthrough_prop'],

  *check(board: Board) {
    const trees = guestsOf(board).flatMap(({ tree, startedBy }) =>
      tree && startedBy !== 'xl' ? [tree] : [],
    );
    if (isPartialTree(board.tree)) trees.push(board.tree);
    for (const boot of xenBoots(board)) {
      const does = behavioursOf(boot.release);
      if (!does.dtbModules) continue;
      for (const tree of trees)
        for (const node of passedNodes(tree))
          for (const found of judge(node, does.dividesByCells))
            yield { ...found, target: boot.target, ...endingAt(boot, node) };
    }
  },

  message({ node, what, odd }) {
    switch (what) {
      case 'no-path':
        return `${node} has xen,reg without xen,path or xen,force-assign-without-iommu`;
      case 'no-reg':
        return `${node} has xen,path without xen,reg`;
      case 'length':
        return `xen,reg of ${node} is no whole number of (host address, size, guest address)`;
      case 'alignment':
        return `xen,reg of ${node} is not page aligned`;
      case 'size': {
        const size = odd ? formatAddress(odd.range.end - odd.range.start) : '';
        return `Xen refuses the domain: size ${size} in xen,reg of ${node} is not page-aligned`;
      }
      case 'no-cells':
        return `${node} has xen,reg below a node whose #address-cells and #size-cells are 0`;
      case 'cells':
        return `Xen refuses the domain: xen,reg of ${node} has cell counts other than 1 and 2`;
    }
  },

  // What else lies in the last page is given away, so it is for the user to decide. A guest's own tree is mended where it
  // is checked by itself.
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
    return [
      {
        title: `Set the size to ${formatAddress(size)}`,
        preferred: true,
        change: [change],
        ...edits,
      },
    ];
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

function* judge(node: DtNode, dividesByCells: boolean): Generator<Found<Facts>> {
  const reg = node.properties.get('xen,reg');
  const path = node.properties.get('xen,path');
  const at = (reg ?? path)?.definition?.whole;
  if (!at || !node.parent) return;
  const fault = (what: Facts['what']): Found<Facts> => ({ at, facts: { node: node.name, what } });
  if (!reg) {
    yield fault('no-reg');
    return;
  }
  if (!path && !node.properties.has('xen,force-assign-without-iommu')) yield fault('no-path');
  const { address, size } = childCells(node.parent);
  const width = (2 * address + size) * 4;
  if (width === 0) {
    yield fault('no-cells');
    return;
  }
  if (!dividesByCells && [address, size].some((count) => count < 1 || count > 2)) {
    yield fault('cells');
    return;
  }
  if (reg.bytes.length === 0 || reg.bytes.length % width !== 0) {
    yield fault('length');
    return;
  }
  for (const [index, { start, end, guest, written }] of passedRanges(node).entries()) {
    if (start % PAGE_SIZE !== 0n || guest % PAGE_SIZE !== 0n)
      yield { ...fault('alignment'), at: written ?? at };
    else if ((end - start) % PAGE_SIZE !== 0n)
      yield {
        at: written ?? at,
        facts: { node: node.name, what: 'size', odd: { node, index, range: { start, end } } },
      };
  }
}

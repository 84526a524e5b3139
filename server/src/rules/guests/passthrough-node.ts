// A node of a guest's partial tree that Xen does not accept.

import { PAGE_SIZE } from '../../addresses/page.ts';
import { childCells } from '../../addresses/cells.ts';
import { behavioursOf } from '../../xen/behaviours.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { rule, type Found } from '../rule.ts';
import { guestsOf, passedNodes, passedRanges } from './guests-of.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly node: string;
  readonly what: 'no-path' | 'no-reg' | 'length' | 'alignment' | 'no-cells';
}

export const passthroughNode = rule<Facts>({
  id: 'passthrough-node',
  severity: 'error',
  title: "A node of a guest's partial tree is not what Xen takes",
  why: `
For each node below /passthrough Xen wants \`xen,reg\` (host address, size, guest address, page aligned) together with
\`xen,path\`, or with \`xen,force-assign-without-iommu\`. Anything else ends the making of the domain. Cell counts of 0 make
Xen divide by zero.`,
  instead: 'Complete the node, with the cell counts of its parent in the partial tree.',
  source: ['xen: handle_prop_pfdt', 'xen: handle_passthrough_prop'],

  *check(board: Board) {
    for (const { tree } of guestsOf(board)) {
      if (!tree) continue;
      for (const node of passedNodes(tree)) yield* judge(node, board);
    }
  },

  message({ node, what }) {
    switch (what) {
      case 'no-path':
        return `${node} has xen,reg without xen,path or xen,force-assign-without-iommu`;
      case 'no-reg':
        return `${node} has xen,path without xen,reg`;
      case 'length':
        return `xen,reg of ${node} is no whole number of (host address, size, guest address)`;
      case 'alignment':
        return `xen,reg of ${node} is not page aligned`;
      case 'no-cells':
        return `${node} has xen,reg below a node whose #address-cells and #size-cells are 0`;
    }
  },
});

function* judge(node: DtNode, board: Board): Generator<Found<Facts>> {
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
    for (const boot of xenBoots(board))
      if (behavioursOf(boot.release).dividesByCells)
        yield { ...fault('no-cells'), target: boot.target };
  } else if (reg.bytes.length === 0 || reg.bytes.length % width !== 0) yield fault('length');
  else if (
    passedRanges(node).some(
      ({ start, guest }) => start % PAGE_SIZE !== 0n || guest % PAGE_SIZE !== 0n,
    )
  )
    yield fault('alignment');
}

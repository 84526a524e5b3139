// A reserved-memory node has both a fixed range and a size to allocate.

import type { DtNode } from '../../tree/device-tree.ts';
import { isEnabled } from '../../memory/map-memory.ts';
import type { Board } from '../board.ts';
import { removeProperty } from '../remove-property.ts';
import { rule } from '../rule.ts';
import { reservedChildren } from '../static-regions.ts';

interface Facts {
  readonly node: DtNode;
  readonly property: string;
}

export const reservedRegAndSize = rule<Facts>({
  id: 'reserved-reg-and-size',
  severity: 'information',
  title: 'reg and size together: size is ignored',
  why: 'A region is either at a fixed place (`reg`) or placed by the kernel (`size`, `alignment`, `alloc-ranges`). With both, `reg` wins.',
  instead: 'Delete the one that is not meant.',
  source: ['Devicetree Specification, section 3.5.2', 'linux: __reserved_mem_reserve_reg (6.12)'],

  *check(board: Board) {
    for (const node of reservedChildren(board)) {
      if (!isEnabled(node) || !node.properties.has('reg')) continue;
      for (const property of ['size', 'alloc-ranges']) {
        const at = node.properties.get(property)?.definition?.whole;
        if (at) yield { at, facts: { node, property } };
      }
    }
  },

  message: ({ node, property }) =>
    `${property} of ${node.name} is ignored, because the node has reg`,

  fixes({ facts: { node, property } }, board) {
    const removal = removeProperty(board, node, property);
    return removal ? [{ ...removal, preferred: true }] : [];
  },
});

// Two regions ask to be the default CMA area.

import { isEnabled } from '../../memory/map-memory.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { removeProperty } from '../remove-property.ts';
import { rule } from '../rule.ts';
import { reservedChildren } from '../static-regions.ts';

interface Facts {
  readonly node: DtNode;
  readonly other: DtNode;
  readonly property: string;
}

export const defaultPools = rule<Facts>({
  id: 'default-pools',
  severity: 'warning',
  title: 'Two default pools',
  why: 'There is one default CMA area and one default coherent pool. The last region set up wins; the other keeps its memory, and nobody uses it.',
  instead: 'Delete or disable one of the nodes, or drop its flag.',
  source: ['linux: rmem_cma_setup, rmem_dma_setup (6.12)', 'dt-schema: shared-dma-pool.yaml'],

  *check(board: Board) {
    for (const property of ['linux,cma-default', 'linux,dma-default']) {
      const nodes = reservedChildren(board).filter(
        (node) => isEnabled(node) && node.properties.has(property),
      );
      const first = nodes[0];
      for (const node of nodes.slice(1)) {
        const at = node.properties.get(property)?.definition?.whole;
        const related = first?.openings[0]?.name;
        if (at && first)
          yield {
            at,
            facts: { node, other: first, property },
            related: related ? [{ message: `${first.name} has it, too`, at: related }] : [],
          };
      }
    }
  },

  message: ({ node, other, property }) => `${node.name} and ${other.name} both have ${property}`,

  fixes({ facts: { node, property } }, board) {
    const removal = removeProperty(board, node, property);
    return removal ? [{ ...removal, preferred: true }] : [];
  },
});

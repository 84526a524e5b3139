// A child of /reserved-memory says neither where nor how much.

import { isEnabled } from '../../memory/map-memory.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { unknownProperty } from '../../tree/loader-changes.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { reservedChildren } from '../static-regions.ts';

interface Facts {
  readonly node: DtNode;
}

export const reservedNoRange = rule<Facts>({
  id: 'reserved-no-range',
  severity: 'information',
  title: 'A reserved region has neither reg nor size',
  why: 'Linux and Xen pass over the node without a word: nothing is reserved, and its users do not find it.',
  instead: 'Write `reg` for a fixed place or `size` for one that the kernel chooses.',
  source: ['Devicetree Specification, section 3.5.2', 'linux: fdt_scan_reserved_mem (6.12)'],

  *check(board: Board) {
    for (const node of reservedChildren(board)) {
      const at = node.openings[0]?.name;
      // `iommu-addresses` reserves addresses of a device, which need no memory.
      const isMeant = ['reg', 'size', 'iommu-addresses'].some(
        (name) => node.properties.has(name) || unknownProperty(board.tree, node, name),
      );
      if (!at || isMeant || !isEnabled(node) || node.children.length > 0) continue;
      yield { at, facts: { node } };
    }
  },

  message: ({ node }) => `${node.name} has neither reg nor size: nothing is reserved`,
});

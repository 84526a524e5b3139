// Xen's walk over the flattened tree, with its own way of inheriting cells.

import { bytesOf, type DtNode } from '../../tree/device-tree.ts';
import type { BootState } from '../boot-state.ts';
import { firstCell } from '../cells.ts';
import { print } from '../console.ts';
import { reason } from '../reasons.ts';

/** DEVICE_TREE_MAX_DEPTH: nodes this deep are not looked at. */
const MAX_DEPTH = 16;

export interface Visit {
  readonly node: DtNode;
  /** Below where the walk began, which has depth 0. */
  readonly depth: number;
  /** Cells of the node's own `reg`: its parent's. */
  readonly addressCells: number;
  readonly sizeCells: number;
}

/** 0, or the negative error number that ends the walk. */
export type Handler = (state: BootState, visit: Visit) => number;

/**
 * Calls `handle` for every node below `top` in blob order and returns the first error, or 0. A node without
 * `#address-cells` or `#size-cells` inherits its parent's (unlike Devicetree Specification §2.3.5); `top` itself
 * defaults to 2 and 1. Stops when the boot has ended (Xen: device_tree_for_each_node).
 */
export function walkFlatTree(state: BootState, top: DtNode, handle: Handler): number {
  const below = (parent: DtNode, depth: number, address: number, size: number): number => {
    for (const node of parent.children) {
      if (depth >= MAX_DEPTH) {
        const line = print(state, 'nested-too-deep', { node: node.name }, { node });
        if (state.does.deepNestingHangs) {
          state.outcome = {
            kind: 'hangs',
            line,
            because: [reason('nested-too-deep', { node: node.path, depth })],
          };
          return 0;
        }
        const rc = below(node, depth + 1, address, size);
        if (rc !== 0 || state.outcome) return rc;
        continue;
      }
      let rc = handle(state, { node, depth, addressCells: address, sizeCells: size });
      if (rc !== 0 || state.outcome) return rc;
      if (node.children.length === 0) continue;
      rc = below(node, depth + 1, ...ownCells(node, address, size));
      if (rc !== 0 || state.outcome) return rc;
    }
    return 0;
  };
  return below(top, 1, ...ownCells(top, 2, 1));
}

function ownCells(node: DtNode, address: number, size: number): [number, number] {
  return [
    firstCell(bytesOf(node, '#address-cells')) ?? address,
    firstCell(bytesOf(node, '#size-cells')) ?? size,
  ];
}

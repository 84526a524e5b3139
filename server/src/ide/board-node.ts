// The evaluated node that braces in a source text belong to, even while the text is ahead of the model.

import type { Board } from '../rules/board.ts';
import type { DtNode } from '../tree/device-tree.ts';
import { referredNode } from './hover.ts';
import { textOf, type SourceNode, type SourceOutline } from './source-outline.ts';

/**
 * The node of `board` that `node` is written for, found by its path as written rather than by its offset. Undefined
 * when the board does not have it (yet), and for fragments that are included into another node.
 */
export function boardNodeOf(
  board: Board,
  outline: SourceOutline,
  node: SourceNode | undefined,
): DtNode | undefined {
  const names: string[] = [];
  let base: DtNode | undefined;
  for (let each = node; each; each = each.parent) {
    const name = textOf(outline, each.name);
    if (name === '/') {
      base = board.tree.root;
      break;
    }
    if (name.startsWith('&')) {
      base = referredNode(board, name);
      break;
    }
    names.unshift(name);
  }
  for (const name of names) base = base?.children.find((child) => child.name === name);
  return base;
}

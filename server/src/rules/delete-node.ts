// Takes a node out of a tree, with all that is below it.

import { spanOf, type DtNode } from '../tree/device-tree.ts';
import type { TextEdit } from '../text/edit.ts';
import type { Board } from './board.ts';
import type { Proposal } from './proposal.ts';
import { removeStatement } from './remove-statement.ts';

/** The proposal to delete `node` wherever it is opened; undefined when some of it has no source. */
export function deleteNode(board: Board, node: DtNode): Proposal | undefined {
  const edits: TextEdit[] = [];
  for (const opening of node.openings) {
    const edit = removeStatement(board.files, spanOf(opening.whole));
    if (!edit) return undefined;
    edits.push(edit);
  }
  if (edits.length === 0) return undefined;
  return {
    title: `Delete ${node.name}`,
    change: [{ kind: 'delete-node', node: node.path }],
    ways: [edits],
  };
}

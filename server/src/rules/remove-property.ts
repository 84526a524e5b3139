// Takes a property away from a node.

import { spanOf, type DtNode } from '../tree/device-tree.ts';
import type { Board } from './board.ts';
import type { Proposal } from './proposal.ts';
import { removeStatement } from './remove-statement.ts';

/**
 * The proposal to remove property `name` of `node`: its statement, or `/delete-property/` in its place where an earlier
 * definition would come to light. Undefined without a source.
 */
export function removeProperty(board: Board, node: DtNode, name: string): Proposal | undefined {
  const property = node.properties.get(name);
  if (!property?.definition) return undefined;
  const whole = spanOf(property.definition.whole);
  const edit =
    property.overridden.length === 0
      ? removeStatement(board.files, whole)
      : { at: whole, text: `/delete-property/ ${name};` };
  return {
    title: `Remove ${name}`,
    change: [{ kind: 'delete-property', node: node.path, property: name }],
    ways: edit ? [[edit]] : [],
  };
}

// Gives a node a property that its binding requires.

import type { CompiledSchema } from '../../bindings/compiled-schema.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { addProperty } from '../add-property.ts';
import type { Board } from '../board.ts';
import type { Proposal } from '../proposal.ts';

/**
 * The proposal to add `name` with the only value that the binding allows: nothing for a flag, a string or a cell. Undefined
 * where there is more than one, since a wrong value would be worse than none.
 */
export function addRequired(
  board: Board,
  node: DtNode,
  name: string,
  schema: CompiledSchema,
): Proposal | undefined {
  const value = onlyValue(board, name, schema);
  if (value === undefined) return undefined;
  const last = [...node.properties.values()].findLast(({ definition }) => definition !== undefined);
  if (typeof value !== 'number') {
    const text = value === true ? undefined : value;
    const added = addProperty(board, node, last, name, text);
    return added && { ...added, preferred: true };
  }
  const plain = addProperty(board, node, last, name);
  if (!plain) return undefined;
  const statement = `${name} = <${value}>;`;
  return {
    title: `Add ${statement}`,
    preferred: true,
    change: [{ kind: 'set-property', node: node.path, property: name, bytes: cellBytes(value) }],
    ways: plain.ways.map((edits) =>
      edits.map((edit) => ({ ...edit, text: edit.text.replace(`${name};`, statement) })),
    ),
  };
}

function onlyValue(
  board: Board,
  name: string,
  schema: CompiledSchema,
): true | string | number | undefined {
  const declared = schema.properties.get(name);
  const constant = declared && constantOf(declared);
  if (constant !== undefined) return constant;
  const types = board.bindings?.bindings.typesOf(name) ?? [];
  return types.length === 1 && types[0]?.type === 'flag' ? true : undefined;
}

/** The constant in the shape `[[const]]` or `[const]` that a binding has after it was expanded. */
function constantOf(schema: CompiledSchema): string | number | undefined {
  const { constant } = schema;
  if (typeof constant === 'string' || typeof constant === 'number') return constant;
  const items = schema.parts('items');
  return items?.length === 1 && items[0] ? constantOf(items[0]) : undefined;
}

function cellBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

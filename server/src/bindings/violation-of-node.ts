// What a binding has against one node, in the words of the tree.

import type { DtNode } from '../tree/device-tree.ts';
import type { CompiledSchema } from './compiled-schema.ts';
import { isNode, type TypedValue } from './typed-value.ts';
import type { Violation } from './validate.ts';

/** What is wrong: each kind is a rule of its own. */
export type ViolationKind = 'required' | 'unknown-property' | 'type' | 'value' | 'node-name';

/** One thing that a binding has against a node; it keeps no tree but that of its node. */
export interface NodeViolation {
  readonly kind: ViolationKind;
  /** The node that has the fault: the one the binding applies to, or one below it. */
  readonly node: DtNode;
  /** The property that has it; undefined when the node as a whole has. */
  readonly property: string | undefined;
  /** What is missing or not allowed. With `isEither` one of them is enough. */
  readonly names: readonly string[];
  readonly isEither: boolean;
  /** From the node to the value: indices of rows and cells, or of strings. */
  readonly indices: readonly number[];
  /** The value that is at fault; undefined for a node. */
  readonly value: Exclude<TypedValue, object> | readonly unknown[] | Uint8Array | undefined;
  readonly keyword: string;
  /** The part of the binding that says so. */
  readonly schema: CompiledSchema;
  /** The `$id` of the binding that applies. */
  readonly binding: string;
}

const ofType = new Set([
  ...['type', 'typeSize', 'minItems', 'maxItems', 'additionalItems', 'uniqueItems'],
]);
const ofPresence = new Set(['required', 'dependentRequired']);
const ofNames = new Set([
  ...['additionalProperties', 'unevaluatedProperties', 'false', 'propertyNames'],
]);

/** `violation` of the binding `binding` that applies to `node`. */
export function violationOfNode(
  node: DtNode,
  binding: string,
  violation: Violation,
): NodeViolation {
  const { path, keyword, schema, value, context } = violation;
  let at = node;
  let step = 0;
  for (; step < path.length; step += 1) {
    const child = at.children.find(({ name }) => name === path[step]);
    if (!child || at.properties.has(child.name)) break;
    at = child;
  }
  const property = typeof path[step] === 'string' ? String(path[step]) : undefined;
  const either =
    isNode(value) && context.length > 0 && context.every((each) => each.keyword === 'required');
  const own: NodeViolation = {
    kind: kindOf(violation, property, either),
    node: at,
    property,
    names: either ? [...new Set(context.flatMap(({ names }) => names))] : violation.names,
    isEither: either,
    indices: path.slice(step + 1).map(Number),
    value: isNode(value) ? undefined : value,
    keyword,
    schema,
    binding,
  };
  // A property that is not allowed is one of its node.
  return keyword === 'false' && property !== undefined ? { ...own, names: [property] } : own;
}

function kindOf(
  { keyword, context }: Violation,
  property: string | undefined,
  either: boolean,
): ViolationKind {
  if (property === '$nodename') return 'node-name';
  if (either || ofPresence.has(keyword)) return 'required';
  if (ofNames.has(keyword)) return 'unknown-property';
  if (ofType.has(keyword)) return 'type';
  return context.length > 0 && context.every((each) => ofType.has(each.keyword)) ? 'type' : 'value';
}

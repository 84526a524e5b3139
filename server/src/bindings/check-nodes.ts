// What the bindings say of every node of a tree: what dt-validate prints, and the nodes that have no binding.

import { stringsIn, type DeviceTree, type DtNode } from '../tree/device-tree.ts';
import type { Bindings } from './bindings.ts';
import { TypedTree, type TypedNode } from './typed-node.ts';
import { isNode } from './typed-value.ts';
import type { Violation } from './validate.ts';

/** What one binding has against one node, or a node below it that it describes. */
export interface BindingViolation {
  readonly node: DtNode;
  /** The `$id` of the binding that applies to the node. */
  readonly binding: string;
  readonly violation: Violation;
}

/** All that the bindings have against the nodes of `tree`, in blob order. */
export function checkNodes(tree: DeviceTree, bindings: Bindings): readonly BindingViolation[] {
  const typed = new TypedTree(tree, bindings.typesOf);
  const found: BindingViolation[] = [];
  const visit = (node: DtNode, isBelowDisabled: boolean): void => {
    if (node.name.startsWith('__')) return;
    const isDisabled = isBelowDisabled || stringsIn(node, 'status').includes('disabled');
    for (const each of checkNode(typed.of(node), bindings, isDisabled)) found.push(each);
    for (const child of node.children) visit(child, isDisabled);
  };
  visit(tree.root, false);
  return found;
}

/** What the bindings have against one node. Of a disabled one nothing is missing: its board may still fill it in. */
function checkNode(
  typed: TypedNode,
  bindings: Bindings,
  isDisabled: boolean,
): readonly BindingViolation[] {
  const { node } = typed;
  typed.isNamed = true;
  try {
    const found: BindingViolation[] = [];
    const add = (binding: string, violation: Violation): void => {
      if (!isExcused(violation, isDisabled)) found.push({ node, binding, violation });
    };
    for (const { id, schema } of bindings.bindingsOf(typed, stringsIn(node, 'compatible')))
      for (const violation of bindings.validator.violations(schema, typed)) add(id, violation);
    for (const { binding, violation } of bindings.checksOfAll.check(typed, bindings.validator))
      add(binding, violation);
    return found;
  } finally {
    typed.isNamed = false;
  }
}

// dt-validate: check_node
function isExcused({ keyword, value, context }: Violation, isDisabled: boolean): boolean {
  if (!isDisabled) {
    if (!isNode(value)) return false;
    const status = value.value('status');
    if (!Array.isArray(status) || !(status as readonly unknown[]).includes('disabled'))
      return false;
  }
  if (keyword === 'required') return true;
  return context.length > 0 && context.every((each) => each.keyword === 'required');
}

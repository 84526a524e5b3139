// What the bindings say of every node of a tree: what dt-validate prints.

import { bytesOf, stringsIn, type DeviceTree, type DtNode } from '../tree/device-tree.ts';
import { forEachPropertyName } from '../tree/nodes-with.ts';
import type { Bindings } from './bindings.ts';
import { TypedTree, type TypedNode } from './typed-node.ts';
import { isNode } from './typed-value.ts';
import type { Violation } from './validate.ts';

/** What one binding has against one node, as the interpreter says it. */
export interface Breach {
  /** The `$id` of the binding. */
  readonly binding: string;
  readonly violation: Violation;
}

/** One node as it was checked. */
interface CheckedNode {
  readonly node: DtNode;
  readonly names: readonly string[];
  readonly values: readonly (Uint8Array | undefined)[];
  readonly children: readonly CheckedNode[];
  readonly isDisabled: boolean;
  readonly breaches: readonly Breach[];
}

/** A tree that was checked, for the next check of the same board to start from. */
export interface CheckedTree {
  readonly bindings: Bindings;
  readonly root: CheckedNode;
}

/** Properties that say how those of other nodes are read. */
const isContext = /-cells$|^interrupt-parent$|^gpio-hog$|^phandle$/;

/**
 * Checks every node of `tree`. Of `before`, an earlier check with the same bindings, what nothing has changed is taken
 * over: a node depends on what is in it and below it, and on the cell counts of others.
 */
export function checkNodes(
  tree: DeviceTree,
  bindings: Bindings,
  before?: CheckedTree,
): CheckedTree {
  const typed = new TypedTree(tree, bindings.typesOf);
  const old = before?.bindings === bindings ? before.root : undefined;
  const known = old && !changesContext(tree.root, old) ? old : undefined;
  return { bindings, root: check(tree.root, typed, bindings, false, known) };
}

/** Calls for each thing that a binding has against a node, in blob order. */
export function forEachBreach(
  { root }: CheckedTree,
  call: (node: DtNode, breach: Breach) => void,
): void {
  const visit = ({ node, breaches, children }: CheckedNode): void => {
    for (const breach of breaches) call(node, breach);
    for (const child of children) visit(child);
  };
  visit(root);
}

function check(
  node: DtNode,
  tree: TypedTree,
  bindings: Bindings,
  isBelowDisabled: boolean,
  old: CheckedNode | undefined,
): CheckedNode {
  const isDisabled = isBelowDisabled || stringsIn(node, 'status').includes('disabled');
  const inside = node.children.filter(({ name }) => !name.startsWith('__'));
  const children = inside.map((child, index) => {
    const same = old?.children[index];
    const known =
      same?.node.name === child.name
        ? same
        : old?.children.find((each) => each.node.name === child.name);
    return check(child, tree, bindings, isDisabled, known);
  });
  const names: string[] = [];
  forEachPropertyName(node, (name) => names.push(name));
  const values = names.map((name) => bytesOf(node, name));
  const isSame =
    old?.isDisabled === isDisabled &&
    old.names.length === names.length &&
    old.children.length === children.length &&
    names.every(
      (name, index) => old.names[index] === name && old.values[index] === values[index],
    ) &&
    // A child that is the same has the very list it had before.
    children.every(
      (child, index) =>
        child.breaches === old.children[index]?.breaches &&
        child.node.name === old.children[index].node.name,
    );
  const breaches = isSame ? old.breaches : breachesOf(tree.of(node), bindings, isDisabled);
  return { node, names, values, children, isDisabled, breaches };
}

/** Whether anything has changed that other nodes are read by. */
function changesContext(node: DtNode, old: CheckedNode): boolean {
  const has = (each: DtNode): boolean => {
    let found = false;
    forEachPropertyName(each, (name) => (found ||= isContext.test(name)));
    return found || each.children.some(has);
  };
  let count = 0;
  let isOther = false;
  forEachPropertyName(node, (name) => {
    if (!isContext.test(name)) return;
    count += 1;
    const index = old.names.indexOf(name);
    if (index < 0 || old.values[index] !== bytesOf(node, name)) isOther = true;
  });
  if (isOther || old.names.filter((name) => isContext.test(name)).length !== count) return true;
  const inside = node.children.filter(({ name }) => !name.startsWith('__'));
  const known = new Map(old.children.map((child) => [child.node.name, child]));
  for (const child of inside) {
    const same = known.get(child.name);
    known.delete(child.name);
    if (same ? changesContext(child, same) : has(child)) return true;
  }
  return [...known.values()].some(({ node: gone }) => has(gone));
}

/** What the bindings have against one node. Of a disabled one nothing is missing: its board may still fill it in. */
function breachesOf(typed: TypedNode, bindings: Bindings, isDisabled: boolean): readonly Breach[] {
  const { node } = typed;
  typed.isNamed = true;
  const found: Breach[] = [];
  const add = (binding: string, violation: Violation): void => {
    if (!isExcused(violation, isDisabled))
      found.push({ binding, violation: withoutNodes(violation) });
  };
  for (const { id, schema } of bindings.bindingsOf(typed, stringsIn(node, 'compatible')))
    for (const violation of bindings.validator.violations(schema, typed)) add(id, violation);
  for (const { binding, violation } of bindings.checksOfAll.check(typed, bindings.validator))
    add(binding, violation);
  typed.isNamed = false;
  return found;
}

// What is remembered must not hold the tree it was found in.
function withoutNodes(violation: Violation): Violation {
  const { value, context } = violation;
  return {
    ...violation,
    value: isNode(value) ? aNode : value,
    context: context.map(withoutNodes),
  };
}

const aNode = { names: [], has: () => false, value: () => undefined };

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

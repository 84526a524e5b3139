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
  const walk: Walk = { typed, bindings, isOther: false };
  const root = check(tree.root, walk, false, old);
  if (!old || !walk.isOther) return { bindings, root };
  return { bindings, root: check(tree.root, { ...walk, isOther: false }, false, undefined) };
}

/** What one check of a tree has in common; `isOther` says that what other nodes are read by has changed. */
interface Walk {
  readonly typed: TypedTree;
  readonly bindings: Bindings;
  isOther: boolean;
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
  walk: Walk,
  isBelowDisabled: boolean,
  old: CheckedNode | undefined,
): CheckedNode {
  const isDisabled = isBelowDisabled || stringsIn(node, 'status').includes('disabled');
  const children: CheckedNode[] = [];
  let isSame = old?.isDisabled === isDisabled;
  for (const child of node.children) {
    if (child.name.startsWith('__')) continue;
    const beside = old?.children[children.length];
    const known =
      beside?.node.name === child.name
        ? beside
        : old?.children.find((each) => each.node.name === child.name);
    const checked = check(child, walk, isDisabled, known);
    // A child that is the same has the very list it had before.
    if (checked.breaches !== beside?.breaches || known !== beside) isSame = false;
    children.push(checked);
  }
  if (children.length !== old?.children.length) isSame = false;
  if (old && !isSame) {
    // What is gone may have been a provider.
    const left = new Set(children.map((each) => each.node.name));
    if (old.children.some((each) => !left.has(each.node.name) && hasContext(each)))
      walk.isOther = true;
  }
  if (old && hasSameProperties(node, old)) {
    const { names, values } = old;
    const breaches = isSame
      ? old.breaches
      : breachesOf(walk.typed.of(node), walk.bindings, isDisabled);
    return { node, names, values, children, isDisabled, breaches };
  }
  const names: string[] = [];
  forEachPropertyName(node, (name) => names.push(name));
  const values = names.map((name) => bytesOf(node, name));
  if (changesContext(names, values, old)) walk.isOther = true;
  const breaches = breachesOf(walk.typed.of(node), walk.bindings, isDisabled);
  return { node, names, values, children, isDisabled, breaches };
}

function hasSameProperties(node: DtNode, { names, values }: CheckedNode): boolean {
  let index = 0;
  let isSame = true;
  forEachPropertyName(node, (name) => {
    if (!isSame) return;
    isSame = names[index] === name && values[index] === bytesOf(node, name);
    index += 1;
  });
  return isSame && index === names.length;
}

/** Whether a node has, or had before, other properties than before that others are read by. */
function changesContext(
  names: readonly string[],
  values: readonly (Uint8Array | undefined)[],
  old: CheckedNode | undefined,
): boolean {
  const isOther = (name: string, index: number): boolean => {
    if (!isContext.test(name)) return false;
    const before = old ? old.names.indexOf(name) : -1;
    return before < 0 || old?.values[before] !== values[index];
  };
  return (
    names.some(isOther) ||
    old?.names.some((name) => isContext.test(name) && !names.includes(name)) === true
  );
}

function hasContext({ names, children }: CheckedNode): boolean {
  return names.some((name) => isContext.test(name)) || children.some(hasContext);
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

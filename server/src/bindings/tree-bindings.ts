// What is said of a board by its bindings: each fault once, where dt-validate repeats it for every binding and every
// consequence.

import {
  bytesOf,
  stringsIn,
  walkNodes,
  type DeviceTree,
  type DtNode,
} from '../tree/device-tree.ts';
import type { Bindings } from './bindings.ts';
import type { Binding } from './binding.ts';
import { checkNodes, forEachBreach, type CheckedTree } from './check-nodes.ts';
import type { CompiledSchema } from './compiled-schema.ts';
import { partsFor } from './parts-for.ts';
import { TypedTree } from './typed-node.ts';
import { violationOfNode, type NodeViolation } from './violation-of-node.ts';

/** A string of `compatible` that no binding describes, on a node of which it describes none. */
export interface UnknownCompatible {
  readonly node: DtNode;
  readonly compatibles: readonly string[];
}

/** What the bindings say of one tree; found out when it is asked for. */
export class TreeBindings {
  readonly tree: DeviceTree;
  readonly bindings: Bindings;
  readonly #before: () => CheckedTree | undefined;
  #checked: CheckedTree | undefined;
  #violations: readonly NodeViolation[] | undefined;
  #typed: TypedTree | undefined;

  /** `before` is an earlier tree of the same board, which makes the check cheap. */
  constructor(tree: DeviceTree, bindings: Bindings, before?: TreeBindings) {
    this.tree = tree;
    this.bindings = bindings;
    // Only what it has found is kept, not what it was made from.
    const known = before?.newestCheck;
    this.#before = () => known;
  }

  /** What was checked of this tree, or else of the one before. */
  get newestCheck(): CheckedTree | undefined {
    return this.#checked ?? this.#before();
  }

  /** What the bindings have against nodes, in blob order, each fault once. */
  get violations(): readonly NodeViolation[] {
    this.#checked ??= checkNodes(this.tree, this.bindings, this.#before());
    this.#violations ??= violationsOf(this.#checked, this.bindings);
    return this.#violations;
  }

  /** The bindings that apply to a node beside those of every node, the one for its `compatible` first. */
  bindingsOf(node: DtNode): readonly Binding[] {
    this.#typed ??= new TypedTree(this.tree, this.bindings.typesOf);
    const typed = this.#typed.of(node);
    typed.isNamed = true;
    const found = this.bindings.bindingsOf(typed, stringsIn(node, 'compatible'));
    typed.isNamed = false;
    return found;
  }

  /** What describes a node: its own bindings, then what those of the nodes above say of such a child. */
  schemasOf(node: DtNode): readonly CompiledSchema[] {
    const own = this.bindingsOf(node).map(({ schema }) => schema);
    const { parent } = node;
    if (!parent) return own;
    const fromAbove = this.schemasOf(parent).flatMap((schema) => partsFor(schema, node.name));
    return [...own, ...fromAbove];
  }

  /** Nodes with a `compatible` of which no binding describes any string. */
  get unknownCompatibles(): readonly UnknownCompatible[] {
    return [...walkNodes(this.tree.root)].flatMap((node) => {
      const compatibles = stringsIn(node, 'compatible');
      const isKnown = compatibles.some((name) => this.bindings.describes(name));
      return compatibles.length === 0 || isKnown ? [] : [{ node, compatibles }];
    });
  }
}

function violationsOf(checked: CheckedTree, bindings: Bindings): readonly NodeViolation[] {
  const found = new Map<string, NodeViolation>();
  const all: NodeViolation[] = [];
  forEachBreach(checked, (node, { binding, violation }) => {
    all.push(violationOfNode(node, binding, violation));
  });
  for (const said of all) {
    const each = isNoText(said)
      ? { ...said, kind: 'type' as const, keyword: 'text', names: [] }
      : said;
    const violation =
      each.keyword === 'unevaluatedProperties' ? withoutDeclared(each, bindings) : each;
    if (!violation) continue;
    // What is not allowed is removed or renamed name by name.
    const split =
      violation.kind === 'unknown-property'
        ? violation.names.map((name) => ({ ...violation, names: [name] }))
        : [violation];
    for (const one of split) {
      const { node, property, kind, names } = one;
      const same = `${node.path}\0${property ?? ''}\0${kind}\0${names.join('\0')}`;
      if (!found.has(same)) found.set(same, one);
    }
  }
  return [...found.values()];
}

/** Whether cells or bytes are where strings belong: whatever else is said of such strings is of no use. */
function isNoText({ node, property, value }: NodeViolation): boolean {
  if (property === undefined || property === '$nodename') return false;
  const isOfStrings =
    typeof value === 'string' || (Array.isArray(value) && typeof value[0] === 'string');
  if (!isOfStrings) return false;
  const bytes = bytesOf(node, property);
  return bytes?.some((byte) => byte !== 0 && byte < 0x20) === true || bytes?.at(-1) !== 0;
}

/**
 * A property counts as evaluated only where its value is valid, so each wrong value is an unknown property too, and a
 * condition that fails makes strangers of all it describes. Undefined when no name is left.
 */
function withoutDeclared(violation: NodeViolation, bindings: Bindings): NodeViolation | undefined {
  const names = violation.names.filter((name) => !bindings.declares(violation.schema, name));
  return names.length === 0 ? undefined : { ...violation, names };
}

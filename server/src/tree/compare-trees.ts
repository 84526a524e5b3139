// Whether two versions of a tree differ by declared changes and by nothing else.

import { Char } from '../text/char.ts';
import {
  bytesOf,
  cellAtByte,
  type DeviceTree,
  type DtNode,
  type DtProperty,
} from './device-tree.ts';
import { phandleOffsets } from './merged-property.ts';
import type { TreeChange } from './tree-change.ts';

/** What differs from the tree that the changes were meant to give. Paths are those before the changes. */
export type TreeDifference =
  | { readonly code: 'node-missing'; readonly node: string }
  | { readonly code: 'node-added'; readonly node: string }
  | { readonly code: 'node-exists'; readonly node: string }
  | { readonly code: 'node-order'; readonly node: string }
  | { readonly code: 'property-missing'; readonly node: string; readonly property: string }
  | { readonly code: 'property-added'; readonly node: string; readonly property: string }
  | { readonly code: 'property-differs'; readonly node: string; readonly property: string }
  /** A property does not get the value that it was meant to. */
  | {
      readonly code: 'value-differs';
      readonly node: string;
      readonly property: string;
      /** Whether it is written as `[00 01]`, not as cells. */
      readonly areBytes: boolean;
    }
  /** A property still refers to a node that is deleted. */
  | { readonly code: 'still-used'; readonly node: string; readonly property: string }
  | { readonly code: 'label-differs'; readonly label: string }
  | { readonly code: 'reservations-differ' };

/** How strictly the changes are looked for. */
export type Expectation =
  /** All of them must be there. */
  | 'all'
  /** Those that are not there are none: another board may override or delete what an edit changes. */
  | 'some';

/**
 * The first way in which `after` is not `before` with `changes` made to it; undefined when it is. Phandles are compared
 * by the nodes they stand for, since their numbers depend on how many nodes are referred to; paths in strings are
 * renamed with their nodes. What dtc makes itself (phandles, `__symbols__`, fixups) follows and is not compared; what is
 * written of it is. Paths in strings may also follow the renames of `elsewhere`, of another tree.
 */
export function compareTrees(
  before: DeviceTree,
  after: DeviceTree,
  changes: readonly TreeChange[],
  expectation: Expectation,
  elsewhere: readonly TreeChange[] = [],
): TreeDifference | undefined {
  const plan = planOf(expectation === 'all' ? changes : changesMade(before, after, changes));
  const comparison = new Comparison(before, after, plan, planOf(elsewhere).renamed);
  return (
    comparison.nodes(before.root, after.root) ?? comparison.labels() ?? comparison.reservations()
  );
}

/** The changes as the comparison looks them up. */
interface Plan {
  readonly renamed: ReadonlyMap<string, Extract<TreeChange, { kind: 'rename-node' }>>;
  readonly deleted: ReadonlySet<string>;
  /** By path of the parent. */
  readonly added: ReadonlyMap<string, readonly Extract<TreeChange, { kind: 'add-node' }>[]>;
  /** By path of the node and name of the property: its bytes, `undefined` when it is deleted. */
  readonly properties: ReadonlyMap<string, ReadonlyMap<string, Uint8Array | undefined>>;
  readonly propertyNames: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly labels: ReadonlyMap<string, string>;
  readonly reservations: readonly Extract<
    TreeChange,
    { kind: 'add-reservation' | 'delete-reservation' }
  >[];
}

function planOf(changes: readonly TreeChange[]): Plan {
  const renamed = new Map<string, Extract<TreeChange, { kind: 'rename-node' }>>();
  const deleted = new Set<string>();
  const added = new Map<string, Extract<TreeChange, { kind: 'add-node' }>[]>();
  const properties = new Map<string, Map<string, Uint8Array | undefined>>();
  const propertyNames = new Map<string, Map<string, string>>();
  const labels = new Map<string, string>();
  const reservations: Extract<TreeChange, { kind: 'add-reservation' | 'delete-reservation' }>[] =
    [];
  for (const change of changes) {
    switch (change.kind) {
      case 'set-property':
        entryOf(properties, change.node, newMap).set(change.property, change.bytes);
        break;
      case 'delete-property':
        entryOf(properties, change.node, newMap).set(change.property, undefined);
        break;
      case 'rename-property':
        entryOf(propertyNames, change.node, newMap).set(change.property, change.to);
        break;
      case 'rename-node':
        renamed.set(change.node, change);
        break;
      case 'delete-node':
        deleted.add(change.node);
        break;
      case 'add-node':
        entryOf(added, change.parent, () => []).push(change);
        break;
      case 'rename-label':
        labels.set(change.label, change.to);
        break;
      case 'add-reservation':
      case 'delete-reservation':
        reservations.push(change);
    }
  }
  return { renamed, deleted, added, properties, propertyNames, labels, reservations };
}

function newMap<Value>(): Map<string, Value> {
  return new Map();
}

function entryOf<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** Those of `changes` that `after` has: the others did not reach this tree. */
function changesMade(
  before: DeviceTree,
  after: DeviceTree,
  changes: readonly TreeChange[],
): TreeChange[] {
  const { renamed } = planOf(changes);
  const pathAfter = (path: string): string => mappedPath(path, renamed);
  return changes.filter((change) => {
    switch (change.kind) {
      case 'set-property':
      case 'delete-property': {
        const was = bytesAt(before, change.node, change.property);
        const is =
          bytesAt(after, pathAfter(change.node), change.property) ??
          bytesAt(after, change.node, change.property);
        return !sameBytes(was, is);
      }
      case 'rename-property':
        return bytesAt(before, change.node, change.property) !== undefined;
      case 'rename-node':
        return nodeAtPath(before, change.node) !== undefined && !nodeAtPath(after, change.node);
      case 'delete-node':
        return !nodeAtPath(after, change.node);
      case 'add-node':
        return (
          nodeAtPath(after, `${change.parent === '/' ? '' : change.parent}/${change.name}`) !==
          undefined
        );
      case 'rename-label':
        return before.labels.has(change.label);
      case 'add-reservation':
      case 'delete-reservation':
        return before.memoryReservations.length !== after.memoryReservations.length;
    }
  });
}

function nodeAtPath(tree: DeviceTree, path: string): DtNode | undefined {
  let node: DtNode | undefined = tree.root;
  for (const name of path.split('/'))
    if (name !== '') node = node?.children.find((child) => child.name === name);
  return node;
}

function bytesAt(tree: DeviceTree, path: string, property: string): Uint8Array | undefined {
  const node = nodeAtPath(tree, path);
  return node && bytesOf(node, property);
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}

/** A path with the nodes on its way renamed. */
function mappedPath(path: string, renamed: Plan['renamed']): string {
  if (renamed.size === 0) return path;
  let old = '';
  let mapped = '';
  for (const name of path.split('/').slice(1)) {
    old += `/${name}`;
    mapped += `/${renamed.get(old)?.to ?? name}`;
  }
  return mapped;
}

/** Nodes that dtc makes, or adds to, at the root of a tree with symbols. */
const MADE_BY_DTC = /^\/__(?:symbols|fixups|local_fixups)__(?:\/|$)/;
/** Its nodes have the paths of those that they are about. */
const LOCAL_FIXUPS = '/__local_fixups__';

function isCompared({ path, openings }: DtNode): boolean {
  return openings.length > 0 || !MADE_BY_DTC.test(path);
}

class Comparison {
  readonly #before: DeviceTree;
  readonly #after: DeviceTree;
  readonly #plan: Plan;
  /** Paths that strings may lead through and that are not what they were. */
  readonly #movedPaths: readonly string[];

  /** Renames of another tree that strings may follow. */
  readonly #renamedElsewhere: Plan['renamed'];

  constructor(
    before: DeviceTree,
    after: DeviceTree,
    plan: Plan,
    renamedElsewhere: Plan['renamed'],
  ) {
    this.#renamedElsewhere = renamedElsewhere;
    this.#before = before;
    this.#after = after;
    this.#plan = plan;
    this.#movedPaths = [...plan.renamed.keys(), ...plan.deleted];
  }

  nodes(was: DtNode, is: DtNode): TreeDifference | undefined {
    const waiting: [DtNode, DtNode][] = [[was, is]];
    for (let pair = waiting.pop(); pair; pair = waiting.pop()) {
      const [from, to] = pair;
      const difference = this.#properties(from, to) ?? this.#children(from, to, waiting);
      if (difference) return difference;
    }
    return undefined;
  }

  labels(): TreeDifference | undefined {
    const { deleted, labels } = this.#plan;
    const left = new Set(this.#after.labels.keys());
    for (const [label, node] of this.#before.labels) {
      const expected = labels.get(label) ?? label;
      const is = this.#after.labels.get(expected);
      if (isWithin(node.path, deleted) && !is) continue;
      if (is?.path !== this.#mapped(node.path)) return { code: 'label-differs', label };
      left.delete(expected);
    }
    for (const label of left) return { code: 'label-differs', label };
    return undefined;
  }

  reservations(): TreeDifference | undefined {
    const keyOf = ({ address, size }: { address: bigint; size: bigint }): string =>
      `${String(address)} ${String(size)}`;
    const expected = this.#before.memoryReservations.map(keyOf);
    for (const change of this.#plan.reservations) {
      const at = expected.indexOf(keyOf(change));
      if (change.kind === 'add-reservation') expected.push(keyOf(change));
      else if (at < 0) return { code: 'reservations-differ' };
      else expected.splice(at, 1);
    }
    const found = this.#after.memoryReservations.map(keyOf);
    const isSame = expected.sort().join() === found.sort().join();
    return isSame ? undefined : { code: 'reservations-differ' };
  }

  #mapped(path: string): string {
    return path === '/' ? path : mappedPath(path, this.#plan.renamed);
  }

  #children(was: DtNode, is: DtNode, waiting: [DtNode, DtNode][]): TreeDifference | undefined {
    const { renamed, deleted, added } = this.#plan;
    const left = new Map<string, DtNode>();
    for (const child of is.children) if (isCompared(child)) left.set(child.name, child);
    /** Those that are to be in the same order as before. */
    const kept: DtNode[] = [];
    for (const child of was.children) {
      if (!isCompared(child) || deleted.has(child.path)) continue;
      const about = child.path.startsWith(`${LOCAL_FIXUPS}/`)
        ? child.path.slice(LOCAL_FIXUPS.length)
        : undefined;
      if (about !== undefined && (this.#mapped(about) !== about || isWithin(about, deleted)))
        return { code: 'still-used', node: LOCAL_FIXUPS, property: about };
      const rename = renamed.get(child.path);
      const name = rename?.to ?? child.name;
      // Two nodes of one name are merged into one.
      const taken =
        rename &&
        was.children.some(
          (other) =>
            other !== child &&
            !deleted.has(other.path) &&
            (renamed.get(other.path)?.to ?? other.name) === name,
        );
      if (taken) return { code: 'node-exists', node: `${parentPath(child)}/${name}` };
      const now = left.get(name);
      if (!now) return { code: 'node-missing', node: child.path };
      left.delete(name);
      if (rename?.isMoved !== true) kept.push(now);
      waiting.push([child, now]);
    }
    for (const { name, properties } of added.get(was.path) ?? []) {
      const now = left.get(name);
      const node = `${was.path === '/' ? '' : was.path}/${name}`;
      if (was.children.some((child) => child.name === name && !deleted.has(child.path)))
        return { code: 'node-exists', node };
      if (!now) return { code: 'node-missing', node };
      left.delete(name);
      const difference = newNodeDifference(now, properties, added.get(node) ?? []);
      if (difference) return difference;
    }
    for (const extra of left.values()) return { code: 'node-added', node: extra.path };
    let previous = -1;
    for (const now of kept) {
      const at = is.children.indexOf(now, previous + 1);
      if (at < 0) return { code: 'node-order', node: was.path };
      previous = at;
    }
    return undefined;
  }

  #properties(was: DtNode, is: DtNode): TreeDifference | undefined {
    const changed = this.#plan.properties.get(was.path);
    const names = this.#plan.propertyNames.get(was.path);
    const node = was.path;
    const expected = new Set<string>();
    for (const property of was.properties.values()) {
      if (isMadeByDtc(property, node)) continue;
      if (changed?.has(property.name) === true) continue;
      const name = names?.get(property.name) ?? property.name;
      expected.add(name);
      const used = this.#stillUsed(property, node);
      if (used) return used;
      const now = is.properties.get(name);
      if (!now) return { code: 'property-missing', node, property: name };
      if (!this.#sameValue(property, now))
        return { code: 'property-differs', node, property: name };
    }
    for (const [name, bytes] of changed ?? []) {
      if (bytes === undefined) continue;
      expected.add(name);
      const now = is.properties.get(name);
      if (!now) return { code: 'property-missing', node, property: name };
      if (!sameBytes(bytes, now.bytes)) {
        const areBytes = now.definition?.parts.some(({ kind }) => kind === 'bytes') === true;
        return { code: 'value-differs', node, property: name, areBytes };
      }
    }
    for (const property of is.properties.values())
      if (!expected.has(property.name) && !isMadeByDtc(property, node))
        return { code: 'property-added', node, property: property.name };
    return undefined;
  }

  #sameValue(was: DtProperty, is: DtProperty): boolean {
    const offsets = phandleOffsets(was);
    const offsetsNow = phandleOffsets(is);
    if (offsets.length === 0 && offsetsNow.length === 0) {
      const moved = this.#movedStrings(was.bytes);
      if (moved !== undefined) return moved === textOf(is.bytes);
      return sameBytes(was.bytes, is.bytes) || this.#hasMovedElsewhere(was.bytes, is.bytes);
    }
    if (offsets.length !== offsetsNow.length) return false;
    const bytes = was.bytes.slice();
    const bytesNow = is.bytes.slice();
    if (bytes.length !== bytesNow.length) return false;
    for (const [index, offset] of offsets.entries()) {
      const offsetNow = offsetsNow[index];
      if (offset !== offsetNow) return false;
      const target = this.#before.phandles.get(cellAtByte(bytes, offset));
      const targetNow = this.#after.phandles.get(cellAtByte(bytesNow, offset));
      const path = target && this.#mapped(target.path);
      if (path !== targetNow?.path) return false;
      if (path !== undefined) {
        bytes.fill(0, offset, offset + 4);
        bytesNow.fill(0, offset, offset + 4);
      }
    }
    return sameBytes(bytes, bytesNow);
  }

  /** The text of a value with the paths in it renamed; undefined when no string in it is such a path. */
  #movedStrings(bytes: Uint8Array): string | undefined {
    if (this.#plan.renamed.size === 0 || !bytes.includes(Char.slash)) return undefined;
    const text = textOf(bytes);
    if (!this.#movedPaths.some((path) => text.includes(path))) return undefined;
    return withPathsMapped(text, this.#plan.renamed);
  }

  #hasMovedElsewhere(was: Uint8Array, is: Uint8Array): boolean {
    return (
      this.#renamedElsewhere.size > 0 &&
      was.includes(Char.slash) &&
      withPathsMapped(textOf(was), this.#renamedElsewhere) === textOf(is)
    );
  }

  /** A reference or path of `property` that leads to a deleted node. */
  #stillUsed(property: DtProperty, node: string): TreeDifference | undefined {
    const { deleted } = this.#plan;
    if (deleted.size === 0) return undefined;
    const { bytes, name } = property;
    for (const offset of phandleOffsets(property)) {
      const target = this.#before.phandles.get(cellAtByte(bytes, offset));
      if (target && isWithin(target.path, deleted))
        return { code: 'still-used', node, property: name };
    }
    if (!bytes.includes(Char.slash)) return undefined;
    const paths = textOf(bytes)
      .split('\0')
      .map((each) => each.replace(/:.*$/s, ''));
    return paths.some((path) => isWithin(path, deleted))
      ? { code: 'still-used', node, property: name }
      : undefined;
  }
}

function withPathsMapped(text: string, renamed: Plan['renamed']): string {
  return text
    .split('\0')
    .map((each) => {
      if (!each.startsWith('/')) return each;
      const end = each.indexOf(':');
      const path = end < 0 ? each : each.slice(0, end);
      return (path === '/' ? path : mappedPath(path, renamed)) + each.slice(path.length);
    })
    .join('\0');
}

function textOf(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

function parentPath(node: DtNode): string {
  return node.path.slice(0, node.path.length - node.name.length - 1);
}

/** Whether `path` is one of `nodes` or below one of them. */
function isWithin(path: string, nodes: ReadonlySet<string>): boolean {
  if (nodes.size === 0) return false;
  for (const node of nodes) if (path === node || path.startsWith(`${node}/`)) return true;
  return false;
}

function isMadeByDtc(property: DtProperty, node: string): boolean {
  return (
    property.definition === undefined &&
    (property.name === 'phandle' || property.name === 'linux,phandle' || MADE_BY_DTC.test(node))
  );
}

function newNodeDifference(
  node: DtNode,
  properties: ReadonlyMap<string, Uint8Array>,
  children: readonly Extract<TreeChange, { kind: 'add-node' }>[],
): TreeDifference | undefined {
  for (const { name, bytes } of node.properties.values())
    if (!sameBytes(properties.get(name), bytes))
      return { code: 'property-differs', node: node.path, property: name };
  for (const property of properties.keys())
    if (!node.properties.has(property))
      return { code: 'property-missing', node: node.path, property };
  for (const { name } of node.children)
    if (!children.some((child) => child.name === name))
      return { code: 'node-added', node: `${node.path}/${name}` };
  for (const child of children) {
    const now = node.children.find(({ name }) => name === child.name);
    if (!now) return { code: 'node-missing', node: `${node.path}/${child.name}` };
    const difference = newNodeDifference(now, child.properties, []);
    if (difference) return difference;
  }
  return undefined;
}

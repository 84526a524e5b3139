// Finds nodes by the names of their properties: most rules are about few nodes of a tree that has thousands.

import type { DeviceTree, DtNode } from './device-tree.ts';
import { editedFrom } from './edit-tree.ts';
import { PropertyTable } from './property-table.ts';

interface NodeIndex {
  /** In blob order. */
  readonly nodes: readonly DtNode[];
  /** The numbers of the names of properties, in the order in which the blob first has them. */
  readonly names: readonly number[];
  /** By number of a name, where its indices into `nodes` begin in `places`, and where they end. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Ascending for each name. */
  readonly places: Int32Array;
}

/** Numbers for the names of properties: an index of a tree is then a few arrays of numbers, made anew at every key. */
const numbers = new Map<string, number>();
const nameOf: string[] = [];
/** Names kept at most: what is typed must not add up. */
const mostNames = 100_000;

function numberOf(name: string): number {
  let number = numbers.get(name);
  if (number === undefined) {
    number = nameOf.push(name) - 1;
    numbers.set(name, number);
  }
  return number;
}

let indices = new WeakMap<DeviceTree, NodeIndex>();

function indexOf(tree: DeviceTree): NodeIndex {
  let index = indices.get(tree);
  if (index === undefined) {
    if (nameOf.length > mostNames) {
      numbers.clear();
      nameOf.length = 0;
      indices = new WeakMap();
    }
    const edited = editedFrom(tree);
    index = edited ? indexAfter(indexOf(edited.whole), tree) : makeIndex(tree);
    indices.set(tree, index);
  }
  return index;
}

/** Of an edited tree only the nodes are others. */
function indexAfter(whole: NodeIndex, { root }: DeviceTree): NodeIndex {
  const nodes: DtNode[] = [];
  const waiting: DtNode[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    nodes.push(node);
    for (let index = node.children.length - 1; index >= 0; index--) {
      const child = node.children[index];
      if (child) waiting.push(child);
    }
  }
  return { ...whole, nodes };
}

/** Calls for the name of each property, in order. */
export function forEachPropertyName({ properties }: DtNode, call: (name: string) => void): void {
  if (properties instanceof PropertyTable) properties.forEachName(call);
  else for (const name of properties.keys()) call(name);
}

function makeIndex(tree: DeviceTree): NodeIndex {
  const nodes: DtNode[] = [];
  // Not a generator, which costs an object for every node; and no recursion: a blob may be nested deeper than the stack.
  const waiting: DtNode[] = [tree.root];
  const names: number[] = [];
  let counts = new Int32Array(nameOf.length + 64);
  let total = 0;
  const count = (name: string): void => {
    const number = numberOf(name);
    if (number >= counts.length) {
      const longer = new Int32Array(number * 2);
      longer.set(counts);
      counts = longer;
    }
    if (counts[number] === 0) names.push(number);
    counts[number] = (counts[number] ?? 0) + 1;
    total += 1;
  };
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    nodes.push(node);
    forEachPropertyName(node, count);
    for (let index = node.children.length - 1; index >= 0; index--) {
      const child = node.children[index];
      if (child) waiting.push(child);
    }
  }
  const starts = new Int32Array(counts.length);
  const ends = new Int32Array(counts.length);
  let end = 0;
  for (const number of names) {
    starts[number] = ends[number] = end;
    end += counts[number] ?? 0;
  }
  const places = new Int32Array(total);
  let place = 0;
  const put = (name: string): void => {
    const number = numberOf(name);
    const at = ends[number] ?? 0;
    places[at] = place;
    ends[number] = at + 1;
  };
  for (; place < nodes.length; place += 1) forEachPropertyName(nodes[place] ?? tree.root, put);
  return { nodes, names, starts, ends, places };
}

/** All nodes in blob order. */
export function nodesOf(tree: DeviceTree): readonly DtNode[] {
  return indexOf(tree).nodes;
}

/** The node at a place in blob order, from 0. */
export function nodeAtPlace(tree: DeviceTree, place: number): DtNode | undefined {
  const edited = editedFrom(tree);
  if (!edited) return nodesOf(tree)[place];
  const was = nodesOf(edited.whole)[place];
  return was && edited.now(was);
}

/** The names of all properties, in the order in which the blob first has them. */
export function propertyNamesOf(tree: DeviceTree): string[] {
  return indexOf(tree).names.map((number) => nameOf[number] ?? '');
}

/** The nodes that have a property of a name that `names` lists or accepts, in blob order, each once. */
export function nodesWith(
  tree: DeviceTree,
  names: readonly (string | ((name: string) => boolean))[],
): readonly DtNode[] {
  const index = indexOf(tree);
  const wanted: number[] = [];
  for (const name of names) {
    if (typeof name === 'string') {
      const number = numbers.get(name);
      if (number !== undefined) wanted.push(number);
    } else for (const number of index.names) if (name(nameOf[number] ?? '')) wanted.push(number);
  }
  if (wanted.length === 1) return nodesAt(index, placesOf(index, wanted[0] ?? 0));
  const places = new Set(wanted.flatMap((number) => [...placesOf(index, number)]));
  return nodesAt(index, [...places].sort(ascending));
}

function placesOf({ starts, ends, places }: NodeIndex, number: number): Int32Array {
  // Names numbered since the index was made are in none of its nodes.
  return places.subarray(starts[number] ?? 0, ends[number] ?? 0);
}

function nodesAt({ nodes }: NodeIndex, places: Iterable<number>): readonly DtNode[] {
  const found: DtNode[] = [];
  for (const place of places) {
    const node = nodes[place];
    if (node) found.push(node);
  }
  return found;
}

function ascending(a: number, b: number): number {
  return a - b;
}

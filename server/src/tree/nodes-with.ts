// Finds nodes by the names of their properties: most rules are about few nodes of a tree that has thousands.

import type { DeviceTree, DtNode } from './device-tree.ts';
import { PropertyTable } from './property-table.ts';

interface NodeIndex {
  /** In blob order. */
  readonly nodes: readonly DtNode[];
  /** Ascending indices into `nodes` by name of a property. */
  readonly byProperty: ReadonlyMap<string, readonly number[]>;
}

const indices = new WeakMap<DeviceTree, NodeIndex>();

function indexOf(tree: DeviceTree): NodeIndex {
  let index = indices.get(tree);
  if (index === undefined) {
    index = makeIndex(tree);
    indices.set(tree, index);
  }
  return index;
}

function makeIndex(tree: DeviceTree): NodeIndex {
  const nodes: DtNode[] = [];
  const byProperty = new Map<string, number[]>();
  // Not a generator, which costs an object for every node; and no recursion: a blob may be nested deeper than the stack.
  const waiting: DtNode[] = [tree.root];
  let place = 0;
  const add = (name: string): void => {
    const known = byProperty.get(name);
    if (known === undefined) byProperty.set(name, [place]);
    else known.push(place);
  };
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    place = nodes.push(node) - 1;
    const { properties } = node;
    if (properties instanceof PropertyTable) properties.forEachName(add);
    else for (const name of properties.keys()) add(name);
    for (let index = node.children.length - 1; index >= 0; index--) {
      const child = node.children[index];
      if (child) waiting.push(child);
    }
  }
  return { nodes, byProperty };
}

/** All nodes in blob order. */
export function nodesOf(tree: DeviceTree): readonly DtNode[] {
  return indexOf(tree).nodes;
}

/** The names of all properties, in the order in which the blob first has them. */
export function propertyNamesOf(tree: DeviceTree): Iterable<string> {
  return indexOf(tree).byProperty.keys();
}

/** The nodes that have a property of a name that `names` lists or accepts, in blob order, each once. */
export function nodesWith(
  tree: DeviceTree,
  names: readonly (string | ((name: string) => boolean))[],
): readonly DtNode[] {
  const { nodes, byProperty } = indexOf(tree);
  const lists: (readonly number[])[] = [];
  for (const name of names) {
    if (typeof name === 'string') lists.push(byProperty.get(name) ?? []);
    else for (const [known, places] of byProperty) if (name(known)) lists.push(places);
  }
  const places = lists.length === 1 ? (lists[0] ?? []) : [...new Set(lists.flat())].sort(ascending);
  return places.map((place) => nodes[place]).filter((node) => node !== undefined);
}

function ascending(a: number, b: number): number {
  return a - b;
}

// The reserved regions that readers honour: what most memory rules look at.

import type { Reserved } from '../memory/memory-map.ts';
import type { DtNode } from '../tree/device-tree.ts';
import type { Board } from './board.ts';
import type { Place } from './rule.ts';

/** The enabled tuples of /reserved-memory children that have a size. */
export function staticRegions(board: Board): (Reserved & { readonly node: DtNode })[] {
  return board.map.reserved.filter(
    (region): region is Reserved & { readonly node: DtNode } =>
      region.kind === 'static' &&
      region.enabled &&
      region.end > region.start &&
      region.node !== undefined,
  );
}

/** What a message calls a reservation. */
export function reservationName(region: Reserved): string {
  return region.node?.name ?? '/memreserve/';
}

/** Where a property of `node` is written; its name when the property has no source. */
export function placeOfProperty(node: DtNode, name: string): Place | undefined {
  const definition = node.properties.get(name)?.definition;
  return definition?.value ?? definition?.whole ?? node.openings[0]?.name;
}

/** The children of /reserved-memory, disabled ones included. */
export function reservedChildren(board: Board): readonly DtNode[] {
  return board.tree.root.children.find((node) => node.name === 'reserved-memory')?.children ?? [];
}

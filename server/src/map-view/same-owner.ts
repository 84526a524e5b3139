// Whether two blocks of one reader mean the same owner: what a difference between releases is.

import type { BlockKind, MapBlock } from './map-model.ts';

/** All of Xen's own memory, and all of a region's, whether it is listed as RAM beside that or not. */
const OWNER_OF_KIND: Partial<Readonly<Record<BlockKind, string>>> = {
  heap: 'xen',
  module: 'xen',
  told: 'reserved',
};

/** Kinds whose colours repeat: domains are told apart by their names. */
const NAMED: ReadonlySet<BlockKind> = new Set(['domU1', 'domU2', 'domU3']);

function ownerOf(block: Pick<MapBlock, 'kind' | 'label'>): string {
  const owner = OWNER_OF_KIND[block.kind] ?? block.kind;
  return NAMED.has(block.kind) ? `${owner} ${block.label}` : owner;
}

/** Undefined stands for a range that the reader does not have. */
export function isSameOwner(
  a: Pick<MapBlock, 'kind' | 'label'> | undefined,
  b: Pick<MapBlock, 'kind' | 'label'> | undefined,
): boolean {
  return a === b || (a !== undefined && b !== undefined && ownerOf(a) === ownerOf(b));
}

// The domains that a tree itself describes, and which of its nodes are theirs.

import { stringsOf, type DtNode } from '../tree/device-tree.ts';
import type { MemoryMap } from './memory-map.ts';

/** The domain node (`compatible = "xen,domain"`) at or above `node`. */
export function domainOf(node: DtNode | undefined): DtNode | undefined {
  for (let each = node; each; each = each.parent) {
    const compatible = each.properties.get('compatible');
    if (compatible && stringsOf(compatible).includes('xen,domain')) return each;
  }
  return undefined;
}

/** The domains that have static memory, in the order of the map. */
export function domainsWithMemory(map: MemoryMap): readonly DtNode[] {
  const own = map.reserved.filter(({ kind }) => kind === 'static-mem');
  return [...new Set(own.flatMap(({ node }) => domainOf(node) ?? []))];
}

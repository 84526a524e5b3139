// Which of the domain colours a domain has in the map.

import { domainOf, domainsWithMemory } from '../memory/domain-of.ts';
import type { MemoryMap } from '../memory/memory-map.ts';
import type { DtNode } from '../tree/device-tree.ts';
import type { BlockKind } from './view.ts';

const COLOURS = ['domU1', 'domU2', 'domU3'] as const;

/** The colour of the domain that a node belongs to, by its place among those with static memory. */
export function domainColours(map: MemoryMap): (node: DtNode | undefined) => BlockKind {
  const order = new Map(domainsWithMemory(map).map((domain, index) => [domain, index]));
  return (node) => {
    const domain = domainOf(node);
    return COLOURS[((domain && order.get(domain)) ?? 0) % COLOURS.length] ?? 'domU1';
  };
}

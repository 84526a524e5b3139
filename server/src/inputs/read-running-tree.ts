// What the tree of a running board says of its boot: RAM and reservations, with what firmware and boot loader made of them.

import { union } from '../addresses/region.ts';
import type { BootProfile } from '../facts/boot-profile.ts';
import { mapMemory } from '../memory/map-memory.ts';
import { overlappingPairs } from '../memory/overlapping-pairs.ts';
import { stringsIn, type DeviceTree } from '../tree/device-tree.ts';

/**
 * RAM and reservations of `tree`, as it was handed to a system. No RAM where the tree does not say it, where two banks overlap,
 * which is a fault to be found and no fact, and from the tree that Xen made for dom0, which has dom0's.
 */
export function profileOfRunningTree(tree: DeviceTree): Pick<BootProfile, 'memory' | 'reserved'> {
  const map = mapMemory(tree);
  const banks = map.banks.filter(({ enabled }) => enabled);
  const isOfHost = !tree.root.children.some(
    (node) => node.name === 'hypervisor' && stringsIn(node, 'compatible').includes('xen,xen'),
  );
  const [overlap] = overlappingPairs(banks);
  const isRam = isOfHost && map.ramKnown && overlap === undefined;
  const reserved = map.reserved
    .filter(
      ({ kind, enabled, start, end, node }) =>
        start < end &&
        (kind === 'memreserve' ||
          // What Xen adds for memory that domains share is no reservation of the host.
          (kind === 'static' &&
            enabled &&
            !(node && stringsIn(node, 'compatible').includes('xen,shared-memory-v1')))),
    )
    .map(({ start, end, node }) => ({ start, end, ...(node ? { node: node.name } : {}) }));
  return {
    ...(isRam ? { memory: union(banks) } : {}),
    ...(reserved.length > 0 ? { reserved } : {}),
  };
}

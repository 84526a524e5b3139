// Finds what a tree has more of than is judged: the time an analysis takes must not depend on who wrote the tree.

import { baseName, walkNodes, type DeviceTree, type Written } from '../tree/device-tree.ts';
import type { Excess } from '../rules/board.ts';

/** The largest boards have ten thousand. The same as for blobs (dtb/read-dtb.ts). */
const mostNodes = 200_000;
const mostProperties = 1_000_000;
/** Banks, reservations and modules. Xen and Linux record 64 to 256 and stop at, or forget, what is above. */
const mostRanges = 16384;
/** Entries of all `ranges` together, times the addresses that are looked for among them. */
const mostTranslations = 20_000_000;

const RANGE_PROPERTIES = ['reg', 'xen,static-mem', 'xen,static-heap'];

/** The first thing of which `tree` has too many; undefined for a tree that can be judged. */
export function findExcess(tree: DeviceTree): Excess | undefined {
  const reservation = tree.memoryReservations[mostRanges];
  if (reservation)
    return { what: 'memory ranges', limit: mostRanges, at: reservation.written.whole };
  let nodes = 0;
  let properties = 0;
  let ranges = tree.memoryReservations.length;
  let windows = 0;
  let addresses = 0;
  for (const top of [tree.root, ...tree.root.children]) {
    const isPlaced = top.name === 'reserved-memory' || baseName(top) === 'chosen';
    for (const node of top === tree.root ? [top] : walkNodes(top)) {
      const at: Written | undefined = node.openings[0]?.name;
      nodes += 1;
      properties += node.properties.size;
      if (at && nodes > mostNodes) return { what: 'nodes', limit: mostNodes, at };
      if (at && properties > mostProperties)
        return { what: 'properties', limit: mostProperties, at };
      // An entry takes three cells or more, an address two.
      windows += Math.ceil((node.properties.get('ranges')?.bytes.length ?? 0) / 12);
      addresses += Math.ceil((node.properties.get('reg')?.bytes.length ?? 0) / 8);
      if (at && windows * addresses > mostTranslations)
        return { what: 'translations by buses', limit: mostTranslations, at };
      // Xen takes every node named memory for RAM, wherever it is.
      if (!isPlaced && baseName(node) !== 'memory') continue;
      for (const name of RANGE_PROPERTIES) {
        const property = node.properties.get(name);
        if (!property) continue;
        // Tuples of 64-bit addresses and sizes; shorter ones only come to the limit later.
        ranges += Math.max(1, property.bytes.length >> 4);
        const where = property.definition?.value ?? at;
        if (where && ranges > mostRanges)
          return { what: 'memory ranges', limit: mostRanges, at: where };
      }
    }
  }
  return undefined;
}

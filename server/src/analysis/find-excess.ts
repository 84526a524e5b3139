// Finds what a tree has more of than is judged: the time an analysis takes must not depend on who wrote the tree.

import type { Excess } from '../rules/board.ts';
import { baseName, bytesOf, type DeviceTree } from '../tree/device-tree.ts';
import { editedFrom } from '../tree/edit-tree.ts';
import { nodesOf } from '../tree/nodes-with.ts';

const limits: Readonly<Record<Excess['what'], number>> = {
  // The largest boards have ten thousand. The same as for blobs (dtb/read-dtb.ts).
  nodes: 200_000,
  properties: 1_000_000,
  // Banks, reservations and modules. Xen and Linux record 64 to 256 and stop at, or forget, what is above.
  'memory ranges': 16384,
  // Entries of all `ranges` together, times the addresses that are looked for among them.
  'translations by buses': 20_000_000,
};

const RANGE_PROPERTIES = ['reg', 'xen,static-mem', 'xen,static-heap'];

/** Trees that can be judged, of which others may be made by a key. */
const judged = new WeakSet<DeviceTree>();

/** The first thing of which `tree` has too many; undefined for a tree that can be judged. */
export function findExcess(tree: DeviceTree): Excess | undefined {
  const edited = editedFrom(tree);
  if (edited && judged.has(edited.whole) && edited.keepsLengths) return undefined;
  const found = countExcess(tree);
  if (!found) judged.add(tree);
  return found;
}

function countExcess(tree: DeviceTree): Excess | undefined {
  const reservation = tree.memoryReservations[limits['memory ranges']];
  if (reservation) return excess('memory ranges', reservation.written.whole);
  let nodes = 0;
  let properties = 0;
  let ranges = tree.memoryReservations.length;
  let windows = 0;
  let addresses = 0;
  let isPlaced = false;
  for (const node of nodesOf(tree)) {
    if (node.parent === tree.root)
      isPlaced = node.name === 'reserved-memory' || baseName(node) === 'chosen';
    nodes += 1;
    properties += node.properties.size;
    // An entry takes three cells or more, an address two.
    windows += Math.ceil((bytesOf(node, 'ranges')?.length ?? 0) / 12);
    addresses += Math.ceil((bytesOf(node, 'reg')?.length ?? 0) / 8);
    const tooMany =
      nodes > limits.nodes
        ? 'nodes'
        : properties > limits.properties
          ? 'properties'
          : windows * addresses > limits['translations by buses']
            ? 'translations by buses'
            : undefined;
    const at = tooMany && node.openings[0]?.name;
    if (tooMany && at) return excess(tooMany, at);
    // Xen takes every node named memory for RAM, wherever it is.
    if (!isPlaced && baseName(node) !== 'memory') continue;
    for (const name of RANGE_PROPERTIES) {
      const property = node.properties.get(name);
      if (!property) continue;
      // Tuples of 64-bit addresses and sizes; shorter ones only come to the limit later.
      ranges += Math.max(1, property.bytes.length >> 4);
      if (ranges <= limits['memory ranges']) continue;
      const where = property.definition?.value ?? node.openings[0]?.name;
      if (where) return excess('memory ranges', where);
    }
  }
  return undefined;
}

function excess(what: Excess['what'], at: Excess['at']): Excess {
  return { what, limit: limits[what], at };
}

// A device goes to a guest, and the memory that it works in does not.

import { formatRange } from '../../addresses/format.ts';
import { writtenTuple } from '../../addresses/decode.ts';
import { contains, type Range } from '../../addresses/region.ts';
import { baseName, cellsOf, stringOf, type DtNode } from '../../tree/device-tree.ts';
import { nodesWith } from '../../tree/nodes-with.ts';
import { behavioursOf } from '../../xen/behaviours.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import type { Board, Guest } from '../board.ts';
import { rule, type Found } from '../rule.ts';
import { staticRegions } from '../static-regions.ts';
import { guestsOf, passedNodes, passedRanges } from './guests-of.ts';

interface Facts {
  readonly device: string;
  readonly region: string;
  readonly range: Range;
  /** Whether there is a dom0 that has the region. */
  readonly dom0: boolean;
  /** The guest that has the device; undefined where no file of a guest names it. */
  readonly guest: string | undefined;
}

export const passthroughMemoryRegion = rule<Facts>({
  id: 'passthrough-memory-region',
  severity: 'warning',
  title: 'A passed-through device is separated from its memory',
  why: `
\`xen,passthrough\` takes the device from dom0, not the region that its \`memory-region\` names: Xen keeps that region from its
heap and maps it into dom0. The guest has other RAM or nothing at its address, so a driver that expects the region fails, or
the device writes into memory of dom0.`,
  instead: `
With dom0less, give the region by a node of the guest's tree with \`xen,reg\` and \`xen,force-assign-without-iommu\`, and name
it there. Or remove the region from the host's tree, make the range part of the guest's \`xen,static-mem\` with \`direct-map\`,
and reserve it in the guest's tree. Nothing to do when the guest's tree has a region of its own for the device. xl cannot give
it: \`iomem\` of a reserved region is refused.`,
  source: [
    'xen: map_range_to_domain (4.22)',
    'xen: handle_passthrough_prop (4.22)',
    'dt-schema: memory-region',
  ],

  *check(board: Board) {
    const regions = staticRegions(board);
    const guests = guestsOf(board);
    for (const device of nodesWith(board.tree, ['xen,passthrough'])) {
      const property = device.properties.get('memory-region');
      if (!property) continue;
      for (const [index, phandle] of cellsOf(property).entries()) {
        const node = board.tree.phandles.get(phandle);
        const region = regions.find((each) => each.node === node);
        const at = writtenTuple(property, { offset: index * 4, length: 4 });
        if (
          !region ||
          !at ||
          guests.some((guest) => isGiven(guest, region) || hasOwn(guest, device))
        )
          continue;
        const owner = guests.find((guest) => hasDevice(guest, device));
        for (const boot of xenBoots(board)) {
          if (!behavioursOf(boot.release).readsReservedMemory || boot.heap.length === 0) continue;
          const found: Found<Facts> = {
            at,
            facts: {
              device: device.name,
              region: region.node.name,
              range: { start: region.start, end: region.end },
              dom0: boot.dom0 !== undefined,
              guest: owner?.name,
            },
            target: boot.target,
            related: region.written
              ? [{ message: `${region.node.name} is here`, at: region.written }]
              : [],
          };
          // The guest's tree may give the region, or have one of its own.
          yield owner ? found : { ...found, severity: 'information' };
        }
      }
    }
  },

  message({ device, region, range, dom0, guest }) {
    const where = `${formatRange(range)} ${dom0 ? 'stays with dom0' : 'goes to no domain'}`;
    return guest === undefined
      ? `${device} is passed through without its memory-region ${region}, unless the guest's tree gives it: ${where}`
      : `${guest} gets ${device} without its memory-region ${region}: ${where}`;
  },
});

/** Whether a guest gets all of a range, by its tree or by its configuration; whether Xen allows it is told elsewhere. */
function isGiven({ iomem, tree }: Guest, range: Range): boolean {
  const given = tree ? [...passedNodes(tree)].flatMap(passedRanges) : [];
  return [...iomem, ...given].some((each) => contains(each, range));
}

/** Whether a guest's tree names other memory for the device than the host's. */
function hasOwn({ tree }: Guest, device: DtNode): boolean {
  const nodes = tree ? [...passedNodes(tree)] : [];
  return nodes.some((node) => {
    const path = stringOf(node, 'xen,path');
    const isDevice =
      path === undefined ? baseName(node) === baseName(device) : path === device.path;
    return isDevice && node.properties.has('memory-region');
  });
}

function hasDevice({ nodes, tree }: Guest, device: DtNode): boolean {
  return (
    nodes.some(({ path }) => path === device.path) ||
    (tree !== undefined &&
      [...passedNodes(tree)].some((node) => stringOf(node, 'xen,path') === device.path))
  );
}

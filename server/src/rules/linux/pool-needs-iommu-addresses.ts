// A picture that firmware left on the screen lies behind an IOMMU that is not told of it.

import { formatRange } from '../../addresses/format.ts';
import { overlaps, type Range } from '../../addresses/region.ts';
import { isEnabled } from '../../memory/map-memory.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';
import { isCompatible } from '../../linux/region-drivers.ts';
import { cellsOf, stringsIn, type DtNode } from '../../tree/device-tree.ts';
import { nodesWith } from '../../tree/nodes-with.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { placeOfProperty, staticRegions } from '../static-regions.ts';
import { usersOf } from '../users-of.ts';

const ADDRESSES = 'iommu-addresses';

interface Facts {
  readonly region: string;
  readonly range: Range;
  readonly device: string;
}

export const poolNeedsIommuAddresses = rule<Facts>({
  id: 'pool-needs-iommu-addresses',
  severity: 'information',
  title: 'The IOMMU does not map the picture that firmware left on',
  why: `
A display that firmware left on reads its picture by physical addresses. When Linux puts an IOMMU in front of it, before the
display's driver runs, these addresses are mapped only if the region says so by \`iommu-addresses\`. Otherwise the IOMMU
reports faults, and the screen goes dark until the driver takes over. Nothing happens where firmware leaves the display off or the
IOMMU in bypass; Linux knows the property since 6.3.`,
  instead: `
Add \`iommu-addresses = <&display START SIZE>;\` to the region, with the start and the size of its \`reg\` in the cells of the
display's bus: Linux maps them 1:1. Nothing to do when firmware leaves the display off.`,
  source: [
    'linux: of_iommu_get_resv_regions, a5bf3cfce8cb (6.3)',
    'dt-schema: reserved-memory.yaml, iommu-addresses',
  ],

  *check(board: Board) {
    if (linuxBoots(board).length === 0) return;
    const pictures = framebuffers(board);
    for (const region of staticRegions(board)) {
      if (!region.written || region.index > 0) continue;
      const shown = pictures.filter((picture) => shows(board, picture, region));
      const users = usersOf(board, region.node).filter(
        (user) =>
          !isFramebuffer(user) && (shown.length > 0 || isHandedOver(board, user, region.node)),
      );
      for (const device of new Set([
        ...users,
        ...shown.flatMap((each) => displaysOf(board, each)),
      ])) {
        if (!isEnabled(device) || !isTranslated(board, device) || names(region.node, device))
          continue;
        const behind = placeOfProperty(device, 'iommus');
        yield {
          at: region.written,
          facts: {
            region: region.node.name,
            range: { start: region.start, end: region.end },
            device: device.name,
          },
          related: behind ? [{ message: `${device.name} is behind an IOMMU`, at: behind }] : [],
        };
      }
    }
  },

  message: ({ region, range, device }) =>
    `If firmware leaves ${device} on, it may lose its picture in ${region} ${formatRange(range)} when Linux turns its ` +
    `IOMMU on: the region has no ${ADDRESSES}`,
});

function isFramebuffer(node: DtNode): boolean {
  return isCompatible(node, 'simple-framebuffer');
}

/** The pictures that the tree says are on the screen. */
function framebuffers({ tree }: Board): readonly DtNode[] {
  return nodesWith(tree, ['compatible']).filter((node) => isFramebuffer(node) && isEnabled(node));
}

/** Whether a picture lies in a region: it names it, or its own addresses are there. */
function shows(
  board: Board,
  picture: DtNode,
  region: Reserved & { readonly node: DtNode },
): boolean {
  return (
    usersOf(board, region.node).includes(picture) ||
    board.map.devices.some((each) => each.node === picture && overlaps(each, region))
  );
}

/** What shows a picture, as far as its node says it (simple-framebuffer.yaml: display). */
function displaysOf({ tree }: Board, picture: DtNode): DtNode[] {
  const display = picture.properties.get('display');
  const node = display && tree.phandles.get(cellsOf(display)[0] ?? 0);
  return node ? [node] : [];
}

/** Whether a device takes a region over from firmware: bindings call it so, or boards do. */
function isHandedOver({ tree }: Board, user: DtNode, region: DtNode): boolean {
  if (/splash/i.test([region.name, ...region.labels].join(' '))) return true;
  const property = user.properties.get('memory-region');
  const called = stringsIn(user, 'memory-region-names');
  return (
    property !== undefined &&
    cellsOf(property).some(
      (phandle, index) => called[index] === 'framebuffer' && tree.phandles.get(phandle) === region,
    )
  );
}

/**
 * Whether an IOMMU that Linux uses stands before a device. Those of Qualcomm are left out: their driver lets displays pass
 * (qcom_smmu_def_domain_type) and keeps what firmware has set up.
 */
function isTranslated({ tree }: Board, device: DtNode): boolean {
  const property = device.properties.get('iommus');
  const iommu = property && tree.phandles.get(cellsOf(property)[0] ?? 0);
  if (!iommu || !isEnabled(iommu)) return false;
  return !stringsIn(iommu, 'compatible').some((name) => name.startsWith('qcom,'));
}

/** Whether a region says where a device finds it. */
function names(region: DtNode, device: DtNode): boolean {
  const property = region.properties.get(ADDRESSES);
  const phandle = device.properties.get('phandle');
  const own = phandle && cellsOf(phandle)[0];
  return property !== undefined && own !== undefined && cellsOf(property).includes(own);
}

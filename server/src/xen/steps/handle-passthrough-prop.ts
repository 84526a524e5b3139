// The nodes of a domain's partial tree that give it devices of the host.

import { joinCells } from '../../addresses/cells.ts';
import { PAGE_SIZE } from '../../addresses/page.ts';
import { bytesOf, cellsOf, type DeviceTree, type DtNode } from '../../tree/device-tree.ts';
import type { BootState } from '../boot-state.ts';
import { firstCell } from '../cells.ts';
import { print } from '../console.ts';
import { reason, type Reason } from '../reasons.ts';

/** DT_ROOT_NODE_ADDR_CELLS_DEFAULT and DT_ROOT_NODE_SIZE_CELLS_DEFAULT: the cells of /passthrough itself, and without others. */
const DEFAULT_CELLS = { address: 2, size: 1 };

type Cells = typeof DEFAULT_CELLS;

/** What is walked for, and what was met. */
interface Walk {
  readonly state: BootState;
  readonly domain: string;
  /** Whether Xen has assigned a device, which its IOMMU or its interrupts may not allow. */
  assigns: boolean;
}

/**
 * Prints why Xen refuses a partial tree, and returns the reason; undefined when nothing of it is refused that the tree
 * itself decides (Xen: scan_pfdt_node, handle_prop_pfdt, handle_passthrough_prop).
 */
export function refusePartialTree(
  state: BootState,
  domain: string,
  tree: DeviceTree,
): Reason | undefined {
  const walk: Walk = { state, domain, assigns: false };
  for (const node of tree.root.children) {
    if (node.name !== 'passthrough') continue;
    const refused = refuseBelow(walk, node, DEFAULT_CELLS);
    if (refused && walk.assigns)
      state.uncertain.push({ what: 'log', because: [reason('passthrough-before', { domain })] });
    if (refused) return refused;
  }
  return undefined;
}

function refuseBelow(walk: Walk, node: DtNode, cells: Cells): Reason | undefined {
  const refused = refuseNode(walk, node, cells);
  if (refused) return refused;
  const below = {
    address: firstCell(bytesOf(node, '#address-cells')) ?? DEFAULT_CELLS.address,
    size: firstCell(bytesOf(node, '#size-cells')) ?? DEFAULT_CELLS.size,
  };
  for (const child of node.children) {
    const found = refuseBelow(walk, child, below);
    if (found) return found;
  }
  return undefined;
}

function refuseNode(walk: Walk, node: DtNode, { address, size }: Cells): Reason | undefined {
  const { state, domain } = walk;
  const reg = node.properties.get('xen,reg');
  const hasPath = node.properties.has('xen,path');
  const isForced = node.properties.has('xen,force-assign-without-iommu');
  if (reg ? !hasPath && !isForced : hasPath) {
    print(state, 'passthrough-incomplete', { domain });
    return reason('passthrough-incomplete', { node: node.path });
  }
  if (!reg) return undefined;
  const width = 2 * address + size;
  const isRefused = [address, size].some((count) => count < 1 || count > 2);
  if (isRefused && !state.does.dividesByCells) {
    print(state, 'passthrough-cells', { address, size });
    print(state, 'passthrough-failed', { domain });
    return reason('passthrough-cells', { node: node.path, address, size });
  }
  if (width === 0) return undefined;
  const values = cellsOf(reg);
  for (let at = 0; at + width <= values.length; at += width) {
    const numbers = [
      joinCells(values, at, address),
      joinCells(values, at + address, size),
      joinCells(values, at + address + size, address),
    ];
    if (numbers.every((number) => number % PAGE_SIZE === 0n)) continue;
    print(state, 'passthrough-unaligned', {});
    print(state, 'passthrough-failed', { domain });
    return reason('passthrough-unaligned', { node: node.path });
  }
  walk.assigns ||= hasPath;
  return undefined;
}

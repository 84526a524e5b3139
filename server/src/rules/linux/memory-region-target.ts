// A device names something as `memory-region` that is no reserved region.

import { isEnabled } from '../../memory/map-memory.ts';
import { cellsOf, type DeviceTree, type DtNode } from '../../tree/device-tree.ts';
import { nodesWith } from '../../tree/nodes-with.ts';
import { isOverlaid, pathInBase } from '../../tree/overlay-target.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { placeOfProperty } from '../static-regions.ts';

interface Facts {
  readonly user: DtNode;
  readonly target: DtNode;
  readonly fault: 'elsewhere' | 'disabled';
}

function isOn(node: DtNode): boolean {
  for (let each: DtNode | undefined = node; each; each = each.parent)
    if (!isEnabled(each)) return false;
  return true;
}

/** The path of a node's parent once an overlay is applied; undefined where only the base knows it. */
function holderOf({ isPlugin }: DeviceTree, { parent }: DtNode): string | undefined {
  if (!parent) return '';
  return isPlugin && isOverlaid(parent) ? pathInBase(parent) : parent.path;
}

export const memoryRegionTarget = rule<Facts>({
  id: 'memory-region-target',
  severity: 'warning',
  title: 'memory-region names no reserved region',
  why: `
Drivers get at the memory in two ways. of_reserved_mem_device_init and of_reserved_mem_lookup know only what Linux recorded:
enabled direct children of /reserved-memory. With a disabled one the first goes on without the memory, silently; with a node
elsewhere both fail. Drivers that read \`reg\` of the node themselves (of_address_to_resource) work with a node anywhere, but
nothing keeps that memory from others.`,
  instead: 'Enable the region for the boards that use it, or move it below /reserved-memory.',
  source: [
    'linux: of_reserved_mem_device_init_by_idx, of_reserved_mem_lookup (6.1)',
    'linux: of_address_to_resource (6.1)',
    'dt-schema: reserved-memory.yaml',
  ],

  *check(board: Board) {
    for (const user of nodesWith(board.tree, ['memory-region'])) {
      const property = user.properties.get('memory-region');
      const at = property && placeOfProperty(user, 'memory-region');
      if (!property || !at || !isOn(user)) continue;
      for (const phandle of cellsOf(property)) {
        const target = board.tree.phandles.get(phandle);
        if (!target) continue;
        const holder = holderOf(board.tree, target);
        // The base knows where the label of a fragment leads.
        if (holder === undefined) continue;
        const isRegion = holder === '/reserved-memory';
        if (isRegion && isEnabled(target)) continue;
        const opening = target.openings[0]?.name;
        yield {
          at,
          facts: { user, target, fault: isRegion ? 'disabled' : 'elsewhere' },
          ...(isRegion ? { severity: 'information' as const } : {}),
          related: opening ? [{ message: `${target.name} is here`, at: opening }] : [],
        };
      }
    }
  },

  message: ({ user, target, fault }) =>
    fault === 'disabled'
      ? `${user.name} uses ${target.name}, which is disabled`
      : `${user.name} names ${target.path} as memory-region, which is not below /reserved-memory`,
});

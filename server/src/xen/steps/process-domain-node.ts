// A domain's node below /chosen: memory set aside for it.

import type { BootState } from '../boot-state.ts';
import { firstCell } from '../cells.ts';
import { print } from '../console.ts';
import { EINVAL } from '../errno.ts';
import { readBanks } from './device-tree-get-meminfo.ts';
import type { Visit } from './device-tree-for-each-node.ts';
import { reservedList } from './process-reserved-memory.ts';

/** `xen,static-mem`, with cells of its own in 4.16 and the parent's since (Xen: process_domain_node). */
export function processDomainNode(state: BootState, visit: Visit): number {
  const { node } = visit;
  print(state, 'static-memory-checked', {}, { node });
  const property = node.properties.get('xen,static-mem');
  if (!property) return 0;
  if (state.does.refusesStaticMemInScan && !state.world.valueOf('config.staticMemory')) {
    print(state, 'static-mem-config', {}, { node, written: property.definition?.whole });
    return EINVAL;
  }
  const own = (name: string): number => firstCell(node.properties.get(name)?.bytes) ?? 0;
  const ownCells = state.does.staticMem === 'own-cells';
  return readBanks(
    state,
    node,
    'xen,static-mem',
    ownCells ? own('#xen,static-mem-address-cells') : visit.addressCells,
    ownCells ? own('#xen,static-mem-size-cells') : visit.sizeCells,
    reservedList(state, 'static-mem'),
  );
}

// What Xen's early scan makes of one node: the first test that matches decides.

import { baseName, stringsIn, type DtNode } from '../../tree/device-tree.ts';
import type { BootState } from '../boot-state.ts';
import { isCompatible } from '../compatible.ts';
import { print } from '../console.ts';
import { readBanks } from './device-tree-get-meminfo.ts';
import type { Visit } from './device-tree-for-each-node.ts';
import { addGivenModules } from './add-given-modules.ts';
import { processChosenNode } from './process-chosen-node.ts';
import { processDomainNode } from './process-domain-node.ts';
import { processMultibootNode } from './process-multiboot-node.ts';
import { processReservedMemory } from './process-reserved-memory.ts';
import { processShmNode } from './process-shm-node.ts';

/** 0, or the negative error number that ends the scan, already announced (Xen: early_scan_node). */
export function earlyScanNode(state: BootState, visit: Visit): number {
  const rc = dispatch(state, visit);
  if (rc < 0) {
    state.scanEndedAt = visit.node;
    print(state, 'node-parsing-failed', { node: visit.node.name }, { node: visit.node });
  }
  return rc;
}

function dispatch(state: BootState, visit: Visit): number {
  const { does } = state;
  const { node, depth } = visit;
  if (isRam(state, visit)) {
    if (state.ramIsForm) return 0;
    return readBanks(state, node, 'reg', visit.addressCells, visit.sizeCells, ramList(state));
  }
  if (does.readsReservedMemory && depth === 1 && node.name.toLowerCase() === 'reserved-memory')
    return processReservedMemory(state, visit);
  if (
    (!does.dom0less || depth <= 3) &&
    (isCompatible(node, 'xen,multiboot-module') || isCompatible(node, 'multiboot,module'))
  ) {
    processMultibootNode(state, visit);
    return 0;
  }
  if (depth === 1 && baseName(node) === 'chosen') {
    const rc = processChosenNode(state, visit);
    if (rc === 0) addGivenModules(state, node);
    return rc;
  }
  if (does.staticMem !== 'none' && depth === 2 && isCompatible(node, 'xen,domain'))
    return processDomainNode(state, visit);
  if (does.staticShm && depth <= 3 && isCompatible(node, 'xen,domain-shared-memory-v1'))
    return processShmNode(state, visit);
  return 0;
}

/** Names are compared case by case; `memory` and `memory@…` match, `memory-controller@…` does not. */
function isRam(state: BootState, { node, depth }: Visit): boolean {
  if (baseName(node) !== 'memory') return false;
  if (state.world.valueOf('boot') === 'efi') {
    if (state.does.efiIgnoresMemoryNodes) return false;
    // Older EFI stubs delete these nodes before Xen looks.
    if (saysMemory(node)) return false;
  }
  return !state.does.strictMemoryNode || (depth === 1 && saysMemory(node));
}

function saysMemory(node: DtNode): boolean {
  return stringsIn(node, 'device_type')[0] === 'memory';
}

function ramList(state: BootState): Parameters<typeof readBanks>[5] {
  const { ram } = state;
  return {
    get length() {
      return ram.length;
    },
    checked: false,
    add(bank) {
      ram.push(bank);
    },
  };
}

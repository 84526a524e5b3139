// Reads /reserved-memory: every descendant's `reg` goes into the reserved list.

import type { BootState } from '../boot-state.ts';
import { panic } from '../console.ts';
import { reason } from '../reasons.ts';
import { ENOENT, ENOSPC } from '../errno.ts';
import { readBanks, type BankList } from './device-tree-get-meminfo.ts';
import { walkFlatTree, type Visit } from './device-tree-for-each-node.ts';

/** The list of reserved banks, as a target for tuples of one kind. */
export function reservedList(
  state: BootState,
  kind: 'reserved-memory' | 'static-mem' | 'static-heap',
): BankList {
  const { reserved } = state;
  return {
    get length() {
      return reserved.length;
    },
    checked: true,
    add(bank) {
      reserved.push({ ...bank, kind, sharedId: '' });
    },
  };
}

/**
 * Walks the children in a walk of their own, so that missing cells default to 2 and 1 rather than to the root's.
 * Nodes without `reg` (dynamic regions) are passed over (Xen: process_reserved_memory).
 */
export function processReservedMemory(state: BootState, visit: Visit): number {
  const list = reservedList(state, 'reserved-memory');
  return walkFlatTree(state, visit.node, (_, { node, addressCells, sizeCells }) => {
    const rc = readBanks(state, node, 'reg', addressCells, sizeCells, list);
    if (rc === ENOSPC) {
      const because = reason('reserved-limit', { limit: state.does.bankLimit });
      panic(state, 'reserved-limit', {}, because, { node });
      return 0;
    }
    return rc === ENOENT ? 0 : rc;
  });
}

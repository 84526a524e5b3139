// A node of static shared memory between domains.

import { PAGE_SIZE } from '../../addresses/page.ts';
import { stringOf } from '../../tree/device-tree.ts';
import type { BootState, Source } from '../boot-state.ts';
import { event, print, printEvent } from '../console.ts';
import { EINVAL, ENOENT, ENOSPC } from '../errno.ts';
import type { XenEvent } from '../xen-boot.ts';
import { overlapsReserved } from './check-reserved-regions-overlap.ts';
import type { Visit } from './device-tree-for-each-node.ts';
import { dtReadNumber } from './dt-read-number.ts';

/** MAX_SHM_ID_LENGTH, its NUL included. */
const ID_LIMIT = 16;
/** NR_SHMEM_BANKS. */
const SHARED_LIMIT = 32;

/** Logs why a region is refused, and returns the error. */
type Refuse = (why: XenEvent) => number;

interface Shared {
  readonly id: string;
  readonly host: bigint | undefined;
  readonly size: bigint;
}

/** Checks and lists one region; 0 or a negative error number (Xen: process_shm_node). */
export function processShmNode(state: BootState, visit: Visit): number {
  const { node } = visit;
  const source: Source = {
    node,
    written: node.properties.get('xen,shared-mem')?.definition?.whole,
  };
  const refuse: Refuse = (why) => {
    printEvent(state, why, source);
    return EINVAL;
  };
  if (!state.world.valueOf('config.staticShm')) return refuse(event('shm-config', {}));
  if (visit.addressCells < 1 || visit.sizeCells < 1) return refuse(event('shm-cells', {}));
  if (!node.properties.has('xen,shm-id')) return ENOENT;
  const id = stringOf(node, 'xen,shm-id') ?? '';
  if (id.length >= ID_LIMIT) return refuse(event('shm-id-long', { id, limit: ID_LIMIT }));
  if (node.properties.has('role')) {
    const role = stringOf(node, 'role');
    if (role !== 'owner' && role !== 'borrower') return refuse(event('shm-role', {}));
  }
  const shared = readShared(state, visit, id, refuse);
  if (typeof shared === 'number') return shared;
  return state.does.sharedMemoryList
    ? addToSharedList(state, shared, source, refuse)
    : addToReservedList(state, shared, source, refuse);
}

function readShared(
  state: BootState,
  { node, addressCells, sizeCells }: Visit,
  id: string,
  refuse: Refuse,
): Shared | number {
  const property = node.properties.get('xen,shared-mem');
  if (!property) return ENOENT;
  const { bytes } = property;
  const withHost = bytes.length === (addressCells * 2 + sizeCells) * 4;
  const withoutHost = bytes.length === (addressCells + sizeCells) * 4;
  if (!withHost && !(withoutHost && state.does.sharedMemoryList)) {
    if (withoutHost) refuse(event('shm-host-missing', {}));
    return refuse(event('shm-property', {}));
  }
  const read = (at: number, count: number): bigint =>
    dtReadNumber(state, bytes, at, count, { node });
  const host = withHost ? read(0, addressCells) : undefined;
  const guestAt = withHost ? addressCells : 0;
  const guest = read(guestAt, addressCells);
  const size = read(guestAt + addressCells, sizeCells);
  if (state.outcome) return 0;
  const wraps = host !== undefined && BigInt.asUintN(64, host + size) <= host;
  const overflow = event('shm-overflow', { id });
  const zero = event('shm-zero', {});
  if (!state.does.sharedMemoryList) {
    if (size === 0n) return refuse(zero);
    return { id, host, size };
  }
  if (host !== undefined && host % PAGE_SIZE !== 0n)
    return refuse(event('shm-host-unaligned', { address: host }));
  if (wraps) return refuse(overflow);
  if (guest % PAGE_SIZE !== 0n) return refuse(event('shm-guest-unaligned', { address: guest }));
  if (size === 0n) return refuse(zero);
  if (size % PAGE_SIZE !== 0n) return refuse(event('shm-size-unaligned', { size }));
  return { id, host, size };
}

function addToSharedList(
  state: BootState,
  { id, host, size }: Shared,
  source: Source,
  refuse: Refuse,
): number {
  for (const bank of state.shared) {
    const sameStart = host === undefined || host === bank.start;
    if (bank.sharedId === id) {
      if (sameStart && bank.size === size) return 0;
      return refuse(event('shm-id-shared', { id }));
    }
    if (host !== undefined && host === bank.start && bank.size === size)
      return refuse(event('shm-mismatch', { id }));
  }
  if (state.shared.length >= SHARED_LIMIT) {
    print(state, 'region-limit', {}, source);
    return ENOSPC;
  }
  if (host !== undefined && overlapsReserved(state, host, size, source, 'refused')) return EINVAL;
  state.shared.push({
    start: host,
    size,
    sharedId: id,
    node: source.node,
    written: source.written,
  });
  return 0;
}

function addToReservedList(
  state: BootState,
  { id, host = 0n, size }: Shared,
  source: Source,
  refuse: Refuse,
): number {
  // Xen asks about all regions for each of them: the answer is the same, and once is enough.
  let isApart = false;
  for (const bank of state.reserved) {
    const bankEnd = bank.start + bank.size;
    if (host === bank.start && size === bank.size) {
      if (bank.sharedId === id) return 0;
      return refuse(event('shm-mismatch', { id }));
    }
    if (BigInt.asUintN(64, host + size) <= host || BigInt.asUintN(64, bankEnd) <= bank.start)
      return refuse(event('shm-overflow', { id }));
    // An overlap is looked for before the same id is.
    if (state.does.checksOverlaps) {
      if (!isApart && overlapsReserved(state, host, size, source, 'refused')) return EINVAL;
      isApart = true;
    } else if (host + size > bank.start && host < bankEnd) {
      return refuse(event('shm-overlap', { start: bank.start, end: bankEnd }));
    }
    if (bank.sharedId === id) return refuse(event('shm-id-shared', { id }));
  }
  if (state.reserved.length >= state.does.bankLimit) {
    print(state, 'region-limit', {}, source);
    return ENOSPC;
  }
  state.reserved.push({
    start: host,
    size,
    node: source.node,
    written: source.written,
    kind: 'shared-mem',
    sharedId: id,
  });
  return 0;
}

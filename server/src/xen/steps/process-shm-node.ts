// A node of static shared memory between domains.

import { stringOf } from '../../tree/device-tree.ts';
import type { BootState, Source } from '../boot-state.ts';
import { readNumber } from '../cells.ts';
import { alternatePaddr, paddr, print } from '../console.ts';
import { EINVAL, ENOENT, ENOSPC } from '../errno.ts';
import { overlapsReserved } from './check-reserved-regions-overlap.ts';
import type { Visit } from './device-tree-for-each-node.ts';

/** MAX_SHM_ID_LENGTH, its NUL included. */
const ID_LIMIT = 16;
/** NR_SHMEM_BANKS. */
const SHARED_LIMIT = 32;
const PAGE = 4096n;

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
  const refuse = (text: string): number => {
    print(state, text, source);
    return EINVAL;
  };
  if (!state.profile.config?.staticShm)
    return refuse('CONFIG_STATIC_SHM must be enabled for parsing static shared memory nodes');
  if (visit.addressCells < 1 || visit.sizeCells < 1)
    return refuse('fdt: invalid #address-cells or #size-cells for static shared memory node.');
  if (!node.properties.has('xen,shm-id')) return ENOENT;
  const id = stringOf(node, 'xen,shm-id') ?? '';
  if (id.length >= ID_LIMIT)
    return refuse(`fdt: invalid xen,shm-id ${id}, it must be limited to ${ID_LIMIT} characters`);
  if (node.properties.has('role')) {
    const role = stringOf(node, 'role');
    if (role !== 'owner' && role !== 'borrower')
      return refuse('fdt: invalid `role` property for static shared memory node.');
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
  refuse: (text: string) => number,
): Shared | number {
  const property = node.properties.get('xen,shared-mem');
  if (!property) return ENOENT;
  const { bytes } = property;
  const withHost = bytes.length === (addressCells * 2 + sizeCells) * 4;
  const withoutHost = bytes.length === (addressCells + sizeCells) * 4;
  if (!withHost && !(withoutHost && state.does.sharedMemoryList)) {
    if (withoutHost) refuse('fdt: host physical address must be chosen by users at the moment.');
    return refuse('fdt: invalid `xen,shared-mem` property.');
  }
  const host = withHost ? readNumber(bytes, 0, addressCells) : undefined;
  const guestAt = withHost ? addressCells : 0;
  const guest = readNumber(bytes, guestAt, addressCells);
  const size = readNumber(bytes, guestAt + addressCells, sizeCells);
  const wraps = host !== undefined && BigInt.asUintN(64, host + size) <= host;
  const overflow = `fdt: static shared memory region ${id} overflow`;
  const zero = 'fdt: the size for static shared memory region can not be zero';
  if (!state.does.sharedMemoryList) {
    if (size === 0n) return refuse(zero);
    if (wraps) return refuse(overflow);
    return { id, host, size };
  }
  if (host !== undefined && host % PAGE !== 0n)
    return refuse(`fdt: physical address 0x${paddr(host)} is not suitably aligned.`);
  if (wraps) return refuse(overflow);
  if (guest % PAGE !== 0n)
    return refuse(`fdt: guest address 0x${paddr(guest)} is not suitably aligned.`);
  if (size === 0n) return refuse(zero);
  if (size % PAGE !== 0n) return refuse(`fdt: size 0x${paddr(size)} is not suitably aligned`);
  return { id, host, size };
}

function addToSharedList(
  state: BootState,
  { id, host, size }: Shared,
  source: Source,
  refuse: (text: string) => number,
): number {
  for (const bank of state.shared) {
    const sameStart = host === undefined || host === bank.start;
    if (bank.sharedId === id) {
      if (sameStart && bank.size === size) return 0;
      return refuse(`fdt: different shared memory region could not share the same shm ID ${id}`);
    }
    if (host !== undefined && host === bank.start && bank.size === size)
      return refuse(`fdt: xen,shm-id ${id} does not match for all the nodes using the same region`);
  }
  if (state.shared.length >= SHARED_LIMIT) {
    print(state, 'Warning: Max number of supported memory regions reached.', source);
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
  refuse: (text: string) => number,
): number {
  for (const bank of state.reserved) {
    const bankEnd = bank.start + bank.size;
    if (host === bank.start && size === bank.size) {
      if (bank.sharedId === id) return 0;
      return refuse(
        `fdt: xen,shm-id ${id} does not match for all the nodes using the same region.`,
      );
    }
    if (bank.sharedId === id)
      return refuse(`fdt: different shared memory region could not share the same shm ID ${id}`);
    if (state.does.checksOverlaps) {
      if (overlapsReserved(state, host, size, source, 'refused')) return EINVAL;
    } else if (host + size > bank.start && host < bankEnd) {
      const other = `${alternatePaddr(bank.start)} - ${alternatePaddr(bankEnd)}`;
      return refuse(`fdt: shared memory region overlap with an existing entry ${other}`);
    }
  }
  if (state.reserved.length >= state.does.bankLimit) {
    print(state, 'Warning: Max number of supported memory regions reached.', source);
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

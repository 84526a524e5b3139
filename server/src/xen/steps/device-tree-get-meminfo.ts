// A property of (address, size) tuples read into one of Xen's lists of banks.

import { writtenTuple } from '../../addresses/decode.ts';
import { baseName, stringOf, type DtNode } from '../../tree/device-tree.ts';
import { unknownProperty } from '../../tree/loader-changes.ts';
import type { BootState, MemoryBank } from '../boot-state.ts';
import { print } from '../console.ts';
import { ENOENT, ENOSPC, EINVAL } from '../errno.ts';
import { reason } from '../reasons.ts';
import { overlapsReserved } from './check-reserved-regions-overlap.ts';
import { dtReadNumber } from './dt-read-number.ts';

/** Whether Xen takes a node as enabled: no `status`, "ok" or "okay". An empty `status` is not (device_tree_node_is_available). */
export function isAvailable(node: DtNode): boolean {
  if (!node.properties.has('status')) return true;
  const status = stringOf(node, 'status');
  return status === 'ok' || status === 'okay';
}

/** What takes the banks that are read. */
export interface BankList {
  readonly length: number;
  /** Whether new banks are checked against reserved ones and modules. */
  readonly checked: boolean;
  add(bank: MemoryBank): void;
}

/**
 * Appends the tuples of `property` to `list`; 0, or the negative error number Xen's scan sees. A short tail is ignored
 * (Xen: device_tree_get_meminfo, process_memory_node).
 */
export function readBanks(
  state: BootState,
  node: DtNode,
  name: string,
  addressCells: number,
  sizeCells: number,
  list: BankList,
): number {
  const { does } = state;
  const source = { node, written: node.properties.get(name)?.definition?.whole };
  if (does.honoursStatus && !isAvailable(node)) return 0;
  if (addressCells < 1 || sizeCells < 1) {
    print(state, 'cells-invalid', { property: name, node: node.name }, source);
    return does.toleratesBadReg ? 0 : EINVAL;
  }
  if (unknownProperty(state.tree, node, name)) {
    const because = [reason('value-from-loader', { node: node.path, property: name })];
    state.uncertain.push({
      what: name === 'reg' && baseName(node) === 'memory' ? 'ram' : 'reserved',
      because,
    });
    return 0;
  }
  const property = node.properties.get(name);
  if (!property) {
    if (!does.toleratesBadReg) return ENOENT;
    print(state, 'reg-missing', { node: node.name, property: name }, source);
    return 0;
  }
  const width = addressCells + sizeCells;
  const count = Math.floor(property.bytes.length / (width * 4));
  let index = 0;
  for (; index < count && list.length < does.bankLimit; index += 1) {
    const { bytes } = property;
    const start = dtReadNumber(state, bytes, index * width, addressCells, { node });
    const size = dtReadNumber(state, bytes, index * width + addressCells, sizeCells, { node });
    if (state.outcome) return 0;
    const written = writtenTuple(property, { offset: index * width * 4, length: width * 4 });
    if (
      list.checked &&
      does.checksOverlaps &&
      overlapsReserved(state, start, size, { node, written })
    )
      return EINVAL;
    if (size === 0n) {
      if (does.zeroSize === 'error') return EINVAL;
      continue;
    }
    list.add({ start, size, node, written });
  }
  if (index === count || does.toleratesBadReg) return 0;
  if (does.announcesFullList) print(state, 'region-limit', {}, source);
  return ENOSPC;
}

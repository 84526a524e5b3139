// Numbers in raw property bytes.

import { bytesOf, type DtNode } from '../tree/device-tree.ts';

/** The 32-bit big-endian cell at a cell index; 0 beyond the end. */
export function cellAt(bytes: Uint8Array, index: number): number {
  const at = index * 4;
  return (
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0
  );
}

/** The low 64 bits of a number of `count` cells from a cell index; 0 of none. */
export function readNumber(bytes: Uint8Array, index: number, count: number): bigint {
  let value = 0n;
  for (let at = Math.max(0, count - 2); at < count; at += 1)
    value = (value << 32n) | BigInt(cellAt(bytes, index + at));
  return value;
}

/** The first cell of a property of at least four bytes; undefined without one. */
export function firstCell(bytes: Uint8Array | undefined): number | undefined {
  return bytes && bytes.length >= 4 ? cellAt(bytes, 0) : undefined;
}

/** The nearest value from the node's parent upwards, of cells for its own `reg` (Xen: dt_n_addr_cells, dt_n_size_cells). */
export function inheritedCells(
  node: DtNode,
  name: '#address-cells' | '#size-cells',
  otherwise: number,
): number {
  for (let up = node.parent; up; up = up.parent) {
    const own = firstCell(bytesOf(up, name));
    if (own !== undefined) return own;
  }
  return otherwise;
}

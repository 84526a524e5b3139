// Walks `ranges` from a bus up to the CPU.

import type { DtNode, DtProperty } from '../tree/device-tree.ts';
import { cellsOf } from '../tree/device-tree.ts';
import { childCells, joinCells, regCells, type CellCounts } from './cells.ts';
import { known, unknown, type Decoded } from './decoded.ts';

/** Addresses that a bus forwards, `[from, from + length)`, and where to. */
export interface Window {
  readonly from: bigint;
  readonly to: bigint;
  readonly length: bigint;
}

interface Windows {
  /** How the bytes were read: the same may stand below another parent, here or in the next tree. */
  readonly child: CellCounts;
  readonly parent: number;
  readonly windows: readonly Window[];
}

/** By the bytes of `ranges`: every device below a bus asks for its windows. */
const windowsBefore = new WeakMap<Uint8Array, Windows>();

/** What `ranges` or `dma-ranges` of `bus` says; none for an empty one, which is the identity. A short tail is left out. */
export function windowsOf(bus: DtNode, ranges: DtProperty): readonly Window[] {
  const child = childCells(bus);
  const parent = regCells(bus).address;
  const before = windowsBefore.get(ranges.bytes);
  if (
    before?.parent === parent &&
    before.child.address === child.address &&
    before.child.size === child.size
  )
    return before.windows;
  const width = child.address + parent + child.size;
  const cells = cellsOf(ranges);
  const windows: Window[] = [];
  // The upper cells of three-cell (PCI) addresses are flags; translation uses the low 64 bits.
  const skip = Math.max(0, child.address - 2);
  for (let at = 0; width > 0 && at + width <= cells.length; at += width)
    windows.push({
      from: joinCells(cells, at + skip, child.address - skip),
      to: joinCells(cells, at + child.address, parent),
      length: joinCells(cells, at + child.address + parent, child.size),
    });
  windowsBefore.set(ranges.bytes, { child, parent, windows });
  return windows;
}

/**
 * The CPU address of `address` on the bus that `node` is a child of; `size` must fit one window. A missing `ranges`
 * means the bus is not visible to the CPU (Devicetree Specification, §2.3.8), an empty one is the identity.
 */
export function translateAddress(node: DtNode, address: bigint, size: bigint): Decoded<bigint> {
  let current = address;
  for (let bus = node.parent; bus?.parent; bus = bus.parent) {
    const ranges = bus.properties.get('ranges');
    if (!ranges) return unknown({ code: 'not-translatable', bus: bus.path });
    if (ranges.bytes.length === 0) continue;
    const end = current + size;
    let found: Window | undefined;
    for (const window of windowsOf(bus, ranges)) {
      if (current < window.from || end > window.from + window.length) continue;
      found = window;
      break;
    }
    if (!found) return unknown({ code: 'not-translatable', bus: bus.path });
    current = current - found.from + found.to;
  }
  return known(current);
}

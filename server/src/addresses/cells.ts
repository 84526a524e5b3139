// #address-cells and #size-cells, and numbers made of cells.

import { bytesOf, cellAtByte, cellsOf, type DtNode, type DtProperty } from '../tree/device-tree.ts';

/** How many 32-bit cells an address and a size take. */
export interface CellCounts {
  readonly address: number;
  readonly size: number;
}

/** The value of a one-cell property; undefined when absent or not four bytes long. */
export function cellOf(node: DtNode, name: string): number | undefined {
  const bytes = bytesOf(node, name);
  if (bytes?.length !== 4) return undefined;
  // By index: this is asked a thousand times per key, and taking bytes apart by iteration makes garbage.
  return cellAtByte(bytes, 0);
}

/**
 * The counts that apply to `reg` of the children of `node`: its own properties, else 2 and 1
 * (Devicetree Specification, §2.3.5). Not inherited; Xen and Linux differ from this and keep their own rule.
 */
export function childCells(node: DtNode): CellCounts {
  return { address: cellOf(node, '#address-cells') ?? 2, size: cellOf(node, '#size-cells') ?? 1 };
}

/** The counts that apply to `reg` of `node` itself; 2 and 1 for the root. */
export function regCells(node: DtNode): CellCounts {
  return node.parent ? childCells(node.parent) : { address: 2, size: 1 };
}

/** Cells that are joined: twice as many as dtc allows (four), for each of two numbers. */
const mostCells = 16;

/** Whether numbers of so many cells can be written out: a count may be any number up to 2³² − 1. */
export function canWrite(counts: CellCounts): boolean {
  return counts.address <= mostCells && counts.size <= mostCells;
}

/** `count` cells from `at` joined big-endian; missing cells end the number. */
export function joinCells(cells: readonly number[], at: number, count: number): bigint {
  let value = 0n;
  const end = Math.min(at + count, cells.length);
  // A count may be any number; only the lowest cells of one that no reader takes are worth the time.
  for (let index = Math.max(at, end - mostCells); index < end; index += 1) {
    value = (value << 32n) | BigInt(cells[index] ?? 0);
  }
  return value;
}

/** An (address, size) pair of a property, as written, with its index. */
export interface Tuple {
  readonly index: number;
  readonly address: bigint;
  readonly size: bigint;
  /** Byte range of the tuple in the property. */
  readonly offset: number;
  readonly length: number;
}

/** The whole tuples of a `reg`-like property; a short tail is left out. No tuples when both counts are 0. */
export function tuplesOf(property: DtProperty, counts: CellCounts): Tuple[] {
  const width = counts.address + counts.size;
  if (width <= 0) return [];
  const cells = cellsOf(property);
  const tuples: Tuple[] = [];
  for (let at = 0; at + width <= cells.length; at += width) {
    tuples.push({
      index: tuples.length,
      address: joinCells(cells, at, counts.address),
      size: joinCells(cells, at + counts.address, counts.size),
      offset: at * 4,
      length: width * 4,
    });
  }
  return tuples;
}

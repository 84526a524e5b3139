// Writes dom0's memory nodes: its banks, and what it is told of the reserved ones.

import type { Range } from '../../addresses/region.ts';
import { chosenOf } from '../chosen-of.ts';
import { rangeOf, type BootState, type ReservedBank } from '../boot-state.ts';
import { cellAt } from '../cells.ts';
import { crash, event, panic } from '../console.ts';
import { reason } from '../reasons.ts';
import { sharedMemoryBelow, type SharedMapping } from './process-shm.ts';
import { beginNode, endNode, writeBytes, writeStrings, type FdtWriter } from './fdt-writer.ts';

export interface RootCells {
  readonly address: number;
  readonly size: number;
}

/** Ranges as `reg` in the root's cells; what does not fit loses its upper bits (Xen: dt_set_range). */
export function encodeRanges(ranges: readonly Range[], { address, size }: RootCells): Uint8Array {
  const bytes = new Uint8Array(ranges.length * (address + size) * 4);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const put = (value: bigint, cells: number): void => {
    if (cells === 2) view.setUint32(at, Number(BigInt.asUintN(32, value >> 32n)));
    view.setUint32(at + (cells - 1) * 4, Number(BigInt.asUintN(32, value)));
    at += cells * 4;
  };
  for (const { start, end } of ranges) {
    put(start, address);
    put(end - start, size);
  }
  return bytes;
}

function decodeRanges(bytes: Uint8Array, { address, size }: RootCells): Range[] {
  const ranges: Range[] = [];
  const read = (at: number, cells: number): bigint =>
    cells === 2
      ? (BigInt(cellAt(bytes, at)) << 32n) | BigInt(cellAt(bytes, at + 1))
      : BigInt(cellAt(bytes, at));
  for (let at = 0; at * 4 < bytes.length; at += address + size) {
    const start = read(at, address);
    ranges.push({ start, end: start + read(at + address, size) });
  }
  return ranges;
}

/** The node of dom0's own banks, and the one of reserved banks where the release makes it (Xen: make_memory_node). */
export function makeMemoryNodes(state: BootState, writer: FdtWriter, cells: RootCells): void {
  const { does } = state;
  const valid = (count: number): boolean => count === 1 || count === 2;
  if (!valid(cells.address) || !valid(cells.size)) {
    panic(state, 'cells-unusable', {}, reason('root-cells', cells), { node: state.tree.root });
    return;
  }
  const first = state.dom0Banks[0];
  if (!first) return;
  const ownShared = does.sharedMemoryList ? sharedWithDom0(state).map(({ guest }) => guest) : [];
  writeNode(state, writer, cells, [...state.dom0Banks, ...ownShared]);
  const exported = exportedBanks(state);
  if (exported.length === 0) return;
  if (
    does.fullMemoryNodeBugs &&
    exported.length === does.bankLimit &&
    cells.address + cells.size === 4 &&
    !(does.sharedMemoryList && state.world.valueOf('config.staticShm'))
  ) {
    crash(
      state,
      event('xen-bug', { file: does.domainBuildPath }),
      reason('memory-node-overrun', { limit: does.bankLimit }),
    );
    return;
  }
  state.exported = exported.map((bank) => ({
    ...rangeOf(bank),
    kind: bank.kind,
    node: bank.node,
    written: bank.written,
  }));
  writeNode(state, writer, cells, exported.map(rangeOf));
}

function writeNode(
  state: BootState,
  writer: FdtWriter,
  cells: RootCells,
  ranges: readonly Range[],
): void {
  const start = ranges[0]?.start ?? 0n;
  const name = state.does.memoryNodeHasAddress ? `memory@${start.toString(16)}` : 'memory';
  const bytes = encodeRanges(ranges, cells);
  beginNode(writer, name);
  writeStrings(writer, 'device_type', 'memory');
  writeBytes(writer, 'reg', bytes);
  endNode(writer);
  if (!writer.full) state.memoryNodes.push({ name, reg: decodeRanges(bytes, cells) });
}

/** Reserved banks that dom0 is told are memory, in the order of the reserved list. */
function exportedBanks(state: BootState): ReservedBank[] {
  const { reserved, does } = state;
  switch (does.reservedAsMemory) {
    case 'none':
      return [];
    case 'all':
      return reserved;
    case 'not-static-mem':
      return reserved.filter(({ kind }) => kind !== 'static-mem');
    case 'from-first-default': {
      const first = reserved.findIndex(({ kind }) => kind === 'reserved-memory');
      if (first < 0) return [];
      return reserved
        .slice(first)
        .filter(({ kind }) => kind === 'reserved-memory' || kind === 'static-heap');
    }
  }
}

/** The shared memory of nodes directly below /chosen: that is dom0's. */
export function sharedWithDom0(state: BootState): SharedMapping[] {
  return sharedMemoryBelow(state, chosenOf(state.tree));
}

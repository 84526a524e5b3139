// Behind addresses and sizes: where the range ends and how large it is.

import { regCells, tuplesOf } from '../addresses/cells.ts';
import { decode, writtenTuple } from '../addresses/decode.ts';
import { formatGrouped, formatSize } from '../addresses/format.ts';
import type { Range } from '../addresses/region.ts';
import type { Board } from '../rules/board.ts';
import type { FileId } from '../text/span.ts';
import { isMemoryNode } from '../memory/map-memory.ts';
import { isCompatible } from '../xen/compatible.ts';
import { cellsOf, spanOf, walkNodes, type DtNode, type Written } from '../tree/device-tree.ts';

export interface InlayHint {
  /** Where it is shown: behind the last cell of the tuple. */
  readonly offset: number;
  readonly text: string;
}

/**
 * The hints of `file` between two offsets, in order. Sizes of zero get none. `of` tells whether only memory has them (banks,
 * reserved regions, modules, memory of domUs) or devices too.
 */
export function inlayHints(
  board: Board,
  file: FileId,
  from: number,
  to: number,
  of: 'memory' | 'all',
): InlayHint[] {
  const hints: InlayHint[] = [];
  const addText = (written: Written, text: string): void => {
    const span = spanOf(written);
    if (span.file !== file || span.end < from || span.end > to) return;
    hints.push({ offset: span.end, text });
  };
  const add = ({ start, end }: Range, written: Written | undefined): void => {
    if (written && start < end)
      addText(written, `→ ${formatGrouped(end - 1n)}, ${formatSize(end - start)}`);
  };
  for (const region of board.map.reserved)
    if (region.kind !== 'memreserve') add(region, region.written);
  for (const reservation of board.tree.memoryReservations)
    add(
      { start: reservation.address, end: reservation.address + reservation.size },
      reservation.written.size,
    );
  for (const module of board.map.modules) add(module, module.written);
  const claimed = new Set<DtNode | undefined>([
    ...board.map.reserved.map((each) => each.node),
    ...board.map.modules.map((each) => each.node),
  ]);
  for (const node of walkNodes(board.tree.root)) {
    const memory = memoryOfDomain(node);
    if (memory) addText(memory.written, `→ ${formatSize(memory.size)}`);
    if (of === 'memory' && !isMemoryNode(node)) continue;
    const property = node.properties.get('reg');
    if (!property?.definition || claimed.has(node)) continue;
    const { whole } = property.definition;
    if (spanOf(whole).file !== file) continue;
    const counts = regCells(node);
    if (counts.size === 0) continue;
    const regions = decode(node);
    for (const tuple of tuplesOf(property, counts)) {
      const region = regions.known ? regions.value[tuple.index] : undefined;
      const start = region?.start ?? tuple.address;
      add({ start, end: start + tuple.size }, writtenTuple(property, tuple));
    }
  }
  return hints.sort((a, b) => a.offset - b.offset);
}

/** The memory that Xen gives a domU where it likes, in bytes (Xen: `memory`, in KiB). */
function memoryOfDomain(
  node: DtNode,
): { readonly size: bigint; readonly written: Written } | undefined {
  const property = isCompatible(node, 'xen,domain') ? node.properties.get('memory') : undefined;
  const written = property?.definition?.value;
  if (!written) return undefined;
  const size = cellsOf(property).reduce((high, cell) => (high << 32n) | BigInt(cell), 0n) * 1024n;
  return size === 0n ? undefined : { size, written };
}

// Behind each address and size: where the range ends and how large it is.

import { regCells, tuplesOf } from '../addresses/cells.ts';
import { decode, writtenTuple } from '../addresses/decode.ts';
import { formatGrouped, formatSize } from '../addresses/format.ts';
import type { Range } from '../addresses/region.ts';
import type { Board } from '../rules/board.ts';
import type { FileId } from '../text/span.ts';
import { spanOf, walkNodes, type DtNode, type Written } from '../tree/device-tree.ts';

export interface InlayHint {
  /** Where it is shown: behind the last cell of the tuple. */
  readonly offset: number;
  readonly text: string;
}

/** The hints of `file` between two offsets, in order. Sizes of zero get none. */
export function inlayHints(board: Board, file: FileId, from: number, to: number): InlayHint[] {
  const hints: InlayHint[] = [];
  const add = (range: Range, written: Written | undefined): void => {
    if (!written || range.end <= range.start) return;
    const span = spanOf(written);
    if (span.file !== file || span.end < from || span.end > to) return;
    hints.push({
      offset: span.end,
      text: `→ ${formatGrouped(range.end - 1n)}, ${formatSize(range.end - range.start)}`,
    });
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

// What a place in a source file is in the evaluated board.

import type { OriginMap } from '../preprocess/origin.ts';
import type { Board } from '../rules/board.ts';
import type { FileId } from '../text/span.ts';
import {
  walkNodes,
  type Definition,
  type DtNode,
  type DtProperty,
  type MemoryReservation,
  type Opening,
  type ValuePart,
  type Written,
} from '../tree/device-tree.ts';

/** The innermost things of the board tree that were written around a place. */
export interface Located {
  readonly node?: DtNode;
  /** The `{ … }` of the node that holds the place. */
  readonly opening?: Opening;
  readonly property?: DtProperty;
  /** The definition that holds the place; it need not be the one that won. */
  readonly definition?: Definition;
  /** The piece of the value under the place. */
  readonly part?: ValuePart;
  readonly reservation?: MemoryReservation;
}

interface OpenedNode {
  readonly node: DtNode;
  readonly opening: Opening;
}

const openingsOf = new WeakMap<Board, readonly OpenedNode[]>();
const mapsOf = new WeakMap<Board, readonly OriginMap[]>();

function openings(board: Board): readonly OpenedNode[] {
  let all = openingsOf.get(board);
  if (!all) {
    const found: OpenedNode[] = [];
    for (const node of walkNodes(board.tree.root))
      for (const opening of node.openings) found.push({ node, opening });
    all = found;
    openingsOf.set(board, all);
  }
  return all;
}

/** The expanded texts the board was made from: its own, then those of its overlays. */
function originMaps(board: Board): readonly OriginMap[] {
  let maps = mapsOf.get(board);
  if (!maps) {
    const found = new Set<OriginMap>();
    if (board.source) found.add(board.source.origins);
    for (const { opening } of openings(board)) found.add(opening.whole.in);
    maps = [...found];
    mapsOf.set(board, maps);
  }
  return maps;
}

function holds(written: Written | undefined, map: OriginMap, offset: number): boolean {
  return written?.in === map && written.start <= offset && offset < written.end;
}

/** What is at `offset` of `file`; empty when the place is not part of the board (a comment, an inactive line). */
export function locate(board: Board, file: FileId, offset: number): Located {
  for (const map of originMaps(board)) {
    const expanded = map.expandedOffset(file, offset);
    if (expanded === undefined) continue;
    const located = locateExpanded(board, map, expanded);
    if (located.node || located.reservation) return located;
  }
  return {};
}

function locateExpanded(board: Board, map: OriginMap, offset: number): Located {
  const reservation = board.tree.memoryReservations.find((each) =>
    holds(each.written.whole, map, offset),
  );
  if (reservation) return { reservation };
  let best: OpenedNode | undefined;
  for (const each of openings(board)) {
    const { whole } = each.opening;
    if (whole.in !== map || offset < whole.start || offset >= whole.end) continue;
    if (!best || whole.end - whole.start < best.opening.whole.end - best.opening.whole.start)
      best = each;
  }
  if (!best) return {};
  const { node, opening } = best;
  for (const property of node.properties.values()) {
    const all = property.definition
      ? [property.definition, ...property.overridden]
      : property.overridden;
    for (const definition of all) {
      if (!holds(definition.whole, map, offset)) continue;
      const part = definition.parts.find((each) => holds(each.written, map, offset));
      return { node, opening, property, definition, ...(part && { part }) };
    }
  }
  return { node, opening };
}

/** The node that is opened with the name at `nameStart`; undefined when that name opens none. */
export function nodeOfOpening(board: Board, file: FileId, nameStart: number): DtNode | undefined {
  for (const map of originMaps(board)) {
    const expanded = map.expandedOffset(file, nameStart);
    if (expanded === undefined) continue;
    for (const { node, opening } of openings(board))
      if (opening.name.in === map && opening.name.start <= expanded && expanded < opening.name.end)
        return node;
  }
  return undefined;
}

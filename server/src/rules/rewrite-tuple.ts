// Gives an (address, size) tuple new numbers: the change to the tree, and edits in the style it was written in.

import type { CellCounts } from '../addresses/cells.ts';
import type { Range } from '../addresses/region.ts';
import type { TextEdit } from '../text/edit.ts';
import {
  cellAtByte,
  spanOf,
  type DtNode,
  type DtProperty,
  type Written,
} from '../tree/device-tree.ts';
import type { TreeChange } from '../tree/tree-change.ts';
import type { Board } from './board.ts';
import { editNumber, macroNameAt, plainText, type NumberChange } from './edit-number.ts';
import { both, type Ways } from './proposal.ts';

export interface TupleRewrite {
  readonly change: TreeChange;
  /** Empty when a changed cell shares its text with cells that must stay. */
  readonly ways: Ways;
  /** The macro that makes a changed cell, when one does. */
  readonly macro?: string;
}

/**
 * What makes tuple `index` of `property` stand for `range`, editing the winning definition and only cells that change.
 * A cell that a macro makes is changed in the arguments of the call, else in the macro. Undefined when the value does not
 * fit the cells, or there is no source. `stride`: cells from one tuple to the next, where more than the two follow.
 */
export function rewriteTuple(
  board: Board,
  node: DtNode,
  property: DtProperty,
  index: number,
  counts: CellCounts,
  range: Range,
  stride = counts.address + counts.size,
): TupleRewrite | undefined {
  const width = counts.address + counts.size;
  const first = index * stride * 4;
  const start = splitCells(range.start, counts.address);
  const size = splitCells(range.end - range.start, counts.size);
  const wanted = [...start, ...size];
  if (wanted.length !== width || !property.definition) return undefined;
  const bytes = property.bytes.slice();
  if (first + width * 4 > bytes.length) return undefined;
  const view = new DataView(bytes.buffer);
  wanted.forEach((cell, place) => {
    view.setUint32(first + place * 4, cell);
  });
  const change: TreeChange = {
    kind: 'set-property',
    node: node.path,
    property: property.name,
    bytes,
  };
  const numberAt = (from: number, count: number): bigint => {
    let value = 0n;
    for (let cell = 0; cell < count; cell += 1)
      value = (value << 32n) | BigInt(cellAtByte(property.bytes, first + (from + cell) * 4));
    return value;
  };
  const address = { from: numberAt(0, counts.address), to: range.start };
  const length = { from: numberAt(counts.address, counts.size), to: range.end - range.start };

  let ways: Ways = [[]];
  let macro: string | undefined;
  for (const group of groupsOf(property, first, wanted)) {
    if (group.cells.every(({ from, to }) => from === to)) continue;
    macro ??= macroNameAt(board, group.written);
    if (!group.isInside) ways = [];
    ways = both(ways, editsOf(board, group, address, length, counts.address));
  }
  return { change, ways, ...(macro === undefined ? {} : { macro }) };
}

interface Group {
  readonly written: Written;
  readonly cells: { readonly place: number; readonly from: number; readonly to: number }[];
  /** Whether the text gives no cell outside the tuple. */
  isInside: boolean;
}

/** The cells of a value by the text that gives them: one macro may give several. */
function groupsOf(property: DtProperty, first: number, wanted: readonly number[]): Group[] {
  const groups = new Map<string, Group>();
  for (const part of property.definition?.parts ?? []) {
    const at = spanOf(part.written);
    const key = `${at.file}\0${at.start}\0${at.end}`;
    const group = groups.get(key) ?? { written: part.written, cells: [], isInside: true };
    groups.set(key, group);
    const place = (part.offset - first) / 4;
    const to = wanted[place];
    if (part.kind !== 'cell' || part.length !== 4 || to === undefined || place < 0)
      group.isInside = false;
    else group.cells.push({ place, from: cellAtByte(property.bytes, part.offset), to });
  }
  // One call that gives cells of several tuples is changed by its arguments, or not at all.
  return [...groups.values()];
}

function editsOf(
  board: Board,
  { written, cells }: Group,
  address: NumberChange,
  length: NumberChange,
  addressCells: number,
): Ways {
  const text = plainText(board, written);
  if (text !== undefined) {
    const edit: TextEdit = {
      at: spanOf(written),
      text: cells.map(({ to }) => writeCell(to, text)).join(' '),
    };
    return [[edit]];
  }
  const changes: NumberChange[] = [];
  const add = (change: NumberChange): void => {
    const isKnown = changes.some(({ from, to }) => from === change.from && to === change.to);
    if (change.from !== change.to && !isKnown) changes.push(change);
  };
  for (const { place, from, to } of cells) {
    add(place < addressCells ? address : length);
    add({ from: BigInt(from), to: BigInt(to) });
  }
  return editNumber(board, written, changes);
}

/** The big-endian cells of a number, or none when it does not fit. */
function splitCells(value: bigint, count: number): number[] {
  if (value < 0n || value >> BigInt(32 * count) !== 0n) return [];
  const cells: number[] = [];
  for (let shift = count - 1; shift >= 0; shift -= 1)
    cells.push(Number((value >> BigInt(32 * shift)) & 0xffffffffn));
  return cells;
}

/** A cell in the style of the text it replaces: capital digits and leading zeros of a hex number are kept. */
function writeCell(cell: number, before: string): string {
  const hex = /^0[xX]([0-9a-fA-F]+)$/.exec(before);
  if (!hex && cell < 10) return String(cell);
  const digits = hex?.[1] ?? '';
  const padded = digits.startsWith('0') && digits.length > 1 ? digits.length : 1;
  const text = cell.toString(16).padStart(padded, '0');
  return `0x${/[A-F]/.test(digits) && !/[a-f]/.test(digits) ? text.toUpperCase() : text}`;
}

// Edits that give an (address, size) tuple new numbers in the style it was written in.

import type { CellCounts } from '../addresses/cells.ts';
import type { Range } from '../addresses/region.ts';
import type { TextEdit } from '../text/edit.ts';
import type { FileSet } from '../text/source-file.ts';
import type { Span } from '../text/span.ts';
import { spanOf, type DtProperty } from '../tree/device-tree.ts';

/**
 * Edits to the winning definition of `property` that make its tuple `index` stand for `range`, touching only cells
 * that change. Undefined when a changed cell shares its text with cells outside the tuple (one macro for several
 * tuples), the value does not fit the cells, or there is no source.
 */
export function rewriteTuple(
  property: DtProperty,
  index: number,
  counts: CellCounts,
  range: Range,
  files: FileSet,
): TextEdit[] | undefined {
  const width = counts.address + counts.size;
  const first = index * width * 4;
  const wanted = [
    ...splitCells(range.start, counts.address),
    ...splitCells(range.end - range.start, counts.size),
  ];
  if (wanted.length !== width || !property.definition) return undefined;

  const groups = new Map<string, { at: Span; cells: number[]; old: number[]; inside: boolean }>();
  for (const part of property.definition.parts) {
    const at = spanOf(part.written);
    const key = `${at.file}\0${at.start}\0${at.end}`;
    const group = groups.get(key) ?? { at, cells: [], old: [], inside: true };
    groups.set(key, group);
    const cell = (part.offset - first) / 4;
    const value = wanted[cell];
    if (part.kind !== 'cell' || part.length !== 4 || value === undefined || cell < 0)
      group.inside = false;
    else {
      group.cells.push(value);
      group.old.push(
        new DataView(property.bytes.buffer, property.bytes.byteOffset + part.offset, 4).getUint32(
          0,
        ),
      );
    }
  }
  const edits: TextEdit[] = [];
  for (const group of groups.values()) {
    if (group.cells.every((cell, place) => cell === group.old[place])) continue;
    if (!group.inside) return undefined;
    const source = files.get(group.at.file);
    if (typeof source === 'string') return undefined;
    const before = source.text.slice(group.at.start, group.at.end);
    edits.push({
      at: group.at,
      text: group.cells.map((cell) => writeCell(cell, before)).join(' '),
    });
  }
  return edits;
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

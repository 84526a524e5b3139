// Which cell of `reg`, `ranges` and their like is being written, by the cell counts in force.

import { canWrite, cellOf, childCells, regCells } from '../addresses/cells.ts';
import type { Board } from '../rules/board.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { DtNode } from '../tree/device-tree.ts';
import { boardNodeOf } from './board-node.ts';
import { itemAt, outlineOf, textOf } from './source-outline.ts';

export interface Signature {
  /** `reg = <address address size size>` */
  readonly label: string;
  /** Stretches of the label, one per cell. */
  readonly cells: readonly {
    readonly start: number;
    readonly end: number;
    readonly what: string;
  }[];
  readonly active: number;
  /** Where the counts come from. */
  readonly why: string;
}

/** The signature at `offset` of the text on screen; undefined outside the cells of a known property. */
export function signatureHelp(
  board: Board,
  file: SourceFile,
  offset: number,
): Signature | undefined {
  const outline = outlineOf(file);
  const item = itemAt(outline, offset);
  if (item?.kind !== 'property') return undefined;
  const node = boardNodeOf(board, outline, item.parent);
  if (!node) return undefined;
  const name = textOf(outline, item.name);
  const groups = groupsOf(node, name);
  if (!groups || ![regCells(node), childCells(node)].every(canWrite)) return undefined;

  // Cells before the cursor: tokens directly inside `< >`; a parenthesised expression is one cell.
  let count = 0;
  let depth = 0;
  let inCells = false;
  for (const token of item.value) {
    if (token.start >= offset) break;
    const text = textOf(outline, token);
    if (!inCells) {
      if (text === '<') inCells = true;
      continue;
    }
    if (text === '>' && depth === 0 && !token.inside) {
      inCells = false;
      continue;
    }
    if (text === '(') depth += 1;
    if (depth === 0 || (text === ')' && depth === 1)) {
      // The cell under the cursor is still being written.
      if (token.end < offset || text === ')') count += 1;
    }
    if (text === ')') depth -= 1;
  }
  if (!inCells) return undefined;
  const words = groups.flatMap(({ what, cells }) => Array<string>(cells).fill(what));
  if (words.length === 0) return undefined;
  return { ...labelled(name, words), active: count % words.length, why: reasonOf(node, name) };
}

/** The property with a word for each of its cells, and where the words are. */
export function labelled(
  name: string,
  words: readonly string[],
): Pick<Signature, 'label' | 'cells'> {
  let label = `${name} = <`;
  const cells = words.map((what, index) => {
    if (index > 0) label += ' ';
    const start = label.length;
    label += what;
    return { start, end: label.length, what };
  });
  return { label: `${label}>`, cells };
}

interface Group {
  readonly what: string;
  readonly cells: number;
}

function groupsOf(node: DtNode, name: string): Group[] | undefined {
  const own = regCells(node);
  switch (name) {
    case 'reg':
    case 'alloc-ranges':
    case 'xen,static-mem':
    case 'xen,static-heap':
      return [
        { what: 'address', cells: own.address },
        { what: 'size', cells: own.size },
      ];
    case 'size':
    case 'alignment':
      return [{ what: name, cells: own.size }];
    case 'ranges':
    case 'dma-ranges':
      return [
        { what: 'child', cells: childCells(node).address },
        { what: 'parent', cells: own.address },
        { what: 'length', cells: cellOf(node, '#size-cells') ?? 1 },
      ];
    case 'xen,shared-mem':
      return [
        { what: 'host', cells: own.address },
        { what: 'guest', cells: own.address },
        { what: 'size', cells: own.size },
      ];
    default:
      return undefined;
  }
}

function reasonOf(node: DtNode, name: string): string {
  const from = name === 'ranges' || name === 'dma-ranges' ? node : (node.parent ?? node);
  const counts = childCells(from);
  const stated = from.properties.has('#address-cells') || from.properties.has('#size-cells');
  return `${from.path} has ${counts.address} address and ${counts.size} size cells${stated ? '' : ' (the default: it says nothing)'}.`;
}

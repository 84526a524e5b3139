// Which cell of a reference to a provider is being written: `clocks = <&clk 3>`, by the provider's own cell count.

import { cellsPropertyOf } from '../bindings/typed-node.ts';
import { partsFor } from '../bindings/parts-for.ts';
import type { Board } from '../rules/board.ts';
import type { SourceFile } from '../text/source-file.ts';
import { cellAtByte, bytesOf, type DtNode } from '../tree/device-tree.ts';
import { interruptParentOf } from '../tree/interrupt-parent.ts';
import { boardNodeOf } from './board-node.ts';
import { referredNode } from './hover.ts';
import { labelled, type Signature } from './signature-help.ts';
import { itemAt, outlineOf, textOf } from './source-outline.ts';

/** The signature of the reference at `offset` of the text on screen; undefined outside one whose provider is known. */
export function providerSignature(
  board: Board,
  file: SourceFile,
  offset: number,
): Signature | undefined {
  const outline = outlineOf(file);
  const item = itemAt(outline, offset);
  if (item?.kind !== 'property') return undefined;
  const name = textOf(outline, item.name);
  const count = name === 'interrupts' ? '#interrupt-cells' : cellsPropertyOf(name);
  if (count === undefined) return undefined;
  const node = boardNodeOf(board, outline, item.parent);
  let provider = name === 'interrupts' ? node && interruptParentOf(node, board.tree) : undefined;
  const hasPhandle = provider === undefined;
  let index = hasPhandle ? -1 : 0;
  let depth = 0;
  let isInside = false;
  for (const token of item.value) {
    if (token.start >= offset) break;
    const text = textOf(outline, token);
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (text === '<' && depth === 0 && !token.inside) isInside = true;
    else if (text === '>' && depth === 0 && !token.inside) {
      isInside = false;
      if (!hasPhandle) index = 0;
    } else if (hasPhandle && text.startsWith('&')) {
      provider = referredNode(board, text);
      index = token.end < offset ? 1 : 0;
    } else if (depth === 0 && token.end < offset) index += 1;
  }
  if (!isInside || !provider || index < 0) return undefined;
  const bytes = bytesOf(provider, count);
  if (!bytes || bytes.length < 4) return undefined;
  const cells = cellAtByte(bytes, 0);
  const words = [
    ...(hasPhandle ? [`&${provider.labels[0] ?? provider.name}`] : []),
    ...(cells > mostCells ? [] : wordsFor(name, cells)),
  ];
  if (words.length === 0) return undefined;
  const said = describeCells(board, provider, count);
  return {
    ...labelled(name, words),
    active: Math.min(index, words.length - 1),
    why: `${provider.path} has ${count} = <${cells}>.${said === undefined ? '' : ` ${said}`}`,
  };
}

const mostCells = 16;

/** What the cells are called where the kernel's headers (dt-bindings/gpio, interrupt-controller) fix it. */
function wordsFor(name: string, cells: number): string[] {
  if (/gpios?$/.test(name) && cells === 2) return ['line', 'flags'];
  if (name.startsWith('interrupts') && cells === 2) return ['number', 'flags'];
  if (name.startsWith('interrupts') && cells === 3) return ['type', 'number', 'flags'];
  const one = name.replace(/s$/, '').replace(/^assigned-/, '');
  return cells === 1 ? [one] : Array.from({ length: cells }, (_, index) => `cell${index + 1}`);
}

function describeCells(board: Board, provider: DtNode, count: string): string | undefined {
  const parts = board.bindings?.schemasOf(provider).flatMap((schema) => partsFor(schema, count));
  const text = parts?.find(({ description }) => description !== undefined)?.description;
  return text?.trim().replace(/\s+/g, ' ').slice(0, 400);
}

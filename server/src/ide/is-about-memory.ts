// Whether a place of a source is about memory: all that is hovered over where another extension serves the language.

import { isMemoryNode } from '../memory/map-memory.ts';
import type { Board } from '../rules/board.ts';
import type { FileId } from '../text/span.ts';
import type { DtNode } from '../tree/device-tree.ts';
import { referredNode } from './hover.ts';
import { locate, nodeOfOpening } from './locate.ts';
import { outlineOf, textOf, tokenAt } from './source-outline.ts';

/**
 * Whether `offset` of `file` lies in RAM's or a reserved region's node, in `/chosen` or below it, in a `/memreserve/`, or in a
 * reference to such a node.
 */
export function isAboutMemory(board: Board, file: FileId, offset: number): boolean {
  const source = board.files.get(file);
  if (typeof source === 'string') return false;
  const outline = outlineOf(source);
  const token = tokenAt(outline, offset);
  if (!token) return false;
  if (token.kind === 'reference') {
    const referred = referredNode(board, textOf(outline, token));
    return referred !== undefined && hasMemory(board, referred);
  }
  const { reservation, node } = locate(board, file, token.start);
  const opened = nodeOfOpening(board, file, token.start) ?? node;
  return reservation !== undefined || (opened !== undefined && hasMemory(board, opened));
}

function hasMemory({ map }: Board, node: DtNode): boolean {
  return (
    isMemoryNode(node) ||
    /^\/(?:reserved-memory|chosen)(?:\/|$)/.test(node.path) ||
    // Regions that other nodes describe, such as a domain's static memory.
    map.reserved.some((each) => each.node === node) ||
    map.modules.some((each) => each.node === node) ||
    map.dynamic.some((each) => each.node === node)
  );
}

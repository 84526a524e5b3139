// The tree that the sources of a board come to, as source, each line with where it was written.

import { wordUnreadText } from '../memory/unread-text.ts';
import type { Board } from '../rules/board.ts';
import { lineIndexOf } from '../text/line-index.ts';
import { printable } from '../text/printable.ts';
import type { Span } from '../text/span.ts';
import { spanOf, walkNodes, type DtNode, type Written } from '../tree/device-tree.ts';
import { dtsLines } from '../tree/print-dts.ts';
import { fileName } from './paths.ts';

export interface MergedLine {
  readonly text: string;
  /** What the line says was written there. */
  readonly at?: Span;
}

/**
 * The merged tree of `board`, with `file:line` as a comment behind each line. `filter`: only nodes whose path or labels hold
 * these letters, with all below them and the names of those above. `isOlder`: the text is broken, and this is the last good tree.
 */
export function mergedTree(board: Board, filter: string, isOlder: boolean): MergedLine[] {
  const { tree, map } = board;
  const lines = dtsLines(tree, {
    placeOf: (at) => placeOf(board, at),
    ...(filter !== '' && { shown: shownBy(tree.root, filter.toLowerCase()) }),
  });
  const remarks = [
    ...(map.unread ? [`Not complete: ${wordUnreadText(map.unread)}.`] : []),
    ...(isOlder ? ['The text has a syntax error: this is the tree before it.'] : []),
    ...(filter === '' ? [] : [`Nodes with "${filter}" in their path or labels.`]),
  ];
  return [
    ...remarks.map((text) => ({ text: `// ${printable(text)}` })),
    ...lines.map(({ text, at }) => ({ text, ...(at && { at: spanOf(at) }) })),
  ];
}

/** `board.dts:12` */
function placeOf({ files }: Board, at: Written): string {
  const { file, start } = spanOf(at);
  const source = files.get(file);
  const name = fileName(file);
  return typeof source === 'string'
    ? name
    : `${name}:${lineIndexOf(source).positionAt(start).line}`;
}

function shownBy(root: DtNode, wanted: string): (node: DtNode) => 'all' | 'name' | 'none' {
  const shown = new Map<DtNode, 'all' | 'name'>();
  for (const node of walkNodes(root)) {
    const isBelow = node.parent !== undefined && shown.get(node.parent) === 'all';
    const names = [node.path, ...node.labels];
    if (!isBelow && !names.some((name) => name.toLowerCase().includes(wanted))) continue;
    shown.set(node, 'all');
    for (let above = node.parent; above && !shown.has(above); above = above.parent)
      shown.set(above, 'name');
  }
  return (node) => shown.get(node) ?? 'none';
}

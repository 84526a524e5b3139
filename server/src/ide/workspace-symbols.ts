// Nodes of the open boards by name, label or address.

import type { Board } from '../rules/board.ts';
import { printable } from '../text/printable.ts';
import type { Span } from '../text/span.ts';
import { spanOf, walkNodes } from '../tree/device-tree.ts';

export interface WorkspaceSymbol {
  /** `label: name` where there is a label. */
  readonly name: string;
  /** The path of the parent. */
  readonly container: string;
  readonly at: Span;
}

const MOST_SYMBOLS = 200;

/**
 * The nodes whose labels or path contain the letters of `query` in order, or whose unit address it is; best first,
 * at most 200. An empty query gives the labelled nodes.
 */
export function workspaceSymbols(boards: readonly Board[], query: string): WorkspaceSymbol[] {
  const found = new Map<string, { rank: number; symbol: WorkspaceSymbol }>();
  const wanted = query.toLowerCase();
  for (const board of boards) {
    for (const node of walkNodes(board.tree.root)) {
      const [opening] = node.openings;
      if (!opening || node.parent === undefined) continue;
      const rank = rankOf(wanted, node.name, node.labels, node.path);
      if (rank === undefined) continue;
      const label = node.labels[0];
      const at = spanOf(opening.name);
      const symbol = {
        name: printable(label === undefined ? node.name : `${label}: ${node.name}`),
        container: printable(node.parent.path),
        at,
      };
      found.set(`${at.file}\0${at.start}\0${node.path}`, { rank, symbol });
    }
  }
  return [...found.values()]
    .sort((a, b) => a.rank - b.rank || (a.symbol.name < b.symbol.name ? -1 : 1))
    .slice(0, MOST_SYMBOLS)
    .map(({ symbol }) => symbol);
}

function rankOf(
  wanted: string,
  name: string,
  labels: readonly string[],
  path: string,
): number | undefined {
  if (wanted === '') return labels.length > 0 ? 0 : undefined;
  const names = [name.toLowerCase(), ...labels.map((label) => label.toLowerCase())];
  if (names.includes(wanted)) return 0;
  const address = /^(?:0x)?([0-9a-f]+)$/.exec(wanted)?.[1];
  if (address !== undefined && name.toLowerCase().endsWith(`@${address}`)) return 0;
  if (names.some((each) => each.startsWith(wanted))) return 1;
  if (names.some((each) => each.includes(wanted))) return 2;
  if (path.toLowerCase().includes(wanted)) return 3;
  return names.some((each) => isSubsequence(wanted, each)) ? 4 : undefined;
}

function isSubsequence(letters: string, text: string): boolean {
  let at = 0;
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

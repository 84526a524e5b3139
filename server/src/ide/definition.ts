// Where the thing under the cursor is defined and declared.

import type { Board } from '../rules/board.ts';
import type { FileId, Span } from '../text/span.ts';
import { spanOf, type DtNode } from '../tree/device-tree.ts';
import { filesOf, macroDefinitions } from './macros.ts';
import { labelOccurrences } from './occurrences.ts';
import { symbolAt, type SymbolAt } from './symbol-at.ts';

/** One target: what to select, and where the whole thing is. */
export interface Target {
  readonly at: Span;
  readonly whole: Span;
}

/**
 * Where what stands at `offset` gets its meaning: a label where it is written, a node where it is opened by name, a
 * property where the winning value is, a macro at its `#define`, an include in its file.
 */
export function definition(board: Board, file: FileId, offset: number): Target[] {
  const symbol = symbolAt(board, file, offset);
  if (!symbol) return [];
  if (symbol.kind === 'property') {
    const winner = symbol.node.properties.get(symbol.name)?.definition;
    return winner ? [{ at: spanOf(winner.name), whole: spanOf(winner.whole) }] : [];
  }
  return targetsOf(board, symbol);
}

/** Where it is first mentioned: as `definition`, but the oldest definition of a property. */
export function declaration(board: Board, file: FileId, offset: number): Target[] {
  const symbol = symbolAt(board, file, offset);
  if (!symbol) return [];
  if (symbol.kind === 'property') {
    const property = symbol.node.properties.get(symbol.name);
    const first = property?.overridden[0] ?? property?.definition;
    return first ? [{ at: spanOf(first.name), whole: spanOf(first.whole) }] : [];
  }
  return targetsOf(board, symbol);
}

function targetsOf(board: Board, symbol: Exclude<SymbolAt, { kind: 'property' }>): Target[] {
  switch (symbol.kind) {
    case 'label': {
      const places = labelOccurrences(filesOf(board), symbol.label).filter(
        (each) => each.isDeclaration,
      );
      const opened = symbol.node && openingByName(board, symbol.node);
      return places.map(({ at }) => ({ at, whole: opened?.whole ?? at }));
    }
    case 'node': {
      const opened = openingByName(board, symbol.node);
      return opened ? [opened] : [];
    }
    case 'macro':
      return macroDefinitions(board, symbol.name).map(({ at }) => ({ at, whole: at }));
    case 'include':
      return symbol.target === undefined
        ? []
        : [
            {
              at: { file: symbol.target, start: 0, end: 0 },
              whole: { file: symbol.target, start: 0, end: 0 },
            },
          ];
  }
}

/** The first place a node is opened under its own name; the first of all when there is none. */
function openingByName(board: Board, node: DtNode): Target | undefined {
  const openings = node.openings.map((opening) => ({
    at: spanOf(opening.name),
    whole: spanOf(opening.whole),
  }));
  return (
    openings.find(({ at }) => {
      const source = board.files.get(at.file);
      return typeof source !== 'string' && source.text.charAt(at.start) !== '&';
    }) ?? openings[0]
  );
}

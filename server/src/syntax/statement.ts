// The statements of a text: where each begins and ends, as immutable values that survive edits elsewhere.

import type { ChangedRange } from '../text/changed-range.ts';

/** How a statement came to its end. */
export type Ending =
  /** With its `;`. */
  | 'complete'
  /** Before a `;`: the next statement, the closing brace of the node around it, or the end of the text came first. */
  | 'no-semicolon'
  /** A node whose `}` is missing. */
  | 'no-brace'
  /** A stray that is all the rest of a text with more statements than are read. */
  | 'cut';

/**
 * One statement: a leaf (`name = value;`, `/delete-node/ x;`, …), a node with its body, or a `}` that closes nothing.
 * Offsets are relative to its own start, so the same object serves as long as its text is unchanged, wherever it moves.
 */
export interface Statement {
  readonly kind: 'leaf' | 'node' | 'stray';
  /** UTF-16 units from the first token to the end, `;` included. */
  readonly length: number;
  /** Of a node: the offset of its `{`. Of others: `length`. */
  readonly head: number;
  readonly children: readonly Statement[];
  /** Where each child begins. */
  readonly offsets: readonly number[];
  readonly ending: Ending;
  /** Whether it and all below end as they should: only its own text then says where it ends. */
  readonly clean: boolean;
}

/** A text cut into statements. Comments, white space and, in a source file, directives between them belong to none. */
export interface StatementDocument {
  readonly text: string;
  readonly statements: readonly Statement[];
  readonly offsets: readonly number[];
}

const none: readonly never[] = [];

/** A statement without children. `isCertain`: whether its own text says where it ends. */
export function leaf(
  kind: 'leaf' | 'stray',
  length: number,
  ending: Ending,
  isCertain = true,
): Statement {
  return {
    kind,
    length,
    head: length,
    children: none,
    offsets: none,
    ending,
    clean: kind === 'leaf' && ending === 'complete' && isCertain,
  };
}

/** Finds statements of an earlier document whose text is unchanged in the present one. */
export interface Reuse {
  /** The earlier statement that began at what is now `start` and lay wholly in unchanged text; undefined without one. */
  at(start: number): Statement | undefined;
}

/** Looks up statements of `before` by their place in the text after `change`. */
export function reuseOf(before: StatementDocument, change: ChangedRange): Reuse {
  const shift = change.endAfter - change.endBefore;
  return {
    at(start) {
      const limit = start < change.start ? change.start : Infinity;
      if (limit === Infinity && start < change.endAfter) return undefined;
      const wanted = limit === Infinity ? start - shift : start;
      let { statements, offsets }: Pick<StatementDocument, 'statements' | 'offsets'> = before;
      let base = 0;
      for (;;) {
        const index = lastAtOrBefore(offsets, wanted - base);
        const found = statements[index];
        if (found === undefined) return undefined;
        base += offsets[index] ?? 0;
        if (base === wanted) return base + found.length <= limit ? found : undefined;
        if (wanted >= base + found.length) return undefined;
        statements = found.children;
        offsets = found.offsets;
      }
    },
  };
}

/** The index of the last of the ascending `offsets` that is at most `offset`; -1 when all are greater. */
function lastAtOrBefore(offsets: readonly number[], offset: number): number {
  // No function for each step: this is asked for every part of a tree at every key.
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

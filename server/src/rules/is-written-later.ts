// Which of two places stands later in the text of a board.

import type { Written } from '../tree/device-tree.ts';
import type { Board } from './board.ts';

/** Whether `a` stands behind `b` once includes are expanded; what an overlay writes stands behind what it is applied to. */
export function isWrittenLater(board: Board, a: Written, b: Written): boolean {
  // Of one text the order is known without reading it, which a key does not change.
  if (a.in === b.in) return a.start > b.start;
  const indexOf = ({ in: map }: Written): number =>
    board.sources.findIndex((source) => source.origins === map);
  return indexOf(a) > indexOf(b);
}

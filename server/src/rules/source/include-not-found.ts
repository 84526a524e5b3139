// An #include or /include/ names a file that does not exist.

import type { FileId } from '../../text/span.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly path: string;
  readonly tried: readonly FileId[];
}

export const includeNotFound = rule<Facts>({
  id: 'include-not-found',
  severity: 'error',
  reads: 'text',
  title: 'Included file not found',
  why: 'What the file would define is missing: nodes, labels and macros of it are unknown, and so is all that depends on them.',
  instead: 'Correct the path, or add the folder to the include paths (`-I`, `dtmap.includePaths`).',
  source: ['GNU cpp: #include', 'dtc: /include/'],

  *check(board: Board) {
    for (const problem of board.sources.flatMap(({ problems }) => problems)) {
      if (problem.code !== 'include-not-found') continue;
      yield { at: problem.at, facts: { path: problem.path, tried: problem.tried } };
    }
  },

  message: ({ path, tried }) =>
    `${path}: no such file${tried.length > 0 ? ` (looked in ${tried.length} ${tried.length === 1 ? 'place' : 'places'})` : ''}`,
});

// What cpp warns of.

import type { PreprocessProblem } from '../../preprocess/preprocessed.ts';
import { rule } from '../rule.ts';

type Facts = Extract<PreprocessProblem, { readonly code: 'warning-directive' | 'macro-redefined' }>;

export const preprocessorWarning = rule<Facts>({
  id: 'preprocessor-warning',
  severity: 'warning',
  reads: 'text',
  title: 'A warning of the preprocessor',
  why: 'A header says so with `#warning`, or a macro has two definitions, and which one counts depends on the place.',
  instead: 'Do as the warning says; `#undef` a macro before it is defined anew.',
  source: ['GNU cpp'],

  *check(board) {
    for (const problem of board.sources.flatMap(({ problems }) => problems)) {
      if (problem.code === 'warning-directive') yield { at: problem.at, facts: problem };
      else if (problem.code === 'macro-redefined') {
        const { at, before } = problem;
        const related = before ? [{ message: 'defined before here', at: before }] : [];
        yield { at, facts: problem, related };
      }
    }
  },

  message: (problem) =>
    problem.code === 'warning-directive'
      ? `#warning ${problem.text}`
      : `macro ${problem.name} is defined anew with another meaning`,
});

// What cpp refuses.

import type { PreprocessProblem } from '../../preprocess/preprocessed.ts';
import { largestText } from '../../text/source-file.ts';
import { rule } from '../rule.ts';

export const preprocessorError = rule<PreprocessProblem>({
  id: 'preprocessor-error',
  severity: 'error',
  reads: 'text',
  title: 'Refused by the preprocessor',
  why: 'cpp fails and dtc is never run. What follows is read as well as it can be.',
  instead: 'Correct the directive or the macro call.',
  source: ['GNU cpp'],

  *check(board) {
    for (const problem of board.sources.flatMap(({ problems }) => problems))
      if (wordsOf(problem) !== undefined) yield { at: problem.at, facts: problem };
  },

  message: (problem) => wordsOf(problem) ?? problem.code,
});

/** What is wrong; undefined for what cpp only warns of, and for files that are missing, which have a rule of their own. */
function wordsOf(problem: PreprocessProblem): string | undefined {
  switch (problem.code) {
    case 'include-cycle':
      return `${problem.path} is included without end`;
    case 'include-unreadable':
      return `${problem.path}: ${problem.because}`;
    case 'file-too-large':
      return `${problem.path} is larger than ${largestText >> 20} MiB and is not read`;
    case 'unterminated-comment':
      return 'the comment does not end';
    case 'unterminated-conditional':
      return `#${problem.directive} without #endif`;
    case 'stray-directive':
      return `#${problem.directive} without #if`;
    case 'bad-condition':
    case 'bad-macro': {
      const { because } = problem;
      return problem.code === 'bad-macro' && problem.name !== ''
        ? `macro ${problem.name}: ${because}`
        : because;
    }
    case 'error-directive':
      return `#error ${problem.text}`;
    case 'invalid-directive':
      return `#${problem.directive} cannot be understood`;
    case 'expansion-too-large':
      return 'macros or includes grow without bound';
    case 'include-not-found':
    case 'warning-directive':
    case 'macro-redefined':
      return undefined;
  }
}

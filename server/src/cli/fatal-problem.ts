// Faults after which cpp gives no text, or dtc no blob, each in one line for standard error.

import type { PreprocessProblem } from '../preprocess/preprocessed.ts';
import { allRules } from '../rules/all-rules.ts';
import type { TreeProblem } from '../tree/device-tree.ts';

/** Said of a file that is something else, in place of its words: it may be a secret, named by mistake. */
export const noSource = 'not devicetree source: /dts-v1/; must come first';

/** What is wrong, or undefined for a fault cpp only warns of. */
export function fatalProblem(problem: PreprocessProblem): string | undefined {
  switch (problem.code) {
    case 'include-not-found':
      return `${problem.path}: no such file on the include path`;
    case 'include-cycle':
      return `${problem.path}: includes itself`;
    case 'include-unreadable':
      return `${problem.path}: ${problem.because}`;
    case 'file-too-large':
      return `${problem.path}: too large to be read`;
    case 'error-directive':
      return `#error ${problem.text}`;
    case 'unterminated-comment':
      return 'a comment that does not end';
    case 'unterminated-conditional':
      return `${problem.directive} without #endif`;
    case 'stray-directive':
      return `#${problem.directive} without #if`;
    case 'bad-condition':
      return `a condition cannot be evaluated: ${problem.because}`;
    case 'bad-macro':
      return problem.name === '' ? problem.because : `${problem.name}: ${problem.because}`;
    case 'invalid-directive':
      return `#${problem.directive} cannot be understood`;
    case 'expansion-too-large':
      return 'macros or includes grow without bound';
    case 'warning-directive':
    case 'macro-redefined':
      return undefined;
  }
}

/** What `check` says of a fault in the tree. */
export function problemText({ id, facts }: TreeProblem): string {
  return allRules.find(({ problem }) => problem === id)?.message(facts, '') ?? id;
}

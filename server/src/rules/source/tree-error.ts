// A fault for which dtc makes no blob, found while the tree was built.

import type { FileSet } from '../../text/source-file.ts';
import type { Span } from '../../text/span.ts';
import { macroOf, spanOf, type TreeProblem } from '../../tree/device-tree.ts';
import type { Proposal } from '../proposal.ts';
import { rule, type Rule } from '../rule.ts';

type Facts = TreeProblem['facts'];

interface TreeError {
  readonly id: string;
  /** The problems it words. */
  readonly problem: string;
  /** `text` for what also holds of a text that is broken elsewhere. */
  readonly reads?: 'text';
  readonly title: string;
  readonly why: string;
  readonly instead: string;
  readonly source: readonly string[];
  readonly message: (facts: Facts) => string;
  /** What may be done about it, where a macro did not write it. */
  readonly fixes?: (facts: Facts, at: Span, files: FileSet) => readonly Proposal[];
}

const roles = new Map([['first', 'the first is here']]);

/** The rule that says of every problem of one kind what dtc says. */
export function treeError(error: TreeError): Rule {
  return rule<Facts>({
    id: error.id,
    problem: error.problem,
    severity: 'error',
    reads: error.reads ?? 'tree',
    title: error.title,
    why: error.why,
    instead: error.instead,
    source: error.source,

    *check(board) {
      for (const { id, at, facts, related = [] } of board.tree.problems) {
        if (id !== error.problem) continue;
        yield {
          at,
          facts,
          related: related.map((each) => ({
            message: roles.get(each.role) ?? each.role,
            at: each.at,
          })),
        };
      }
    },

    message: error.message,

    ...(error.fixes && {
      fixes: ({ at, facts }, { files }) =>
        'in' in at && !macroOf(at) ? (error.fixes?.(facts, spanOf(at), files) ?? []) : [],
    }),
  });
}

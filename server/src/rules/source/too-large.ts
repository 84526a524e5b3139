// More than is judged: a limit of dtmap, not of any system that reads the tree.

import { rule } from '../rule.ts';

interface Facts {
  readonly what: string;
  readonly limit: number;
  /** Whose findings are too many. */
  readonly rule?: string;
}

export const tooLarge = rule<Facts>({
  id: 'too-large',
  severity: 'warning',
  reads: 'tree',
  title: 'More than dtmap judges',
  why: `
The time an analysis takes must not depend on who wrote the tree, so there are limits far above what any board has: 200000
nodes, 1000000 properties, 16384 memory ranges, 20000000 translations by buses, 1000 findings of one rule. Of a tree past one of the
first four only the text is judged: there is no memory map and no boot. Past the last, findings are left out.`,
  instead: 'Look for a macro or a loop that makes more than was meant.',
  source: ['server/src/analysis/find-excess.ts', 'server/src/analysis/check.ts'],

  *check({ excess }) {
    if (excess) yield { at: excess.at, facts: excess };
  },

  message: ({ what, limit, rule: id }) =>
    id === undefined
      ? `more than ${limit} ${what}: the tree is too large to be judged, so there is no memory map and no boot`
      : `more than ${limit} findings of ${id}: this one and those behind it are left out`,
});

// A `dtmap-allow` comment that silences nothing.

import { rule } from '../rule.ts';

/** What is wrong with an allowance; `meant` is the rule that may have been meant. */
export type AllowFacts =
  | { readonly code: 'no-rule' }
  | { readonly code: 'no-reason' | 'unused'; readonly rule: string }
  | { readonly code: 'unknown-rule'; readonly rule: string; readonly meant: string }
  | { readonly code: 'misspelt'; readonly word: string };

export const allowHasNoEffect = rule<AllowFacts>({
  id: 'allow-has-no-effect',
  severity: 'warning',
  reads: 'text',
  title: 'A dtmap-allow comment silences nothing',
  why: `
\`// dtmap-allow: RULE — REASON\` silences the findings of one rule that start in one line: the line of the comment when it stands
behind something, else the line below. Several rules are named with commas between them. Without a reason it is
unknown later whether the finding is still meant to be there, so it silences nothing; nor does a rule or a word that is misspelt.

An allowance that meets no finding is reported as information, in files that are a board by themselves: under other targets, or on
another board that includes the file, there may be one.`,
  instead: `
Give the reason behind the rule, correct the name, or move the comment to the line of the finding. Remove it when the finding is gone.`,
  source: ['server/src/rules/allowances.ts', 'server/src/analysis/judge-allowances.ts'],

  // What meets no finding is known when all other rules are done: analysis/judge-allowances.ts.
  check: () => [],

  message(facts) {
    switch (facts.code) {
      case 'no-rule':
        return 'dtmap-allow without a rule silences nothing: write dtmap-allow: RULE — REASON';
      case 'no-reason':
        return `without a reason dtmap-allow silences nothing: write ${facts.rule} — REASON`;
      case 'unknown-rule':
        return `dtmap-allow names no rule: ${facts.rule}${facts.meant}`;
      case 'misspelt':
        return `"${facts.word}" silences nothing: write dtmap-allow: RULE — REASON`;
      case 'unused':
        return `dtmap-allow silences no ${facts.rule} for the chosen targets: remove it`;
    }
  },
});

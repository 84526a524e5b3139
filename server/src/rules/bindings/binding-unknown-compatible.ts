// A compatible of which no binding knows.

import type { UnknownCompatible } from '../../bindings/tree-bindings.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { placeOfProperty } from '../static-regions.ts';

export const bindingUnknownCompatible = rule<UnknownCompatible>({
  id: 'binding-unknown-compatible',
  severity: 'hint',
  reads: 'bindings',
  title: 'No binding describes this compatible',
  why: 'What has no binding cannot be checked. The string may be misspelt, so that no driver takes the device, or its binding may still be a text file.',
  instead: 'Correct the string, or write a binding for it.',
  source: ['dt-schema: dt-validate --show-unmatched (2022.08)'],

  *check({ bindings }: Board) {
    for (const unknown of bindings?.unknownCompatibles ?? []) {
      const at = placeOfProperty(unknown.node, 'compatible');
      if (at) yield { at, facts: unknown };
    }
  },

  message: ({ compatibles }) =>
    `no binding describes ${compatibles.map((name) => `"${name}"`).join(', ')}; correct it or add a binding`,
});

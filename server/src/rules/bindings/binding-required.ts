// A property that the binding of a node requires is missing.

import { addRequired } from './add-required.ts';
import { bindingRule, placeOfNode } from './binding-rule.ts';

export const bindingRequired = bindingRule({
  id: 'binding-required',
  kind: 'required',
  title: 'A required property is missing',
  why: 'The binding of the node requires the property: drivers may fail to probe without it. Of a disabled node nothing is required, since the board that enables it may add the rest.',
  instead: 'Add the property. Where the binding allows only one value, the quick fix writes it.',

  place: ({ node }) => placeOfNode(node),

  message: ({ names, isEither, node }) =>
    isEither
      ? `${node.name || '/'} needs one of the properties ${names.join(', ')}; add one`
      : `${node.name || '/'} lacks the required property ${names.join(', ')}; add it`,

  fixes: ({ node, names, schema }, board) =>
    names.flatMap((name) => addRequired(board, node, name, schema) ?? []),
});

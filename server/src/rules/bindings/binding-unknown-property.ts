// A property or child node that the binding of a node does not know.

import { removeProperty } from '../remove-property.ts';
import { bindingRule, placeOfNode } from './binding-rule.ts';

export const bindingUnknownProperty = bindingRule({
  id: 'binding-unknown-property',
  kind: 'unknown-property',
  title: 'A property or node that the binding does not describe',
  why: 'The binding lists all that its nodes may have. What is not in it is read by no driver, or is a name misspelt.',
  instead:
    'Correct the name, or remove the property; a new property needs to be added to the binding first.',

  place: ({ node, names: [name = ''] }) => {
    const property = node.properties.get(name);
    if (property) return property.definition?.name;
    const child = node.children.find((each) => each.name === name);
    return placeOfNode(child ?? node);
  },

  message: ({ names }) =>
    `the binding does not describe ${names.join('')}; remove it or correct the name`,

  fixes: ({ node, names: [name, ...others] }, board) =>
    name === undefined || others.length > 0 ? [] : wrap(removeProperty(board, node, name)),
});

function wrap<Item>(item: Item | undefined): readonly Item[] {
  return item === undefined ? [] : [item];
}

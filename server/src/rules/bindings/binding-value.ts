// A value that the binding does not allow.

import type { NodeViolation } from '../../bindings/violation-of-node.ts';
import { placeOfProperty } from '../static-regions.ts';
import { bindingRule, placeOfNode, wordAllowed, wordValue } from './binding-rule.ts';

export const bindingValue = bindingRule({
  id: 'binding-value',
  kind: 'value',
  title: 'A value that the binding does not allow',
  why: 'The binding lists or limits the values that drivers know. With another one the device may not be found, or be set up wrongly.',
  instead: 'Write a value that the binding allows.',

  place: ({ node, property }) =>
    property === undefined ? placeOfNode(node) : placeOfProperty(node, property),

  message: (violation) =>
    violation.property === undefined
      ? `${violation.node.name || '/'} meets none of the alternatives in its binding; write what one of them asks for`
      : `${violation.property} ${wordFault(violation)}`,
});

function wordFault({ keyword, schema, value }: NodeViolation): string {
  const is = `is ${wordValue(value)}; `;
  switch (keyword) {
    case 'const':
      return `${is}the binding wants ${wordValue(schema.constant)}`;
    case 'enum':
      return `${is}the binding allows ${wordAllowed(schema.values ?? [])}`;
    case 'pattern':
      return `${is}the binding wants it to match ${schema.pattern?.source ?? ''}`;
    case 'minimum':
      return `${is}the binding needs at least ${String(schema.minimum)}`;
    case 'maximum':
      return `${is}the binding allows at most ${String(schema.maximum)}`;
    case 'exclusiveMinimum':
      return `${is}the binding needs more than ${String(schema.exclusiveMinimum)}`;
    case 'exclusiveMaximum':
      return `${is}the binding needs less than ${String(schema.exclusiveMaximum)}`;
    case 'multipleOf':
      return `${is}the binding needs a multiple of ${String(schema.multipleOf)}`;
    case 'contains':
      return `${is}the binding needs an entry that is not there`;
    default:
      return `${is}the binding allows no such combination`;
  }
}

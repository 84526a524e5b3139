// A value of another type or size than the binding asks for.

import { placeOfProperty } from '../static-regions.ts';
import type { NodeViolation } from '../../bindings/violation-of-node.ts';
import { bindingRule, placeOfNode, wordValue } from './binding-rule.ts';

export const bindingType = bindingRule({
  id: 'binding-type',
  kind: 'type',
  title: 'A value has another type or size than its binding says',
  why: 'Drivers read a property as its binding describes it: a string where cells are meant, or an entry too many, is misread or refused.',
  instead: 'Write the value as the binding describes it, with as many entries.',

  place: ({ node, property }) =>
    property === undefined ? placeOfNode(node) : placeOfProperty(node, property),

  message: (violation) => `${violation.property ?? violation.node.name}${wordFault(violation)}`,
});

function wordFault({ keyword, schema, value, indices }: NodeViolation): string {
  const what = indices.length > 0 ? `: entry ${indices.map((index) => index + 1).join('.')}` : '';
  const count = Array.isArray(value) ? value.length : 1;
  const unit = Array.isArray(value) && typeof value[0] === 'number' ? 'cells' : 'entries';
  switch (keyword) {
    case 'minItems':
      return `${what} has ${count} ${unit}; the binding needs at least ${schema.minItems ?? 1}`;
    case 'maxItems':
      return `${what} has ${count} ${unit}; the binding allows at most ${schema.maxItems ?? 0}`;
    case 'additionalItems':
      return `${what} has ${count} ${unit}; the binding allows ${schema.parts('items')?.length ?? 0}`;
    case 'uniqueItems':
      return `${what} has an entry twice; each may be there once`;
    case 'text':
      return ' has cells or bytes; the binding wants a string';
    case 'typeSize':
      return `${what} must be cells of ${schema.typeSize ?? 32} bits; write /bits/ in front`;
    case 'type':
      if (value instanceof Uint8Array && schema.types?.has('boolean'))
        return ' has a value; the binding wants the name alone';
      return `${what} is ${wordValue(value)}; the binding wants ${wordType([...(schema.types ?? [])])}`;
    default:
      return `${what} is ${wordValue(value)}, which is of no type that the binding allows`;
  }
}

const words: Readonly<Record<string, string>> = {
  boolean: 'a property without value',
  array: 'cells or strings',
  string: 'a string',
  integer: 'a number',
  number: 'a number',
  object: 'a node',
};

function wordType(types: readonly string[]): string {
  return types.map((type) => words[type] ?? type).join(' or ');
}

// The checks of dtc whose failure leaves no blob, under its ids and in its words.

import type { Rule } from '../rule.ts';
import { treeError } from '../source/tree-error.ts';

type Facts = Readonly<Record<string, string>>;

function dtcError(
  id: string,
  title: string,
  why: string,
  instead: string,
  message: (facts: Facts) => string,
): Rule {
  return treeError({
    id,
    problem: id,
    title,
    why,
    instead,
    source: [`dtc: -E ${id} (1.6.1)`],
    message,
  });
}

export const duplicateNodeNames = dtcError(
  'duplicate_node_names',
  'Two children of one name',
  'In one body each `name { }` is a node of its own; a tree cannot hold two of one name.',
  'Put both in one body, or give them different unit addresses.',
  ({ node = '', name = '' }) => `${node === '/' ? '' : node}/${name}: duplicate node name`,
);

export const duplicatePropertyNames = dtcError(
  'duplicate_property_names',
  'A property written twice in one body',
  'Within one body the second does not override the first.',
  'Keep one; to override, write the second in `&label { }` or in another `/ { }`.',
  ({ node = '', property = '' }) => `${node}:${property}: duplicate property name`,
);

export const nodeNameChars = dtcError(
  'node_name_chars',
  'A character that no node name may have',
  'Node names have letters, digits and `,._+-`, and one `@`.',
  'Use another character.',
  ({ name = '', character = '' }) => `${name}: bad character '${character}' in node name`,
);

export const nodeNameFormat = dtcError(
  'node_name_format',
  'Two @ in a node name',
  'The `@` separates the name from the unit address.',
  'Separate parts of the unit address with `,`.',
  ({ name = '' }) => `${name}: multiple '@' characters in node name`,
);

export const propertyNameChars = dtcError(
  'property_name_chars',
  'A character that no property name may have',
  'Property names have letters, digits and `,._+*#?-`.',
  'Use another character.',
  ({ name = '', character = '' }) => `${name}: bad character '${character}' in property name`,
);

export const duplicateLabel = dtcError(
  'duplicate_label',
  'One label on two things',
  'A reference could mean either.',
  'Rename one of them.',
  ({ label = '', node = '', other = '' }) =>
    `duplicate label '${label}' on ${node === other ? node : `${node} and ${other}`}`,
);

export const explicitPhandles = dtcError(
  'explicit_phandles',
  'A phandle that cannot be used',
  'A phandle is one cell, neither 0 nor 0xffffffff, and no other node has it.',
  'Remove the property: dtc gives phandles to all nodes that are referred to.',
  ({
    because = '',
    node = '',
    property = '',
    length = '',
    value = '',
    target = '',
    other = '',
  }) => {
    switch (because) {
      case 'length':
        return `${node}:${property}: bad length (${length}) ${property} property`;
      case 'value':
        return `${node}:${property}: bad value (${value}) in ${property} property`;
      case 'other-node':
        return `${node}: ${property} is a reference to another node, ${target}`;
      case 'mismatch':
        return `${node}: mismatching 'phandle' and 'linux,phandle' properties`;
      default:
        return `${node}: duplicated phandle ${value} (seen before at ${other})`;
    }
  },
);

const missingReference = ({ node = '', property = '', target = '' }: Facts): string =>
  `${node}:${property}: reference to non-existent node or label "${target}"`;

export const phandleReferences = dtcError(
  'phandle_references',
  'A reference to a node that is not there',
  'Its cell cannot be filled in.',
  'Correct the label or path, or include the file that has it. An overlay begins with `/dts-v1/; /plugin/;`.',
  missingReference,
);

export const pathReferences = dtcError(
  'path_references',
  'A path of a node that is not there',
  'The string cannot be filled in.',
  'Correct the label or path, or include the file that has it.',
  missingReference,
);

export const nameIsString = dtcError(
  'name_is_string',
  'name is not a string',
  'A `name` property repeats the name of its node as one string; dtc drops it.',
  'Remove the property.',
  ({ node = '' }) => `${node}:name: property is not a string`,
);

export const nameProperties = dtcError(
  'name_properties',
  'name is not the name of the node',
  'A `name` property repeats the name of its node without unit address; dtc drops it.',
  'Remove the property.',
  ({ node = '', expected = '' }) => `${node}: "name" property is incorrect (not "${expected}")`,
);

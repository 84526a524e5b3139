// Checks that dtc makes of what kind of value a property has.

import { bytesOf, type DtNode } from '../../tree/device-tree.ts';
import { forEachPropertyName } from '../../tree/nodes-with.ts';
import type { Rule } from '../rule.ts';
import { dtcCheck, having, type Warn } from './dtc-check.ts';

const isCell = (bytes: Uint8Array): boolean => bytes.length === 4;

/** One string: ends with its only NUL. */
function isString(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.indexOf(0) === bytes.length - 1;
}

/** Strings one after the other; none at all counts. */
function isStringList(bytes: Uint8Array): boolean {
  return bytes.length === 0 || bytes[bytes.length - 1] === 0;
}

function valueCheck(
  id: string,
  what: 'a single cell' | 'a string' | 'a string list',
  names: string | ((name: string) => boolean),
): Rule {
  const fits = { 'a single cell': isCell, 'a string': isString, 'a string list': isStringList };
  const check = (node: DtNode, name: string, warn: Warn): void => {
    const bytes = bytesOf(node, name);
    if (!bytes || fits[what](bytes)) return;
    const property = node.properties.get(name);
    if (property) warn({ node, property, text: `property is not ${what}` });
  };
  return dtcCheck({
    id,
    title: `The property is not ${what}`,
    why: `Every reader of this property takes it for ${what}; another form is misread or ignored.`,
    instead: `Write ${what}.`,
    among: having(names),
    node(node, warn) {
      if (typeof names === 'string') check(node, names, warn);
      else
        forEachPropertyName(node, (name) => {
          if (names(name)) check(node, name, warn);
        });
    },
  });
}

export const addressCellsIsCell = valueCheck(
  'address_cells_is_cell',
  'a single cell',
  '#address-cells',
);
export const sizeCellsIsCell = valueCheck('size_cells_is_cell', 'a single cell', '#size-cells');
export const deviceTypeIsString = valueCheck('device_type_is_string', 'a string', 'device_type');
export const modelIsString = valueCheck('model_is_string', 'a string', 'model');
export const statusIsString = valueCheck('status_is_string', 'a string', 'status');
export const labelIsString = valueCheck('label_is_string', 'a string', 'label');
export const compatibleIsStringList = valueCheck(
  'compatible_is_string_list',
  'a string list',
  'compatible',
);
export const namesIsStringList = valueCheck('names_is_string_list', 'a string list', (name) =>
  name.endsWith('-names'),
);

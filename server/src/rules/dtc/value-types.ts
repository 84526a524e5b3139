// Checks that dtc makes of what kind of value a property has.

import type { DtNode, DtProperty } from '../../tree/device-tree.ts';
import type { Rule } from '../rule.ts';
import { dtcCheck, having, type DtcWarning } from './dtc-check.ts';

const isCell = (property: DtProperty): boolean => property.bytes.length === 4;

/** One string: ends with its only NUL. */
function isString({ bytes }: DtProperty): boolean {
  return bytes.length > 0 && bytes.indexOf(0) === bytes.length - 1;
}

/** Strings one after the other; none at all counts. */
function isStringList({ bytes }: DtProperty): boolean {
  return bytes.length === 0 || bytes[bytes.length - 1] === 0;
}

function valueCheck(
  id: string,
  what: 'a single cell' | 'a string' | 'a string list',
  names: string | ((name: string) => boolean),
): Rule {
  const fits = { 'a single cell': isCell, 'a string': isString, 'a string list': isStringList };
  return dtcCheck({
    id,
    title: `The property is not ${what}`,
    why: `Every reader of this property takes it for ${what}; another form is misread or ignored.`,
    instead: `Write ${what}.`,
    among: having(names),
    node(node): Iterable<DtcWarning> {
      const unfit = propertiesOf(node, names).filter((property) => !fits[what](property));
      return unfit.map((property) => ({ node, property, text: `property is not ${what}` }));
    },
  });
}

function propertiesOf(
  { properties }: DtNode,
  names: string | ((name: string) => boolean),
): readonly DtProperty[] {
  if (typeof names === 'string') {
    const property = properties.get(names);
    return property ? [property] : [];
  }
  const found: DtProperty[] = [];
  for (const name of properties.keys()) {
    const property = names(name) ? properties.get(name) : undefined;
    if (property) found.push(property);
  }
  return found;
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

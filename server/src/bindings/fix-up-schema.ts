// Expands the shorthand of a binding, as dtschema's `fixup_schema` does before it validates anything.

import { copyOf, isObject, type RawObject } from './json-schema.ts';
import {
  arrayRange,
  firstOf,
  isIntegerArray,
  isIntegerSchema,
  isStringSchema,
} from './array-shape.ts';

/**
 * Expands `schema` in place; it must be the caller's own. What only people read (`examples`, `maintainers`, every
 * `description`) is removed, `select` is derived from `compatible` or `$nodename` where the file has none.
 */
export function fixUpSchema(schema: RawObject): void {
  delete schema['examples'];
  delete schema['maintainers'];
  delete schema['historical'];
  addSelect(schema);
  fixUpSubschema(schema, true);
  schema['type'] = 'object';
}

/** Expands the value of a binding's own `select`, in place. */
export function fixUpSelect(schema: unknown): void {
  fixUpSubschema(schema, false);
}

/** Expands what a binding says of one property (`walk_properties` and what is below it), in place. */
export function fixUpProperty(name: string, schema: unknown): void {
  walkProperty(name, schema);
  fixUpSubschema(schema, true);
}

// dtschema: add_select_schema
function addSelect(schema: RawObject): void {
  if ('select' in schema) return;
  const { properties } = schema;
  schema['select'] = false;
  if (!isObject(properties)) return;
  if ('compatible' in properties) {
    const names = stringsOfCompatible(properties['compatible']).filter(
      (name) => name !== 'syscon' && name !== 'simple-mfd',
    );
    if (names.length > 0) {
      schema['select'] = {
        required: ['compatible'],
        properties: { compatible: { contains: { enum: names } } },
      };
      return;
    }
  }
  const nodeName = properties['$nodename'];
  if (nodeName !== undefined && nodeName !== true)
    schema['select'] = {
      required: ['$nodename'],
      properties: { $nodename: copyOf(nodeName) },
    };
}

/** Every `const`, `enum` and `pattern` below a schema of `compatible` (`extract_node_compatibles`), without duplicates. */
export function stringsOfCompatible(schema: unknown): string[] {
  const found = new Set<string>();
  collect(schema, 'enum', (value) => {
    if (Array.isArray(value) && typeof value[0] === 'string')
      for (const each of value) found.add(String(each));
  });
  for (const keyword of ['const', 'pattern'])
    collect(schema, keyword, (value) => found.add(String(value)));
  return isObject(schema) ? [...found] : [];
}

function collect(value: unknown, keyword: string, call: (found: unknown) => void): void {
  if (Array.isArray(value)) for (const each of value) collect(each, keyword, call);
  else if (isObject(value))
    for (const [key, each] of Object.entries(value))
      if (key === keyword) call(each);
      else collect(each, keyword, call);
}

/** Where a description is after the fix-ups, for which a schema without any other keyword is empty. */
export const descriptionKey = Symbol('description');

function hideDescription(schema: RawObject): void {
  const { description } = schema;
  delete schema['description'];
  if (typeof description === 'string')
    (schema as { [descriptionKey]?: string })[descriptionKey] = description;
}

// dtschema: fixup_sub_schema
function fixUpSubschema(schema: unknown, mayHaveNodes: boolean): void {
  if (!isObject(schema)) return;
  hideDescription(schema);
  allowInterruptsExtended(schema);
  if (mayHaveNodes) allowCommonProperties(schema);
  if (schema['additionalProperties'] === true) delete schema['additionalProperties'];
  for (const [keyword, value] of Object.entries(schema)) {
    if (conditions.has(keyword)) fixUpSubschema(value, false);
    else if (combinations.has(keyword)) {
      if (Array.isArray(value)) for (const each of value) fixUpSubschema(each, true);
    } else if (byName.has(keyword) && isObject(value)) {
      for (const [name, each] of Object.entries(value)) {
        walkProperty(name, each);
        fixUpSubschema(each, true);
      }
    }
  }
  splitDependencies(schema);
}

const conditions = new Set(['select', 'if', 'then', 'else', 'additionalProperties', 'not']);
const combinations = new Set(['allOf', 'anyOf', 'oneOf']);
const byName = new Set([
  ...['dependentRequired', 'dependentSchemas', 'dependencies'],
  ...['properties', 'patternProperties', '$defs'],
]);

// dtschema: fixup_interrupts
function allowInterruptsExtended(schema: RawObject): void {
  const { properties } = schema;
  if (!isObject(properties)) return;
  if (
    ('interrupts' in properties || 'interrupt-controller' in properties) &&
    !('interrupt-parent' in properties)
  )
    properties['interrupt-parent'] = true;
  if (!('interrupts' in properties) || 'interrupts-extended' in properties) return;
  properties['interrupts-extended'] = copyOf(properties['interrupts']);
  const { required } = schema;
  if (!Array.isArray(required) || !required.includes('interrupts')) return;
  const either = [{ required: ['interrupts'] }, { required: ['interrupts-extended'] }];
  if ('oneOf' in schema) {
    const all = Array.isArray(schema['allOf']) ? (schema['allOf'] as unknown[]) : [];
    schema['allOf'] = [...all, { oneOf: either }];
  } else schema['oneOf'] = either;
  schema['required'] = required.filter((name) => name !== 'interrupts');
}

// dtschema: fixup_node_props
function allowCommonProperties(schema: RawObject): void {
  if (
    !('properties' in schema) &&
    !('patternProperties' in schema) &&
    !('unevaluatedProperties' in schema)
  )
    return;
  if (schema['additionalProperties'] === true || schema['unevaluatedProperties'] === true) return;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const patterns = isObject(schema['patternProperties']) ? schema['patternProperties'] : {};
  schema['properties'] = properties;
  for (const name of ['phandle', 'status', 'secure-status', '$nodename']) properties[name] ??= true;
  const names = [...Object.keys(properties), ...Object.keys(patterns)];
  if (!names.some((name) => /^pinctrl-[0-9]/.test(name))) {
    properties['pinctrl-names'] ??= true;
    schema['patternProperties'] = patterns;
    patterns['pinctrl-[0-9]+'] = true;
  }
  if (names.includes('clocks') && !names.includes('assigned-clocks'))
    for (const name of ['assigned-clocks', 'assigned-clock-rates', 'assigned-clock-parents'])
      properties[name] = true;
}

// dtschema: walk_properties. Conditions come first; one below `items` is not supported there either.
function walkProperty(name: string, schema: unknown): void {
  if (!isObject(schema)) return;
  for (const keyword of combinations) {
    const parts = schema[keyword];
    if (Array.isArray(parts)) for (const each of parts) walkProperty(name, each);
  }
  if ('then' in schema) walkProperty(name, schema['then']);
  fixUpValue(name, schema);
}

// dtschema: fixup_vals
function fixUpValue(name: string, schema: RawObject): void {
  hideDescription(schema);
  if (name === 'reg') wrapReg(schema);
  removeEmptyItems(schema);
  dropVariableMatrix(name, schema);
  allowArrayOrMatrix(name, schema);
  wrapItemsToMatrix(name, schema);
  if (isStringSchema(schema)) schema['items'] = [takeSingle(schema)];
  if (isIntegerSchema(schema)) schema['items'] = [{ items: [takeSingle(schema)] }];
  fixItemsSize(schema);
  splitDependencies(schema);
}

function takeSingle(schema: RawObject): RawObject {
  const taken: RawObject = {};
  for (const keyword of ['const', 'enum', 'pattern', 'minimum', 'maximum'])
    if (keyword in schema) {
      taken[keyword] = schema[keyword];
      delete schema[keyword];
    }
  return taken;
}

function wrapReg(schema: RawObject): void {
  const { items } = schema;
  const item = items === undefined ? schema : firstOf(items);
  if (isIntegerSchema(item) && isObject(item)) schema['items'] = [{ items: [takeSingle(item)] }];
}

function removeEmptyItems(schema: unknown): void {
  if (!isObject(schema)) return;
  const { items } = schema;
  if (isObject(items)) removeEmptyItems(items);
  if (!Array.isArray(items)) return;
  for (const item of items as readonly unknown[]) {
    if (!isObject(item)) return;
    hideDescription(item);
    removeEmptyItems(item);
    if (Object.keys(item).length > 0) return;
  }
  schema['type'] ??= 'array';
  schema['maxItems'] ??= items.length;
  schema['minItems'] ??= items.length;
  delete schema['items'];
}

function isMatrixSchema({ items }: RawObject): boolean {
  const has = (each: unknown): boolean =>
    isObject(each) && ('items' in each || 'maxItems' in each || 'minItems' in each);
  return Array.isArray(items) ? items.some(has) : has(items);
}

// A matrix of which neither dimension is fixed cannot be told from a list.
function dropVariableMatrix(name: string, schema: RawObject): void {
  if (!isMatrixSchema(schema)) return;
  const outer = arrayRange(schema);
  const inner = arrayRange(schema['items']);
  if (name !== 'fsl,pins' && (outer[0] === outer[1] || inner[0] === inner[1])) return;
  delete schema['items'];
  delete schema['maxItems'];
  delete schema['minItems'];
  schema['type'] = 'array';
}

/** The part of `allOf` that has one of `keywords`, else the schema itself. */
function partWith(schema: RawObject, keywords: readonly string[]): RawObject {
  const { allOf } = schema;
  const part = Array.isArray(allOf)
    ? (allOf as readonly unknown[]).find(
        (each) => isObject(each) && keywords.some((keyword) => keyword in each),
      )
    : undefined;
  return isObject(part) ? part : schema;
}

// Where only the number of cells is given, `<1 2 3>` and `<1>, <2>, <3>` are both meant.
function allowArrayOrMatrix(name: string, whole: RawObject): void {
  if (!isIntegerArray(name, whole)) return;
  const schema = partWith(whole, ['minItems', 'maxItems']);
  if (Array.isArray(schema['items']) || isMatrixSchema(schema) || schema['maxItems'] === 1) return;
  const size: RawObject = {};
  for (const keyword of ['minItems', 'maxItems'])
    if (keyword in schema) {
      size[keyword] = schema[keyword];
      delete schema[keyword];
    }
  if (Object.keys(size).length === 0) return;
  const single: RawObject = { ...size, items: { maxItems: 1 } };
  // With one cell both would hold.
  if (single['minItems'] === 1) single['minItems'] = 2;
  const either = [single, { items: [{ ...size }] }];
  schema['oneOf'] = either;
  for (const each of either) fixItemsSize(each);
}

function wrapItemsToMatrix(name: string, whole: RawObject): void {
  if (!isIntegerArray(name, whole)) return;
  const schema = partWith(whole, ['items']);
  const { items } = schema;
  if (items === undefined || isMatrixSchema(schema)) return;
  const taken: RawObject = {};
  for (const keyword of ['items', 'minItems', 'maxItems', 'uniqueItems', 'default'])
    if (keyword in schema) {
      taken[keyword] = schema[keyword];
      delete schema[keyword];
    }
  schema['items'] = Array.isArray(items) ? [taken] : taken;
}

function fixItemsSize(schema: unknown): void {
  if (Array.isArray(schema)) for (const each of schema) fixItemsSize(each);
  else if (isObject(schema)) {
    hideDescription(schema);
    if ('items' in schema) {
      schema['type'] = 'array';
      const { items } = schema;
      if (Array.isArray(items)) {
        schema['minItems'] ??= items.length;
        schema['maxItems'] ??= items.length;
      }
      fixItemsSize(items);
    } else if ('maxItems' in schema) schema['minItems'] ??= schema['maxItems'];
    else if ('minItems' in schema) schema['maxItems'] = schema['minItems'];
  }
}

// dtschema: fixup_schema_to_201909
function splitDependencies(schema: RawObject): void {
  const { dependencies } = schema;
  if (!isObject(dependencies)) return;
  delete schema['dependencies'];
  for (const [name, value] of Object.entries(dependencies)) {
    const keyword = Array.isArray(value) ? 'dependentRequired' : 'dependentSchemas';
    const table = isObject(schema[keyword]) ? schema[keyword] : {};
    table[name] = value;
    schema[keyword] = table;
  }
}

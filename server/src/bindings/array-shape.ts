// What a schema says of the shape of an array, before and after its shorthand is expanded.

import { isObject } from './json-schema.ts';

/** Least and most items; `[0, 0]` where nothing is said of them, a most of 0 where there is no limit. */
export type ItemRange = readonly [number, number];

/** dtschema: _get_array_range. */
export function arrayRange(schema: unknown): ItemRange {
  const only = Array.isArray(schema)
    ? schema.length === 1
      ? (schema[0] as unknown)
      : undefined
    : schema;
  if (!isObject(only)) return schema === undefined ? [1, 0] : [0, 0];
  const { items, minItems, maxItems } = only;
  const count = (value: unknown, otherwise: number): number =>
    typeof value === 'number' ? value : otherwise;
  if (Array.isArray(items)) return [count(minItems, items.length), items.length];
  return [count(minItems, 1), count(maxItems, count(minItems, 0))];
}

const arrayReference = /int(8|16|32|64)-array/;

/** Suffixes that give a property's unit, and with it the type of integers. */
export const unitSuffix =
  /-(kBps|bits|percent|bp|m?hz|sec|ms|us|ns|ps|mm|nanoamp|(micro-)?ohms|micro(amp|watt)(-hours)?|milliwatt|microvolt|picofarads|(milli)?celsius|kelvin|kpascal)$/;

const knownArrays = new Set([
  'assigned-clock-rates',
  'linux,keycodes',
  'max8997,pmic-buck1-dvs-voltage',
  'max8997,pmic-buck2-dvs-voltage',
  'max8997,pmic-buck5-dvs-voltage',
]);

/** dtschema: is_int_array_schema. */
export function isIntegerArray(name: string, whole: Readonly<Record<string, unknown>>): boolean {
  let schema = whole;
  const { allOf } = whole;
  if (Array.isArray(allOf))
    for (const part of allOf as readonly unknown[]) {
      if (!isObject(part)) continue;
      if ('items' in part) schema = part;
      else if (typeof part['$ref'] === 'string') return arrayReference.test(part['$ref']);
    }
  const { $ref: reference, items } = schema;
  if (typeof reference === 'string') return arrayReference.test(reference);
  if (unitSuffix.test(name) || knownArrays.has(name)) return true;
  return isIntegerSchema(Array.isArray(items) ? items[0] : items);
}

/** The first of a list, else the value itself. */
export function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? (value[0] as unknown) : value;
}

/** dtschema: _is_int_schema; a boolean counts, as it is an integer in Python. */
export function isIntegerSchema(schema: unknown): boolean {
  return (
    isObject(schema) &&
    ['const', 'enum', 'minimum', 'maximum'].some((keyword) =>
      ['number', 'bigint', 'boolean'].includes(typeof firstOf(schema[keyword])),
    )
  );
}

/** dtschema: _is_string_schema. */
export function isStringSchema(schema: unknown): boolean {
  return (
    isObject(schema) &&
    ['const', 'enum', 'pattern'].some((keyword) => typeof firstOf(schema[keyword]) === 'string')
  );
}

const typeReference = /(flag|u?int(8|16|32|64)(-(array|matrix))?|string(-array)?|phandle(-array)?)/;

/** The type that a `$ref` to types.yaml names: `uint32-array` …; undefined for a reference to something else. */
export function typeInReference(reference: string): string | undefined {
  return typeReference.exec(reference)?.[0];
}

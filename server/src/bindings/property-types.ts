// Which type a property has: what any binding declares of its name, merged as dtschema's `extract_types` does.

import {
  arrayRange,
  isStringSchema,
  typeInReference,
  unitSuffix,
  type ItemRange,
} from './array-shape.ts';
import { isObject } from './json-schema.ts';

/** One declared type. */
export interface PropertyType {
  /** `uint32`, `uint32-array`, `uint32-matrix`, `string`, `string-array`, `phandle`, `phandle-array`, `flag`, `node` …; undefined when nothing is said. */
  readonly type: string | undefined;
  /** Of matrices and phandle arrays how many rows, and how many cells a row. */
  dimensions?: readonly [ItemRange, ItemRange];
}

/** The types that are declared of one name, or of one pattern of names. */
export class PropertyTypes {
  readonly #known: PropertyType[] = [];

  /** Adds what the expanded `schema` says of the property `name`. */
  add(name: string, schema: unknown): void {
    if (!isObject(schema)) return;
    for (const keyword of ['allOf', 'oneOf', 'anyOf']) {
      const parts = schema[keyword];
      if (Array.isArray(parts)) for (const part of parts) this.add(name, part);
    }
    merge(this.#known, typeOf(name, schema), schema);
  }

  /** Adds a type of which no more is said: neither a matrix nor a phandle array. */
  addPlain(type: string): void {
    merge(this.#known, type, {});
  }

  get hasStrings(): boolean {
    return this.#known.some(({ type }) => type === 'string-array');
  }

  /** What was added, those of nodes left out; undefined when there is none. */
  get declared(): readonly PropertyType[] | undefined {
    const types = this.#known.filter(({ type }) => type !== undefined && type !== 'node');
    return types.length > 0 ? types : undefined;
  }
}

/** Whether a pattern is of names that have something in common: others say nothing of a type. */
export function hasFixedPart(pattern: string): boolean {
  return /[0-9a-zA-F-]{3}/.test(pattern) && !tooGeneral.has(pattern);
}

const tooGeneral = new Set([
  '^[a-z][a-z0-9\\-]*$',
  '^[a-zA-Z][a-zA-Z0-9\\-_]{0,63}$',
  '^.*$',
  '.*',
]);

function typeOf(name: string, schema: Readonly<Record<string, unknown>>): string | undefined {
  const { type, $ref: reference, items } = schema;
  if (type === 'object') return 'node';
  const referred = typeof reference === 'string' ? typeInReference(reference) : undefined;
  if (referred !== undefined) return referred;
  if (type === 'boolean') return 'flag';
  if (items !== undefined) {
    // Strings are a type of their own without a reference.
    if (isStringSchema(Array.isArray(items) ? items[0] : items)) return 'string-array';
    return unitSuffix.test(name) ? 'uint32-matrix' : undefined;
  }
  return typeof reference === 'string' && /\.yaml#?$/.test(reference) ? 'node' : undefined;
}

function isOfRows(type: string | undefined): boolean {
  return type === 'phandle-array' || type?.endsWith('-matrix') === true;
}

// dtschema: the second half of _extract_prop_type
function merge(
  known: PropertyType[],
  type: string | undefined,
  schema: Readonly<Record<string, unknown>>,
): void {
  if (type === undefined) {
    if (known.length === 0) known.push({ type });
    return;
  }
  const dimensions = isOfRows(type)
    ? ([arrayRange(schema), arrayRange(schema['items'])] as const)
    : undefined;
  let replaced: PropertyType | undefined;
  for (const each of known) {
    if (each.type === undefined) {
      replaced = each;
      break;
    }
    if (dimensions && isOfRows(each.type)) {
      each.dimensions = each.dimensions ? mergeDimensions(each.dimensions, dimensions) : dimensions;
      return;
    }
    if (each.type.startsWith(type)) return;
    if (type.includes(each.type)) {
      replaced = each;
      break;
    }
  }
  if (replaced) known.splice(known.indexOf(replaced), 1);
  known.push(dimensions ? { type, dimensions } : { type });
}

function mergeDimensions(
  a: readonly [ItemRange, ItemRange],
  b: readonly [ItemRange, ItemRange],
): readonly [ItemRange, ItemRange] {
  return [mergeRange(a[0], b[0]), mergeRange(a[1], b[1])];
}

function mergeRange(a: ItemRange, b: ItemRange): ItemRange {
  if (a[0] === 0 && a[1] === 0) return b;
  if (b[0] === 0 && b[1] === 0) return a;
  if (a[0] === b[0] && a[1] === b[1]) return a;
  const all = [...a, ...b];
  return [Math.min(...all), Math.max(...all)];
}

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

/** Types of properties by name, and by the pattern of their names. */
export class PropertyTypes {
  readonly #byName = new Map<string, PropertyType[]>();
  readonly #byPattern = new Map<string, PropertyType[]>();

  /** Adds what the expanded `schema` declares of `name`; of a pattern of names with `isPattern`. */
  add(name: string, schema: unknown, isPattern: boolean): void {
    if (!isObject(schema) || name.startsWith('$')) return;
    const table = isPattern ? this.#byPattern : this.#byName;
    let known = table.get(name);
    if (!known) table.set(name, (known = []));
    this.addAll(schema);
    for (const keyword of ['allOf', 'oneOf', 'anyOf']) {
      const parts = schema[keyword];
      if (Array.isArray(parts)) for (const part of parts) this.add(name, part, isPattern);
    }
    merge(known, typeOf(name, schema), schema);
  }

  /** Adds a type of which no more is said: neither a matrix nor a phandle array. */
  addPlain(name: string, type: string, isPattern: boolean): void {
    const table = isPattern ? this.#byPattern : this.#byName;
    const known = table.get(name) ?? [];
    table.set(name, known);
    merge(known, type, {});
  }

  /** Adds what an expanded schema of nodes declares of their properties. */
  addAll(schema: unknown): void {
    if (!isObject(schema)) return;
    this.addAll(schema['additionalProperties']);
    for (const keyword of ['properties', 'patternProperties']) {
      const table = schema[keyword];
      if (isObject(table))
        for (const [name, each] of Object.entries(table))
          this.add(name, each, keyword === 'patternProperties');
    }
  }

  /** The types declared of a name itself, those of nodes left out; undefined when there is none. */
  named(name: string): readonly PropertyType[] | undefined {
    const types = this.#byName
      .get(name)
      ?.filter(({ type }) => type !== undefined && type !== 'node');
    return types && types.length > 0 ? types : undefined;
  }

  /** The first type of each pattern that has a fixed part and a type. */
  *patterns(): Generator<readonly [string, PropertyType]> {
    for (const [pattern, types] of this.#byPattern) {
      const [first] = types.filter(({ type }) => type !== undefined && type !== 'node');
      if (first && /[0-9a-zA-F-]{3}/.test(pattern) && !tooGeneral.has(pattern))
        yield [pattern, first];
    }
  }
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

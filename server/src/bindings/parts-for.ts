// What a schema says of one name, and of which names it says anything, followed through what it refers to.

import type { CompiledSchema } from './compiled-schema.ts';

/** How deep references are followed. */
const deepest = 12;

/** A schema, and those that have to hold with it or may. */
function* withReferences(schema: CompiledSchema, depth = 0): Generator<CompiledSchema> {
  if (depth > deepest) return;
  yield schema;
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => schema.parts(keyword) ?? []);
  const others = [schema.target, schema.part('then'), schema.part('else')];
  for (const part of [...parts, ...others]) if (part) yield* withReferences(part, depth + 1);
}

/** All that `schema` says of a property or child of that name, the nearest first; `true` says nothing. */
export function partsFor(schema: CompiledSchema, name: string): readonly CompiledSchema[] {
  const found: CompiledSchema[] = [];
  for (const each of withReferences(schema)) {
    const own = each.properties.get(name);
    for (const part of own ? [own] : each.patterns.of(name))
      if (part.always === undefined) found.push(part);
  }
  return found;
}

/** Names of properties that `schema` describes or allows, those given by patterns left out. */
export function namesOf(schema: CompiledSchema): ReadonlySet<string> {
  const names = new Set<string>();
  for (const each of withReferences(schema))
    for (const [name, part] of each.properties)
      if (part.always !== false && !name.startsWith('$')) names.add(name);
  return names;
}

/** Names that `schema` requires whatever else a node has. */
export function requiredBy(schema: CompiledSchema, depth = 0): ReadonlySet<string> {
  const names = new Set(schema.required ?? []);
  if (depth > deepest) return names;
  for (const part of [schema.target, ...(schema.parts('allOf') ?? [])])
    if (part) for (const name of requiredBy(part, depth + 1)) names.add(name);
  return names;
}

/** The values that a schema of a property allows: constants and enumerations, also inside of its rows. */
export function allowedValues(
  schema: CompiledSchema,
  depth = 0,
): readonly (string | number | bigint)[] {
  if (depth > deepest) return [];
  const isValue = (value: unknown): value is string | number | bigint =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
  if (isValue(schema.constant)) return [schema.constant];
  if (schema.values) return schema.values.filter(isValue);
  const single = schema.part('items');
  const inside = [
    ...(single ? [single] : []),
    ...['items', 'oneOf', 'anyOf', 'allOf'].flatMap((keyword) => schema.parts(keyword) ?? []),
  ];
  return [...new Set(inside.flatMap((part) => allowedValues(part, depth + 1)))];
}

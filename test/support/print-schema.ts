// A JSON schema as the rows of a table for people, with the schemas it refers to.

import type { AnySchemaObject } from 'ajv';

/** One property of a format. */
export interface SchemaProperty {
  /** `findings[].at`: where it stands, from the outermost object. */
  readonly path: string;
  readonly type: string;
  readonly optional: boolean;
  readonly description: string;
}

/** Schemas by file name. */
export type Schemas = ReadonlyMap<string, AnySchemaObject>;

/** Every property that `file` describes, outer ones before inner ones; those of shared definitions too. */
export function propertiesOf(schemas: Schemas, file: string): SchemaProperty[] {
  const reader = new Reader(schemas);
  return reader.propertiesIn({ file, schema: rootOf(schemas, file) }, '', true);
}

/** The properties as a Markdown table; parts that other schemas describe are named only. */
export function printSchema(schemas: Schemas, file: string): string {
  const reader = new Reader(schemas);
  const schema = rootOf(schemas, file);
  const definitions = Object.entries((schema['definitions'] ?? {}) as Definitions);
  if (!('properties' in schema || 'anyOf' in schema))
    return table(
      definitions.flatMap(([name, each]) => [
        { path: name, type: typeOf(each), optional: false, description: descriptionOf(each) },
        ...reader.propertiesIn({ file, schema: each }, name, false),
      ]),
    );
  return table(reader.propertiesIn({ file, schema }, '', false));
}

type Definitions = Readonly<Record<string, AnySchemaObject>>;

interface Located {
  readonly file: string;
  readonly schema: AnySchemaObject;
}

class Reader {
  readonly #schemas: Schemas;

  constructor(schemas: Schemas) {
    this.#schemas = schemas;
  }

  propertiesIn(at: Located, path: string, intoOthers: boolean): SchemaProperty[] {
    const { file, schema } = this.#resolved(at);
    const inside = (inner: AnySchemaObject, innerPath: string): SchemaProperty[] =>
      intoOthers || !isOfOther(inner)
        ? this.propertiesIn({ file, schema: inner }, innerPath, intoOthers)
        : [];
    const properties = Object.entries((schema['properties'] ?? {}) as Definitions);
    const required = (schema['required'] ?? []) as readonly string[];
    const own = properties.flatMap(([name, each]) => {
      const inner = path === '' ? name : `${path}.${name}`;
      const property: SchemaProperty = {
        path: inner,
        type: typeOf(each),
        optional: !required.includes(name),
        description: descriptionOf(each),
      };
      return [property, ...inside(each, inner)];
    });
    const items = schema['items'] as AnySchemaObject | undefined;
    // An array at the root holds what one alone is.
    const choices = ((schema['anyOf'] ?? []) as readonly AnySchemaObject[]).filter(
      (each) => path !== '' || !('items' in each),
    );
    return [
      ...own,
      ...(items ? inside(items, `${path}[]`) : []),
      ...choices.flatMap((each) => inside(each, path)),
    ];
  }

  #resolved({ file, schema }: Located): Located {
    const reference = referenceOf(schema);
    if (reference === undefined) return { file, schema };
    const [target = '', name] = reference.split('#/definitions/');
    const within = target === '' ? file : target;
    const whole = rootOf(this.#schemas, within);
    const found = name === undefined ? whole : (whole['definitions'] as Definitions)[name];
    if (!found) throw new Error(`${file}: ${reference} is not there`);
    return this.#resolved({ file: within, schema: found });
  }
}

function rootOf(schemas: Schemas, file: string): AnySchemaObject {
  const schema = schemas.get(file);
  if (!schema) throw new Error(`${file}: no such schema`);
  return schema;
}

/** Whether another file describes it. */
function isOfOther(schema: AnySchemaObject): boolean {
  return referenceOf(schema)?.startsWith('#') === false;
}

function referenceOf(schema: AnySchemaObject): string | undefined {
  const [only] = (schema['allOf'] ?? []) as readonly AnySchemaObject[];
  return (schema['$ref'] ?? only?.['$ref']) as string | undefined;
}

function descriptionOf(schema: AnySchemaObject): string {
  return String(schema['description'] ?? '');
}

/** Values of an enumeration that a cell can hold. */
const MOST_VALUES = 10;

function typeOf(schema: AnySchemaObject): string {
  const reference = referenceOf(schema);
  if (reference !== undefined) return reference.replace(/^.*\/|\.json$/g, '');
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (Array.isArray(schema['enum'])) {
    const values = schema['enum'].map((value) => JSON.stringify(value));
    return values.length > MOST_VALUES
      ? `${values.slice(0, 2).join(', ')} and ${values.length - 2} more`
      : values.join(', ');
  }
  if (Array.isArray(schema['anyOf']))
    return [...new Set((schema['anyOf'] as AnySchemaObject[]).map(typeOf))].join(' or ');
  const items = schema['items'] as AnySchemaObject | undefined;
  return items ? `array of ${typeOf(items)}` : String(schema['type'] ?? 'any');
}

function table(rows: readonly SchemaProperty[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  return [
    '| field | type | meaning |',
    '| --- | --- | --- |',
    ...rows.map(
      ({ path, type, optional, description }) =>
        `| \`${path}\`${optional ? '?' : ''} | ${cell(type)} | ${cell(description)} |`,
    ),
    '',
  ].join('\n');
}

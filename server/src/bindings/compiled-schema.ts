// A schema in the form in which it is asked: names in maps, expressions compiled, references found once.

import { descriptionKey } from './fix-up-schema.ts';
import { isObject, type RawObject } from './json-schema.ts';
import { PatternTable } from './pattern-table.ts';
import { pythonPattern } from './python-pattern.ts';

/** What compiling asks for, and tells. */
export interface SchemaHost {
  /** The schema that a reference means, read from the file `base`; undefined when there is none. */
  resolve(reference: string, base: string): CompiledSchema | undefined;
  /** An expression that JavaScript cannot read, as the file `base` has it. */
  unreadable(pattern: string, base: string): void;
}

/** A number that values are compared with. */
type Limit = number | bigint;

/** One schema or part of one. Parts are compiled when they are asked for, since most say something of absent properties. */
export class CompiledSchema {
  /** For `true` and `false`, and for what is neither a schema nor a boolean, which holds of everything. */
  readonly always: boolean | undefined;
  readonly types: ReadonlySet<string> | undefined;
  readonly constant: unknown;
  readonly values: readonly unknown[] | undefined;
  readonly pattern: RegExp | undefined;
  readonly minimum: Limit | undefined;
  readonly maximum: Limit | undefined;
  readonly exclusiveMinimum: Limit | undefined;
  readonly exclusiveMaximum: Limit | undefined;
  readonly multipleOf: Limit | undefined;
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
  readonly minItems: number | undefined;
  readonly maxItems: number | undefined;
  readonly minProperties: number | undefined;
  readonly maxProperties: number | undefined;
  readonly minContains: number;
  readonly maxContains: number;
  readonly uniqueItems: boolean;
  readonly typeSize: number | undefined;
  readonly required: readonly string[] | undefined;
  readonly dependentRequired: ReadonlyMap<string, readonly string[]> | undefined;
  readonly reference: string | undefined;
  /** Of what it says anything: of a value as a whole, of items, of a node, of a node's names; and whether other schemas do. */
  readonly isOfValues: boolean;
  readonly isOfItems: boolean;
  readonly isOfNodes: boolean;
  readonly isOfNames: boolean;
  readonly isCombined: boolean;
  readonly base: string;
  readonly place: string;
  readonly #raw: RawObject;
  readonly #host: SchemaHost;
  #single: Map<string, CompiledSchema> | undefined;
  #lists: Map<string, readonly CompiledSchema[]> | undefined;
  #dependent: ReadonlyMap<string, CompiledSchema> | undefined;
  #properties: ReadonlyMap<string, CompiledSchema> | undefined;
  #patterns: PatternTable<CompiledSchema> | undefined;
  #target: CompiledSchema | undefined;

  /** `base` is the `$id` of the file; `place` leads to this part of it: `/properties/reg`. */
  constructor(raw: unknown, host: SchemaHost, base: string, place: string) {
    this.#host = host;
    this.base = base;
    this.place = place;
    this.always = isObject(raw) ? undefined : raw !== false;
    const schema = isObject(raw) ? raw : {};
    this.#raw = schema;
    const { type, const: constant, enum: values, pattern } = schema;
    if (typeof type === 'string') this.types = new Set([type]);
    else if (Array.isArray(type)) this.types = new Set(type.map(String));
    this.constant = constant;
    if (Array.isArray(values)) this.values = values;
    if (typeof pattern === 'string') this.pattern = this.#compile(pattern);
    this.minimum = limitOf(schema['minimum']);
    this.maximum = limitOf(schema['maximum']);
    this.exclusiveMinimum = limitOf(schema['exclusiveMinimum']);
    this.exclusiveMaximum = limitOf(schema['exclusiveMaximum']);
    this.multipleOf = limitOf(schema['multipleOf']);
    this.minLength = countOf(schema['minLength']);
    this.maxLength = countOf(schema['maxLength']);
    this.minItems = countOf(schema['minItems']);
    this.maxItems = countOf(schema['maxItems']);
    this.minProperties = countOf(schema['minProperties']);
    this.maxProperties = countOf(schema['maxProperties']);
    this.minContains = countOf(schema['minContains']) ?? 1;
    this.maxContains = countOf(schema['maxContains']) ?? Infinity;
    this.uniqueItems = schema['uniqueItems'] === true;
    this.typeSize = countOf(schema['typeSize']);
    if (Array.isArray(schema['required'])) this.required = schema['required'].map(String);
    if (isObject(schema['dependentRequired'])) {
      const table = Object.entries(schema['dependentRequired']);
      this.dependentRequired = new Map(
        table.map(([name, names]) => [name, Array.isArray(names) ? names.map(String) : []]),
      );
    }
    if (typeof schema['$ref'] === 'string') this.reference = schema['$ref'];
    const hasOneOf = (keywords: ReadonlySet<string>): boolean => {
      for (const keyword in schema) if (keywords.has(keyword)) return true;
      return false;
    };
    this.isOfValues = hasOneOf(valueKeywords);
    this.isOfItems = hasOneOf(itemKeywords);
    this.isOfNames = hasOneOf(nameKeywords);
    this.isOfNodes = this.isOfNames || hasOneOf(nodeKeywords);
    this.isCombined = hasOneOf(combiningKeywords);
  }

  /** The `$id` and the place of this part, as findings name it. */
  get location(): string {
    return this.base + this.place;
  }

  /** What was written, expanded. */
  get raw(): Readonly<RawObject> {
    return this.#raw;
  }

  /** What it says for people; undefined when it says nothing. */
  get description(): string | undefined {
    return (this.#raw as { [descriptionKey]?: string })[descriptionKey];
  }

  get title(): string | undefined {
    const { title } = this.#raw;
    return typeof title === 'string' ? title : undefined;
  }

  /** One subschema by its keyword: `if`, `not`, `contains`, `items` …; undefined where there is none, or a list. */
  part(keyword: string): CompiledSchema | undefined {
    const raw = this.#raw[keyword];
    if (raw === undefined || Array.isArray(raw)) return undefined;
    let part = this.#single?.get(keyword);
    if (!part) {
      part = this.#make(raw, `/${keyword}`);
      (this.#single ??= new Map()).set(keyword, part);
    }
    return part;
  }

  /** The list of subschemas of a keyword: `allOf`, `items` …; undefined where it has no list. */
  parts(keyword: string): readonly CompiledSchema[] | undefined {
    const raw = this.#raw[keyword];
    if (!Array.isArray(raw)) return undefined;
    let parts = this.#lists?.get(keyword);
    if (!parts) {
      parts = raw.map((each: unknown, index) => this.#make(each, `/${keyword}/${index}`));
      (this.#lists ??= new Map()).set(keyword, parts);
    }
    return parts;
  }

  /** What `properties` says of a name. */
  get properties(): ReadonlyMap<string, CompiledSchema> {
    this.#properties ??= this.#byName('properties');
    return this.#properties;
  }

  /** What `patternProperties` says of names. */
  get patterns(): PatternTable<CompiledSchema> {
    this.#patterns ??= new PatternTable(
      Object.entries(this.#objectAt('patternProperties')).map(([pattern, raw]) => ({
        pattern,
        test: () => this.#compile(pattern),
        value: this.#make(raw, `/patternProperties/${pattern}`),
      })),
    );
    return this.#patterns;
  }

  /** What `dependentSchemas` says of nodes that have a property. */
  get dependentSchemas(): ReadonlyMap<string, CompiledSchema> {
    this.#dependent ??= this.#byName('dependentSchemas');
    return this.#dependent;
  }

  /** The schema its `$ref` means; undefined when there is none, or it is not found. */
  get target(): CompiledSchema | undefined {
    if (this.reference !== undefined)
      this.#target ??= this.#host.resolve(this.reference, this.base);
    return this.#target;
  }

  #objectAt(keyword: string): Readonly<RawObject> {
    const value = this.#raw[keyword];
    return isObject(value) ? value : {};
  }

  #byName(keyword: string): ReadonlyMap<string, CompiledSchema> {
    return new Map(
      Object.entries(this.#objectAt(keyword)).map(([name, raw]) => [
        name,
        this.#make(raw, `/${keyword}/${name}`),
      ]),
    );
  }

  #make(raw: unknown, place: string): CompiledSchema {
    return new CompiledSchema(raw, this.#host, this.base, this.place + place);
  }

  #compile(pattern: string): RegExp | undefined {
    const compiled = pythonPattern(pattern);
    if (!compiled) this.#host.unreadable(pattern, this.base);
    return compiled;
  }
}

const valueKeywords: ReadonlySet<string> = new Set([
  ...['type', 'const', 'enum', 'pattern', 'minLength', 'maxLength'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
]);
const itemKeywords: ReadonlySet<string> = new Set([
  ...['items', 'minItems', 'maxItems', 'additionalItems', 'contains', 'uniqueItems', 'typeSize'],
]);
const nameKeywords: ReadonlySet<string> = new Set([
  ...['properties', 'patternProperties', 'additionalProperties', 'unevaluatedProperties'],
  ...['propertyNames', 'dependentSchemas'],
]);
const nodeKeywords: ReadonlySet<string> = new Set([
  ...['required', 'dependentRequired', 'minProperties', 'maxProperties'],
]);
const combiningKeywords: ReadonlySet<string> = new Set([
  ...['$ref', 'allOf', 'anyOf', 'oneOf', 'not', 'if'],
]);

function limitOf(value: unknown): Limit | undefined {
  return typeof value === 'number' || typeof value === 'bigint' ? value : undefined;
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

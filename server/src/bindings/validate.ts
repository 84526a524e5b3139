// Says what a schema has against a value: JSON Schema 2019-09 as far as bindings use it, and dtschema's `typeSize`.
//
// It follows jsonschema 4.10 (Python), with which dt-validate runs, also where that differs from the draft: a property counts
// as evaluated by `properties` only where its value is valid.

import type { CompiledSchema } from './compiled-schema.ts';
import {
  isList,
  isNode,
  type Cells,
  type List,
  type TypedObject,
  type TypedValue,
} from './typed-value.ts';

/** One thing that a schema has against a value. */
export interface Violation {
  /** The keyword that does not hold. */
  readonly keyword: string;
  /** The part of the schema that has it. */
  readonly schema: CompiledSchema;
  /** From the validated node to the value: names of nodes and properties, indices of rows and cells. */
  readonly path: readonly (string | number)[];
  readonly value: TypedValue;
  /** Names that are missing or not allowed; empty for other keywords. */
  readonly names: readonly string[];
  /** Of `anyOf` and `oneOf` what each alternative has against it; empty when several alternatives hold. */
  readonly context: readonly Violation[];
}

type Path = readonly (string | number)[];

/** Where violations go; without one only whether there is any is asked. */
type Sink = Violation[] | undefined;

const nothing: readonly never[] = [];

/** References followed on the way to one value, before it is taken for one that leads to itself. */
const mostReferences = 200;

/** Validates values; `isCyclic` is told of each schema whose references lead back to itself without an end. */
export class Validator {
  readonly #isCyclic: (schema: CompiledSchema) => void;
  #depth = 0;

  constructor(isCyclic: (schema: CompiledSchema) => void) {
    this.#isCyclic = isCyclic;
  }

  /** All that `schema` has against `value`, to which `path` leads, in the order of its keywords; empty when it holds. */
  violations(
    schema: CompiledSchema,
    value: TypedValue,
    path: Path = nothing,
  ): readonly Violation[] {
    this.#depth = 0;
    // To hold is the rule, and costs less to find out.
    if (this.#run(schema, value, path, undefined)) return nothing;
    const found: Violation[] = [];
    this.#run(schema, value, path, found);
    return found;
  }

  /** Whether `schema` holds of `value`. */
  holds(schema: CompiledSchema, value: TypedValue): boolean {
    this.#depth = 0;
    return this.#run(schema, value, nothing, undefined);
  }

  // With a sink everything is looked at, without one the first fault is enough.
  #run(schema: CompiledSchema, value: TypedValue, path: Path, sink: Sink): boolean {
    const { always } = schema;
    if (always === true) return true;
    if (always === false) return refuse(sink, 'false', schema, path, value);
    if (this.#depth > mostReferences) {
      this.#isCyclic(schema);
      return true;
    }
    this.#depth += 1;
    const holds = this.#check(schema, value, path, sink);
    this.#depth -= 1;
    return holds;
  }

  #check(schema: CompiledSchema, value: TypedValue, path: Path, sink: Sink): boolean {
    let holds = !schema.isOfValues || checkValue(schema, value, path, sink);
    if (!holds && !sink) return false;
    if (schema.isOfItems && isList(value))
      holds = this.#checkItems(schema, value, path, sink) && holds;
    if (!holds && !sink) return false;
    if (schema.isCombined) holds = this.#checkCombinations(schema, value, path, sink) && holds;
    if (!holds && !sink) return false;
    if (schema.isOfNodes && isNode(value))
      holds = this.#checkNames(schema, value, path, sink) && holds;
    return holds;
  }

  #checkItems(schema: CompiledSchema, value: List, path: Path, sink: Sink): boolean {
    let holds = true;
    const { length } = value;
    const { minItems, maxItems, typeSize } = schema;
    if (minItems !== undefined && length < minItems)
      holds = refuse(sink, 'minItems', schema, path, value);
    if (maxItems !== undefined && length > maxItems)
      holds = refuse(sink, 'maxItems', schema, path, value);
    if (typeSize !== undefined && Array.isArray(value[0]) && typeSize !== bitsOf(value))
      holds = refuse(sink, 'typeSize', schema, path, value);
    if (schema.uniqueItems && !areUnique(value))
      holds = refuse(sink, 'uniqueItems', schema, path, value);
    if (!holds && !sink) return false;
    const each = (part: CompiledSchema, index: number): void => {
      const item = value[index];
      if (item === undefined || (!holds && !sink)) return;
      if (!this.#run(part, item, sink ? [...path, index] : path, sink)) holds = false;
    };
    const list = schema.parts('items');
    const single = schema.part('items');
    if (list) {
      list.forEach(each);
      const more = schema.part('additionalItems');
      if (more)
        if (more.always === false) {
          if (length > list.length) holds = refuse(sink, 'additionalItems', schema, path, value);
        } else for (let index = list.length; index < length; index += 1) each(more, index);
    } else if (single) for (let index = 0; index < length; index += 1) each(single, index);
    const contains = schema.part('contains');
    if (contains) {
      const count = value.filter((item) => this.#run(contains, item, path, undefined)).length;
      if (count < schema.minContains || count > schema.maxContains)
        holds = refuse(sink, 'contains', schema, path, value);
    }
    return holds;
  }

  #checkCombinations(schema: CompiledSchema, value: TypedValue, path: Path, sink: Sink): boolean {
    let holds = true;
    const also = (part: CompiledSchema | undefined): void => {
      if (part && (holds || sink) && !this.#run(part, value, path, sink)) holds = false;
    };
    also(schema.target);
    for (const part of schema.parts('allOf') ?? nothing) also(part);
    const anyOf = schema.parts('anyOf');
    if (anyOf && (holds || sink)) {
      const context: Violation[] = [];
      if (!anyOf.some((part) => this.#run(part, value, path, sink ? context : undefined)))
        holds = refuse(sink, 'anyOf', schema, path, value, nothing, context);
    }
    const oneOf = schema.parts('oneOf');
    if (oneOf && (holds || sink)) {
      const context: Violation[] = [];
      const first = oneOf.findIndex((part) =>
        this.#run(part, value, path, sink ? context : undefined),
      );
      if (first < 0) holds = refuse(sink, 'oneOf', schema, path, value, nothing, context);
      else if (oneOf.slice(first + 1).some((part) => this.#run(part, value, path, undefined)))
        holds = refuse(sink, 'oneOf', schema, path, value);
    }
    const not = schema.part('not');
    if (not && (holds || sink) && this.#run(not, value, path, undefined))
      holds = refuse(sink, 'not', schema, path, value);
    const condition = schema.part('if');
    if (condition && (holds || sink))
      also(schema.part(this.#run(condition, value, path, undefined) ? 'then' : 'else'));
    return holds;
  }

  #checkNames(schema: CompiledSchema, node: TypedObject, path: Path, sink: Sink): boolean {
    let holds = true;
    const { required, dependentRequired, minProperties, maxProperties } = schema;
    // One finding each, as each can be added by itself.
    for (const name of required ?? nothing)
      if (!node.has(name)) holds = refuse(sink, 'required', schema, path, node, [name]);
    if (dependentRequired)
      for (const [name, names] of dependentRequired)
        if (node.has(name))
          for (const needed of names)
            if (!node.has(needed))
              holds = refuse(sink, 'dependentRequired', schema, path, node, [needed]);
    if (minProperties !== undefined && node.names.length < minProperties)
      holds = refuse(sink, 'minProperties', schema, path, node);
    if (maxProperties !== undefined && node.names.length > maxProperties)
      holds = refuse(sink, 'maxProperties', schema, path, node);
    if (!schema.isOfNames || (!holds && !sink)) return holds;
    const { properties, patterns } = schema;
    const check = (part: CompiledSchema, name: string): void => {
      if (part.always === true || (!holds && !sink)) return;
      const value = node.value(name);
      if (value !== undefined && !this.#run(part, value, sink ? [...path, name] : path, sink))
        holds = false;
    };
    const names = schema.part('propertyNames');
    const additional = schema.part('additionalProperties');
    const extra: string[] = [];
    for (const name of node.names) {
      const own = properties.get(name);
      if (own) check(own, name);
      const matching = patterns.isEmpty ? nothing : patterns.of(name);
      for (const part of matching) check(part, name);
      if (names && (holds || sink) && !this.#run(names, name, path, sink)) holds = false;
      if (additional && !own && matching.length === 0)
        if (additional.always === false) extra.push(name);
        else check(additional, name);
    }
    if (extra.length > 0) holds = refuse(sink, 'additionalProperties', schema, path, node, extra);
    for (const [name, part] of schema.dependentSchemas)
      if (node.has(name) && (holds || sink) && !this.#run(part, node, path, sink)) holds = false;
    const unevaluated = schema.part('unevaluatedProperties');
    if (unevaluated && unevaluated.always !== true && (holds || sink)) {
      const evaluated = new Set<string>();
      this.#addEvaluated(schema, node, evaluated);
      const left = node.names.filter((name) => {
        if (evaluated.has(name)) return false;
        const value = node.value(name);
        return value !== undefined && !this.#run(unevaluated, value, path, undefined);
      });
      if (left.length > 0) holds = refuse(sink, 'unevaluatedProperties', schema, path, node, left);
    }
    return holds;
  }

  // jsonschema: find_evaluated_property_keys_by_schema
  #addEvaluated(schema: CompiledSchema, node: TypedObject, into: Set<string>): void {
    if (schema.always !== undefined || this.#depth > mostReferences) return;
    this.#depth += 1;
    const also = (part: CompiledSchema | undefined): void => {
      if (part) this.#addEvaluated(part, node, into);
    };
    also(schema.target);
    if (schema.isOfNames) {
      const { properties, patterns } = schema;
      const all =
        schema.part('additionalProperties')?.always === true ||
        schema.part('unevaluatedProperties')?.always === true;
      for (const name of node.names) {
        if (into.has(name)) continue;
        if (all || (!patterns.isEmpty && patterns.of(name).length > 0)) {
          into.add(name);
          continue;
        }
        const part = properties.get(name);
        if (!part) continue;
        const value = node.value(name);
        if (value !== undefined && this.#run(part, value, nothing, undefined)) into.add(name);
      }
      for (const [name, part] of schema.dependentSchemas) if (node.has(name)) also(part);
    }
    for (const keyword of ['allOf', 'oneOf', 'anyOf'])
      for (const part of schema.parts(keyword) ?? nothing)
        if (this.#run(part, node, nothing, undefined)) also(part);
    const condition = schema.part('if');
    if (condition)
      if (this.#run(condition, node, nothing, undefined)) {
        also(condition);
        also(schema.part('then'));
      } else also(schema.part('else'));
    this.#depth -= 1;
  }
}

function refuse(
  sink: Sink,
  keyword: string,
  schema: CompiledSchema,
  path: Path,
  value: TypedValue,
  names: readonly string[] = nothing,
  context: readonly Violation[] = nothing,
): false {
  sink?.push({ keyword, schema, path, value, names, context });
  return false;
}

/** Keywords of values that have no parts. */
function checkValue(schema: CompiledSchema, value: TypedValue, path: Path, sink: Sink): boolean {
  let holds = true;
  const { types, values, pattern } = schema;
  if (types && !isOfType(value, types)) holds = refuse(sink, 'type', schema, path, value);
  if (!holds && !sink) return false;
  if (schema.constant !== undefined && !equals(value, schema.constant))
    holds = refuse(sink, 'const', schema, path, value);
  if (values && !values.some((each) => equals(value, each)))
    holds = refuse(sink, 'enum', schema, path, value);
  if (typeof value === 'string') {
    if (pattern && !pattern.test(value)) holds = refuse(sink, 'pattern', schema, path, value);
    if (schema.minLength !== undefined && value.length < schema.minLength)
      holds = refuse(sink, 'minLength', schema, path, value);
    if (schema.maxLength !== undefined && value.length > schema.maxLength)
      holds = refuse(sink, 'maxLength', schema, path, value);
  } else if (typeof value === 'number' || typeof value === 'bigint') {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
    if (minimum !== undefined && value < minimum)
      holds = refuse(sink, 'minimum', schema, path, value);
    if (maximum !== undefined && value > maximum)
      holds = refuse(sink, 'maximum', schema, path, value);
    if (exclusiveMinimum !== undefined && value <= exclusiveMinimum)
      holds = refuse(sink, 'exclusiveMinimum', schema, path, value);
    if (exclusiveMaximum !== undefined && value >= exclusiveMaximum)
      holds = refuse(sink, 'exclusiveMaximum', schema, path, value);
    if (multipleOf !== undefined && !isMultiple(value, multipleOf))
      holds = refuse(sink, 'multipleOf', schema, path, value);
  }
  return holds;
}

function isOfType(value: TypedValue, types: ReadonlySet<string>): boolean {
  if (value === true) return types.has('boolean');
  if (typeof value === 'string') return types.has('string');
  if (typeof value === 'number' || typeof value === 'bigint')
    return types.has('integer') || types.has('number');
  if (Array.isArray(value)) return types.has('array');
  return isNode(value) && types.has('object');
}

function bitsOf(value: readonly unknown[]): number {
  return 'bits' in value ? (value as unknown as Cells).bits : 32;
}

// A 64-bit cell may be a bigint, and a schema's number may be either.
function equals(value: unknown, wanted: unknown): boolean {
  if (typeof value === 'bigint' || typeof wanted === 'bigint')
    return (
      (typeof value === 'bigint' || typeof value === 'number') &&
      (typeof wanted === 'bigint' || typeof wanted === 'number') &&
      value == wanted
    );
  if (Array.isArray(value) && Array.isArray(wanted))
    return (
      value.length === wanted.length && value.every((each, index) => equals(each, wanted[index]))
    );
  return value === wanted;
}

function isMultiple(value: number | bigint, of: number | bigint): boolean {
  if (typeof value === 'bigint' || typeof of === 'bigint')
    return Number.isInteger(Number(of)) && BigInt(of) !== 0n && BigInt(value) % BigInt(of) === 0n;
  return value % of === 0;
}

function areUnique(value: readonly unknown[]): boolean {
  if (value.length < 2) return true;
  const keys = value.map((each) => (Array.isArray(each) ? each.join() : String(each)));
  return new Set(keys).size === keys.length;
}

// The bindings of one tree: which there are, which apply to a node, and what they say.

import type { FileId } from '../text/span.ts';
import type { Binding } from './binding.ts';
import { CompiledSchema, type SchemaHost } from './compiled-schema.ts';
import { fixUpProperty, fixUpSchema, fixUpSelect } from './fix-up-schema.ts';
import { isObject, type RawObject } from './json-schema.ts';
import { hasFixedPart, PropertyTypes, type PropertyType } from './property-types.ts';
import { pythonPattern } from './python-pattern.ts';
import { readYaml } from './read-yaml.ts';
import {
  dedented,
  type Declaration,
  type ScannedBinding,
  type TypeDeclaration,
} from './scan-binding.ts';
import type { TypedNode } from './typed-node.ts';
import { UniversalChecks } from './universal-checks.ts';
import { Validator } from './validate.ts';

/** One binding file: where it is, and what a scan found in it. */
export interface BindingFile {
  readonly file: FileId;
  /** Without examples. */
  readonly text: string;
  readonly scanned: ScannedBinding;
}

/** What is wrong with a binding file; each is said once. */
export interface BindingFault {
  readonly file: FileId;
  /** From 1; 0 where it is not known. */
  readonly line: number;
  readonly because: string;
}

interface Selection {
  readonly id: string;
  readonly select: CompiledSchema;
}

/** How bindings are found that no string of their own `compatible` leads to. */
interface Selections {
  readonly always: string[];
  readonly byName: Selection[];
  /** Those whose `select` asks for one of these strings, and maybe for more. */
  readonly byCompatible: Map<string, Selection[]>;
  readonly others: Selection[];
}

/** The bindings of one tree together with dtschema's own. Files are read when a node asks for them. */
export class Bindings implements SchemaHost {
  readonly #files = new Map<string, BindingFile>();
  readonly #loaded = new Map<string, Binding | undefined>();
  readonly #parts = new Map<string, CompiledSchema | undefined>();
  readonly #byCompatible = new Map<string, string[]>();
  readonly #nested = new Set<string>();
  readonly #compatiblePatterns: { readonly pattern: RegExp; readonly id: string }[] = [];
  readonly #byNodeName = new Map<string, readonly string[]>();
  readonly #declarations = new Map<string, TypeDeclaration[]>();
  readonly #patternDeclarations = new Map<string, TypeDeclaration[]>();
  readonly #types = new Map<string, readonly PropertyType[]>();
  #patterns: { readonly test: RegExp; readonly pattern: string }[] | undefined;
  readonly #patternTypes = new Map<string, PropertyType | undefined>();
  #selections: Selections | undefined;
  #checksOfAll: UniversalChecks | undefined;
  readonly #faults = new Map<string, BindingFault>();
  readonly validator = new Validator((schema) => {
    this.#fault(schema.base, 'refers to itself without an end');
  });

  /** The folder they are from. */
  readonly folder: FileId;

  /** Of files with one `$id` the first counts. */
  constructor(folder: FileId, files: Iterable<BindingFile>) {
    this.folder = folder;
    for (const each of files) {
      const { id } = each.scanned;
      if (id === '' || this.#files.has(id)) continue;
      this.#files.set(id, each);
      this.#index(each);
    }
  }

  #index(each: BindingFile): void {
    const { id, compatibles, nestedCompatibles, types } = each.scanned;
    for (const name of nestedCompatibles) this.#nested.add(name);
    for (const name of compatibles) {
      if (/[\^[{($]/.test(name)) {
        const pattern = name === anyCompatible ? undefined : pythonPattern(name);
        if (pattern) this.#compatiblePatterns.push({ pattern, id });
      }
      const known = this.#byCompatible.get(name);
      if (known) known.push(id);
      else this.#byCompatible.set(name, [id]);
    }
    for (const declaration of types) {
      const table = declaration.isPattern ? this.#patternDeclarations : this.#declarations;
      const known = table.get(declaration.name);
      if (known) known.push(declaration);
      else table.set(declaration.name, [declaration]);
    }
  }

  /** Files that could not be read as they are, or only in part; each once. */
  get faults(): readonly BindingFault[] {
    return [...this.#faults.values()];
  }

  /** Every file by its `$id`. */
  get files(): ReadonlyMap<string, BindingFile> {
    return this.#files;
  }

  /** Every string of `compatible` that a binding describes of its own node, with the `$id`s of those bindings. */
  get compatibles(): ReadonlyMap<string, readonly string[]> {
    return this.#byCompatible;
  }

  /** Whether any binding describes a string of `compatible`. */
  describes(compatible: string): boolean {
    return (
      this.#byCompatible.has(compatible) ||
      this.#nested.has(compatible) ||
      this.#compatiblePatterns.some(({ pattern }) => pattern.test(compatible))
    );
  }

  /** Whether what `schema` describes may have a property or child of that name. */
  declares(schema: CompiledSchema, name: string, depth = 0): boolean {
    if (depth > deepestReferences) return false;
    if (schema.properties.has(name) || schema.patterns.of(name).length > 0) return true;
    const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => schema.parts(keyword) ?? []);
    const others = [schema.target, schema.part('if'), schema.part('then'), schema.part('else')];
    return [...parts, ...others].some(
      (part) => part !== undefined && this.declares(part, name, depth + 1),
    );
  }

  /** The binding with an `$id`; undefined when there is none, or its file cannot be read. */
  binding(id: string): Binding | undefined {
    if (!this.#loaded.has(id)) this.#loaded.set(id, this.#load(id));
    return this.#loaded.get(id);
  }

  /** What a file says as it is written; undefined when it cannot be read. Not remembered: only people ask for it. */
  written(id: string): RawObject | undefined {
    const file = this.#files.get(id);
    return file && this.#parse(file);
  }

  /** What applies to every node. */
  get checksOfAll(): UniversalChecks {
    this.#checksOfAll ??= new UniversalChecks(
      this.#selectionsMade().always.flatMap((id) => this.binding(id) ?? []),
    );
    return this.#checksOfAll;
  }

  /** The bindings that apply to a node beside the universal ones, those for its `compatible` first. The node must be named. */
  bindingsOf(node: TypedNode, compatibles: readonly string[]): readonly Binding[] {
    const { byName, byCompatible, others } = this.#selectionsMade();
    const ids = new Set<string>();
    const addHolding = (selections: readonly Selection[]): void => {
      for (const { id, select } of selections) if (this.validator.holds(select, node)) ids.add(id);
    };
    for (const compatible of compatibles) {
      if (compatible !== 'syscon' && compatible !== 'simple-mfd')
        for (const id of this.#byCompatible.get(compatible) ?? [])
          if (this.#files.get(id)?.scanned.select === undefined) ids.add(id);
      addHolding(byCompatible.get(compatible) ?? []);
    }
    const { name } = node.node;
    let named = this.#byNodeName.get(name);
    if (!named) {
      named = byName.filter(({ select }) => this.validator.holds(select, node)).map(({ id }) => id);
      if (this.#byNodeName.size > mostNames) this.#byNodeName.clear();
      this.#byNodeName.set(name, named);
    }
    for (const id of named) ids.add(id);
    addHolding(others);
    return [...ids].flatMap((id) => this.binding(id) ?? []);
  }

  #selectionsMade(): Selections {
    this.#selections ??= this.#makeSelections();
    return this.#selections;
  }

  #makeSelections(): Selections {
    const made: Selections = { always: [], byName: [], byCompatible: new Map(), others: [] };
    for (const [id, { scanned }] of this.#files) {
      const { select, compatibles, nodeName } = scanned;
      const isOwn = compatibles.some((name) => name !== 'syscon' && name !== 'simple-mfd');
      const raw =
        select === undefined ? (isOwn ? false : selectByName(nodeName)) : selectFrom(select);
      if (raw === true) made.always.push(id);
      if (!isObject(raw)) continue;
      const selection = { id, select: new CompiledSchema(raw, this, id, '/select') };
      const names = select === undefined ? undefined : compatiblesOfSelect(raw);
      if (select === undefined) made.byName.push(selection);
      else if (!names) made.others.push(selection);
      for (const name of names ?? []) {
        const known = made.byCompatible.get(name);
        if (known) known.push(selection);
        else made.byCompatible.set(name, [selection]);
      }
    }
    return made;
  }

  #load(id: string): Binding | undefined {
    const file = this.#files.get(id);
    const raw = file && this.#parse(file);
    if (!raw) return undefined;
    fixUpSchema(raw);
    return { file: file.file, id, schema: new CompiledSchema(raw, this, id, '') };
  }

  #parse(file: BindingFile): RawObject | undefined {
    const { id } = file.scanned;
    const read = readYaml(file.text);
    if ('fault' in read) this.#fault(id, read.fault.because, read.fault.line);
    else if (isObject(read.value)) return read.value;
    else this.#fault(id, 'is not a schema');
    return undefined;
  }

  #fault(id: string, because: string, line = 0): void {
    const file = this.#files.get(id)?.file ?? id;
    const key = `${file}\0${because}`;
    if (!this.#faults.has(key)) this.#faults.set(key, { file, line, because });
  }

  // What a CompiledSchema asks for.

  resolve(reference: string, base: string): CompiledSchema | undefined {
    const [url = '', fragment = ''] = reference.split('#', 2);
    const id = url === '' ? base : resolveId(url, base);
    const key = `${id}#${fragment}`;
    if (!this.#parts.has(key)) {
      const part = this.#partOf(id, fragment);
      if (!part) this.#fault(base, `refers to ${reference}, which is not there`);
      this.#parts.set(key, part);
    }
    return this.#parts.get(key);
  }

  #partOf(id: string, fragment: string): CompiledSchema | undefined {
    const schema = this.binding(id)?.schema;
    if (!schema || fragment === '' || fragment === '/') return schema;
    let raw: unknown = schema.raw;
    for (const step of fragment.replace(/^\/+/, '').split('/')) {
      const name = decodeStep(step);
      raw =
        isObject(raw) && Object.hasOwn(raw, name)
          ? raw[name]
          : Array.isArray(raw)
            ? raw[Number(name)]
            : undefined;
    }
    return raw === undefined
      ? undefined
      : new CompiledSchema(raw, this, id, `/${fragment.replace(/^\/+/, '')}`);
  }

  unreadable(pattern: string, base: string): void {
    this.#fault(base, `has a regular expression that is read as matching everything: ${pattern}`);
  }

  /** The types that bindings declare of a property, of its name or else of a pattern of names; none when there is none. */
  readonly typesOf = (name: string): readonly PropertyType[] => {
    let types = this.#types.get(name);
    if (!types) {
      types = this.#namedTypes(name) ?? this.#typesByPattern(name);
      if (this.#types.size > mostNames) this.#types.clear();
      this.#types.set(name, types);
    }
    return types;
  };

  #namedTypes(name: string): readonly PropertyType[] | undefined {
    const declarations = this.#declarations.get(name);
    return declarations && mergedTypes(declarations);
  }

  #typesByPattern(name: string): readonly PropertyType[] {
    this.#patterns ??= [...this.#patternDeclarations.keys()].flatMap((pattern) => {
      const test = hasFixedPart(pattern) ? pythonPattern(pattern) : undefined;
      return test ? [{ test, pattern }] : [];
    });
    const found = new Map<string | undefined, PropertyType>();
    for (const { test, pattern } of this.#patterns) {
      if (!test.test(name)) continue;
      const type = this.#typeOfPattern(pattern);
      if (type && !found.has(type.type)) found.set(type.type, type);
    }
    return [...found.values()];
  }

  /** The first type that is declared of a pattern. */
  #typeOfPattern(pattern: string): PropertyType | undefined {
    if (!this.#patternTypes.has(pattern))
      this.#patternTypes.set(
        pattern,
        mergedTypes(this.#patternDeclarations.get(pattern) ?? [])?.[0],
      );
    return this.#patternTypes.get(pattern);
  }
}

/** The types in declarations of one name; undefined when there is none. */
function mergedTypes(
  declarations: readonly TypeDeclaration[],
): readonly PropertyType[] | undefined {
  const types = new PropertyTypes();
  let hasStrings = false;
  for (const { name, text, plainType, isImplicit } of declarations) {
    // Said once is enough.
    if (isImplicit && hasStrings) continue;
    if (plainType === undefined) {
      const schema = propertyFrom(text, name);
      fixUpProperty(name, schema);
      types.add(name, schema);
    } else types.addPlain(plainType);
    if (isImplicit) hasStrings = types.hasStrings;
  }
  return types.declared;
}

/** The value of the only key of some lines; undefined when they are no YAML. */
function propertyFrom(lines: string, name: string): unknown {
  const read = readYaml(dedented(lines));
  return 'value' in read && isObject(read.value) ? read.value[name] : undefined;
}

function selectFrom(lines: string): unknown {
  const select = propertyFrom(lines, 'select');
  fixUpSelect(select);
  return select;
}

// dtschema: add_select_schema
function selectByName(declaration: Declaration | undefined): unknown {
  const name = declaration && propertyFrom(declaration.text, '$nodename');
  if (name === true || name === undefined) return false;
  fixUpProperty('$nodename', name);
  return { required: ['$nodename'], properties: { $nodename: name } };
}

/** The strings of which `compatible` must have one for a `select` to hold; undefined when it may hold without. */
function compatiblesOfSelect({ required, properties }: RawObject): readonly string[] | undefined {
  if (!Array.isArray(required) || !required.includes('compatible') || !isObject(properties))
    return undefined;
  const { compatible } = properties;
  const contains = isObject(compatible) ? compatible['contains'] : undefined;
  if (!isObject(contains)) return undefined;
  const { const: constant, enum: values } = contains;
  const names = Array.isArray(values) ? values : [constant];
  return names.every((name) => typeof name === 'string') ? names : undefined;
}

const mostNames = 50_000;

/** How deep what a binding allows is looked for in what it refers to. */
const deepestReferences = 12;

/** The pattern in dt-core.yaml that any string of `compatible` has. */
const anyCompatible = '^[a-zA-Z0-9][a-zA-Z0-9,+\\-._]+$';

const host = 'http://devicetree.org';

/** The `$id` that a reference in a file with the `$id` `base` means. */
function resolveId(url: string, base: string): string {
  if (/^[a-z]+:/.test(url)) return url;
  const steps = url.startsWith('/') ? [] : base.slice(host.length).split('/').slice(1, -1);
  for (const step of url.split('/'))
    if (step === '..') steps.pop();
    else if (step !== '.' && step !== '') steps.push(step);
  return `${host}/${steps.join('/')}`;
}

function decodeStep(step: string): string {
  let name = step;
  try {
    name = decodeURIComponent(step);
  } catch {
    // A lone % stands for itself.
  }
  return name.replace(/~1/g, '/').replace(/~0/g, '~');
}

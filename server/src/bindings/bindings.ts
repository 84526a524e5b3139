// The bindings of one tree: which there are, which apply to a node, and what they say.

import type { FileId } from '../text/span.ts';
import { CompiledSchema, type SchemaHost } from './compiled-schema.ts';
import { fixUpProperty, fixUpSchema, fixUpSelect } from './fix-up-schema.ts';
import { isObject, type RawObject } from './json-schema.ts';
import { PropertyTypes, type PropertyType } from './property-types.ts';
import { pythonPattern } from './python-pattern.ts';
import { readYaml } from './read-yaml.ts';
import { dedented, withoutExamples, type Declaration, type ScannedBinding } from './scan-binding.ts';
import type { TypedNode } from './typed-node.ts';
import { Validator } from './validate.ts';

/** One binding file: where it is, and what a scan found in it. */
export interface BindingFile {
  readonly file: FileId;
  readonly scanned: ScannedBinding;
}

/** What is wrong with a binding file; each is said once. */
export interface BindingFault {
  readonly file: FileId;
  /** From 1; 0 where it is not known. */
  readonly line: number;
  readonly because: string;
}

/** A binding that was read. */
export interface Binding {
  readonly file: FileId;
  /** `http://devicetree.org/schemas/…`, without `#`. */
  readonly id: string;
  readonly schema: CompiledSchema;
}

/** What every node is asked for that has no binding of its own by `compatible`. */
interface Selection {
  readonly id: string;
  /** Undefined for one that applies to every node. */
  readonly select: CompiledSchema | undefined;
  /** Whether it asks for nothing but the node's name. */
  readonly isByName: boolean;
}

/** The bindings of one tree together with dtschema's own. Files are read when a node asks for them. */
export class Bindings implements SchemaHost {
  readonly #files = new Map<string, BindingFile>();
  readonly #read: (file: FileId) => string | undefined;
  readonly #loaded = new Map<string, Binding | undefined>();
  readonly #parts = new Map<string, CompiledSchema | undefined>();
  readonly #byCompatible = new Map<string, string[]>();
  readonly #nested = new Set<string>();
  readonly #compatiblePatterns: { readonly pattern: RegExp; readonly id: string }[] = [];
  readonly #byNodeName = new Map<string, readonly string[]>();
  readonly #declarations = new Map<string, { readonly file: BindingFile; readonly declaration: Declaration }[]>();
  readonly #patternDeclarations: { readonly file: BindingFile; readonly declaration: Declaration }[] = [];
  readonly #types = new Map<string, readonly PropertyType[]>();
  #patternTypes: { readonly pattern: RegExp; readonly type: PropertyType }[] | undefined;
  #selections: readonly Selection[] | undefined;
  readonly #faults = new Map<string, BindingFault>();
  readonly validator = new Validator((schema) => {
    this.#fault(schema.base, 'refers to itself without an end');
  });

  /** Of files with one `$id` the first counts. `read` gives a file's text, undefined when it is gone. */
  constructor(files: Iterable<BindingFile>, read: (file: FileId) => string | undefined) {
    this.#read = read;
    for (const each of files) {
      const { id } = each.scanned;
      if (id === '' || this.#files.has(id)) continue;
      this.#files.set(id, each);
      this.#index(each);
    }
  }

  #index(each: BindingFile): void {
    const { id, compatibles, nestedCompatibles, typed, typedNames } = each.scanned;
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
    typed.forEach((declaration, index) => {
      if (declaration.isPattern) this.#patternDeclarations.push({ file: each, declaration });
      for (const name of typedNames[index] ?? []) {
        const known = this.#declarations.get(name);
        if (known) known.push({ file: each, declaration });
        else this.#declarations.set(name, [{ file: each, declaration }]);
      }
    });
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

  /** The text of a file without its examples; undefined when it is gone. */
  textOf({ file }: BindingFile): string | undefined {
    const text = this.#read(file);
    return text === undefined ? undefined : withoutExamples(text);
  }

  /** The bindings that apply to a node, those that its `compatible` selects first. The node must be named. */
  bindingsOf(node: TypedNode, compatibles: readonly string[]): readonly Binding[] {
    const ids = new Set<string>();
    for (const compatible of compatibles)
      if (compatible !== 'syscon' && compatible !== 'simple-mfd')
        for (const id of this.#byCompatible.get(compatible) ?? [])
          if (this.#files.get(id)?.scanned.select === undefined) ids.add(id);
    let byName = this.#byNodeName.get(node.node.name);
    if (!byName) {
      byName = this.#selected(node, true);
      this.#byNodeName.set(node.node.name, byName);
    }
    for (const id of byName) ids.add(id);
    for (const id of this.#selected(node, false)) ids.add(id);
    return [...ids].flatMap((id) => this.binding(id) ?? []);
  }

  #selected(node: TypedNode, isByName: boolean): readonly string[] {
    this.#selections ??= this.#makeSelections();
    return this.#selections
      .filter(
        (each) =>
          each.isByName === isByName &&
          (each.select === undefined || this.validator.holds(each.select, node)),
      )
      .map(({ id }) => id);
  }

  #makeSelections(): readonly Selection[] {
    const selections: Selection[] = [];
    for (const [id, file] of this.#files) {
      const { select, compatibles, nodeName } = file.scanned;
      const isOwn = compatibles.some((name) => name !== 'syscon' && name !== 'simple-mfd');
      const stretch = select ?? (isOwn ? undefined : nodeName);
      if (!stretch) continue;
      const text = this.textOf(file);
      const read = text === undefined ? undefined : readYaml(dedented(text.slice(stretch.start, stretch.end)));
      const said = read && 'value' in read && isObject(read.value) ? read.value : undefined;
      if (!said) continue;
      let raw: unknown;
      if (select) {
        raw = said['select'];
        fixUpSelect(raw);
      } else {
        const own = said['$nodename'];
        if (own === true || own === undefined) continue;
        fixUpProperty('$nodename', own);
        raw = { required: ['$nodename'], properties: { $nodename: own } };
      }
      if (raw === false) continue;
      const schema = raw === true ? undefined : new CompiledSchema(raw, this, id, '/select');
      selections.push({ id, select: schema, isByName: raw === true || !select });
    }
    return selections;
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
    const text = this.textOf(file);
    if (text === undefined) {
      this.#fault(id, 'is gone');
      return undefined;
    }
    const read = readYaml(text);
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
    for (const step of fragment.split('/').slice(1)) {
      const name = decodeStep(step);
      raw = isObject(raw) && Object.hasOwn(raw, name) ? raw[name] : Array.isArray(raw) ? raw[Number(name)] : undefined;
    }
    return raw === undefined ? undefined : new CompiledSchema(raw, this, id, fragment);
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
    if (!declarations) return undefined;
    const types = new PropertyTypes();
    for (const { file, declaration } of declarations) this.#addTypes(file, declaration, types);
    return types.named(name);
  }

  #typesByPattern(name: string): readonly PropertyType[] {
    if (!this.#patternTypes) {
      const types = new PropertyTypes();
      for (const { file, declaration } of this.#patternDeclarations)
        this.#addTypes(file, declaration, types);
      this.#patternTypes = [...types.patterns()].flatMap(([text, type]) => {
        const pattern = pythonPattern(text);
        return pattern ? [{ pattern, type }] : [];
      });
    }
    const found = new Map<string | undefined, PropertyType>();
    for (const { pattern, type } of this.#patternTypes)
      if (!found.has(type.type) && pattern.test(name)) found.set(type.type, type);
    return [...found.values()];
  }

  #addTypes(file: BindingFile, { name, start, end, isPattern }: Declaration, to: PropertyTypes): void {
    const text = this.textOf(file)?.slice(start, end);
    if (text === undefined) return;
    const read = readYaml(dedented(text));
    const schema = 'value' in read && isObject(read.value) ? read.value[name] : undefined;
    fixUpProperty(name, schema);
    to.add(name, schema, isPattern);
  }
}

const mostNames = 50_000;

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

// What an index needs of a binding file, found without parsing its YAML: a kernel tree has thousands of them.

import { typeInReference, unitSuffix } from './array-shape.ts';
import { stringsOfCompatible } from './fix-up-schema.ts';
import { isObject } from './json-schema.ts';
import { readYaml } from './read-yaml.ts';

/** What a file says of one property at its top: the lines of `NAME:` below `properties:` or `patternProperties:`. */
export interface Declaration {
  readonly name: string;
  readonly isPattern: boolean;
  readonly text: string;
}

/** A declaration that may give its property a type, wherever in the file it is. */
export interface TypeDeclaration extends Declaration {
  /** The type, where the text says it plainly; undefined where the text has to be parsed for it. */
  readonly plainType: string | undefined;
  /** Whether it can say no more than that the property has strings. */
  readonly isImplicit: boolean;
}

export interface ScannedBinding {
  /** The `$id`, without quotes and without `#` at its end; empty when there is none. */
  readonly id: string;
  /** The title; empty when there is none. */
  readonly title: string;
  /** The lines of `select:` where the file has one. */
  readonly select: string | undefined;
  /** Strings and patterns of `compatible` that it describes: of the node itself, and of nodes below it or in conditions. */
  readonly compatibles: readonly string[];
  readonly nestedCompatibles: readonly string[];
  /** What it says of `$nodename`. */
  readonly nodeName: Declaration | undefined;
  readonly types: readonly TypeDeclaration[];
}

/** The part of a file that is a schema: examples are devicetree source, and longer than the rest. */
export function withoutExamples(text: string): string {
  const at = text.indexOf('\nexamples:');
  return at < 0 ? text : text.slice(0, at + 1);
}

const newLine = 10;
const space = 32;
const hash = 35;
const dash = 45;

/** Finds keys by their indentation, as block style YAML has them. Other styles give an entry without declarations. */
export function scanBinding(text: string): ScannedBinding {
  let id = '';
  let title = '';
  let select: string | undefined;
  let nodeName: Declaration | undefined;
  let own: Stretch | undefined;
  const types: TypeDeclaration[] = [];
  let section: 'properties' | 'patternProperties' | undefined;
  let sectionIndent = 0;
  let open: { readonly name: string; readonly start: number } | undefined;
  let selectFrom = -1;
  let othersFrom = -1;
  const close = (end: number): void => {
    if (open) {
      const { name, start } = open;
      const isPattern = section === 'patternProperties';
      if (name === 'compatible' && !isPattern) own = { start, end };
      const declaration = { name, isPattern, text: text.slice(start, end) };
      if (name === '$nodename' && !isPattern) nodeName = declaration;
      addTypes(declaration, types);
    }
    open = undefined;
    if (othersFrom >= 0)
      forEachNested(text.slice(othersFrom, end), (nested) => {
        addTypes(nested, types);
      });
    othersFrom = -1;
    if (selectFrom >= 0) select = text.slice(selectFrom, end);
    selectFrom = -1;
  };
  for (let at = 0; at < text.length;) {
    let first = at;
    while (text.charCodeAt(first) === space) first += 1;
    const found = text.indexOf('\n', first);
    const end = found < 0 ? text.length : found;
    const indent = first - at;
    if (first < end && (indent === 0 || section)) {
      const code = text.charCodeAt(first);
      if (code === hash) {
        // A comment ends nothing.
      } else if (indent === 0) {
        close(at);
        section = undefined;
        sectionIndent = 0;
        if (text.startsWith('examples:', at)) break;
        if (text.startsWith('properties:', at)) section = 'properties';
        else if (text.startsWith('patternProperties:', at)) section = 'patternProperties';
        else if (text.startsWith('$id:', at))
          id = unquoted(text.slice(at + 4, end)).replace(/#$/, '');
        else if (text.startsWith('title:', at)) title = titleFrom(text, at + 6);
        else if (text.startsWith('select:', at)) selectFrom = at;
        else if (text.startsWith('additionalProperties:', at)) othersFrom = at;
      } else {
        if (sectionIndent === 0) sectionIndent = indent;
        if (indent === sectionIndent) {
          close(at);
          const name = keyIn(text, first, end);
          if (name !== undefined) open = { name, start: at };
        }
      }
    }
    at = end + 1;
  }
  close(text.length);
  const compatibles = own ? compatiblesIn(text.slice(own.start, own.end)) : none;
  const nested = nestedCompatibles(text, own, compatibles);
  return { id, title, select, compatibles, nestedCompatibles: nested, nodeName, types };
}

interface Stretch {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** The text after `title:`, with the lines that go on; a long one may be folded. */
function titleFrom(text: string, from: number): string {
  const rest = /^[^\n]*(?:\n[ \t]+[^\n]*)*/.exec(text.slice(from, from + 400))?.[0] ?? '';
  return unquoted(rest.replace(/^\s*[|>][-+]?\s*\n/, '').replace(/\s+/g, ' '));
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  return /^(["']).*\1$/.test(trimmed) ? trimmed.slice(1, -1) : trimmed;
}

/** The key of a line; undefined when it has none. */
function keyIn(text: string, first: number, end: number): string | undefined {
  const quote = text[first];
  if (quote === '"' || quote === "'") {
    const close = text.indexOf(quote, first + 1);
    if (close < 0 || close >= end || text[close + 1] !== ':') return undefined;
    const name = text.slice(first + 1, close);
    return quote === '"' ? name.replace(/\\(.)/g, '$1') : name;
  }
  for (let at = first; at < end; at += 1)
    if (text[at] === ':' && (at + 1 === end || text[at + 1] === ' '))
      return text.slice(first, at).trimEnd();
  return undefined;
}

/** Adds what may be a type in a declaration, or in one that is nested in it. */
function addTypes(declaration: Declaration, to: TypeDeclaration[]): void {
  const { name, isPattern, text } = declaration;
  if (name.startsWith('$')) return;
  if (text.includes('roperties:')) {
    // What has properties of its own is a node.
    forEachNested(text, (nested) => {
      addTypes(nested, to);
    });
    return;
  }
  const isExplicit = text.includes('$ref:') || text.includes('type:');
  const hasItems = text.includes('items:');
  if (!isExplicit) {
    // Strings are a type without a reference, and so is a unit in the name with items.
    const hasUnit = unitSuffix.test(name);
    if (hasItems && (hasUnit || /\b(?:const|enum|pattern):\s*["'a-zA-Z[^(-]/.test(text)))
      to.push({ ...declaration, plainType: undefined, isImplicit: !hasUnit });
    return;
  }
  const isCombined = hasItems || /\b(?:all|any|one)Of:/.test(text);
  const type = isCombined ? undefined : plainTypeIn(text);
  if (type === undefined) to.push({ ...declaration, plainType: undefined, isImplicit: false });
  else if (type !== 'node')
    to.push({ name, isPattern, text: '', plainType: type, isImplicit: false });
}

/** Calls for each key below a `properties:` or `patternProperties:` in some lines, but not for those of conditions. */
function forEachNested(text: string, call: (nested: Declaration) => void): void {
  /** The lines that the current one is below: their columns, and whether they lead to declarations. */
  const above: {
    readonly column: number;
    readonly kind: 'section' | 'patterns' | 'condition' | 'other';
  }[] = [];
  let open:
    | {
        readonly name: string;
        readonly isPattern: boolean;
        readonly start: number;
        readonly column: number;
      }
    | undefined;
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    let first = at;
    while (text.charCodeAt(first) === space) first += 1;
    const line = at;
    at = end + 1;
    if (first >= end || text.charCodeAt(first) === hash) continue;
    if (text.charCodeAt(first) === dash && text.charCodeAt(first + 1) === space) {
      first += 1;
      while (text.charCodeAt(first) === space) first += 1;
    }
    const column = first - line;
    if (open) {
      if (column > open.column) continue;
      call({ name: open.name, isPattern: open.isPattern, text: text.slice(open.start, line) });
      open = undefined;
    }
    while ((above.at(-1)?.column ?? -1) >= column) above.pop();
    const parent = above.at(-1);
    const key = keyIn(text, first, end);
    if (key === undefined) continue;
    if (parent?.kind === 'section' || parent?.kind === 'patterns') {
      open = { name: key, isPattern: parent.kind === 'patterns', start: line, column };
      continue;
    }
    const isCondition = parent?.kind === 'condition' || conditions.has(key);
    const kind = isCondition
      ? 'condition'
      : key === 'properties'
        ? 'section'
        : key === 'patternProperties'
          ? 'patterns'
          : 'other';
    above.push({ column, kind });
  }
  if (open) call({ name: open.name, isPattern: open.isPattern, text: text.slice(open.start) });
}

const conditions = new Set(['if', 'then', 'else', 'not', 'dependencies', 'dependentSchemas']);

/** The type of a property of which only a reference or `type: boolean` says it; undefined where its shape matters too. */
function plainTypeIn(text: string): string | undefined {
  const all = [...text.matchAll(/^ +(\$ref|type): *["']?([^\s"']+)["']? *(?:#.*)?$/gm)];
  const [only, more] = all;
  if (!only || more) return undefined;
  const [, keyword, value = ''] = only;
  if (keyword === 'type')
    return value === 'boolean' ? 'flag' : value === 'object' ? 'node' : undefined;
  if (/\.yaml#?$/.test(value)) return 'node';
  const type = value.includes('types.yaml#') ? typeInReference(value) : undefined;
  return type === undefined || /matrix|phandle-array/.test(type) ? undefined : type;
}

/** What is not read line by line: braces, escapes, and a value on lines of its own. */
const needsParsing =
  /\{|"[^"\n]*\\|:[ \t]*"[^"\n]*$|(?:const|pattern):[ \t]*$|\n[^\S\n]*compatible:.*[[|>]/m;

/** The strings and patterns in the lines of a `compatible:`. */
function compatiblesIn(block: string): string[] {
  if (needsParsing.test(block)) {
    const read = readYaml(dedented(block));
    const schema = 'value' in read && isObject(read.value) ? read.value['compatible'] : undefined;
    return stringsOfCompatible(schema);
  }
  const found = new Set<string>();
  const add = (text: string): void => {
    const name = unquoted(text);
    if (name !== '') found.add(name);
  };
  for (let at = 0; at < block.length;) {
    const newline = block.indexOf('\n', at);
    const end = newline < 0 ? block.length : newline;
    let first = at;
    let isItem = false;
    for (let code = block.charCodeAt(first); code === space || code === dash;) {
      if (code === dash) isItem = true;
      first += 1;
      code = block.charCodeAt(first);
    }
    at = end + 1;
    const isConstant = block.startsWith('const:', first);
    if (isConstant || block.startsWith('pattern:', first))
      add(withoutComment(block.slice(first + (isConstant ? 6 : 8), end)));
    else if (block.startsWith('enum:', first)) {
      const list = block.indexOf('[', first);
      const close = list < 0 || list > end ? -1 : block.indexOf(']', list);
      if (close >= 0) for (const each of block.slice(list + 1, close).split(',')) add(each);
    } else if (isItem && first < end) {
      const item = withoutComment(block.slice(first, end));
      if (!/[\s:{[]/.test(item)) add(item);
    }
  }
  return [...found];
}

function withoutComment(text: string): string {
  const at = text.search(/(?:^|\s)#/);
  return (at < 0 ? text : text.slice(0, at)).trim();
}

/** Strings of `compatible` that are asked for elsewhere in a file than of its own node. */
function nestedCompatibles(
  text: string,
  stretch: Stretch | undefined,
  own: readonly string[],
): readonly string[] {
  let found: Set<string> | undefined;
  for (let at = text.indexOf('compatible:'); at >= 0; at = text.indexOf('compatible:', at + 1)) {
    const start = text.lastIndexOf('\n', at) + 1;
    const before = text.slice(start, at);
    if (stretch && at >= stretch.start && at < stretch.end) continue;
    if (before.trim() !== '' && before.trim() !== '-') continue;
    const end = endOfBlock(text, at, before.length);
    found ??= new Set();
    for (const name of compatiblesIn(' '.repeat(before.length) + text.slice(at, end)))
      found.add(name);
  }
  for (const name of own) found?.delete(name);
  return found ? [...found] : none;
}

const none: readonly string[] = [];

/** The end of the lines after the one at `from` that are indented deeper than `indent`. */
function endOfBlock(text: string, from: number, indent: number): number {
  let at = text.indexOf('\n', from) + 1;
  while (at > 0 && at < text.length) {
    let first = at;
    while (text.charCodeAt(first) === space) first += 1;
    const code = text.charCodeAt(first);
    if (first - at <= indent && code !== newLine && code !== hash) return at;
    at = text.indexOf('\n', first) + 1;
  }
  return text.length;
}

/** The lines of a stretch moved to the left, as a document of their own. */
export function dedented(block: string): string {
  const indent = /^ */.exec(block)?.[0].length ?? 0;
  return indent === 0 ? block : block.replace(new RegExp(`^ {1,${indent}}`, 'gm'), '');
}

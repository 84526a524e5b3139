// What an index needs of a binding file, found without parsing its YAML: a kernel tree has thousands of them.

import { stringsOfCompatible } from './fix-up-schema.ts';
import { isObject } from './json-schema.ts';
import { readYaml } from './read-yaml.ts';

/** A stretch of a file's text; end exclusive. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** What a file says of one property at its top: the lines of `NAME:` below `properties:` or `patternProperties:`. */
export interface Declaration extends Stretch {
  readonly name: string;
  readonly isPattern: boolean;
}

export interface ScannedBinding {
  /** The `$id`, without quotes and without `#` at its end; empty when there is none. */
  readonly id: string;
  /** The title; empty when there is none. */
  readonly title: string;
  /** The value of `select:` where the file has one. */
  readonly select: Stretch | undefined;
  /** Strings and patterns of `compatible` that it describes: of the node itself, and of nodes below it or in conditions. */
  readonly compatibles: readonly string[];
  readonly nestedCompatibles: readonly string[];
  /** What it says of `$nodename`. */
  readonly nodeName: Declaration | undefined;
  /** Those that may declare a type, of their own property or of one nested in it. */
  readonly typed: readonly Declaration[];
  /** The names that each of `typed` mentions, in the same order: of itself and of what is nested in it. */
  readonly typedNames: readonly (readonly string[])[];
}

/** The part of a file that is a schema: examples are devicetree source, and longer than the rest. */
export function withoutExamples(text: string): string {
  const at = text.indexOf('\nexamples:');
  return at < 0 ? text : text.slice(0, at + 1);
}

const newLine = 10;
const space = 32;
const hash = 35;

/** Finds keys by their indentation, as block style YAML has them. Other styles give an entry without declarations. */
export function scanBinding(text: string): ScannedBinding {
  let id = '';
  let title = '';
  let select: Stretch | undefined;
  const declarations: Declaration[] = [];
  let section: 'properties' | 'patternProperties' | undefined;
  let sectionIndent = 0;
  let open: { name: string; start: number; isPattern: boolean } | undefined;
  let selectFrom = -1;
  const close = (end: number): void => {
    if (open) declarations.push({ ...open, end });
    open = undefined;
    if (selectFrom >= 0) select = { start: selectFrom, end };
    selectFrom = -1;
  };
  for (let at = 0; at < text.length; ) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    let first = at;
    while (text.charCodeAt(first) === space) first += 1;
    const indent = first - at;
    const code = text.charCodeAt(first);
    if (first < end && code !== hash && code !== newLine) {
      if (indent === 0) {
        close(at);
        section = undefined;
        if (text.startsWith('examples:', at)) break;
        if (text.startsWith('properties:', at) || text.startsWith('patternProperties:', at)) {
          section = code === 0x70 && text.startsWith('patt', at) ? 'patternProperties' : 'properties';
          sectionIndent = 0;
        } else if (text.startsWith('$id:', at)) id = unquoted(text.slice(at + 4, end)).replace(/#$/, '');
        else if (text.startsWith('title:', at)) title = titleFrom(text, at + 6);
        else if (text.startsWith('select:', at)) selectFrom = at;
      } else if (section) {
        if (sectionIndent === 0) sectionIndent = indent;
        if (indent === sectionIndent) {
          close(at);
          const name = keyIn(text, first, end);
          if (name !== undefined)
            open = { name, start: at, isPattern: section === 'patternProperties' };
        }
      }
    }
    at = end + 1;
  }
  close(text.length);
  const named = (name: string): Declaration | undefined =>
    declarations.find((each) => each.name === name && !each.isPattern);
  const typed: Declaration[] = [];
  const typedNames: (readonly string[])[] = [];
  for (const declaration of declarations) {
    if (!mayDeclareType(text, declaration)) continue;
    typed.push(declaration);
    typedNames.push(namesIn(text, declaration));
  }
  const own = named('compatible');
  const compatibles = own ? compatiblesIn(text.slice(own.start, own.end)) : [];
  return {
    id,
    title,
    select,
    compatibles,
    nestedCompatibles: nestedCompatibles(text, compatibles),
    nodeName: named('$nodename'),
    typed,
    typedNames,
  };
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

function mayDeclareType(text: string, { start, end, name }: Declaration): boolean {
  if (name.startsWith('$')) return false;
  const block = text.slice(start, end);
  // Strings are a type without a reference; a unit in the name is one with items.
  return (
    block.includes('$ref:') ||
    block.includes('type:') ||
    (name !== 'compatible' && block.includes('items:'))
  );
}

const keyLine = /^ *(?:- +)?(?:"([^"\n]+)"|'([^'\n]+)'|([^\s:#"'-][^:\n]*)):(?: |$)/gm;

function namesIn(text: string, { start, end, name }: Declaration): readonly string[] {
  const block = text.slice(start, end);
  if (!block.includes('roperties:')) return [name];
  const names = new Set([name]);
  for (const [, double, single, plain] of block.matchAll(keyLine)) {
    const key = double?.replace(/\\(.)/g, '$1') ?? single ?? plain;
    if (key !== undefined && !keywords.has(key)) names.add(key);
  }
  return [...names];
}

const keywords = new Set([
  ...['$ref', 'type', 'description', 'items', 'minItems', 'maxItems', 'enum', 'const', 'pattern', 'minimum', 'maximum'],
  ...['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'required', 'properties', 'patternProperties', 'default'],
  ...['additionalProperties', 'unevaluatedProperties', 'uniqueItems', 'deprecated', 'multipleOf', 'contains'],
]);

const oneString = /(?:^|[\s{-])(?:const|pattern):[ \t]*("[^"\n]*"|'[^'\n]*'|[^\s#{}]+)/g;
const listItem = /^[ \t]*-[ \t]+("[^"\n]*"|'[^'\n]*'|[^\s:#"'{[]+)[ \t]*(?:#.*)?$/gm;
const flowList = /enum:\s*\[([^\]]*)\]/g;

/** What the expressions above do not read: braces, escapes, and a value on lines of its own. */
const needsParsing = /\{|"[^"\n]*\\|:[ \t]*"[^"\n]*$|(?:const|pattern):[ \t]*$|\n[^\S\n]*compatible:.*[[|>]/m;

/** The strings and patterns in the lines of a `compatible:`. */
function compatiblesIn(block: string): string[] {
  if (needsParsing.test(block)) {
    const read = readYaml(dedented(block));
    const schema = 'value' in read && isObject(read.value) ? read.value['compatible'] : undefined;
    return stringsOfCompatible(schema);
  }
  const found = new Set<string>();
  const add = (text: string | undefined): void => {
    const name = unquoted(text ?? '');
    if (name !== '') found.add(name);
  };
  for (const [, text] of block.matchAll(oneString)) add(text);
  for (const [, text] of block.matchAll(listItem)) add(text);
  for (const [, list] of block.matchAll(flowList)) for (const text of (list ?? '').split(',')) add(text.trim());
  return [...found];
}

/** Strings of `compatible` that are asked for elsewhere in a file than of its own node. */
function nestedCompatibles(text: string, own: readonly string[]): readonly string[] {
  let found: Set<string> | undefined;
  for (let at = text.indexOf('compatible:'); at >= 0; at = text.indexOf('compatible:', at + 1)) {
    const start = text.lastIndexOf('\n', at) + 1;
    const before = text.slice(start, at);
    if (!/^ *(?:- )?$/.test(before)) continue;
    const end = endOfBlock(text, at, before.length);
    found ??= new Set();
    for (const name of compatiblesIn(' '.repeat(before.length) + text.slice(at, end))) found.add(name);
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

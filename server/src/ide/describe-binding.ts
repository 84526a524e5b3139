// What a binding says for people: of a device, and of one property.

import type { Binding } from '../bindings/binding.ts';
import { coreSchemaScheme } from '../bindings/binding-index.ts';
import type { Bindings } from '../bindings/bindings.ts';
import type { CompiledSchema } from '../bindings/compiled-schema.ts';
import { allowedValues, namesOf, partsFor, requiredBy } from '../bindings/parts-for.ts';
import type { TreeBindings } from '../bindings/tree-bindings.ts';
import { bindingName } from '../rules/bindings/binding-rule.ts';
import { markdownCode, markdownLink, markdownText } from '../text/markdown.ts';
import type { FileId } from '../text/span.ts';
import type { DtNode } from '../tree/device-tree.ts';

/** A line of a binding file, from 1. */
export interface BindingPlace {
  readonly file: FileId;
  readonly line: number;
}

/** How a place in a binding file is written as a link; undefined where links cannot be followed. */
export type LinkToBinding = (place: BindingPlace) => string | undefined;

export interface PropertyDescription {
  readonly name: string;
  /** `string`, `cells`; undefined when no binding declares a type. */
  readonly type: string | undefined;
  readonly description: string | undefined;
  readonly allowed: readonly (string | number | bigint)[];
  readonly isRequired: boolean;
  /** The part of a binding that says it; undefined when it is only named. */
  readonly schema: CompiledSchema | undefined;
}

const typeWords: Readonly<Record<string, string>> = {
  flag: 'no value',
  string: 'string',
  'string-array': 'strings',
  phandle: 'phandle',
  'phandle-array': 'phandles with their cells',
};

function wordType(type: string): string {
  const known = typeWords[type];
  if (known !== undefined) return known;
  const [, bits = '32', shape = ''] = /^u?int(\d+)(.*)$/.exec(type) ?? [];
  const one = bits === '8' ? 'byte' : bits === '32' ? 'cell' : `${bits}-bit cell`;
  if (shape === '-matrix') return `rows of ${one}s`;
  return shape === '-array' ? `${one}s` : one;
}

/** The type of a property in words; undefined when no binding declares one. */
export function typeInWords(bindings: Bindings, name: string): string | undefined {
  const types = bindings.typesOf(name).flatMap(({ type }) => type ?? []);
  return types.length === 0 ? undefined : types.map(wordType).join(' or ');
}

/** What the bindings of `node` say of a property; undefined when they do not know it. */
export function describeProperty(
  { bindings }: TreeBindings,
  schemas: readonly CompiledSchema[],
  name: string,
): PropertyDescription | undefined {
  const own = schemas.flatMap((schema) => partsFor(schema, name));
  const parts = [...own, ...bindings.checksOfAll.partsFor(name)];
  const isNamed = schemas.some((schema) => namesOf(schema).has(name));
  if (parts.length === 0 && !isNamed) return undefined;
  const told = parts.find(({ description }) => description !== undefined) ?? parts[0];
  return {
    name,
    type: typeInWords(bindings, name),
    description: told?.description,
    allowed: parts.map((part) => allowedValues(part)).find((values) => values.length > 0) ?? [],
    isRequired: schemas.some((schema) => requiredBy(schema).has(name)),
    schema: told,
  };
}

/** What the bindings of a node describe or allow, required properties first. */
export function describeProperties(
  tree: TreeBindings,
  node: DtNode,
): readonly PropertyDescription[] {
  const schemas = tree.schemasOf(node);
  const names = new Set(schemas.flatMap((schema) => [...namesOf(schema)]));
  return [...names]
    .flatMap((name) => describeProperty(tree, schemas, name) ?? [])
    .sort((a, b) => Number(b.isRequired) - Number(a.isRequired) || (a.name < b.name ? -1 : 1));
}

/** Where a part of a binding is written; its file has the line of the last key on the way that is found. */
export function placeOfSchema(
  bindings: Bindings,
  { base, place }: CompiledSchema,
): BindingPlace | undefined {
  const file = bindings.files.get(base);
  if (!file) return undefined;
  let at = 0;
  for (const step of stepsOf(place)) {
    if (/^\d+$/.test(step)) continue;
    const key = step.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const found = new RegExp(`^ *(?:- +)?["']?${key}["']?:`, 'm').exec(file.text.slice(at));
    if (!found) break;
    at += found.index;
  }
  return { file: file.file, line: file.text.slice(0, at).split('\n').length };
}

// A pattern of names may have a `/`.
function stepsOf(place: string): string[] {
  return place
    .split(
      /\/(?=properties\/|patternProperties\/|allOf\/|oneOf\/|anyOf\/|then|else|items|\d+)|(?<=ropert(?:ies))\//,
    )
    .filter((step) => step !== '');
}

/** The address of a binding: of dtschema's own, which are on no disk, that of its project. */
export function addressOfBinding(place: BindingPlace, uriOf: (file: FileId) => string): string {
  return place.file.startsWith(coreSchemaScheme)
    ? `https://github.com/devicetree-org/dt-schema/blob/main/dtschema/schemas/${place.file.slice(coreSchemaScheme.length)}`
    : `${uriOf(place.file)}#L${place.line}`;
}

function linkLine(id: string, place: BindingPlace | undefined, linkTo: LinkToBinding): string {
  const name = bindingName(id);
  const target = place && linkTo(place);
  return target === undefined
    ? `Binding: ${markdownCode(name)}`
    : `Binding: ${markdownLink(name, target)}`;
}

/** Markdown about a device. */
export function bindingMarkdown(
  bindings: Bindings,
  { id, schema }: Binding,
  linkTo: LinkToBinding,
): string {
  const place = placeOfSchema(bindings, schema);
  const description = schema.description;
  return [
    `**${markdownText(schema.title ?? bindingName(id))}**`,
    ...(description === undefined ? [] : [markdownText(briefly(description))]),
    linkLine(id, place, linkTo),
  ].join('\n\n');
}

/** Markdown about a property. */
export function propertyMarkdown(
  bindings: Bindings,
  told: PropertyDescription,
  linkTo: LinkToBinding,
): string {
  const { name, type, description, allowed, isRequired, schema } = told;
  const facts = [type, isRequired ? 'required' : undefined].filter((each) => each !== undefined);
  return [
    `**${markdownText(name)}**${facts.length > 0 ? `: ${facts.join(', ')}` : ''}`,
    ...(description === undefined ? [] : [markdownText(briefly(description))]),
    ...(allowed.length > 0
      ? [
          `Allowed: ${allowed
            .slice(0, mostAllowed)
            .map((each) => markdownCode(String(each)))
            .join(', ')}${allowed.length > mostAllowed ? ' …' : ''}`,
        ]
      : []),
    ...(schema ? [linkLine(schema.base, placeOfSchema(bindings, schema), linkTo)] : []),
  ].join('\n\n');
}

const mostAllowed = 16;
const longest = 600;

/** The beginning of a text, its lines joined. */
function briefly(text: string): string {
  const joined = text.trim().replace(/\s+/g, ' ');
  return joined.length > longest ? `${joined.slice(0, longest)} …` : joined;
}

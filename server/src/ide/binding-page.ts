// A binding as a page: what the device is, and each property with what may be in it.

import type { Binding } from '../bindings/binding.ts';
import type { Bindings } from '../bindings/bindings.ts';
import { allowedValues, namesOf, partsFor, requiredBy } from '../bindings/parts-for.ts';
import { bindingName } from '../rules/bindings/binding-rule.ts';
import { markdownCode, markdownText } from '../text/markdown.ts';
import { placeOfSchema, typeInWords } from './describe-binding.ts';

/** One row of the page. */
export interface PropertyRow {
  readonly name: string;
  readonly isRequired: boolean;
  /** In words; absent when no binding declares one. */
  readonly type?: string;
  readonly allowed: readonly (string | number)[];
  readonly description?: string;
}

/** A binding as data. */
export interface BindingPage {
  /** Its file below the folder of bindings. */
  readonly binding: string;
  readonly title: string;
  readonly file: string;
  readonly description?: string;
  readonly compatibles: readonly string[];
  /** Required ones first. */
  readonly properties: readonly PropertyRow[];
}

/** What a binding says. */
export function bindingPage(bindings: Bindings, { id, schema, file }: Binding): BindingPage {
  const required = requiredBy(schema);
  const rows = [...namesOf(schema)].map((name): PropertyRow => {
    const parts = [...partsFor(schema, name), ...bindings.checksOfAll.partsFor(name)];
    const type = typeInWords(bindings, name);
    const description = parts.find((part) => part.description !== undefined)?.description;
    const allowed = parts.map((part) => allowedValues(part)).find(({ length }) => length > 0) ?? [];
    return {
      name,
      isRequired: required.has(name),
      ...(type === undefined ? {} : { type }),
      allowed: allowed.map((value) => (typeof value === 'bigint' ? String(value) : value)),
      ...(description === undefined ? {} : { description: joined(description) }),
    };
  });
  const { description } = schema;
  return {
    binding: bindingName(id),
    title: schema.title ?? bindingName(id),
    file: placeOfSchema(bindings, schema)?.file ?? file,
    ...(description === undefined ? {} : { description: joined(description) }),
    compatibles: bindings.files.get(id)?.scanned.compatibles ?? [],
    properties: rows.sort(
      (a, b) => Number(b.isRequired) - Number(a.isRequired) || (a.name < b.name ? -1 : 1),
    ),
  };
}

function joined(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

/** The page as Markdown, with a final newline. */
export function bindingPageText(page: BindingPage): string {
  const lines = [
    `# ${page.title}`,
    `Binding: ${page.file}`,
    ...(page.description === undefined ? [] : [page.description]),
    `## compatible\n\n${page.compatibles.map((name) => `- ${markdownCode(name)}`).join('\n')}`,
    `## Properties\n\n${page.properties.map(rowText).join('\n')}`,
  ];
  return `${lines.join('\n\n')}\n`;
}

function rowText({ name, isRequired, type, allowed, description }: PropertyRow): string {
  const facts = [type, isRequired ? 'required' : undefined].filter((each) => each !== undefined);
  const values =
    allowed.length > 0
      ? ` Allowed: ${allowed.map((each) => markdownCode(String(each))).join(', ')}.`
      : '';
  const about = description === undefined ? '' : ` ${markdownText(description)}`;
  return `- ${markdownCode(name)}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}:${about}${values}`.replace(
    /:$/,
    '',
  );
}

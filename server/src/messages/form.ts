// The form of a console line: text with typed fields in braces, from which it is printed and by which it is read back.
//   RAM: {start:paddr} - {last:paddr}        a trailing … leaves the line open: the next message continues it

import { fields, type FieldTypes, type Format, type Value } from './field.ts';

/** What a message tells, by the name of the field. */
export type Facts = Readonly<Record<string, Value>>;

/** The facts that a form shows, with the type of each. */
export type FactsOf<Form extends string> =
  Form extends `${string}{${infer Name}:${infer F extends Format}}${infer Rest}`
    ? { readonly [Key in Name]: FieldTypes[F] } & FactsOf<Rest>
    : unknown;

type Part = string | { readonly name: string; readonly format: Format };

interface Compiled {
  readonly parts: readonly Part[];
  readonly isOpen: boolean;
  /** The longest literal piece: a text without it is not of this form. */
  readonly literal: string;
  /** The form as a whole text; an open one with whatever follows in the group `rest`. */
  readonly whole: RegExp;
  /** The form anywhere in a text. */
  readonly within: RegExp;
}

const compiled = new Map<string, Compiled>();

function compile(form: string): Compiled {
  const known = compiled.get(form);
  if (known) return known;
  const isOpen = form.endsWith(OPEN);
  const parts: Part[] = [];
  let at = 0;
  const text = isOpen ? form.slice(0, -OPEN.length) : form;
  for (const match of text.matchAll(/\{(\w+):(\w+)\}/g)) {
    if (match.index > at) parts.push(text.slice(at, match.index));
    parts.push({ name: match[1] ?? '', format: match[2] as Format });
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push(text.slice(at));
  const literals = parts.filter((part) => typeof part === 'string').map(collapse);
  const source = parts.map(sourceOf).join('').trim();
  const result: Compiled = {
    parts,
    isOpen,
    literal: literals.reduce(
      (longest, each) => (each.length > longest.length ? each : longest),
      '',
    ),
    whole: new RegExp(isOpen ? `^${PLACE}${source}(?<rest>.*)$` : `^${PLACE}${source}$`),
    within: new RegExp(source),
  };
  compiled.set(form, result);
  return result;
}

/** Marks a form whose line is left open. */
const OPEN = '…';
/** Where in Xen's source a message was printed, as debug builds say it. */
const PLACE = '(?:[\\w./-]+\\.[ch]:\\d+: ?)?';

function sourceOf(part: Part): string {
  if (typeof part !== 'string') return `(?<${part.name}>${fields[part.format].pattern})`;
  return part
    .replace(/\s+/g, ' ')
    .replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
    .replace(/0x$/, '(?:0x)?');
}

/** A message with runs of white space as one blank and none around it: mail programs change white space. */
export function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The text of a message, without a line end; `digits` of a physical address in Linux's lines. */
export function printForm(form: string, facts: Facts, digits = 16): string {
  let text = '';
  for (const part of compile(form).parts)
    text += typeof part === 'string' ? part : printField(part.format, facts[part.name], digits);
  return text;
}

function printField(format: Format, value: Value | undefined, digits: number): string {
  // What a caller may pass is held by `FactsOf`.
  return (fields[format].print as (value: Value | undefined, digits: number) => string)(
    value,
    digits,
  );
}

/** Whether a form leaves its line open. */
export function isOpenForm(form: string): boolean {
  return form.endsWith(OPEN);
}

/** The names of the fields of a form, in order. */
export function fieldNames(form: string): readonly string[] {
  return compile(form).parts.flatMap((part) => (typeof part === 'string' ? [] : [part.name]));
}

/** What a text tells that has a form. */
export interface ReadForm {
  readonly facts: Facts;
  /** The fields as they stand in the text. */
  readonly shown: Readonly<Record<string, string>>;
  /** What follows an open form; empty otherwise. */
  readonly rest: string;
}

/**
 * Reads a text, with white space collapsed, that has the form as a whole or, `within`, somewhere in it; undefined when it
 * has not.
 */
export function readForm(
  form: string,
  text: string,
  where: 'whole' | 'within',
): ReadForm | undefined {
  const known = compile(form);
  if (!text.includes(known.literal)) return undefined;
  const match = known[where].exec(text);
  if (!match) return undefined;
  const { rest = '', ...shown } = match.groups ?? {};
  const facts: Record<string, Value> = {};
  for (const part of known.parts)
    if (typeof part !== 'string')
      facts[part.name] = fields[part.format].read(shown[part.name] ?? '');
  return { facts, shown, rest: known.isOpen ? rest : '' };
}

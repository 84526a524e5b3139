// Reads JSON that people write: what is wrong with it is told with the path and the place of the field.

import * as v from 'valibot';
import { LineIndex } from '../text/line-index.ts';
import { didYouMean } from '../text/nearest-name.ts';
import { findJsonFault } from './find-json-fault.ts';
import { placesIn, type JsonPath, type JsonPlaces, type JsonSpan } from './json-places.ts';

const MUST_BE_OBJECT = 'must be an object';
const NO_SUCH_FIELD = 'no such field';
const NOT_JSON = 'not JSON: syntax error';

/** What was read, or what is wrong with it: one sentence that names the field. */
export type Read<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly because: string };

/** What is wrong with one field of a text. */
export interface JsonFault {
  /** Empty for the whole. */
  readonly path: JsonPath;
  readonly because: string;
  readonly at: JsonSpan;
  /** The other party, when two fields contradict each other or one is given twice. */
  readonly other?: { readonly path: JsonPath; readonly at: JsonSpan };
}

/** What a text says, or everything that is wrong with it, the first first. */
export type ReadText<T> =
  | { readonly ok: true; readonly value: T; readonly places: JsonPlaces }
  | {
      readonly ok: false;
      readonly faults: readonly [JsonFault, ...JsonFault[]];
      /** What the text says; undefined when it is not JSON. */
      readonly raw?: unknown;
    };

/** A field that is wrong, before its place is known. */
export interface FieldFault {
  readonly path: JsonPath;
  readonly because: string;
  /** Whether the name of the field is wrong, not its value. */
  readonly isName?: boolean;
  readonly other?: JsonPath;
}

/** What a reader of values makes of a value: what it says, or every field that is wrong. */
export type ReadFields<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly FieldFault[] };

/** `xen.size: must be …`. */
export function wordFault({ path, because }: Pick<FieldFault, 'path' | 'because'>): string {
  return path.length === 0 ? because : `${path.join('.')}: ${because}`;
}

/**
 * A text as `read` takes its value, with the place of each fault. A field that is given twice is one. Comments, and a comma behind
 * the last element, may stand in what people write.
 */
export function readText<T>(text: string, read: (value: unknown) => ReadFields<T>): ReadText<T> {
  const json = withoutComments(withoutMark(text));
  const value = valueOf(json);
  if (!value) {
    const start = findJsonFault(json) ?? json.length;
    const at = { start, end: Math.min(start + 1, json.length) };
    return { ok: false, faults: [{ path: [], because: NOT_JSON, at }] };
  }
  const places = placesIn(json);
  const fields = read(value.value);
  const faults = [
    ...places.repeated.map(({ path, first, again }): JsonFault => {
      const { line, column } = new LineIndex(json).positionAt(first.start);
      const because = `is given twice, first in line ${line}, column ${column}`;
      return { path, because, at: again, other: { path, at: first } };
    }),
    ...(fields.ok ? [] : fields.faults).map(({ path, because, isName, other }): JsonFault => {
      const at = isName === true ? places.nameAt(path) : places.valueAt(path);
      return {
        path,
        because,
        at,
        ...(other && { other: { path: other, at: places.valueAt(other) } }),
      };
    }),
  ].sort((one, two) => one.at.start - two.at.start);
  if (fields.ok && faults.length === 0) return { ok: true, value: fields.value, places };
  const [first = { path: [], because: MUST_BE_OBJECT, at: places.valueAt([]) }, ...rest] = faults;
  return { ok: false, faults: [first, ...rest], raw: value.value };
}

/** Where the values of a text stand that was read. */
export function placesInText(text: string): JsonPlaces {
  return placesIn(withoutComments(withoutMark(text)));
}

/** The same text for a reader of JSON, with every offset as it was. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, ' ');
}

// What does not end goes on to the end of its line, or of the text, so that each letter is looked at once.
const STRING = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"?/.source;
const COMMENT = /\/\/[^\r\n]*|\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/)?/.source;
const STRING_OR_COMMENT = new RegExp(`${STRING}|${COMMENT}`, 'g');
const STRING_OR_LAST_COMMA = new RegExp(`${STRING}|,(?=\\s*[}\\]])`, 'g');

/** The text with blanks in place of comments and of a comma behind the last element: every offset is as it was. */
function withoutComments(text: string): string {
  const blank = (found: string): string =>
    found.startsWith('"') ? found : found.replace(/[^\r\n]/g, ' ');
  const json = text.replace(STRING_OR_COMMENT, blank);
  return json.replace(STRING_OR_LAST_COMMA, blank);
}

/** Undefined when the text is not JSON. */
function valueOf(json: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(json) as unknown };
  } catch {
    // The engine's own message quotes the text, which may be a file that was named by mistake or by somebody else.
    return undefined;
  }
}

/** An object that is no array: an array is an object without fields to the checker. */
export function plainObject(
  wanted: string = MUST_BE_OBJECT,
): v.CustomSchema<Readonly<Record<string, unknown>>, string> {
  return v.custom(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    wanted,
  );
}

/** `value` checked against `schema`, with every fault. */
export function readFields<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): ReadFields<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, value);
  if (result.success) return { ok: true, value: result.output };
  return {
    ok: false,
    faults: result.issues.map((issue) => {
      const isUnknown = isUnknownField(issue);
      const path = pathOf(issue);
      const near = isUnknown ? didYouMean(path.at(-1) ?? '', fieldsAt(schema, path)) : '';
      const isName = isUnknown || issue.path?.at(-1)?.origin === 'key';
      return { path, because: wordingOf(issue) + near, ...(isName ? { isName } : {}) };
    }),
  };
}

/** The names of the fields beside the last one of a path; none where any name will do. */
function fieldsAt(schema: unknown, path: JsonPath): readonly string[] {
  const within = path.slice(0, -1).reduce<readonly unknown[]>(
    (around, name) =>
      around.flatMap(partsOf).flatMap((part) => {
        const { entries, item } = part;
        return [entries?.[name], item].filter((each) => each !== undefined);
      }),
    [schema],
  );
  return within.flatMap(partsOf).flatMap(({ entries }) => Object.keys(entries ?? {}));
}

/** What of a schema of the checker says which fields there are. */
interface SchemaPart {
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly item?: unknown;
  readonly wrapped?: unknown;
  readonly pipe?: readonly unknown[];
  readonly options?: readonly unknown[];
}

/** A schema, and those it is put together from, for the same value. */
function partsOf(schema: unknown): readonly SchemaPart[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const part = schema as SchemaPart;
  // Of a pipe the first is the pipe without its steps.
  const inner = [part.wrapped, ...(part.pipe ?? []), ...(part.options ?? [])];
  return [part, ...inner.filter((each) => each !== schema && !hasSteps(each)).flatMap(partsOf)];
}

function hasSteps(schema: unknown): boolean {
  return (
    typeof schema === 'object' && schema !== null && 'kind' in schema && schema.kind !== 'schema'
  );
}

/** The first fault in words, for a value without a text. */
export function readFirst<T>(fields: ReadFields<T>): Read<T> {
  if (fields.ok) return fields;
  const [first] = fields.faults;
  return { ok: false, because: first ? wordFault(first) : MUST_BE_OBJECT };
}

/** A fault of a checked value, worded as `path: what is wrong`. */
export function faultOf(issue: v.BaseIssue<unknown>): string {
  return wordFault({ path: pathOf(issue), because: wordingOf(issue) });
}

/** The value of a JSON text that a program wrote, or why it is none, without a word of the text. */
export function parseJson(text: string): Read<unknown> {
  const json = withoutMark(text);
  const value = valueOf(json);
  if (value) return { ok: true, value: value.value };
  const { line, column } = new LineIndex(json).positionAt(findJsonFault(json) ?? json.length);
  return { ok: false, because: `${NOT_JSON} at line ${line}, column ${column}` };
}

function pathOf(issue: v.BaseIssue<unknown>): JsonPath {
  return (issue.path ?? []).map(({ key }) => String(key));
}

function isUnknownField({ type, expected }: v.BaseIssue<unknown>): boolean {
  return type === 'strict_object' && expected === 'never';
}

function wordingOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type !== 'strict_object') return issue.message;
  if (isUnknownField(issue)) return NO_SUCH_FIELD;
  return issue.expected === 'Object' ? MUST_BE_OBJECT : 'is missing';
}

// Reads a boot profile from JSON, for `--profile` and `dtmap.bootProfile` alike; a wrong field is named with its path.

import * as v from 'valibot';
import { LineIndex } from '../text/line-index.ts';
import type { BootProfile } from '../facts/boot-profile.ts';
import { efiTypeOf } from './read-efi-map.ts';
import { findJsonFault } from './find-json-fault.ts';

/** What was read, or what is wrong with it: one sentence that names the field. */
export type Read<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly because: string };

const ADDRESS_WANTED = 'must be a number of bytes from 0 to 2^64 - 1, such as "0x40200000"';

/** An address or size: a JSON string as C writes numbers (hexadecimal or decimal), or a whole JSON number. */
const address = v.pipe(
  v.union(
    [
      v.pipe(v.string(), v.regex(/^(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})$/, ADDRESS_WANTED)),
      v.pipe(v.number(), v.safeInteger(ADDRESS_WANTED), v.minValue(0, ADDRESS_WANTED)),
    ],
    ADDRESS_WANTED,
  ),
  v.transform((value) => BigInt(value)),
  v.check((value) => value < 1n << 64n, ADDRESS_WANTED),
);

const rangeFields = { start: address, end: address };

const END_BEFORE_START = 'must not end before it starts (`end` is exclusive)';

const range = v.pipe(
  v.strictObject(rangeFields),
  v.check(({ start, end }) => start <= end, END_BEFORE_START),
);

const EFI_TYPE_WANTED = 'must be the name of a UEFI memory type, such as "EfiConventionalMemory"';

const efiRange = v.pipe(
  v.strictObject({
    ...rangeFields,
    type: v.pipe(
      v.string(EFI_TYPE_WANTED),
      v.check((words) => efiTypeOf(words) !== undefined, EFI_TYPE_WANTED),
      v.transform((words) => efiTypeOf(words) ?? words),
    ),
  }),
  v.check(({ start, end }) => start <= end, END_BEFORE_START),
);

const flag = v.boolean('must be true or false');

function oneOf<const Names extends readonly string[]>(names: Names) {
  return v.picklist(names, `must be ${names.map((name) => `"${name}"`).join(' or ')}`);
}

function wholeNumber(low: number, high: number) {
  const wanted = `must be a whole number from ${low} to ${high}`;
  return v.pipe(
    v.number(wanted),
    v.integer(wanted),
    v.minValue(low, wanted),
    v.maxValue(high, wanted),
  );
}

const profile = v.strictObject({
  $schema: v.exactOptional(v.string('must be a string')),
  xen: v.exactOptional(
    v.strictObject({
      address: v.exactOptional(address),
      size: v.exactOptional(address),
      textSize: v.exactOptional(address),
      debug: v.exactOptional(flag),
    }),
  ),
  dtb: v.exactOptional(
    v.strictObject({ address: v.exactOptional(address), size: v.exactOptional(address) }),
  ),
  kernel: v.exactOptional(
    v.strictObject({
      fileSize: v.exactOptional(address),
      textOffset: v.exactOptional(address),
      format: v.exactOptional(oneOf(['image', 'zimage', 'gzip'])),
      uncompressedSize: v.exactOptional(address),
    }),
  ),
  boot: v.exactOptional(oneOf(['dt', 'efi'])),
  efiMemoryMap: v.exactOptional(v.array(efiRange, 'must be a list of ranges')),
  memory: v.exactOptional(v.array(range, 'must be a list of ranges')),
  xenCommandLine: v.exactOptional(v.string('must be a string')),
  dmaBits: v.exactOptional(wholeNumber(12, 64)),
  iommu: v.exactOptional(flag),
  cpus: v.exactOptional(wholeNumber(1, 4096)),
  architecture: v.exactOptional(oneOf(['arm64', 'arm32'])),
  config: v.exactOptional(
    v.strictObject({
      staticMemory: v.exactOptional(flag),
      staticShm: v.exactOptional(flag),
      llcColoring: v.exactOptional(flag),
      acpi: v.exactOptional(flag),
    }),
  ),
});

/** `value` checked against `schema`; the first fault is worded as `path: what is wrong`. */
export function readValue<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): Read<v.InferOutput<Schema>> {
  // An array is an object without fields to the checker.
  if (Array.isArray(value)) return { ok: false, because: 'must be an object' };
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return { ok: true, value: result.output };
  return { ok: false, because: faultOf(result.issues[0]) };
}

/** A fault of a checked value, worded as `path: what is wrong`. */
export function faultOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  return path === null ? wordingOf(issue) : `${path}: ${wordingOf(issue)}`;
}

/** The value of a JSON text, or why it is none, without a word of the text. */
export function parseJson(text: string): Read<unknown> {
  const json = text.replace(/^\uFEFF/, '');
  try {
    return { ok: true, value: JSON.parse(json) as unknown };
  } catch {
    // The engine's own message quotes the text, which may be a file that was named by mistake or by somebody else.
    const fault = findJsonFault(json) ?? json.length;
    const { line, column } = new LineIndex(json).positionAt(fault);
    return { ok: false, because: `not JSON: syntax error at line ${line}, column ${column}` };
  }
}

/** The boot profile that a JSON value holds. */
export function readProfile(value: unknown): Read<BootProfile> {
  return readValue(profile, value);
}

function wordingOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type !== 'strict_object') return issue.message;
  if (issue.expected === 'never') return 'no such field';
  return issue.expected === 'Object' ? 'must be an object' : 'is missing';
}

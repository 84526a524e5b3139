// Reads a boot profile from JSON, for `--profile` and `dtmap.bootProfile` alike.

import * as v from 'valibot';
import { PAGE_SIZES, type BootProfile } from '../facts/boot-profile.ts';
import { CPU_MODEL_NAMES } from '../facts/cpu-models.ts';
import { efiTypeOf } from './read-efi-map.ts';
import { contradictionsWithin } from './find-contradictions.ts';
import {
  plainObject,
  readFields,
  readFirst,
  readText,
  type Read,
  type ReadFields,
  type ReadText,
} from './read-json.ts';
import { wordContradiction } from './word-contradiction.ts';

/** An object with these fields and no others. */
function fieldsOf<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(plainObject(), v.strictObject(entries));
}

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

const SIZE_WANTED = 'must be a number of bytes from 1 to 2^64 - 1, such as "0x118000"';

/** What is unknown is left out: no file and no image has 0 bytes. */
const size = v.pipe(
  address,
  v.check((value) => value > 0n, SIZE_WANTED),
);

const rangeFields = { start: address, end: address };

const END_BEFORE_START = 'must not end before it starts (`end` is exclusive)';

const range = v.pipe(
  fieldsOf(rangeFields),
  v.check(({ start, end }) => start <= end, END_BEFORE_START),
);

const reservation = v.pipe(
  fieldsOf({ ...rangeFields, node: v.exactOptional(v.string('must be a string')) }),
  v.check(({ start, end }) => start <= end, END_BEFORE_START),
);

const EFI_TYPE_WANTED = 'must be the name of a UEFI memory type, such as "EfiConventionalMemory"';

const efiRange = v.pipe(
  fieldsOf({
    ...rangeFields,
    attributes: v.exactOptional(address),
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

const givenModule = fieldsOf({
  kind: oneOf(['kernel', 'ramdisk', 'xsm']),
  address: v.exactOptional(address),
  size: v.exactOptional(size),
  commandLine: v.exactOptional(v.string('must be a string')),
});

const profile = fieldsOf({
  $schema: v.exactOptional(v.string('must be a string')),
  xen: v.exactOptional(
    fieldsOf({
      address: v.exactOptional(address),
      size: v.exactOptional(size),
      textSize: v.exactOptional(size),
      debug: v.exactOptional(flag),
      efiOptions: v.exactOptional(v.string('must be a string')),
    }),
  ),
  dtb: v.exactOptional(
    fieldsOf({ address: v.exactOptional(address), size: v.exactOptional(size) }),
  ),
  kernel: v.exactOptional(
    fieldsOf({
      fileSize: v.exactOptional(size),
      textOffset: v.exactOptional(address),
      format: v.exactOptional(oneOf(['image', 'zimage', 'gzip'])),
      uncompressedSize: v.exactOptional(size),
      pageSize: v.exactOptional(
        v.picklist(PAGE_SIZES, `must be ${PAGE_SIZES.join(' or ')}, a number of bytes`),
      ),
    }),
  ),
  boot: v.exactOptional(oneOf(['dt', 'efi'])),
  bootLoader: v.exactOptional(oneOf(['u-boot', 'other'])),
  modules: v.exactOptional(v.array(givenModule, 'must be a list of modules')),
  efiMemoryMap: v.exactOptional(v.array(efiRange, 'must be a list of ranges')),
  memory: v.exactOptional(v.array(range, 'must be a list of ranges')),
  reserved: v.exactOptional(v.array(reservation, 'must be a list of ranges')),
  xenCommandLine: v.exactOptional(v.string('must be a string')),
  dmaBits: v.exactOptional(wholeNumber(12, 64)),
  iommu: v.exactOptional(flag),
  cpus: v.exactOptional(wholeNumber(1, 4096)),
  architecture: v.exactOptional(oneOf(['arm64', 'arm32'])),
  cpu: v.exactOptional(oneOf(CPU_MODEL_NAMES)),
  config: v.exactOptional(
    fieldsOf({
      staticMemory: v.exactOptional(flag),
      staticShm: v.exactOptional(flag),
      llcColoring: v.exactOptional(flag),
      acpi: v.exactOptional(flag),
    }),
  ),
});

/** The boot profile that a JSON value holds. */
export function readProfile(value: unknown): Read<BootProfile> {
  return readFirst(readProfileFields(value));
}

/** The boot profile in the text of a file. */
export function readProfileText(text: string): ReadText<BootProfile> {
  return readText(text, readProfileFields);
}

/** The boot profile that a JSON value holds, or every fault: fields that are wrong, then those that contradict each other. */
export function readProfileFields(value: unknown): ReadFields<BootProfile> {
  const fields = readFields(profile, value);
  if (!fields.ok) return fields;
  const faults = contradictionsWithin(fields.value).map(wordContradiction);
  return faults.length > 0 ? { ok: false, faults } : fields;
}

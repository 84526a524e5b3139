// The fields of a console line: how a value is printed, and how it is read back from a capture.

/** What a value of each format is in the program. */
export interface FieldTypes {
  readonly paddr: bigint;
  readonly paddr0x: bigint;
  readonly alternate: bigint;
  readonly hex: bigint;
  readonly hex0x: bigint;
  readonly bare: bigint;
  readonly frame: bigint;
  readonly mfn: bigint;
  readonly physical: bigint;
  readonly dec: number;
  readonly word: string;
  readonly domain: string;
  readonly vcpu: string;
  readonly tail: string;
  readonly file: string;
  readonly place: string;
  readonly assertion: string;
  readonly name: string;
  readonly module: string;
  readonly text: string;
}

export type Format = keyof FieldTypes;
export type Value = FieldTypes[Format];

interface Field<T> {
  /** As the system prints it. `digits`: of a physical address, where its width depends on the kernel. */
  readonly print: (value: T, digits: number) => string;
  /** Source of a regular expression without groups; white space is collapsed, and hexadecimal may have been retyped. */
  readonly pattern: string;
  readonly read: (text: string) => T;
}

const HEX = '(?:0x)?[0-9a-fA-F]{1,16}';
const wrapped = (value: bigint): string => BigInt.asUintN(64, value).toString(16);
const readHex = (text: string): bigint => BigInt(text.startsWith('0x') ? text : `0x${text}`);

const hexField = (print: Field<bigint>['print']): Field<bigint> => ({
  print,
  pattern: HEX,
  read: readHex,
});
const decimal = (pattern: string): Field<number> => ({ print: String, pattern, read: Number });
const string = (pattern: string, print: (value: string) => string = (value) => value) => ({
  print,
  pattern,
  read: (text: string): string => text,
});

/** Every format by its name in a form. */
export const fields: { readonly [F in Format]: Field<FieldTypes[F]> } = {
  /** `0000000020000000`: `%"PRIpaddr"`. Numbers wrap at 64 bits. */
  paddr: hexField((value) => wrapped(value).padStart(16, '0')),
  /** `0x0000000020000000`: `0x%"PRIpaddr"`. */
  paddr0x: hexField((value) => `0x${wrapped(value).padStart(16, '0')}`),
  /** `0x00000060000000`: `%#"PRIpaddr"`; the width counts the `0x`, and zero has none. */
  alternate: hexField((value) =>
    BigInt.asUintN(64, value) === 0n
      ? '0'.padStart(16, '0')
      : `0x${wrapped(value).padStart(14, '0')}`,
  ),
  /** `0x60000000`: `%#"PRIx64"`; zero has no `0x`. */
  hex: hexField((value) => (BigInt.asUintN(64, value) === 0n ? '0' : `0x${wrapped(value)}`)),
  /** `0x60000000`, also for zero. */
  hex0x: hexField((value) => `0x${wrapped(value)}`),
  /** `60000000`. */
  bare: hexField(wrapped),
  /** `0x00020`: a frame number (`PRI_mfn`). */
  frame: hexField((value) => `0x${wrapped(value).padStart(5, '0')}`),
  /** `08000`: `%"PRI_mfn"`. */
  mfn: hexField((value) => wrapped(value).padStart(5, '0')),
  /** Linux's `%pa`: as wide as its physical addresses. */
  physical: hexField((value, digits) => `0x${wrapped(value).padStart(digits, '0')}`),
  dec: decimal('-?\\d{1,15}'),
  /** Without a blank. */
  word: string('[^\\s]+'),
  /** Xen's name of a domain. */
  domain: string('(?:d\\d+|[dD]om\\d+|d\\[[A-Z]+\\]|hwdom)'),
  /** Xen's name of a virtual CPU. */
  vcpu: string('d\\d+v\\d+'),
  /** A file of the system's source. */
  file: string('[\\w./-]+\\.[ch]'),
  /** Where in its source, the line left out: ` at common/page_alloc.c`; nothing when it is not known. */
  place: {
    print: (value) => (value === '' ? '' : ` at ${value}`),
    pattern: '(?: at [\\w./-]+\\.[ch](?::\\d+)?)?',
    read: (text) => text.replace(/^ at /, '').replace(/:\d+$/, ''),
  },
  /** A condition of its source. */
  assertion: string("[^']*"),
  /** Between quotes or marks; may be empty. */
  name: string('[^\'"`\\]]*'),
  /** Xen's word for a kind of module, in a column of its own. */
  module: string('(?:Device Tree|XSM Policy|[A-Za-z]+)', (value) => value.padEnd(12)),
  /** The rest of a line behind a blank; nothing behind it when it is empty. */
  tail: { print: (value) => ` ${value}`, pattern: '(?: .*)?', read: (text) => text.trimStart() },
  /** The rest of a line. */
  text: string('.*'),
};

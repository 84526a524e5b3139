// Reads a UEFI memory map as tools print it: U-Boot, the UEFI shell, GRUB, and Linux.

import type { EfiMemoryRange } from '../facts/boot-profile.ts';

/**
 * UEFI's names by type number, each with the words tools have for it, without case and punctuation: U-Boot up to 2026.07
 * and since, the UEFI shell short and in full, GRUB, Linux before 4.20 and since.
 */
const TYPES: readonly (readonly [name: string, ...words: readonly string[]])[] = [
  ['EfiReservedMemoryType', 'reserved', 'reservedmemory'],
  ['EfiLoaderCode', 'ldrcode'],
  ['EfiLoaderData', 'ldrdata'],
  ['EfiBootServicesCode', 'bootcode', 'bscode', 'bootservicecode'],
  ['EfiBootServicesData', 'bootdata', 'bsdata', 'bootservicedata'],
  ['EfiRuntimeServicesCode', 'runtimecode', 'rtcode'],
  ['EfiRuntimeServicesData', 'runtimedata', 'rtdata'],
  ['EfiConventionalMemory', 'conventional', 'available', 'convmem'],
  ['EfiUnusableMemory', 'unusable', 'unusablemem'],
  ['EfiACPIReclaimMemory', 'acpireclaim', 'acpireclaimmem', 'acpirecl', 'acpirec'],
  ['EfiACPIMemoryNVS', 'acpinvs', 'acpimemnvs'],
  ['EfiMemoryMappedIO', 'mmio', 'io'],
  ['EfiMemoryMappedIOPortSpace', 'mmioport', 'mmioportspace', 'ioport', 'ioports'],
  ['EfiPalCode', 'pal'],
  ['EfiPersistentMemory', 'persistent', 'persist'],
  ['EfiUnacceptedMemoryType', 'unaccepted', 'unacceptedmemory'],
];

const NAMES: ReadonlyMap<string, string> = new Map(
  TYPES.flatMap(([name, ...words]) => [
    [plainWord(name), name],
    [plainWord(name).slice('efi'.length), name],
    ...words.map((word): [string, string] => [word, name]),
  ]),
);

function plainWord(words: string): string {
  return words.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** UEFI's name of a memory type, from that name itself or a word tools have for it; undefined when it is none. */
export function efiTypeOf(words: string): string | undefined {
  return NAMES.get(plainWord(words));
}

/** A line that is not taken into the map; `because` is a clause. */
export interface IgnoredLine {
  /** From 1. */
  readonly line: number;
  readonly because: string;
}

export type EfiMap =
  | {
      readonly ok: true;
      /** As printed; ends are exclusive. */
      readonly ranges: readonly EfiMemoryRange[];
      /** The line of the first entry, from 1. */
      readonly line: number;
      /** Lines between the first entry and the last that are none of the map. */
      readonly ignored: readonly IgnoredLine[];
    }
  /** `line` from 1. */
  | { readonly ok: false; readonly line: number; readonly because: string };

const WANTED =
  'no line is an entry of a UEFI memory map, as efidebug memmap (U-Boot), memmap (UEFI shell), lsefimmap (GRUB) or Linux with efi=debug prints it';

/** The memory map in a dump or a whole console log, of which the first map counts; or what is wrong. */
export function readEfiMap(text: string): EfiMap {
  const entries: Entry[] = [];
  const starts = new Set<bigint>();
  const others: IgnoredLine[] = [];
  for (const [index, source] of text.split(/\r?\n|\r/).entries()) {
    const line = index + 1;
    const found = readLine(source);
    if (found === undefined) {
      if (entries.length > 0 && !IS_FRAME.test(source)) others.push({ line, because: NO_ENTRY });
    } else if (typeof found === 'string') {
      others.push({ line, because: found });
    } else if (starts.has(found.start)) {
      others.push({ line, because: 'another memory map begins here: only the first is read' });
      break;
    } else {
      starts.add(found.start);
      entries.push({ ...found, line });
    }
  }
  const [first] = entries;
  const last = entries.at(-1);
  const wrong = others.find(({ because }) => because !== NO_ENTRY);
  if (!first || !last)
    return { ok: false, line: wrong?.line ?? 1, because: wrong?.because ?? WANTED };
  const overlap = overlapOf(entries);
  if (overlap) return overlap;
  return {
    ok: true,
    ranges: entries.map(({ line: _, ...range }) => range),
    line: first.line,
    ignored: others.filter(({ line, because }) => line < last.line || because !== NO_ENTRY),
  };
}

const NO_ENTRY = 'not an entry of the memory map';

/** Heads, underlines and empty lines, which every dump has. */
const IS_FRAME = /^[\s=]*$|^\s*Type\s/;

interface Entry extends EfiMemoryRange {
  readonly line: number;
}

/** Two entries of one map never share memory. */
function overlapOf(entries: readonly Entry[]): Extract<EfiMap, { ok: false }> | undefined {
  const ascending = [...entries].sort((a, b) => (a.start < b.start ? -1 : 1));
  for (const [index, entry] of ascending.entries()) {
    const before = ascending[index - 1];
    if (!before || before.end <= entry.start) continue;
    const [one, other] = [before.line, entry.line].sort((a, b) => a - b);
    const because = `shares memory with the entry in line ${one}, so these are not entries of one memory map`;
    return { ok: false, line: other ?? 1, because };
  }
  return undefined;
}

const HEX = '[0-9a-fA-F]';
/** U-Boot, the UEFI shell and GRUB; the shell and GRUB have the number of pages behind the range. */
const TABLE = new RegExp(
  `(?<!${HEX})(${HEX}{8,16})[- ](${HEX}{8,16})(?!${HEX})(?: (${HEX}{8,16}) )?`,
);
/** `memmap -sfo` of the UEFI shell. */
const SHELL_COMMAS = new RegExp(
  `MemoryMap,"([\\w ]{1,40})","(${HEX}{1,16})","(${HEX}{1,16})","(${HEX}{1,16})"(?:,"(${HEX}{1,16})")?`,
);
const LINUX_RANGE = new RegExp(`0x(${HEX}{1,16})-0x(${HEX}{1,16})(?!${HEX})`);
const LINUX_TYPE = /\[([A-Za-z0-9 /=\t]{1,40})\|/;
const LINUX_OLD_TYPE = /\btype=(\d{1,10}), attr=/;
const LINUX_ATTRIBUTES = /\battr=0x([0-9a-fA-F]{1,16})(?![0-9a-fA-F])/;
/** The words behind the type. */
const LINUX_WORDS = /\[[^|\]]{1,40}\|([^\]]{1,100})\]/;
/** Words of a type, without a prefix such as a time: the longest name has two. */
const LAST_WORDS =
  /(?:^|[\s>|\]])((?:[A-Za-z][\w-]{0,30} ){0,2}[A-Za-z(][\w)-]{0,30}|[0-9a-f]{8})\s*$/;

/** Bits by the words that tools have for them (UEFI Specification: EFI_MEMORY_UC and others). */
const ATTRIBUTES: ReadonlyMap<string, bigint> = new Map([
  ...['UC', 'WC', 'WT', 'WB', 'UCE'].map((word, bit) => [word, 1n << BigInt(bit)] as const),
  ...['WP', 'RP', 'XP', 'NV', 'MR', 'RO', 'SP', 'CC'].map(
    (word, bit) => [word, 1n << BigInt(12 + bit)] as const,
  ),
  ['RT', 1n << 63n],
  ['RUN', 1n << 63n],
]);

/** The attributes in a column of words or of 16 digits; undefined where it has none of them. */
function attributesIn(column: string): bigint | undefined {
  const words = column.split(/[\s|]+/).filter((word) => word !== '');
  const [first = ''] = words;
  if (words.length === 1 && /^[0-9a-fA-F]{16}$/.test(first)) return BigInt(`0x${first}`);
  const bits = words.flatMap((word) => ATTRIBUTES.get(word) ?? []);
  return bits.length === 0 ? undefined : bits.reduce((all, bit) => all | bit);
}

/** The entry on a line; undefined when it is none, a clause when it is a wrong one. */
function readLine(source: string): EfiMemoryRange | string | undefined {
  const at = source.indexOf('efi:');
  if (at >= 0) return readLinux(source.slice(at));
  const commas = SHELL_COMMAS.exec(source);
  if (commas) {
    const attributes = commas[5] === undefined ? undefined : BigInt(`0x${commas[5]}`);
    return entry(efiTypeOf(commas[1] ?? ''), attributes, commas[2], commas[3], commas[4]);
  }
  const table = TABLE.exec(source);
  if (!table) return undefined;
  const attributes = attributesIn(source.slice(table.index + table[0].length));
  const type = typeBefore(source.slice(0, table.index));
  return entry(type, attributes, table[1], table[2], table[3]);
}

/** The type at the end of what stands before a range. */
function typeBefore(text: string): string | undefined {
  const words = LAST_WORDS.exec(text.slice(-80))?.[1]?.split(' ') ?? [];
  for (let from = 0; from < words.length; from++) {
    const named = efiTypeOf(words.slice(from).join(' '));
    if (named !== undefined) return named;
  }
  const last = words.at(-1) ?? '';
  // A type that only its maker knows: U-Boot has no word for it, the UEFI shell prints its number.
  return last === '(unknown)' || /^[0-9a-f]{8}$/.test(last) ? last : undefined;
}

/** `efi: mem00: [Conventional|…] range=[0x…-0x…] (1MB)`, `efi:   0x…-0x… [Conventional|…]`, `efi: mem00: type=7, attr=…`. */
function readLinux(source: string): EfiMemoryRange | string | undefined {
  const range = LINUX_RANGE.exec(source);
  const words = LINUX_TYPE.exec(source)?.[1] ?? LINUX_OLD_TYPE.exec(source)?.[1];
  if (!range || words === undefined) return undefined;
  const number = Number(words.replace(/^type=/, ''));
  const type = Number.isInteger(number)
    ? (TYPES[number]?.[0] ?? `type ${number}`)
    : efiTypeOf(words);
  const attributes = LINUX_ATTRIBUTES.exec(source)?.[1];
  const bits =
    attributes === undefined
      ? attributesIn(LINUX_WORDS.exec(source)?.[1] ?? '')
      : BigInt(`0x${attributes}`);
  return entry(type, bits, range[1], range[2], undefined);
}

const PAGE = 0x1000n;

/** `pages` in hexadecimal, where the tool prints it. A range whose last byte ends a page is inclusive. */
function entry(
  type: string | undefined,
  attributes: bigint | undefined,
  from: string | undefined,
  to: string | undefined,
  pages: string | undefined,
): EfiMemoryRange | string | undefined {
  if (type === undefined) return undefined;
  const [start, last] = [BigInt(`0x${from ?? ''}`), BigInt(`0x${to ?? ''}`)];
  const end = last % PAGE === PAGE - 1n ? last + 1n : last;
  if (start % PAGE !== 0n || end % PAGE !== 0n)
    return 'the range does not begin and end at pages of 4 KiB';
  if (start >= end) return 'the range ends before it begins';
  if (pages !== undefined && start + BigInt(`0x${pages}`) * PAGE !== end)
    return `the range has other than 0x${pages.replace(/^0+(?=.)/, '')} pages`;
  return { start, end, type, ...(attributes !== undefined && { attributes }) };
}

// Reads what an image of Xen says about itself: its size in memory, and how it was built.

import type { BootProfile } from '../facts/boot-profile.ts';
import type { Read } from './read-json.ts';

/** What an image says; what it does not say is absent. */
export interface XenImage {
  readonly architecture: 'arm64' | 'arm32';
  /** Bytes from the first to the end of the BSS: what Xen prints for itself as MODULE[0]. */
  readonly size?: bigint;
  /** Bytes from `_stext` to `_etext`. */
  readonly textSize?: bigint;
  readonly debug?: boolean;
  /** The point release of the configuration it was built with, such as 4.17.7. */
  readonly release?: string;
  readonly config?: NonNullable<BootProfile['config']>;
}

/**
 * Unpacks the raw deflate stream (RFC 1951) that `bytes` begin with, whatever stands behind it; undefined when it is none,
 * or gives more than `most` bytes.
 */
export type Inflate = (bytes: Uint8Array, most: number) => Uint8Array | undefined;

/** What `bytes` say, or why they are no image of Xen. A raw image, an ELF file (xen-syms), in a uImage or packed by gzip. */
export function readXenImage(bytes: Uint8Array, inflate: Inflate): Read<XenImage> {
  // One layer of each: what is packed twice is no image.
  const inside = insideUImage(bytes) ?? bytes;
  if (!startsWith(inside, GZIP)) return readPlain(inside, inflate);
  const unpacked = inflate(behindGzipHeader(inside), LARGEST);
  if (!unpacked) return { ok: false, because: 'gzip data that cannot be unpacked' };
  return readPlain(unpacked, inflate);
}

/** The boot facts that follow from an image. */
export function profileOfImage({
  architecture,
  size,
  textSize,
  debug,
  config,
}: XenImage): BootProfile {
  return {
    architecture,
    xen: {
      ...(size !== undefined && { size }),
      ...(textSize !== undefined && { textSize }),
      ...(debug !== undefined && { debug }),
    },
    ...(config && { config }),
  };
}

const GZIP = Uint8Array.of(0x1f, 0x8b, 0x08);
const ELF = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46);
const UIMAGE = Uint8Array.of(0x27, 0x05, 0x19, 0x56);
const UIMAGE_HEADER = 64;
const ARM64_MAGIC = 0x644d_5241;
const ARM32_MAGIC = 0x016f_2818;
/** Larger than any Xen; a header that says more is that of something else. */
const LARGEST = 1 << 28;
/** A configuration has a few thousand bytes. */
const LARGEST_CONFIG = 1 << 20;

function readPlain(bytes: Uint8Array, inflate: Inflate): Read<XenImage> {
  const found = startsWith(bytes, ELF) ? readElf(bytes) : readHeader(bytes);
  if (!found.ok) return found;
  if (find(bytes, LINUX) >= 0) return { ok: false, because: 'a Linux kernel, not Xen' };
  if (found.value.size !== undefined && found.value.size > LARGEST)
    return { ok: false, because: 'not an image of Xen: its header gives an impossible size' };
  return { ok: true, value: { ...found.value, ...readBuild(bytes, inflate) } };
}

/** A raw image (linux: Documentation/arch/arm64/booting.rst; for arm32 the header of a zImage). */
function readHeader(bytes: Uint8Array): Read<XenImage> {
  const view = viewOf(bytes);
  if (bytes.length >= 64 && view.getUint32(56, true) === ARM64_MAGIC)
    return sized('arm64', view.getBigUint64(16, true));
  if (bytes.length >= 48 && view.getUint32(36, true) === ARM32_MAGIC)
    return sized('arm32', BigInt(view.getUint32(44, true)) - BigInt(view.getUint32(40, true)));
  return {
    ok: false,
    because: 'not an image of Xen: no header of an arm64 Image, an arm32 zImage or an ELF file',
  };
}

/** An image without a size was built before headers had one. */
function sized(architecture: XenImage['architecture'], size: bigint): Read<XenImage> {
  return { ok: true, value: { architecture, ...(size > 0n && { size }) } };
}

const MACHINES: ReadonlyMap<number, XenImage['architecture']> = new Map([
  [183, 'arm64'],
  [40, 'arm32'],
]);

/** Where the fields are in the two classes of ELF files, by bytes. */
const LAYOUTS = {
  64: { segments: 0x20, sections: 0x28, counts: 0x36, symbol: 24, value: 8 },
  32: { segments: 0x1c, sections: 0x20, counts: 0x2a, symbol: 16, value: 4 },
} as const;

/** An ELF file: by its symbols, else by what it loads. */
function readElf(bytes: Uint8Array): Read<XenImage> {
  const architecture =
    bytes.length >= 0x34 ? MACHINES.get(viewOf(bytes).getUint16(18, true)) : undefined;
  if (!architecture || bytes[5] !== 1)
    return { ok: false, because: 'not an image of Xen: an ELF file, but not for Arm' };
  try {
    const symbols = symbolsOf(bytes);
    const between = (from: string, to: string): bigint | undefined => {
      const start = symbols.get(from);
      const end = symbols.get(to);
      return start !== undefined && end !== undefined && start < end ? end - start : undefined;
    };
    const size = between('_start', '_end') ?? loadedSize(bytes);
    const textSize = between('_stext', '_etext');
    const value = {
      ...(size !== undefined && { size }),
      ...(textSize !== undefined && { textSize }),
    };
    return { ok: true, value: { architecture, ...value } };
  } catch (error) {
    // The only thing a view complains of.
    if (error instanceof RangeError)
      return { ok: false, because: 'not an image of Xen: an ELF file that is cut short' };
    throw error;
  }
}

/** Reads numbers of the file's class and byte order; a place outside the file throws RangeError. */
class ElfReader {
  readonly #view: DataView;
  readonly layout: (typeof LAYOUTS)[64 | 32];

  constructor(bytes: Uint8Array) {
    this.#view = viewOf(bytes);
    this.layout = LAYOUTS[bytes[4] === 2 ? 64 : 32];
  }

  get isWide(): boolean {
    return this.layout === LAYOUTS[64];
  }
  short(at: number): number {
    return this.#view.getUint16(at, true);
  }
  word(at: number): number {
    return this.#view.getUint32(at, true);
  }
  /** An address, offset or size. */
  address(at: number): bigint {
    return this.isWide ? this.#view.getBigUint64(at, true) : BigInt(this.word(at));
  }
}

const SYMTAB = 2;
const LOAD = 1;
const WANTED: ReadonlySet<string> = new Set(['_start', '_end', '_stext', '_etext']);

/** The addresses of the symbols that are asked for; none in a stripped file. */
function symbolsOf(bytes: Uint8Array): ReadonlyMap<string, bigint> {
  const elf = new ElfReader(bytes);
  const { sections, counts, symbol, value } = elf.layout;
  const table = Number(elf.address(sections));
  const width = elf.short(counts + 4);
  const count = table === 0 ? 0 : elf.short(counts + 6);
  /** Offset, size and the number of the section it refers to. */
  const section = (index: number): { type: number; at: number; size: number; link: number } => {
    const at = table + index * width;
    const field = (wide: number, narrow: number): number =>
      Number(elf.address(at + (elf.isWide ? wide : narrow)));
    return {
      type: elf.word(at + 4),
      at: field(24, 16),
      size: field(32, 20),
      link: elf.word(at + (elf.isWide ? 40 : 24)),
    };
  };
  const symbols = new Map<string, bigint>();
  for (let index = 0; index < count; index++) {
    const { type, at, size, link } = section(index);
    if (type !== SYMTAB || symbols.size > 0) continue;
    const names = section(link);
    for (let each = at; each + symbol <= at + size; each += symbol) {
      const name = nameAt(bytes, names.at + elf.word(each));
      if (WANTED.has(name)) symbols.set(name, elf.address(each + value));
    }
  }
  return symbols;
}

/** From the first byte that is loaded to the last, BSS included; undefined when nothing is. */
function loadedSize(bytes: Uint8Array): bigint | undefined {
  const elf = new ElfReader(bytes);
  const table = Number(elf.address(elf.layout.segments));
  const width = elf.short(elf.layout.counts);
  let start: bigint | undefined;
  let end = 0n;
  for (let index = 0; index < elf.short(elf.layout.counts + 2); index++) {
    const at = table + index * width;
    if (elf.word(at) !== LOAD) continue;
    const from = elf.address(at + (elf.isWide ? 16 : 8));
    const to = from + elf.address(at + (elf.isWide ? 40 : 20));
    if (start === undefined || from < start) start = from;
    if (to > end) end = to;
  }
  return start === undefined || end <= start ? undefined : end - start;
}

/** Longer than any name that is asked for. */
const LONGEST_NAME = 8;

function nameAt(bytes: Uint8Array, at: number): string {
  const start = bytes.subarray(at, at + LONGEST_NAME + 1);
  return textOf(start.subarray(0, Math.max(start.indexOf(0), 0)));
}

const LINUX = bytesOf('Linux version ');
const CONFIG_HEAD = /^# Xen\/\S+ (\d+\.\d+(?:\.\d+)?)\S* Configuration$/m;

/** How it was built: the configuration that Xen carries packed (CONFIG_HYPFS_CONFIG), else the word of its banner. */
function readBuild(bytes: Uint8Array, inflate: Inflate): Partial<XenImage> {
  const text = configText(bytes, inflate);
  if (text === undefined) {
    const [yes, no] = ['debug=y\0', 'debug=n\0'].map((word) => find(bytes, bytesOf(word)) >= 0);
    return yes === no ? {} : { debug: yes === true };
  }
  const has = (option: string): boolean => text.includes(`\n${option}=y\n`);
  const release = CONFIG_HEAD.exec(text)?.[1];
  return {
    debug: has('CONFIG_DEBUG'),
    ...(release !== undefined && { release }),
    config: {
      staticMemory: has('CONFIG_STATIC_MEMORY'),
      staticShm: has('CONFIG_STATIC_SHM'),
      llcColoring: has('CONFIG_LLC_COLORING'),
      acpi: has('CONFIG_ACPI'),
    },
  };
}

/** Places that look like packed data: an image has one or two. */
const MOST_PACKED = 32;

function configText(bytes: Uint8Array, inflate: Inflate): string | undefined {
  let at = find(bytes, GZIP);
  for (let tried = 0; at >= 0 && tried < MOST_PACKED; tried++) {
    const unpacked = inflate(behindGzipHeader(bytes.subarray(at)), LARGEST_CONFIG);
    const text = unpacked && textOf(unpacked);
    if (text !== undefined && CONFIG_HEAD.test(text)) return text;
    at = find(bytes, GZIP, at + 1);
  }
  return undefined;
}

/** What follows the header of gzip data (RFC 1952, section 2.3); what follows that may be anything. */
function behindGzipHeader(bytes: Uint8Array): Uint8Array {
  const flags = bytes[3] ?? 0;
  let at = 10;
  if (flags & 4) at += 2 + (bytes[at] ?? 0) + ((bytes[at + 1] ?? 0) << 8);
  // Name and comment end with NUL.
  for (const flag of [8, 16]) if (flags & flag) at = bytes.indexOf(0, at) + 1;
  return bytes.subarray(flags & 2 ? at + 2 : at);
}

/** The image in U-Boot's legacy format, when it is not compressed there. */
function insideUImage(bytes: Uint8Array): Uint8Array | undefined {
  const isPlain = startsWith(bytes, UIMAGE) && bytes.length > UIMAGE_HEADER && bytes[31] === 0;
  return isPlain ? bytes.subarray(UIMAGE_HEADER) : undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}

/** The first place of `wanted` from `from` on; -1 without one. */
function find(bytes: Uint8Array, wanted: Uint8Array, from = 0): number {
  const first = wanted[0] as number;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1))
    if (startsWith(bytes.subarray(at, at + wanted.length), wanted)) return at;
  return -1;
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function textOf(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

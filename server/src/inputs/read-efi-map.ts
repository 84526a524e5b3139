// Reads a UEFI memory map as tools print it: the UEFI shell's `memmap`, U-Boot's `efidebug memmap`, Linux with efi=debug.

import type { EfiMemoryRange } from '../facts/boot-profile.ts';

const HEX = '[0-9a-fA-F]';
const SHELL = new RegExp(`^\\s*(\\w+)\\s+(${HEX}{8,16})-(${HEX}{8,16})\\s+${HEX}+\\s+${HEX}+`);
const UBOOT = new RegExp(`^\\s*([A-Z][A-Z ]*[A-Z])\\s+(${HEX}{8,16})\\s+(${HEX}{8,16})\\b`);
const LINUX = new RegExp(`0x(${HEX}{1,16})-0x(${HEX}{1,16}) \\[([A-Za-z /]+)\\t*\\|`);
const OLD_LINUX_TYPE = /\[([A-Za-z /]+)\t*\|/;
const OLD_LINUX_RANGE = new RegExp(`range=\\[0x(${HEX}{1,16})-0x(${HEX}{1,16})\\]`);

/** UEFI's names (UEFI Specification, EFI_MEMORY_TYPE) by the words tools use for them. */
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/^(?:conventional|available|conventional memory)$/i, 'EfiConventionalMemory'],
  [/^(?:boot code|bs_code|loader code|ldr_code|loadercode)$/i, 'EfiLoaderCode'],
  [/^(?:loader data|ldr_data|loaderdata)$/i, 'EfiLoaderData'],
  [/^(?:boot services code|bootcode|bs_code)$/i, 'EfiBootServicesCode'],
  [/^(?:boot data|boot services data|bs_data|bootdata)$/i, 'EfiBootServicesData'],
  [/^(?:runtime code|rt_code|runtimecode|runtime services code)$/i, 'EfiRuntimeServicesCode'],
  [/^(?:runtime data|rt_data|runtimedata|runtime services data)$/i, 'EfiRuntimeServicesData'],
  [/^(?:reserved|reserved memory)$/i, 'EfiReservedMemoryType'],
  [/^(?:acpi reclaim|acpi_recl|acpi reclaim memory|acpireclaim)$/i, 'EfiACPIReclaimMemory'],
  [/^(?:acpi nvs|acpi_nvs|acpi memory nvs)$/i, 'EfiACPIMemoryNVS'],
  [/^(?:mmio|io|memory mapped i\/o)$/i, 'EfiMemoryMappedIO'],
  [/^(?:persistent|persistent memory)$/i, 'EfiPersistentMemory'],
];

/** Every name, those without words of their own too. */
const NAMES: readonly string[] = [
  ...TYPES.map(([, name]) => name),
  'EfiUnusableMemory',
  'EfiMemoryMappedIOPortSpace',
  'EfiPalCode',
  'EfiUnacceptedMemoryType',
];

function typeOf(words: string): string {
  const trimmed = words.replace(/\s+/g, ' ').trim();
  return efiTypeOf(trimmed) ?? trimmed;
}

/** UEFI's name of a memory type, from that name itself or a word tools have for it; undefined when it is none. */
export function efiTypeOf(words: string): string | undefined {
  const byName = NAMES.find((name) => name.toLowerCase() === words.toLowerCase());
  return byName ?? TYPES.find(([pattern]) => pattern.test(words))?.[1];
}

/** The ranges in a dump, ascending as printed; empty when the text is none. Ends are made exclusive. */
export function readEfiMap(text: string): EfiMemoryRange[] {
  const ranges: EfiMemoryRange[] = [];
  for (const line of text.split(/\r?\n/)) {
    const found = readShell(line) ?? readUboot(line) ?? readLinux(line);
    if (found && found.start < found.end) ranges.push(found);
  }
  return ranges;
}

/** `Available  0000000040000000-0000000047FFFFFF 0000000000008000 000000000000000F`: inclusive end. */
function readShell(line: string): EfiMemoryRange | undefined {
  const match = SHELL.exec(line);
  return match ? range(match[2], match[3], 1n, match[1]) : undefined;
}

/** `CONVENTIONAL     0000000040000000 000000013de73000 WB`: exclusive end. */
function readUboot(line: string): EfiMemoryRange | undefined {
  const match = UBOOT.exec(line);
  return match ? range(match[2], match[3], 0n, match[1]) : undefined;
}

/** `efi:   0x000040000000-0x000047ffffff [Conventional|   |  |…]`, with or without `mem00:` and `range=`. */
function readLinux(line: string): EfiMemoryRange | undefined {
  const plain = LINUX.exec(line);
  if (plain) return range(plain[1], plain[2], 1n, plain[3]);
  const type = OLD_LINUX_TYPE.exec(line)?.[1];
  const old = type === undefined ? null : OLD_LINUX_RANGE.exec(line);
  return old ? range(old[1], old[2], 1n, type) : undefined;
}

function range(
  start: string | undefined,
  end: string | undefined,
  add: bigint,
  type: string | undefined,
): EfiMemoryRange {
  return {
    start: BigInt(`0x${start ?? '0'}`),
    end: BigInt(`0x${end ?? '0'}`) + add,
    type: typeOf(type ?? ''),
  };
}

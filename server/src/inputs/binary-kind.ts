// Recognises files that are not text by their first bytes, so that none is read as text.

/** What `binaryKindOf` calls a flattened devicetree. */
export const BLOB = 'a devicetree blob';

/** What a file of a known format is, to stand behind `is`; undefined for text, and for what is not known. */
export function binaryKindOf(bytes: Uint8Array): string | undefined {
  return MAGICS.find(
    ([, offset, ...magic]) =>
      bytes.length >= offset + magic.length &&
      magic.every((byte, at) => bytes[offset + at] === byte),
  )?.[0];
}

const MAGICS: readonly (readonly [kind: string, offset: number, ...magic: readonly number[]])[] = [
  [BLOB, 0, 0xd0, 0x0d, 0xfe, 0xed],
  ['a U-Boot image', 0, 0x27, 0x05, 0x19, 0x56],
  ['an arm64 kernel', 56, 0x41, 0x52, 0x4d, 0x64],
  ['a 32-bit kernel (zImage)', 36, 0x18, 0x28, 0x6f, 0x01],
  ['an EFI application', 0, 0x4d, 0x5a],
  ['an ELF file', 0, 0x7f, 0x45, 0x4c, 0x46],
  ['compressed with gzip', 0, 0x1f, 0x8b],
  ['compressed with xz', 0, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  ['compressed with zstd', 0, 0x28, 0xb5, 0x2f, 0xfd],
  ['compressed with bzip2', 0, 0x42, 0x5a, 0x68, 0x31, 0x41],
  ['compressed with lz4', 0, 0x04, 0x22, 0x4d, 0x18],
  ['compressed with lz4', 0, 0x02, 0x21, 0x4c, 0x18],
  ['a cpio archive', 0, 0x30, 0x37, 0x30, 0x37, 0x30],
];

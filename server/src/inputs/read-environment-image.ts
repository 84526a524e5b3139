// Reads U-Boot's environment as it lies in flash (mkenvimage, `env export -b`): a checksum, then variables ended by NUL.

import { decodeText } from '../text/decode.ts';

/** The variables, one a line; undefined when the bytes are no environment, a clause when they are a damaged one. */
export function readEnvironmentImage(
  bytes: Uint8Array,
): { readonly text: string } | { readonly because: string } | undefined {
  // Behind the checksum, a redundant environment has a byte that says which copy is the newer one.
  const texts = [4, 5].map((header) => ({ header, text: variablesAt(bytes, header) }));
  for (const { header, text } of texts)
    if (text !== undefined && hasChecksum(bytes, header)) return { text };
  // Without a checksum it is what is exported into memory.
  const exported = variablesAt(bytes, 0);
  if (exported !== undefined) return { text: exported };
  return texts.some(({ text }) => text !== undefined)
    ? {
        because:
          'its checksum is wrong: U-Boot ignores this environment and takes the one built into it',
      }
    : undefined;
}

const LETTER = /^[A-Za-z_][\w.:-]*=/;
/** Bytes that are looked at to tell whether variables begin somewhere. */
const LONGEST_NAME = 200;

/** The lines `name=value` from `start` up to an empty one; undefined when something else stands there. */
function variablesAt(bytes: Uint8Array, start: number): string | undefined {
  if (!LETTER.test(decodeText(bytes.subarray(start, start + LONGEST_NAME)))) return undefined;
  let end = start;
  for (;;) {
    const next = bytes.indexOf(0, end);
    if (next < 0) return undefined;
    if (next === end) break;
    end = next + 1;
  }
  return decodeText(bytes.subarray(start, Math.max(start, end - 1)).map(toLine));
}

/** A newline inside a value goes on with the same variable; it separates commands as `;` does. */
function toLine(byte: number): number {
  return byte === 0 ? 0x0a : byte === 0x0a ? 0x3b : byte;
}

/** The least that an environment is made of: flash is written in such blocks, and a dump may go on behind it. */
const BLOCK = 256;

/** Whether the number in front is the checksum of what follows, up to the end of the file or of a block before it. */
function hasChecksum(bytes: Uint8Array, header: number): boolean {
  const wanted = new DataView(bytes.buffer, bytes.byteOffset, 4);
  const either = [wanted.getUint32(0, true), wanted.getUint32(0, false)];
  let sum = 0xffff_ffff;
  for (let at = header; at < bytes.length; at++) {
    sum = (sum >>> 8) ^ (TABLE[(sum ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
    const isEnd = at + 1 === bytes.length || (at + 1) % BLOCK === 0;
    if (isEnd && either.includes(~sum >>> 0)) return true;
  }
  return false;
}

/** CRC-32 as zlib has it. */
const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
  return value;
});

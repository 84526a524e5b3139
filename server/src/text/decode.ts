// Bytes to source text: UTF-8, with bytes that are not UTF-8 escaped as source-file.ts says.

/** The text of `bytes`. Each byte that is not part of valid UTF-8 becomes the lone surrogate U+DC00 + byte. */
export function decodeText(bytes: Uint8Array): string {
  const units: number[] = [];
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    const first = bytes[at] ?? 0;
    if (length === 0) {
      units.push(0xdc00 + first);
      at++;
    } else {
      let code = length === 1 ? first : first & (0x7f >> length);
      for (let next = 1; next < length; next++)
        code = (code << 6) | ((bytes[at + next] ?? 0) & 0x3f);
      if (code < 0x10000) units.push(code);
      else units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff));
      at += length;
    }
    if (units.length > 8000) text += String.fromCharCode(...units.splice(0));
  }
  return text + String.fromCharCode(...units);
}

/** How many bytes the valid UTF-8 sequence at `at` has; 0 when there is none (RFC 3629, table of section 4). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return 0;
  for (let next = 1; next < length; next++) {
    if (((bytes[at + next] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  const second = bytes[at + 1] ?? 0;
  const overlong = (first === 0xe0 && second < 0xa0) || (first === 0xf0 && second < 0x90);
  const tooLarge = (first === 0xed && second >= 0xa0) || (first === 0xf4 && second >= 0x90);
  return overlong || tooLarge ? 0 : length;
}

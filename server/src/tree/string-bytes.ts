// The bytes of a string or character literal, escapes resolved as dtc's get_escape_char does.

import { Char } from '../text/char.ts';
import { encodeText } from '../text/encode.ts';

const escapes: Readonly<Record<string, number>> = {
  a: 0x07,
  b: 0x08,
  t: 0x09,
  n: 0x0a,
  v: 0x0b,
  f: 0x0c,
  r: 0x0d,
};

/** The bytes of a property whose value is one string without escapes. */
export function stringValue(text: string): Uint8Array {
  return encodeText(`${text}\0`);
}

/** Appends the bytes of `literal` (without its quotes) to `into`; false when a `\x` has no digits. */
export function appendStringBytes(literal: string, into: number[]): boolean {
  let valid = true;
  for (let at = 0; at < literal.length;) {
    const code = literal.charCodeAt(at);
    if (code !== Char.backslash) {
      const next = literal.indexOf('\\', at);
      const piece = literal.slice(at, next < 0 ? undefined : next);
      for (const byte of encodeText(piece)) into.push(byte);
      at += piece.length;
      continue;
    }
    const character = literal.charAt(at + 1);
    if (character >= '0' && character <= '7') {
      const digits = /^[0-7]{1,3}/.exec(literal.slice(at + 1, at + 4))?.[0] ?? '0';
      into.push(parseInt(digits, 8) & 0xff);
      at += 1 + digits.length;
    } else if (character === 'x') {
      const digits = /^[0-9a-fA-F]{1,2}/.exec(literal.slice(at + 2, at + 4))?.[0];
      if (digits === undefined) valid = false;
      into.push(parseInt(digits ?? '0', 16));
      at += 2 + (digits?.length ?? 0);
    } else {
      const escaped = escapes[character];
      if (escaped !== undefined) into.push(escaped);
      else for (const byte of encodeText(character)) into.push(byte);
      at += 2;
    }
  }
  return valid;
}

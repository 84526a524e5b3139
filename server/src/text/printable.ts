// Text that may hold anything, as one line that is shown as it is: what is invisible or obeyed is written as an escape.

// Control characters but the tab, formats (bidirectional marks, blanks without width), separators of lines and
// paragraphs, halves of a pair, and what no character is.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\t' };

/**
 * `text` with every character that a terminal, an editor or an XML reader would act on, or that nobody sees, written as
 * source would write it: `\n`, `\x1b`, `\u202e`, and `\xff` for a byte that is not UTF-8. A tab stays. The result is one
 * line; what is printable already comes back unchanged.
 */
export function printable(text: string): string {
  return text.replace(UNSEEN, escaped);
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  // Bytes that are not UTF-8 are carried as halves of a pair (source-file.ts).
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${hex(code - 0xdc00, 2)}`;
  if (code > 0xffff) return `\\u{${hex(code, 5)}}`;
  return NAMED[character] ?? (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
}

/** Characters of a sentence that are shown: beyond, nobody reads on, and a megabyte in one line stops an editor. */
const LONGEST = 2000;

/** As `printable`; of a text with more than 2000 characters the beginning, and how much is left out. */
export function printableBrief(text: string): string {
  if (text.length <= LONGEST) return printable(text);
  return `${printable(text.slice(0, LONGEST))}… (${text.length - LONGEST} more characters)`;
}

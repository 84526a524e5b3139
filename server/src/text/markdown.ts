// Text that may hold anything, as Markdown that shows it and does nothing else.

import { printable } from './printable.ts';

// What begins an emphasis, a link, an image, markup, a formula, a cell, a strike-through or an escape (CommonMark 2.4,
// GFM 4.10 and 6.5).
const SPECIAL = /[\\`*_[\]<>|~$]/g;
// What GFM links without being asked (6.9), and what reads as a character reference.
const LINKED = /:(?=\/\/)|(?<=\bwww)\.|@(?=[\w-]+\.)|&(?=#?\w+;)/gi;
// What makes a heading, a list or a rule of a line that it begins.
const LEADING = /^( *)(?:([#+=-])(?=[#=-]*(?: |$))|(\d+)([.)])(?= |$))/;

/** `text` as Markdown inside a paragraph, a heading, a list item or a table cell: one line, shown as it is. */
export function markdownText(text: string): string {
  const shown = printable(text).replaceAll('\t', ' ');
  return shown
    .replace(SPECIAL, '\\$&')
    .replace(LINKED, '\\$&')
    .replace(LEADING, (_, blanks: string, mark: string | undefined, number = '', end = '') =>
      mark === undefined ? `${blanks}${number}\\${end}` : `${blanks}\\${mark}`,
    )
    .replace(/^ /, '&#32;');
}

/** `text` as a code span, also inside a table cell; as plain text where no code span can hold it there. */
export function markdownCode(text: string): string {
  const shown = printable(text).replaceAll('\t', ' ');
  // A code span cannot hold a bar inside a table without losing a backslash before it, and none is empty.
  if (shown.trim() === '' || shown.includes('|')) return markdownText(shown);
  let longest = 0;
  for (const run of shown.match(/`+/g) ?? []) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  const room = /^[`]|[`]$|^ .* $/.test(shown) ? ' ' : '';
  return `${fence}${room}${shown}${room}${fence}`;
}

/** A link to `uri`; `text` is Markdown already. What would end the address early is encoded. */
export function markdownLink(text: string, uri: string): string {
  const address = printable(uri).replace(
    /[()<>\\\s]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return `[${text}](${address})`;
}

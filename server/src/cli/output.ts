// Where a command's result goes: standard output, or the file of `-o`.

import { printable } from '../text/printable.ts';
import { Failure } from './failure.ts';
import { resolveFile } from './settings.ts';
import type { Shell } from './shell.ts';

/** Writes the result; fails when the file of `-o` cannot be written. */
export function writeResult(
  shell: Shell,
  output: string | undefined,
  content: string | Uint8Array,
): void {
  // Standard output may be a socket, which cannot be opened by name.
  if (output === undefined || output === '-' || output === '/dev/stdout') {
    shell.stdout.write(content);
    return;
  }
  const why = shell.files.write(resolveFile(output, shell.cwd), content);
  if (why !== undefined) throw new Failure(`${output}: ${why}`);
}

/** Whether a result that goes to standard output may have colours (https://no-color.org). */
export function mayColour({ stdout, env }: Shell, output: string | undefined): boolean {
  return stdout.isTTY && output === undefined && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

/** Narrower than this nothing is read better for being broken. */
const LEAST_COLUMNS = 40;

/** Text for a terminal so many columns wide: longer lines go on below, indented. Escape sequences take no room. */
export function wrapped(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < LEAST_COLUMNS) return text;
  return text
    .split('\n')
    .map((line) => wrapLine(line, columns))
    .join('\n');
}

function wrapLine(line: string, columns: number): string {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (widthOf(longer) <= columns || current.trim() === '') current = longer;
    else {
      lines.push(current);
      current = `    ${word}`;
    }
  }
  return [...lines, current].join('\n');
}

function widthOf(text: string): number {
  return [...text.replace(/\u001b\[[0-9;]*m/g, '')].length;
}

/** Lines for people, each ended by a newline: what a tree, a log or a file name says is shown, never obeyed. */
export function textLines(lines: readonly string[]): string {
  return lines.map((line) => `${printable(line)}\n`).join('');
}

// What JSON lets stand in a string and a terminal may act on.
const UNSEEN_IN_JSON = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;

/** JSON for people and programs: two blanks of indent, a final newline, addresses already text; in it, all is printable. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2).replace(UNSEEN_IN_JSON, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
  return `${text}\n`;
}

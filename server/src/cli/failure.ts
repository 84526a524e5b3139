// A command that cannot be carried out: one line for the user, exit status 2.

export class Failure extends Error {}

/** The message on one line: a file name may hold a newline, a terminal's escape, anything. */
export function oneLine(text: string): string {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  return printable(lines.filter((line) => line !== '').join(' '));
}

/** What a terminal would obey, written as source would: `\x1b`. Lines stay lines. */
export function printable(text: string): string {
  return text.replace(
    /[\0-\x08\x0b-\x1f\x7f-\x9f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

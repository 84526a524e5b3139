// A command that cannot be carried out: one line for the user, exit status 2.

import { printable } from '../text/printable.ts';

export { Failure } from '../boot-files/failure.ts';

/** A text of several lines as one: what another program words. */
export function oneLine(text: string): string {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  return printable(lines.filter((line) => line !== '').join(' '));
}

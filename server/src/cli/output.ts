// Where a command's result goes: standard output, or the file of `-o`.

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

/** JSON for people and programs: two blanks of indent, a final newline, addresses already text. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

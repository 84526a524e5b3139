// How V8 is to behave in the language server: memory that is soon garbage, code that is soon left.

import { setFlagsFromString } from 'node:v8';

// Of a flag it does not know, V8 says so on standard error; Electron may have frozen the flags, so there the client gives
// the same when it starts the server (client/src/v8-flags.ts).
const hasFlags = process.versions['electron'] === undefined;

/** By how much the old generation grows until V8 collects it, in percent of what is alive in it. */
export const GROWTH = 60;

/** Lets the old generation grow by that many percent of what is alive in it. */
export function letHeapGrow(percent: number): void {
  if (hasFlags) setFlagsFromString(`--heap-growing-percent=${Math.round(percent)}`);
}

/**
 * Sets the flags that the server runs with. An analysis replaces the one before it as a whole, so what is young becomes garbage
 * all at once; left alone, V8 lets the young generation grow to 48 MB and the old one to four times what is alive.
 */
export function tuneV8(): void {
  letHeapGrow(GROWTH);
  if (!hasFlags) return;
  setFlagsFromString('--semi-space-growth-factor=1');
  // Half of what opening the first board costs would go into optimising code that is then hardly run again: the parser's
  // WebAssembly, and JavaScript on its first pass over a large board. Typing is as fast with the code of the first compiler.
  setFlagsFromString('--liftoff-only');
  // V8 12, of Node 22, counts calls where V8 11 counted bytes.
  const counts = ['maglev=4000', 'maglev-osr=1000', 'turbofan=30000', 'osr=5000'];
  const later =
    parseInt(process.versions.v8, 10) < 12
      ? ['--interrupt-budget=600000']
      : counts.map((count) => `--invocation-count-for-${count}`);
  for (const flag of later) setFlagsFromString(flag);
}

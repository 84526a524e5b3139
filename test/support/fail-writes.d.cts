// The types of fail-writes.cjs.

/** Calls `onCall` before each call that changes files, numbers from 1; returns what undoes it. */
export function watchWrites(
  onCall: (name: string, number: number, args: readonly unknown[]) => void,
): () => void;

/** An error as the system has it. */
export function systemError(code: string, call: string): Error;

// Waits for something that will not announce itself, and not for ever.

import { setTimeout } from 'node:timers/promises';

export interface PollOptions {
  /** Milliseconds between two looks. */
  readonly every?: number;
  /** Milliseconds until it is given up. */
  readonly patience?: number;
}

/** The first value other than undefined that `look` gives; rejects naming `what` when none came in time. */
export async function poll<Value>(
  what: string,
  look: () => Promise<Value | undefined>,
  { every = 20, patience = 15_000 }: PollOptions = {},
): Promise<Value> {
  const end = performance.now() + patience;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (performance.now() >= end) throw new Error(`waited ${patience} ms in vain for ${what}`);
    await setTimeout(every);
  }
}

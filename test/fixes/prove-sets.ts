// A worker process of generated.test.ts: proves the sets of one seed, and makes the first that fails small.

import fc from 'fast-check';
import { boardSets, showSet } from './generate-set.ts';
import { proveSet, Tally, type Extent } from './prove-set.ts';

export interface SetsAsked {
  readonly seed: number;
  readonly count: number;
  readonly extent: Extent;
}

export interface SetsProved {
  readonly counts: readonly (readonly [string, number])[];
  /** What went wrong, with the files of the smallest set that was found. */
  readonly failure?: string;
}

/** Time to make a failing set small, in ms. */
const SHRINKING = 120_000;

async function prove({ seed, count, extent }: SetsAsked): Promise<SetsProved> {
  const tally = new Tally();
  // Those of the sets as generated: shrinking goes over the failing one again and again.
  let counts: SetsProved['counts'] = [];
  let done = 0;
  const details = await fc.check(
    fc.asyncProperty(boardSets(), async (set) => {
      await proveSet(set, tally, extent);
      done += 1;
      if (done === tally.counts.get('sets')) counts = [...tally.counts];
    }),
    { seed, numRuns: count, interruptAfterTimeLimit: count * 10_000 + SHRINKING },
  );
  const set = details.counterexample?.[0];
  if (!details.failed || set === undefined) return { counts };
  const error = details.errorInstance;
  const text = error instanceof Error ? error.message : String(error);
  return { counts, failure: `seed ${seed}: ${text.slice(0, 3000)}\n\n${showSet(set)}` };
}

process.on('message', (asked: SetsAsked) => {
  prove(asked).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      throw error;
    },
  );
});

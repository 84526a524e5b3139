// Runs one target for a while: batch after batch of inputs from a seed, failures made small and told apart.

import fc from 'fast-check';
import type { AnyTarget } from './target.ts';

/** Milliseconds of CPU time after which an input counts as a hang. */
const HANG = 1000;
/** Inputs of one seed: afterwards the next seed, so that no generator's state grows. */
const BATCH = 400;

export interface Failure {
  /** The first line of what was thrown and where: failures with the same one are the same. */
  readonly key: string;
  readonly error: string;
  readonly input: string;
  readonly seed: number;
}

export interface Ran {
  readonly inputs: number;
  readonly failures: readonly Failure[];
  /** The longest any input took, in ms of CPU time. */
  readonly longest: number;
}

/** Runs `target` over its corpus, then for `seconds` in all; the same seed gives the same inputs in the same order. */
export function runTarget(target: AnyTarget, seconds: number, seed: number): Ran {
  const end = Date.now() + seconds * 1000;
  const failures = new Map<string, Failure>();
  let inputs = 0;
  let longest = 0;
  const property = fc.property(target.inputs, (input) => {
    inputs++;
    const took = leastTime(() => {
      target.check(input);
    });
    longest = Math.max(longest, took);
    if (took > HANG) throw new Error(`hangs: took more than ${HANG} ms`);
  });
  const report = (details: fc.RunDetails<[unknown]>, own: number): void => {
    if (!details.failed || details.counterexample === null) return;
    const error = details.errorInstance instanceof Error ? details.errorInstance : undefined;
    const key = keyOf(error);
    if (failures.has(key)) return;
    failures.set(key, {
      key,
      error: (error?.stack ?? String(details.errorInstance)).slice(0, 2000),
      input: target.show(details.counterexample[0]),
      seed: own,
    });
  };
  for (const input of target.corpus)
    report(fc.check(property, { seed, numRuns: 1, examples: [[input]], endOnFailure: true }), seed);
  for (let batch = 0; Date.now() < end; batch++) {
    const own = seed + batch;
    const details = fc.check(property, {
      seed: own,
      numRuns: BATCH,
      interruptAfterTimeLimit: Math.max(1, end - Date.now() + 2000),
      maxSkipsPerRun: 0,
    });
    report(details, own);
  }
  return { inputs, failures: [...failures.values()], longest };
}

function keyOf(error: Error | undefined): string {
  const [message = '', ...frames] = (error?.stack ?? '').split('\n');
  const where = frames.filter((frame) => frame.includes('server/src')).slice(0, 2);
  return `${message.slice(0, 80)} ${where.join(' ').trim()}`;
}

/** Milliseconds of CPU time; of what hangs the least of three, since a collection of garbage or a compilation is no hang. */
function leastTime(task: () => void): number {
  let least = Infinity;
  for (let round = 0; round < 3 && least > HANG; round++) {
    const before = process.cpuUsage();
    task();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

// How the time of a reader grows with its input: the slope of time over size, both as logarithms; 1 is linear, 2 the square.

/** A reader and a kind of input that is hard for it, of any size. */
export interface GrowingInput {
  readonly reader: string;
  readonly input: string;
  /** An input of `count` pieces, ready to be read; what is returned reads it. Making it is not measured. */
  readonly make: (count: number) => () => unknown;
  /** Pieces past which a bound of the reader ends it; none larger is made. */
  readonly most?: number;
}

export interface Growth {
  readonly reader: string;
  readonly input: string;
  /** Pieces of each size, ascending. */
  readonly counts: readonly number[];
  /** Milliseconds of CPU time for each size, the least of several runs. */
  readonly times: readonly number[];
  /**
   * Of time over size between the smallest and the largest, without the time that an input of one piece takes; 0 when even the
   * largest is read too fast to tell.
   */
  readonly slope: number;
}

/** How much is measured. */
export interface Effort {
  /** Milliseconds that the smallest input is to take. */
  readonly base: number;
  /** The sizes, in smallest inputs. */
  readonly factors: readonly number[];
  /** Those of a measurement that is made again: further apart, so that what disturbs one size weighs less. */
  readonly again: readonly number[];
  /** Runs of each size, of which the least counts. */
  readonly rounds: number;
  /** How often a slope that is too steep is measured again, each time with larger inputs and more runs. */
  readonly retries: number;
}

/** The largest slope that counts as linear: n log n, and what a larger heap costs, are within it. */
export const steepest = 1.2;

/** What no busy machine makes of a linear reader, and no square comes down to. */
export const surelySteep = 1.5;

/** Pieces that the search for a size begins with, and of the largest input, also of one that is read in a moment. */
const FEWEST = 64;
const MOST = 1 << 18;
const MOST_FAST = 1 << 20;
/** Milliseconds within which the largest input is read in a moment. */
const FAST = 200;
/** Milliseconds below which the clock and the compiler decide, not the reader. */
const TELLING = 8;

/**
 * Measures `growing`. Of several measurements the lowest slope counts: neither a busy machine nor a cost that sets in late
 * makes growth smaller than it is for long, and what grows with the square shows it at every size.
 */
export async function measureGrowth(growing: GrowingInput, effort: Effort): Promise<Growth> {
  const most = growing.most ?? MOST;
  const largest = effort.factors.at(-1) ?? 1;
  await leastTime(growing, 1, 1);
  const fixed = await leastTime(growing, 1, 4);
  const base = effort.base + fixed / 2;
  let count = Math.max(1, Math.min(FEWEST, Math.floor(most / largest)));
  while (count * 2 * largest <= most) {
    const time = (await leastTime(growing, count, 1)) - fixed;
    if (time >= base) break;
    count *= time * 4 < base && count * 4 * largest <= most ? 4 : 2;
  }
  const lastOf = ({ times }: Growth): number => (times.at(-1) ?? 0) - fixed;
  let best = await measureAt(growing, count, fixed, effort.factors, effort.rounds);
  while (isRefused(best) && count > 1) {
    count = Math.max(1, Math.floor(count / 2));
    best = await measureAt(growing, count, fixed, effort.factors, effort.rounds);
  }
  // What was slow when it was first run may be fast once it is compiled.
  while (lastOf(best) < TELLING && count * 2 * largest <= most) {
    count *= 2;
    best = await measureAt(growing, count, fixed, effort.factors, effort.rounds);
  }
  for (let retry = 1; retry <= effort.retries && best.slope > steepest; retry++) {
    // Larger inputs for what sets in late, smaller ones for what the caches of a processor hold.
    const scale = 2 ** (retry % 2 === 0 ? -retry / 2 : (retry + 1) / 2);
    const fitting = Math.min(Math.floor(count * scale), Math.floor(most / largest));
    const tried = Math.max(1, lastOf(best) > 1000 ? Math.min(fitting, count) : fitting);
    const widest = tried * (effort.again.at(-1) ?? 1);
    const isWider = widest <= (growing.most ?? MOST_FAST) && lastOf(best) < FAST;
    const factors = isWider ? effort.again : effort.factors;
    const growth = await measureAt(growing, tried, fixed, factors, effort.rounds + retry);
    // A smaller input that is read too fast to tell says nothing; one as large as the first says that it was disturbed.
    const tells = !isRefused(growth) && (tried >= count || lastOf(growth) >= TELLING);
    if (tells && growth.slope < best.slope) best = growth;
  }
  return best;
}

/** Whether a bound of the reader that nobody declared ends it at the largest input, which is read faster than the one before. */
function isRefused({ times }: Growth): boolean {
  return times.some(
    (time, at) => time < (times[at - 1] ?? 0) / 4 && (times[at - 1] ?? 0) > TELLING,
  );
}

async function measureAt(
  growing: GrowingInput,
  count: number,
  fixed: number,
  factors: readonly number[],
  rounds: number,
): Promise<Growth> {
  const counts = factors.map((factor) => count * factor);
  const times: number[] = [];
  for (const each of counts) times.push(await leastTime(growing, each, rounds));
  const last = (times.at(-1) ?? 0) - fixed;
  const first = Math.max((times[0] ?? 0) - fixed, 1);
  const growth = Math.log((counts.at(-1) ?? 1) / count);
  const slope = last < TELLING ? 0 : Math.log(last / first) / growth;
  return { reader: growing.reader, input: growing.input, counts, times, slope };
}

/** Milliseconds of CPU time, the least of `rounds` runs on inputs that are made anew. */
async function leastTime(growing: GrowingInput, count: number, rounds: number): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const read = growing.make(count);
    const began = process.cpuUsage();
    await read();
    const { user, system } = process.cpuUsage(began);
    least = Math.min(least, (user + system) / 1000);
    if (least > 2000) break;
  }
  return least;
}

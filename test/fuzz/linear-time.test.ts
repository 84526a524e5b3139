// Every reader takes time linear in its input, however hard the input is: measured at two sizes, larger ones when in doubt,
// and judged so that other work of the machine changes nothing.
//   npm run bench -- --only readers      prints the times of all readers at four sizes, and the slopes

import assert from 'node:assert/strict';
import { measureGrowth, surelySteep } from './measure-slope.ts';
import { runMeasurements } from './run-measurements.ts';

describe('time per size of input', function () {
  this.timeout(600_000);

  it('a reader that takes the square of its input is found', async () => {
    // More than one run: a first that something else held up makes a square look flat.
    const effort = { base: 4, factors: [1, 4], again: [1, 4], rounds: 5, retries: 1 };
    const square = (count: number) => (): number => {
      let sum = 0;
      for (let a = 0; a < count; a++) for (let b = 0; b < count; b++) sum = (sum + a * b) | 0;
      return sum;
    };
    const growth = await measureGrowth(
      { reader: 'square', input: 'any', make: square, most: 1 << 14 },
      effort,
    );
    assert.ok(growth.slope > surelySteep, `${growth.slope}`);
  });

  it('is that of inputs that are read, not of those that a bound refuses', async () => {
    const effort = { base: 4, factors: [1, 4], again: [1, 4, 16], rounds: 1, retries: 2 };
    const bounded = (count: number) => (): number => {
      let sum = 0;
      if (count > 3000) return sum;
      for (let a = 0; a < count; a++) for (let b = 0; b < count * 64; b++) sum = (sum + a * b) | 0;
      return sum;
    };
    const growth = await measureGrowth({ reader: 'bounded', input: 'any', make: bounded }, effort);
    assert.ok((growth.counts.at(-1) ?? 0) <= 3000, JSON.stringify(growth));
  });

  it('grows with the square for no reader and input', async () => {
    const grown = await runMeasurements('quick');
    const readers = new Set(grown.map(({ reader }) => reader));
    console.log(`      ${grown.length} inputs of ${readers.size} readers`);
    assert.ok(readers.size >= 20, [...readers].join());
    const told = grown
      .filter(({ slope }) => slope > surelySteep)
      .map(
        ({ reader, input, counts, times, slope }) =>
          `${reader}, ${input}: slope ${slope.toFixed(2)}, ${times.map((time, at) => `${time.toFixed(0)} ms for ${counts[at] ?? 0}`).join(', ')}`,
      );
    assert.deepEqual(told, []);
  });
});

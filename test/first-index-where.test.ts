// Halving finds what looking through the list finds.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { firstIndexWhere } from '../server/src/text/first-index-where.ts';

describe('firstIndexWhere', () => {
  it('is the place of the first, or the count', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ max: 50 })), fc.integer({ max: 60 }), (numbers, limit) => {
        const sorted = numbers.sort((a, b) => a - b);
        const found = firstIndexWhere(sorted.length, (index) => (sorted[index] ?? 0) >= limit);
        const first = sorted.findIndex((number) => number >= limit);
        assert.equal(found, first < 0 ? sorted.length : first);
      }),
    );
  });

  it('is 0 for nothing', () => {
    assert.equal(
      firstIndexWhere(0, () => true),
      0,
    );
  });
});

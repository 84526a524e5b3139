// Arithmetic with ranges against the same done byte by byte.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addInto,
  overlaps,
  partsWithin,
  subtract,
  takeFrom,
  union,
  type Range,
} from '../server/src/addresses/region.ts';
import { overlappingPairs } from '../server/src/memory/overlapping-pairs.ts';
import { RangeIndex } from '../server/src/memory/range-index.ts';

const SPACE = 48;

const range = fc
  .tuple(fc.nat(SPACE), fc.nat(SPACE))
  .map(([a, b]): Range => ({ start: BigInt(Math.min(a, b)), end: BigInt(Math.max(a, b)) }));
const ranges = fc.array(range, { maxLength: 12 });

/** The bytes of `list`, as bits. */
function bytesOf(list: readonly Range[]): bigint {
  return list.reduce((bits, { start, end }) => bits | ((1n << end) - (1n << start)), 0n);
}

/** The joined, ascending ranges of the bits. */
function rangesOf(bits: bigint): Range[] {
  const list: { start: bigint; end: bigint }[] = [];
  for (let byte = 0n; byte <= SPACE; byte += 1n) {
    if (((bits >> byte) & 1n) === 0n) continue;
    const last = list.at(-1);
    if (last?.end === byte) last.end += 1n;
    else list.push({ start: byte, end: byte + 1n });
  }
  return list;
}

describe('ranges', () => {
  it('are joined, cut and intersected as their bytes are', () => {
    fc.assert(
      fc.property(ranges, ranges, range, (some, others, one) => {
        const bits = bytesOf(some);
        assert.deepEqual(union(some), rangesOf(bits));
        assert.deepEqual(subtract(some, others), rangesOf(bits & ~bytesOf(others)));
        assert.deepEqual(partsWithin(union(some), one), rangesOf(bits & bytesOf([one])));
        const more = union(some);
        addInto(more, one);
        assert.deepEqual(more, rangesOf(bits | bytesOf([one])));
        const less = union(some);
        takeFrom(less, one);
        assert.deepEqual(less, rangesOf(bits & ~bytesOf([one])));
      }),
      { numRuns: 2000 },
    );
  });

  it('are paired with all they overlap', () => {
    fc.assert(
      fc.property(ranges, (some) => {
        const key = (a: Range, b: Range): string =>
          [some.indexOf(a), some.indexOf(b)].sort((x, y) => x - y).join();
        const expected = some
          .filter(({ start, end }) => start < end)
          .flatMap((a, index, all) =>
            all.slice(index + 1).flatMap((b) => (overlaps(a, b) ? [key(a, b)] : [])),
          );
        const found = [...overlappingPairs(some)].map(([a, b]) => key(a, b));
        assert.deepEqual(found.sort(), expected.sort());
      }),
    );
  });

  it('are found by the bytes they hold', () => {
    fc.assert(
      fc.property(ranges, range, (some, one) => {
        const expected = some.filter((each) => overlaps(each, one));
        assert.deepEqual(new RangeIndex(some).meeting(one), expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('are each in a pair, but in few, where very many overlap', () => {
    const many = Array.from({ length: 2000 }, (_, index) => ({
      start: BigInt(index),
      end: BigInt(10_000 + ((index * 7919) % 2000)),
    }));
    const partners = new Map<Range, number>();
    let pairs = 0;
    for (const pair of overlappingPairs(many)) {
      pairs += 1;
      for (const each of pair) partners.set(each, (partners.get(each) ?? 0) + 1);
    }
    assert.equal(partners.size, many.length);
    assert.ok(pairs <= 64 * many.length, String(pairs));
  });
});

// Arithmetic with ranges against the same done byte by byte.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addInto,
  compareRanges,
  contains,
  indexBehind,
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

  it('are ordered by start, then end', () => {
    const list = [
      { start: 2n, end: 3n },
      { start: 1n, end: 5n },
      { start: 1n, end: 2n },
      { start: 0n, end: 9n },
    ];
    assert.deepEqual([...list].sort(compareRanges), list.toReversed());
    assert.equal(compareRanges({ start: 1n, end: 2n }, { start: 1n, end: 2n }), 0);
  });

  it('are contained when all their bytes are', () => {
    fc.assert(
      fc.property(range, range, (outer, inner) => {
        const isInside = (bytesOf([inner]) & ~bytesOf([outer])) === 0n;
        if (inner.start < inner.end) assert.equal(contains(outer, inner), isInside);
      }),
    );
  });

  it('are paired in order: by the later start, the lower start first', () => {
    fc.assert(
      fc.property(ranges, (some) => {
        const pairs = [...overlappingPairs(some)];
        for (const [a, b] of pairs) assert.ok(compareRanges(a, b) <= 0);
        const later = pairs.map(([, b]) => b);
        assert.deepEqual(later, [...later].sort(compareRanges));
      }),
    );
  });

  it('of which too many overlap are paired with those that reach farthest', () => {
    // The later one begins, the farther it reaches, but for the first, which reaches over all.
    const many = Array.from({ length: 66 }, (_, index) => ({
      start: BigInt(index),
      end: index === 0 ? 9000n : BigInt(1000 + index),
    }));
    const last = { start: 100n, end: 101n };
    const partners = [...overlappingPairs([...many, last])].flatMap(([a, b]) =>
      b === last ? [a] : [],
    );
    assert.deepEqual(partners, [many[0], ...many.slice(3)]);
    const exactly = [...overlappingPairs([...many.slice(2), last])].filter(([, b]) => b === last);
    assert.equal(exactly.length, 64);
  });

  it('are found without looking at the others', () => {
    let looks = 0;
    const list = Array.from({ length: 4096 }, (_, index) => ({
      get start(): bigint {
        looks += 1;
        return BigInt(index * 16);
      },
      get end(): bigint {
        looks += 1;
        return BigInt(index * 16 + 8);
      },
    }));
    const index = new RangeIndex(list);
    looks = 0;
    assert.equal(index.meeting({ start: 32_000n, end: 32_040n }).length, 3);
    assert.ok(looks < 100, `${looks} looks`);
    looks = 0;
    assert.equal(index.meeting({ start: 32_008n, end: 32_016n }).length, 0);
    assert.ok(looks < 100, `${looks} looks`);
    const joined = union(list);
    looks = 0;
    assert.deepEqual(partsWithin(joined, { start: 32_000n, end: 32_020n }).length, 2);
    assert.equal(indexBehind(joined, 32_008n), 2001);
    assert.equal(indexBehind(joined, 1n << 40n), 4096);
  });

  it('are listed in the order they came in, those of one start too', () => {
    const list = [
      { start: 5n, end: 9n },
      { start: 1n, end: 9n },
      { start: 5n, end: 7n },
      { start: 5n, end: 8n },
    ];
    assert.deepEqual(new RangeIndex(list).meeting({ start: 0n, end: 10n }), list);
    assert.deepEqual(new RangeIndex([]).meeting({ start: 0n, end: 10n }), []);
  });
});

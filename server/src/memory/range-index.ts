// Ranges by the bytes they hold: asks of many ranges which of many others they meet, without comparing each with each.

import { overlaps, type Range } from '../addresses/region.ts';

interface Entry<T> {
  readonly range: T;
  /** Where it stood in the list the index was made of. */
  readonly place: number;
}

/** An interval tree in one array: ascending by start, the middle of each part being the root of that part. */
export class RangeIndex<T extends Range> {
  readonly #entries: readonly Entry<T>[];
  /** By root, the greatest end of its part, and the first place in the list that one of it has. */
  readonly #reach: bigint[] = [];
  readonly #first: number[] = [];

  constructor(ranges: readonly T[]) {
    this.#entries = ranges
      .map((range, place) => ({ range, place }))
      .sort((a, b) => (a.range.start < b.range.start ? -1 : a.range.start > b.range.start ? 1 : 0));
    this.#measure(0, this.#entries.length);
  }

  /**
   * Those that overlap `range` as `overlaps` says, in the order of the list the index was made of; no more than `most`, of
   * those that start first.
   */
  meeting(range: Range, most = Infinity): T[] {
    const found: Entry<T>[] = [];
    this.#collect(range, 0, this.#entries.length, found, most);
    return found.sort((a, b) => a.place - b.place).map((entry) => entry.range);
  }

  /** The first in the list that overlaps `range`; undefined when none does. */
  firstMeeting(range: Range): T | undefined {
    return this.#findFirst(range, 0, this.#entries.length, undefined)?.range;
  }

  #measure(low: number, high: number): void {
    if (low >= high) return;
    const middle = (low + high) >> 1;
    this.#measure(low, middle);
    this.#measure(middle + 1, high);
    let reach = this.#entries[middle]?.range.end ?? 0n;
    let first = this.#entries[middle]?.place ?? 0;
    for (const [from, to] of [
      [low, middle],
      [middle + 1, high],
    ] as const) {
      if (from >= to) continue;
      const root = (from + to) >> 1;
      if ((this.#reach[root] ?? 0n) > reach) reach = this.#reach[root] ?? 0n;
      first = Math.min(first, this.#first[root] ?? first);
    }
    this.#reach[middle] = reach;
    this.#first[middle] = first;
  }

  #findFirst(
    range: Range,
    low: number,
    high: number,
    known: Entry<T> | undefined,
  ): Entry<T> | undefined {
    if (low >= high) return known;
    const middle = (low + high) >> 1;
    const entry = this.#entries[middle];
    if (!entry || (this.#reach[middle] ?? 0n) <= range.start) return known;
    if (known && (this.#first[middle] ?? 0) > known.place) return known;
    let found = this.#findFirst(range, low, middle, known);
    if (entry.range.start >= range.end) return found;
    if (overlaps(entry.range, range) && (!found || entry.place < found.place)) found = entry;
    return this.#findFirst(range, middle + 1, high, found);
  }

  #collect(range: Range, low: number, high: number, found: Entry<T>[], most: number): void {
    if (low >= high || found.length >= most) return;
    const middle = (low + high) >> 1;
    const entry = this.#entries[middle];
    if (!entry || (this.#reach[middle] ?? 0n) <= range.start) return;
    this.#collect(range, low, middle, found, most);
    if (entry.range.start >= range.end || found.length >= most) return;
    if (overlaps(entry.range, range)) found.push(entry);
    this.#collect(range, middle + 1, high, found, most);
  }
}

const indexes = new WeakMap<readonly Range[], RangeIndex<Range>>();
/** Shorter lists are looked through. */
const FEW = 16;

/** The first of `ranges` that overlaps `range`; a long list, which must not change, is indexed when it is first asked. */
export function firstMeeting<T extends Range>(ranges: readonly T[], range: Range): T | undefined {
  if (ranges.length < FEW) return ranges.find((each) => overlaps(each, range));
  let index = indexes.get(ranges) as RangeIndex<T> | undefined;
  if (index === undefined) indexes.set(ranges, (index = new RangeIndex(ranges)));
  return index.firstMeeting(range);
}

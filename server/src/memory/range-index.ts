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
  /** By root, the greatest end of its part. */
  readonly #reach: bigint[] = [];

  constructor(ranges: readonly T[]) {
    this.#entries = ranges
      .map((range, place) => ({ range, place }))
      .sort((a, b) => (a.range.start < b.range.start ? -1 : a.range.start > b.range.start ? 1 : 0));
    this.#measure(0, this.#entries.length);
  }

  /** Those that overlap `range` as `overlaps` says, in the order of the list the index was made of. */
  meeting(range: Range): T[] {
    const found: Entry<T>[] = [];
    this.#collect(range, 0, this.#entries.length, found);
    return found.sort((a, b) => a.place - b.place).map((entry) => entry.range);
  }

  #measure(low: number, high: number): bigint {
    if (low >= high) return 0n;
    const middle = (low + high) >> 1;
    let reach = this.#entries[middle]?.range.end ?? 0n;
    const below = this.#measure(low, middle);
    const above = this.#measure(middle + 1, high);
    if (below > reach) reach = below;
    if (above > reach) reach = above;
    this.#reach[middle] = reach;
    return reach;
  }

  #collect(range: Range, low: number, high: number, found: Entry<T>[]): void {
    if (low >= high) return;
    const middle = (low + high) >> 1;
    const entry = this.#entries[middle];
    if (!entry || (this.#reach[middle] ?? 0n) <= range.start) return;
    this.#collect(range, low, middle, found);
    if (entry.range.start >= range.end) return;
    if (overlaps(entry.range, range)) found.push(entry);
    this.#collect(range, middle + 1, high, found);
  }
}

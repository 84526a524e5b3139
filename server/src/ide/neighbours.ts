// What lies next to a range of memory, in words.

import { formatSize } from '../addresses/format.ts';
import { intersection, type Range } from '../addresses/region.ts';
import { firstMeeting, RangeIndex } from '../memory/range-index.ts';
import type { Board } from '../rules/board.ts';
import { markdownText } from '../text/markdown.ts';
import type { DtNode } from '../tree/device-tree.ts';

/** What lies next to a range on one side. */
export interface Neighbour {
  /** A claim's name, or the edge of the bank. */
  readonly name: string;
  /** Bytes between; 0 when they touch, negative by as much as they overlap. */
  readonly gap: bigint;
}

/** The nearest claims around a range, or the edges of its bank; undefined when there is neither. */
export interface Neighbours {
  readonly below: Neighbour | undefined;
  readonly above: Neighbour | undefined;
}

interface Claim extends Range {
  readonly node: DtNode | undefined;
  readonly name: string;
}

/** All that claims memory, by what is asked of it for each region: what meets it, and what is next to it. */
class Claims {
  readonly #index: RangeIndex<Claim>;
  /** Of equal ends, or starts, the first in the list is nearest to where one looks from. */
  readonly #byEnd: readonly Claim[];
  readonly #byStart: readonly Claim[];

  constructor({ reserved, modules }: Board['map']) {
    const claims = [
      ...reserved.map(({ start, end, node }) => ({
        start,
        end,
        node,
        name: node?.name ?? '/memreserve/',
      })),
      // A ramdisk that /chosen itself names has no node of its own.
      ...modules.map(({ start, end, node, kind }) => ({
        start,
        end,
        node,
        name: node.name === 'chosen' ? `the ${kind}` : node.name,
      })),
    ].filter((each) => each.end > each.start);
    const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
    this.#index = new RangeIndex(claims);
    this.#byEnd = claims.toReversed().sort((a, b) => order(a.end, b.end));
    this.#byStart = claims.toSorted((a, b) => order(a.start, b.start));
  }

  /** Those that share a byte with `range`, in the map's order; of very many the first. */
  meeting(range: Range): readonly Claim[] {
    return this.#index.meeting(range, MOST_MET);
  }

  /** The one that ends last at or before `address`. */
  endingBefore(address: bigint): Claim | undefined {
    return this.#byEnd[countWhile(this.#byEnd, ({ end }) => end <= address) - 1];
  }

  /** The one that starts first at or behind `address`. */
  startingBehind(address: bigint): Claim | undefined {
    return this.#byStart[countWhile(this.#byStart, ({ start }) => start < address)];
  }
}

/** Claims over one byte that are looked at: no board has as many. */
const MOST_MET = 64;

const claimsOf = new WeakMap<Board['map'], Claims>();

/** How many of `items`, which are in order, `holds` is true of. */
function countWhile<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What lies next to `range`, `self` aside. */
export function neighboursOf(board: Board, range: Range, self: DtNode | undefined): Neighbours {
  const { map } = board;
  let claims = claimsOf.get(map);
  if (claims === undefined) claimsOf.set(map, (claims = new Claims(map)));
  const bank = firstMeeting(map.banks, range);
  const shared = claims
    .meeting(range)
    .filter((each) => !(each.node === self && each.start === range.start));
  const below =
    shared.findLast((each) => each.start <= range.start) ?? claims.endingBefore(range.start);
  const above =
    shared.findLast((each) => each.end >= range.end) ??
    // One that lies inside is on neither side; it overlaps all the same.
    shared.find((each) => each.start > range.start) ??
    claims.startingBehind(range.end);
  const bankStart = bank && bank.start <= range.start ? bank.start : undefined;
  const bankEnd = bank && bank.end >= range.end ? bank.end : undefined;
  return {
    below:
      bankStart !== undefined && (!below || below.end <= bankStart)
        ? { name: 'the start of the bank', gap: range.start - bankStart }
        : below && { name: below.name, gap: gapTo(below, range, range.start - below.end) },
    above:
      bankEnd !== undefined && (!above || above.start >= bankEnd)
        ? { name: 'the end of the bank', gap: bankEnd - range.end }
        : above && { name: above.name, gap: gapTo(above, range, above.start - range.end) },
  };
}

/** `distance`, or the bytes that both share, negative: how far one reaches into the other is more where one lies inside. */
function gapTo(claim: Range, range: Range, distance: bigint): bigint {
  const shared = intersection(claim, range);
  return shared ? shared.start - shared.end : distance;
}

/** Markdown: `touches X`, `2 MiB free, then X`, `**overlaps** X by 4 KiB`, `nothing`. */
export function neighbourText(neighbour: Neighbour | undefined): string {
  if (!neighbour) return 'nothing';
  const { gap } = neighbour;
  const name = markdownText(neighbour.name);
  if (gap < 0n) return `**overlaps** ${name} by ${formatSize(-gap)}`;
  return gap === 0n ? `touches ${name}` : `${formatSize(gap)} free, then ${name}`;
}

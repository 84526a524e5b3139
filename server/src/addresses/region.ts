// Physical address ranges.

import { firstIndexWhere } from '../text/first-index-where.ts';

/** A half-open range of CPU physical addresses in bytes. */
export interface Range {
  readonly start: bigint;
  readonly end: bigint;
}

/** No Arm or RISC-V processor has more physical address bits. */
export const ADDRESS_BITS = 56;

export function overlaps(a: Range, b: Range): boolean {
  return a.start < b.end && b.start < a.end;
}

export function contains(outer: Range, inner: Range): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** What both have, or undefined when they do not meet. */
export function intersection(a: Range, b: Range): Range | undefined {
  const start = a.start > b.start ? a.start : b.start;
  const end = a.end < b.end ? a.end : b.end;
  return start < end ? { start, end } : undefined;
}

/** Orders by start, then end. */
export function compareRanges(a: Range, b: Range): number {
  if (a.start !== b.start) return a.start < b.start ? -1 : 1;
  return a.end < b.end ? -1 : a.end > b.end ? 1 : 0;
}

/** The ranges as an ascending list in which touching and overlapping ones are joined; empty ones vanish. */
export function union(ranges: readonly Range[]): Range[] {
  const joined: { start: bigint; end: bigint }[] = [];
  for (const range of [...ranges].sort(compareRanges)) {
    if (range.start >= range.end) continue;
    const last = joined.at(-1);
    if (last && range.start <= last.end) {
      if (range.end > last.end) last.end = range.end;
    } else joined.push({ start: range.start, end: range.end });
  }
  return joined;
}

/** `from` without any byte of `taken`, ascending and joined. */
export function subtract(from: readonly Range[], taken: readonly Range[]): Range[] {
  const holes = union(taken);
  const rest: Range[] = [];
  let next = 0;
  for (const range of union(from)) {
    let start = range.start;
    for (let hole = holes[next]; hole && hole.start < range.end; hole = holes[next]) {
      if (hole.start > start) rest.push({ start, end: hole.start });
      if (hole.end > start) start = hole.end;
      // It may reach into the next range.
      if (hole.end > range.end) break;
      next += 1;
    }
    if (start < range.end) rest.push({ start, end: range.end });
  }
  return rest;
}

/** The index of the first of `joined`, ascending as `union` makes it, that ends behind `address`; its length without one. */
export function indexBehind(joined: readonly Range[], address: bigint): number {
  return firstIndexWhere(joined.length, (index) => (joined[index]?.end ?? 0n) > address);
}

/** What `range` has in common with `joined`, ascending as `union` makes it. */
export function partsWithin(joined: readonly Range[], range: Range): Range[] {
  const parts: Range[] = [];
  for (let at = indexBehind(joined, range.start); at < joined.length; at += 1) {
    const each = joined[at];
    if (!each || each.start >= range.end) break;
    const part = intersection(each, range);
    if (part) parts.push(part);
  }
  return parts;
}

/** Adds `range` to `joined` in place, which stays as `union` would make it. */
export function addInto(joined: Range[], range: Range): void {
  if (range.start >= range.end) return;
  let { start, end } = range;
  // One that ends where the range starts touches it.
  const from = indexBehind(joined, start - 1n);
  let to = from;
  for (let each = joined[to]; each && each.start <= range.end; each = joined[to]) {
    if (each.start < start) start = each.start;
    if (each.end > end) end = each.end;
    to += 1;
  }
  joined.splice(from, to - from, { start, end });
}

/** Takes `range` out of `joined` in place, which stays as `subtract` would make it. */
export function takeFrom(joined: Range[], range: Range): void {
  if (range.start >= range.end) return;
  const from = indexBehind(joined, range.start);
  let to = from;
  const rest: Range[] = [];
  for (let each = joined[to]; each && each.start < range.end; each = joined[to]) {
    if (each.start < range.start) rest.push({ start: each.start, end: range.start });
    if (each.end > range.end) rest.push({ start: range.end, end: each.end });
    to += 1;
  }
  joined.splice(from, to - from, ...rest);
}

/** `value` rounded down to a multiple of `alignment`, a power of two. */
export function alignDown(value: bigint, alignment: bigint): bigint {
  return value & ~(alignment - 1n);
}

/** `value` rounded up to a multiple of `alignment`, a power of two. */
export function alignUp(value: bigint, alignment: bigint): bigint {
  return (value + alignment - 1n) & ~(alignment - 1n);
}

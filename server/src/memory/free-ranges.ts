// Where a region could go: RAM that nothing claims.

import { alignUp, subtract, union, type Range } from '../addresses/region.ts';
import type { MemoryMap } from './memory-map.ts';

/** RAM as far as it is known: the enabled banks, joined; empty when firmware fills it in. */
export function ramOf(map: MemoryMap): Range[] {
  return union(map.banks.filter((bank) => bank.enabled));
}

/**
 * RAM without every reservation (disabled ones too, since some readers keep them), module and device, and without
 * `alsoTaken`. When RAM is unknown: the gaps between the lowest and the highest claim, which must be RAM or hole.
 */
export function freeRanges(map: MemoryMap, alsoTaken: readonly Range[]): Range[] {
  const taken = [...map.reserved, ...map.modules, ...map.devices, ...alsoTaken];
  if (map.ramKnown) return subtract(ramOf(map), taken);
  const claims = union(map.reserved.filter((region) => region.kind === 'static'));
  const first = claims[0];
  const last = claims.at(-1);
  if (!first || !last) return [];
  return subtract([{ start: first.start, end: last.end }], taken);
}

/** What a place for a region must satisfy. All in bytes. */
export interface PlaceWanted {
  readonly size: bigint;
  /** A power of two. */
  readonly alignment: bigint;
  /** The place must end at or below this address, for users that cannot reach higher. */
  readonly below?: bigint;
}

/** The lowest and the highest fitting place in each free range, ascending, without repeats. */
export function placesIn(free: readonly Range[], wanted: PlaceWanted): Range[] {
  const places: Range[] = [];
  for (const range of free) {
    const limit = wanted.below !== undefined && wanted.below < range.end ? wanted.below : range.end;
    const low = alignUp(range.start, wanted.alignment);
    if (low + wanted.size > limit) continue;
    const high = (limit - wanted.size) & ~(wanted.alignment - 1n);
    places.push({ start: low, end: low + wanted.size });
    if (high !== low) places.push({ start: high, end: high + wanted.size });
  }
  return places;
}

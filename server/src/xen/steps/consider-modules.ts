// The highest place for something of Xen's own that avoids modules and reservations.

import type { Range } from '../../addresses/region.ts';
import { rangeOf, type BootState } from '../boot-state.ts';
import { reservations } from './dt-unreserved-regions.ts';

/**
 * The end of the highest hole of `size` bytes with aligned ends in [start, end), or undefined. Obstacles are taken in
 * Xen's order; what lies above one is tried before what lies below (Xen: consider_modules).
 */
export function considerModules(
  state: BootState,
  { start, end }: Range,
  size: bigint,
  align: bigint,
): bigint | undefined {
  const obstacles = [...state.modules.map(rangeOf), ...reservations(state)];
  // Xen recurses; its stack is not ours to run out of.
  const holes = [{ from: start, to: end, next: 0 }];
  for (let hole = holes.pop(); hole; hole = holes.pop()) {
    const low = ((hole.from + align - 1n) / align) * align;
    const high = (hole.to / align) * align;
    if (low > high || high - low < size) continue;
    let at = hole.next;
    while (at < obstacles.length && !isInTheWay(obstacles[at], low, high)) at += 1;
    const obstacle = obstacles[at];
    if (!obstacle) return high;
    holes.push({ from: low, to: obstacle.start, next: at + 1 });
    holes.push({ from: obstacle.end, to: high, next: at + 1 });
  }
  return undefined;
}

function isInTheWay(obstacle: Range | undefined, low: bigint, high: bigint): boolean {
  return obstacle !== undefined && low < obstacle.end && obstacle.start < high;
}

// Finds a place in what is in order, by halving.

/**
 * The first index from 0 up to `count`, exclusive, of which `holds` is true; `count` when there is none. `holds` must be
 * true of every index behind one of which it is.
 */
export function firstIndexWhere(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

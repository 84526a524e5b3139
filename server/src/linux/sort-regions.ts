// Sorting as lib/sort.c does it up to 6.9: a bottom-up heapsort, which is not stable. Equal elements end in an order that
// shows in the kernel's messages, so the order has to be reproduced.

/** Sorts `items` in place by `compare` in the kernel's order. */
export function heapSort<T>(items: T[], compare: (a: T, b: T) => number): void {
  const at = (index: number): T => items[index] as T;
  const swap = (a: number, b: number): void => {
    [items[a], items[b]] = [at(b), at(a)];
  };
  const parent = (index: number): number => (index - 1) >> 1;
  let root = items.length >> 1;
  let count = items.length;
  if (root === 0) return;
  for (;;) {
    if (root > 0) root -= 1;
    else {
      count -= 1;
      if (count === 0) return;
      swap(0, count);
    }
    // Down along the larger children to a leaf, then back up to where the root's element belongs.
    let leaf = root;
    let left = 2 * leaf + 1;
    while (left + 1 < count) {
      leaf = compare(at(left), at(left + 1)) >= 0 ? left : left + 1;
      left = 2 * leaf + 1;
    }
    if (left + 1 === count) leaf = left;
    while (leaf !== root && compare(at(root), at(leaf)) >= 0) leaf = parent(leaf);
    const place = leaf;
    while (leaf !== root) {
      leaf = parent(leaf);
      swap(leaf, place);
    }
  }
}

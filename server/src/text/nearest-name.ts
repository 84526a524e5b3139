// Which of the known names was meant by one that is not known.

/** Longer names are not compared: nobody misspells as much. */
const LONGEST = 100;

/**
 * The name of `known` that differs least from `name`, when it differs so little that it may be meant; the first of those that are as
 * near. Case does not count. Undefined when none is near.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > LONGEST) return undefined;
  const wanted = name.toLowerCase();
  let best: string | undefined;
  // One edit in three letters, as commander and git have it.
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const each of known) {
    if (Math.abs(each.length - name.length) >= least || each.length > LONGEST) continue;
    const edits = editsBetween(wanted, each.toLowerCase());
    if (edits >= least) continue;
    least = edits;
    best = each;
  }
  return best;
}

/** `; did you mean "reg-length"?`, to be put behind what is wrong with a name; empty when none is near. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}

/** Letters to insert, delete or replace, and neighbours to swap, each counted as one (optimal string alignment). */
function editsBetween(one: string, two: string): number {
  let before: number[] = [];
  let last = Array.from({ length: two.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let column = 1; column <= two.length; column++) {
      const isSame = one[row - 1] === two[column - 1];
      const isSwapped = one[row - 1] === two[column - 2] && one[row - 2] === two[column - 1];
      next.push(
        Math.min(
          (last[column] ?? 0) + 1,
          (next[column - 1] ?? 0) + 1,
          (last[column - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped && row > 1 && column > 1 ? (before[column - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    before = last;
    last = next;
  }
  return last[two.length] ?? 0;
}

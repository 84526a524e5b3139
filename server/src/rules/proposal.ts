// What a rule or a refactoring proposes: a change to the tree, and the edits that may bring it about.

import type { TextEdit } from '../text/edit.ts';
import type { TreeChange } from '../tree/tree-change.ts';

/** Edits that are made together. */
export type Edits = readonly TextEdit[];

/** Sets of edits of which each may bring about the same change, the best first; empty when nothing in the text would. */
export type Ways = readonly Edits[];

/** A named change. It is offered only when one of its ways was tried and changed what it says, and nothing else. */
export interface Proposal {
  /** Says the result: "Move video@60000000 to 0x2_8000_0000 (nearest free, 2 MiB aligned)". */
  readonly title: string;
  readonly change: readonly TreeChange[];
  readonly ways: Ways;
  /** The macro that makes what is to change, when one does. */
  readonly macro?: string;
  /** Offered first, and applied by `check --fix-unsafe`, by `--fix` when it is safe; at most one per finding. */
  readonly preferred?: boolean;
  /**
   * Completes a text that does not parse. What that changes in the tree is not known before: it is offered when fewer faults of
   * syntax are left.
   */
  readonly repairs?: true;
}

/** Most ways that are tried of one proposal: each costs an analysis of the board. */
const MOST_WAYS = 12;

/** The ways to do two things at once. Edits that both need are made once; ways that contradict each other are left out. */
export function both(first: Ways, second: Ways): Ways {
  const ways: Edits[] = [];
  for (const a of first)
    for (const b of second) {
      const merged = mergeEdits(a, b);
      if (merged) ways.push(merged);
    }
  // The fewer edits, the likelier that one place in the text makes all of it.
  return ways.sort((a, b) => a.length - b.length).slice(0, MOST_WAYS);
}

/** The way that one edit is, none without it. */
export function wayOf(edit: TextEdit | undefined): Ways {
  return edit ? [[edit]] : [];
}

function mergeEdits(a: Edits, b: Edits): Edits | undefined {
  const merged = [...a];
  for (const edit of b) {
    const same = merged.find(({ at }) => sharesText(at, edit.at));
    if (!same) merged.push(edit);
    else if (
      same.text !== edit.text ||
      same.at.start !== edit.at.start ||
      same.at.end !== edit.at.end
    )
      return undefined;
  }
  return merged;
}

function sharesText(a: TextEdit['at'], b: TextEdit['at']): boolean {
  if (a.file !== b.file) return false;
  if (a.start === b.start && a.end === b.end) return true;
  return a.start < b.end && b.start < a.end;
}

// What every predicted boot offers, whichever system boots.

import type { DtNode, Written } from '../tree/device-tree.ts';

/** One line of a console. */
export interface ConsoleLine {
  readonly text: string;
  /** As the console shows it, with the mark of its system. */
  readonly shown: string;
  /** The source text that caused it. */
  readonly written?: Written;
  /** The node it is about. */
  readonly node?: DtNode;
}

export interface Boot {
  /** `xen:4.18.6`: the system and the release that boots. */
  readonly target: string;
  readonly log: readonly ConsoleLine[];
}

/** `xen` of `xen:4.18.6`. */
export function systemIdOf(target: string): string {
  return target.slice(0, Math.max(0, target.indexOf(':')));
}

/** `4.18.6` of `xen:4.18.6`; a name without a system is a release. */
export function releaseNameOf(target: string): string {
  return target.slice(target.indexOf(':') + 1);
}

/** Picks the boots of one system out of those of a board, in their order; the list must not change. */
export function bootsOfSystem<Own extends Boot>(
  id: string,
): (board: { readonly boots: readonly Boot[] }) => readonly Own[] {
  const known = new WeakMap<readonly Boot[], readonly Own[]>();
  return ({ boots }) => {
    let own = known.get(boots);
    if (own === undefined) {
      // Only the system itself makes boots under its id.
      own = boots.filter(({ target }) => systemIdOf(target) === id) as readonly Boot[] as Own[];
      known.set(boots, own);
    }
    return own;
  };
}

// On which assumed boot facts a finding depends: it is looked for again in the worlds next to the likely one.

import type { FactChange } from '../facts/world.ts';
import type { Board } from '../rules/board.ts';
import type { Found, Rule } from '../rules/rule.ts';
import { withBoots } from './board-of.ts';
import { opposingWorlds } from '../systems/opposing-worlds.ts';

interface Neighbour {
  readonly board: Board;
  readonly changes: readonly FactChange[];
  /** What rules find there, by rule. */
  readonly found: Map<string, ReadonlySet<string>>;
}

/** Looks findings of one board up in neighbouring worlds, which are booted when the first is asked for. */
export class Conditions {
  readonly #board: Board;
  /** By target. */
  readonly #neighbours = new Map<string, readonly Neighbour[]>();
  readonly #keyOf: (rule: Rule, found: Found<unknown>) => string;

  /** `keyOf` is equal for findings that are one to a reader. */
  constructor(board: Board, keyOf: (rule: Rule, found: Found<unknown>) => string) {
    this.#board = board;
    this.#keyOf = keyOf;
  }

  /** What the world must not be like for a finding to hold; undefined when it holds in all that may speak against it. */
  of(rule: Rule, found: Found<unknown>): readonly FactChange[] | undefined {
    if (found.target === undefined) return undefined;
    const key = this.#keyOf(rule, found);
    return this.#around(found.target).find((world) => !this.#foundIn(world, rule).has(key))
      ?.changes;
  }

  #around(target: string): readonly Neighbour[] {
    let known = this.#neighbours.get(target);
    if (known === undefined) {
      const { boots, facts } = this.#board;
      const boot = boots.find((each) => each.target === target);
      known = (boot ? opposingWorlds(boot, facts) : []).map(({ changes, boot: other }) => ({
        board: withBoots(
          this.#board,
          boots.map((each) => (each === boot ? other : each)),
        ),
        changes,
        found: new Map(),
      }));
      this.#neighbours.set(target, known);
    }
    return known;
  }

  #foundIn({ board, found }: Neighbour, rule: Rule): ReadonlySet<string> {
    let keys = found.get(rule.id);
    if (keys === undefined) {
      keys = new Set([...rule.check(board)].map((each) => this.#keyOf(rule, each)));
      found.set(rule.id, keys);
    }
    return keys;
  }
}

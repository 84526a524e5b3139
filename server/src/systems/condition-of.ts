// On which assumed boot fact a verdict depends: the same is asked in the worlds next to the likely one.

import type { Range } from '../addresses/region.ts';
import type { BootFacts } from '../facts/boot-facts.ts';
import type { Verdict } from '../target/verdict.ts';
import { opposingWorlds, wordCondition } from './opposing-worlds.ts';
import { verdictsUnder, type BootedBoard } from './verdicts-for.ts';

/**
 * `unless Xen is built without CONFIG_STATIC_MEMORY`: what must not be so for `verdict` to hold of `range`; undefined
 * when it holds whatever the assumed facts are. It boots these worlds, so that it is for one range that somebody asks about.
 */
export function conditionOf(
  board: BootedBoard & { readonly facts: BootFacts },
  verdict: Verdict,
  range: Range,
): string | undefined {
  const boot = board.boots.find(({ target }) => target === verdict.target);
  if (!boot) return undefined;
  const opposing = opposingWorlds(boot, board.facts).find(({ boot: other }) => {
    const there = verdictsUnder(board, other, range).find(({ view }) => view === verdict.view);
    return there?.owner !== verdict.owner;
  });
  return opposing && wordCondition(opposing.changes, board.facts);
}

// On which assumed boot fact a verdict depends: the same is asked in the worlds next to the likely one.

import type { Range } from '../addresses/region.ts';
import type { BootFacts } from '../facts/boot-facts.ts';
import { wordChanges } from '../facts/word-fact.ts';
import type { Verdict } from '../target/verdict.ts';
import { neighboursOf } from './neighbours-of.ts';
import { verdictsUnder, type BootedBoard } from './verdicts-for.ts';

/**
 * `unless Xen is built without CONFIG_STATIC_MEMORY`: what must not be so for `verdict` to hold of `range`; undefined
 * when it holds whatever the assumed facts are. Worlds in which the boot ends say nothing against it. Boots the
 * neighbours, so that it is for one range that somebody asks about.
 */
export function conditionOf(
  board: BootedBoard & { readonly facts: BootFacts },
  verdict: Verdict,
  range: Range,
): string | undefined {
  const boot = board.boots.find(({ target }) => target === verdict.target);
  if (!boot) return undefined;
  for (const { boot: other, changes, ends } of neighboursOf(boot)) {
    const [first] = changes;
    if (ends || !first || board.facts[first.fact].basis !== 'assumed') continue;
    const there = verdictsUnder(board, other, range).find(({ view }) => view === verdict.view);
    if (there?.owner !== verdict.owner) return `unless ${wordChanges(changes, board.facts)}`;
  }
  return undefined;
}

// The worlds that may speak against a statement about a boot: those next to it that lack a grave fault of their own.

import type { BootFacts } from '../facts/boot-facts.ts';
import { wordChanges } from '../facts/word-fact.ts';
import type { FactChange } from '../facts/world.ts';
import type { Boot } from '../target/boot.ts';
import type { BootNeighbour } from '../target/system.ts';
import { systemOf } from './all-systems.ts';

/**
 * Worlds in which an assumed fact has another value. Left out are those in which the boot ends, and those in which the boot
 * loader puts something of unknown place over a reserved region. Booted when this is called; none where a system's boots
 * rest on no assumed fact.
 */
export function opposingWorlds(boot: Boot, facts: BootFacts): readonly BootNeighbour[] {
  const neighbours = systemOf(boot).neighbours?.(boot) ?? [];
  return neighbours.filter(({ changes: [first], ends }) => {
    return !ends && first !== undefined && facts[first.fact].basis === 'assumed';
  });
}

/** `unless the boot loader does not pad the DTB`: the world that speaks against a statement, as the end of its sentence. */
export function wordCondition(changes: readonly FactChange[], facts: BootFacts): string {
  return `unless ${wordChanges(changes, facts)}`;
}

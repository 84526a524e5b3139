// The boot facts of a board for people: what is known, what is assumed, what depends on it, and where to find it.

import { formatAddress } from '../addresses/format.ts';
import type { Basis, BootFacts, FactName } from '../facts/boot-facts.ts';
import { wordFact, wordFactReason, wordFactSource } from '../facts/word-fact.ts';
import { wordUnreadText, type UnreadText } from '../memory/unread-text.ts';
import type { Board } from '../rules/board.ts';
import { systemOf } from '../systems/all-systems.ts';

export interface ListedFact {
  /** Its path in a boot profile. */
  readonly fact: FactName;
  /** What it is, in words. */
  readonly title: string;
  readonly basis: Basis;
  /** Absent when it is not known, or the tree itself is read for it; numbers of 64 bits are hexadecimal text. */
  readonly value?: unknown;
  /** Why it has this value, or none: a clause. */
  readonly because: string;
  /** What of a predicted boot depends on it, by target: paths as in the JSON of `boot`. Empty when it is settled. */
  readonly decides: readonly { readonly target: string; readonly parts: readonly string[] }[];
  /** Where its value is found. */
  readonly find: string;
}

/** Every boot fact, in the order of the boot profile. */
export function listFacts(board: Board): ListedFact[] {
  const byTarget = board.boots.map(
    (boot) => [boot.target, systemOf(boot).dependents?.(boot)] as const,
  );
  const { unread } = board.map;
  return listValues(board.facts).map((each) => ({
    ...(unread ? withoutTree(each, unread) : each),
    title: wordFact(each.fact),
    decides: byTarget.flatMap(([target, found]) => {
      const parts = found?.get(each.fact);
      return parts ? [{ target, parts: [...parts].sort() }] : [];
    }),
    find: wordFactSource(each.fact),
  }));
}

/** A fact of a board of which text was not read: what is neither given nor logged may stand in that text. */
function withoutTree(
  { fact, basis, ...rest }: Pick<ListedFact, 'fact' | 'basis' | 'value' | 'because'>,
  unread: UnreadText,
): Pick<ListedFact, 'fact' | 'basis' | 'value' | 'because'> {
  return basis === 'given' || basis === 'script' || basis === 'log'
    ? { fact, basis, ...rest }
    : { fact, basis: 'unknown', because: wordUnreadText(unread) };
}

/**
 * Facts that are assumed or not known and that boots of a tree which is made for their system asked for: cheap, for nothing is
 * booted again. None for other trees.
 */
export function openFacts(board: Board): FactName[] {
  const asked = board.boots.flatMap((boot) => systemOf(boot).openFacts?.(boot, board) ?? []);
  return [...new Set(asked)];
}

/** `4 boot facts are assumed or not known (xen.address, dtb.size …)`; undefined when none is. */
export function wordOpenFacts(facts: readonly FactName[]): string | undefined {
  if (facts.length === 0) return undefined;
  const [count, are] =
    facts.length === 1 ? ['1 boot fact', 'is'] : [`${facts.length} boot facts`, 'are'];
  const shown = facts.slice(0, 3).join(', ');
  return `${count} ${are} assumed or not known (${shown}${facts.length > 3 ? ' …' : ''})`;
}

/** Every boot fact with its value alone, in the order of the boot profile. */
export function listValues(
  facts: BootFacts,
): Pick<ListedFact, 'fact' | 'basis' | 'value' | 'because'>[] {
  return (Object.keys(facts) as FactName[]).map((fact) => {
    const { basis, value } = facts[fact];
    return {
      fact,
      basis,
      ...(value === undefined ? {} : { value: plain(value) }),
      because: wordFactReason(facts[fact]),
    };
  });
}

/** The same value with its numbers of 64 bits as text, wherever they stand. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return formatAddress(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

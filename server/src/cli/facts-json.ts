// Boot facts as plain data: what `facts --format json` prints, and `facts` of a predicted boot; see server/docs/json.md.

import { formatAddress } from '../addresses/format.ts';
import type { BootFacts, FactName } from '../facts/boot-facts.ts';
import { wordFactReason } from '../facts/word-fact.ts';

export interface JsonFact {
  readonly fact: FactName;
  readonly basis: string;
  readonly value?: unknown;
  readonly because: string;
}

/** Every fact, in the order of the boot profile; one without a value has no `value`. */
export function factsJson(facts: BootFacts): JsonFact[] {
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

// One way a boot can be: every fact with a value, or without one where nothing can be said.

import type { BootFacts, FactName, FactValues } from './boot-facts.ts';

/** An assumed fact with another value than the likely one. */
export type FactChange = {
  readonly [Name in FactName]: { readonly fact: Name; readonly value: FactValues[Name] };
}[FactName];

/** Without these a boot is predicted as it nearly always is: what they tell is a file that was cut, or a tiny Xen. */
const MINOR: ReadonlySet<FactName> = new Set(['kernel.fileSize', 'xen.textSize']);

/**
 * The likely world has the values of `facts`; another one differs from it in `changes`. It remembers which facts were
 * asked for: worlds that differ in others are one to whoever asked.
 */
export class World {
  readonly facts: BootFacts;
  readonly changes: readonly FactChange[];
  readonly #read = new Set<FactName>();

  constructor(facts: BootFacts, changes: readonly FactChange[] = []) {
    this.facts = facts;
    this.changes = changes;
  }

  /** Undefined where it is not known, and where the tree itself has the answer. */
  valueOf<Name extends FactName>(fact: Name): FactValues[Name] | undefined {
    this.#read.add(fact);
    const change = this.changes.find((each) => each.fact === fact);
    return change ? (change.value as FactValues[Name]) : this.facts[fact].value;
  }

  /** The facts that were asked for here, are assumed or not known, and could change the answer. */
  unsettled(): FactName[] {
    return [...this.#read].filter((fact) => {
      const { basis, others } = this.facts[fact];
      return basis === 'assumed' ? others.length > 0 : basis === 'unknown' && !MINOR.has(fact);
    });
  }

  /**
   * Other values of the facts that were asked for here and are not changed yet, as sets of changes that belong together:
   * a place is one with an address and a size.
   */
  otherValues(): (readonly FactChange[])[] {
    return [...this.#read].flatMap((fact) =>
      this.changes.some((each) => each.fact === fact)
        ? []
        : this.facts[fact].others.map((value) => {
            const change = { fact, value } as FactChange;
            return [change, ...this.#with(change)];
          }),
    );
  }

  /** What a change is of no use without, where it is not known. */
  #with({ fact, value }: FactChange): FactChange[] {
    if (fact === 'xen.address') return this.#any('xen.size');
    return fact === 'kernel.format' && value === 'gzip' ? this.#any('kernel.uncompressedSize') : [];
  }

  #any(fact: 'xen.size' | 'kernel.uncompressedSize'): FactChange[] {
    const { value, others } = this.facts[fact];
    const [other] = value === undefined ? others : [];
    return other === undefined ? [] : [{ fact, value: other }];
  }
}

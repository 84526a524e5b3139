// What is fuzzed: a kind of input, where inputs come from, and what must hold for every one of them.

import type fc from 'fast-check';

export interface Target<Input> {
  readonly inputs: fc.Arbitrary<Input>;
  /** Tried first, as they are: the fixtures, among them every input that failed once. */
  readonly corpus: readonly Input[];
  /** Throws when something that must hold does not. */
  readonly check: (input: Input) => void;
  /** The input as somebody would save it, for a report. */
  readonly show: (input: Input) => string;
}

/** A target whose kind of input nobody needs to know. */
export type AnyTarget = Target<unknown>;

/** `target` among others. */
export function asAny<Input>(target: Target<Input>): AnyTarget {
  return {
    inputs: target.inputs,
    corpus: target.corpus,
    check: (input) => {
      target.check(input as Input);
    },
    show: (input) => target.show(input as Input),
  };
}

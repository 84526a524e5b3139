// A boot fact as a tree tells it, or why it does not.

/** `value` is undefined when the tree does not decide it; `because` says what it was taken from, or what is in the way. */
export interface TreeFact<Value, Reason> {
  readonly value: Value | undefined;
  readonly because: Reason;
}

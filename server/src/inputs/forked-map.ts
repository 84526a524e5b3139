// A map that can be taken back to where it was, so that alternatives begin with the same.

/** What an alternative changed: the values it left, undefined for what it removed. */
export type Changes<Key, Value> = ReadonlyMap<Key, Value | undefined>;

/** Costs what is changed, however much it holds. */
export class ForkedMap<Key, Value> {
  readonly #values: Map<Key, Value>;
  /** What was there before the first change in each alternative, the innermost last. */
  readonly #before: Map<Key, Value | undefined>[] = [];

  constructor(values: Iterable<readonly [Key, Value]> = []) {
    this.#values = new Map(values);
  }

  get(key: Key): Value | undefined {
    return this.#values.get(key);
  }

  set(key: Key, value: Value | undefined): void {
    const before = this.#before.at(-1);
    if (before && !before.has(key)) before.set(key, this.#values.get(key));
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, value);
  }

  /** An alternative begins. */
  begin(): void {
    this.#before.push(new Map());
  }

  /** The alternative that began last ends: all is as it was before it. */
  end(): Changes<Key, Value> {
    const before = this.#before.pop() ?? new Map<Key, Value | undefined>();
    const changes = new Map<Key, Value | undefined>();
    for (const [key, value] of before) {
      changes.set(key, this.#values.get(key));
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, value);
    }
    return changes;
  }
}

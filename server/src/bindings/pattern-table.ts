// Patterns of names. vendor-prefixes.yaml alone has thousands, and every name of a tree is looked up in them.

interface Entry<Value> {
  readonly pattern: string;
  /** Compiles the pattern; undefined for one that JavaScript cannot read, which then matches any name. */
  readonly test: () => RegExp | undefined;
  readonly value: Value;
}

/** Which values belong to a name by their patterns. */
export class PatternTable<Value> {
  /** Patterns that begin with a literal, up to its comma: `^vendor,.*`. */
  readonly #byPrefix = new Map<string, Entry<Value>[]>();
  readonly #others: Entry<Value>[] = [];
  readonly #compiled = new Map<Entry<Value>, RegExp | undefined>();
  readonly #known = new Map<string, readonly Value[]>();

  constructor(entries: readonly Entry<Value>[]) {
    for (const entry of entries) {
      const prefix = /^\^([\w-]+),/.exec(entry.pattern)?.[1];
      if (prefix === undefined || /\||,[?*{]/.test(entry.pattern)) this.#others.push(entry);
      else {
        const known = this.#byPrefix.get(prefix);
        if (known) known.push(entry);
        else this.#byPrefix.set(prefix, [entry]);
      }
    }
  }

  get isEmpty(): boolean {
    return this.#others.length === 0 && this.#byPrefix.size === 0;
  }

  /** The values of all patterns that are found in `name`. */
  of(name: string): readonly Value[] {
    let values = this.#known.get(name);
    if (!values) {
      const comma = name.indexOf(',');
      const prefixed = comma < 0 ? undefined : this.#byPrefix.get(name.slice(0, comma));
      values = [...this.#others, ...(prefixed ?? [])]
        .filter((entry) => this.#regularExpression(entry)?.test(name) !== false)
        .map(({ value }) => value);
      // Names come from what is typed.
      if (this.#known.size > mostNames) this.#known.clear();
      this.#known.set(name, values);
    }
    return values;
  }

  #regularExpression(entry: Entry<Value>): RegExp | undefined {
    if (!this.#compiled.has(entry)) this.#compiled.set(entry, entry.test());
    return this.#compiled.get(entry);
  }
}

const mostNames = 20_000;

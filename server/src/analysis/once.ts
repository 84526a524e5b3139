// A value that is worked out when somebody first asks.

/** Calls `make` at the first call, and gives what it made at each. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

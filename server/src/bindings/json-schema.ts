// What a binding file says, as plain JSON.

/** A schema that may still be changed while it is fixed up; only those made for it are. */
export type RawObject = Record<string, unknown>;

/** Whether a value is a JSON object: no array, and not null. */
export function isObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy that shares nothing with `value`, which must be JSON. */
export function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copyOf(each)]));
}

// The value of a property or node as bindings speak of it.

/**
 * Cells in rows, as `<1 2>, <3 4>` has two of two cells; `bits` is the width of each. A 64-bit cell is a `bigint` where a
 * `number` would lose digits.
 */
export interface Cells extends ReadonlyArray<readonly (number | bigint)[]> {
  readonly bits: 8 | 16 | 32 | 64;
}

/** A node: its properties and child nodes by name. */
export interface TypedObject {
  /** Undefined where there is no such property or child. */
  value(name: string): TypedValue | undefined;
  has(name: string): boolean;
  /** Properties first, then children; `$nodename` is one of them where the node is validated by itself. */
  readonly names: readonly string[];
}

/**
 * `true` for a property without value, strings, cells, bytes that are neither, or a node. Inside of these there are the
 * rows and items of an array.
 */
export type TypedValue =
  true | string | number | bigint | readonly string[] | Cells | List | Uint8Array | TypedObject;

/** An array as JSON has them: rows of cells, the cells of a row, or strings. */
export type List = readonly (string | number | bigint | readonly (number | bigint)[])[];

/** Whether a value is a node. */
export function isNode(value: TypedValue): value is TypedObject {
  return typeof value === 'object' && 'names' in value;
}

/** Whether a value is an array as JSON has them: bytes without a type are none. */
export function isList(value: TypedValue): value is List {
  return Array.isArray(value);
}

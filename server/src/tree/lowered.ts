// What one statement says, apart from where it stands: names, bytes, references and faults, at relative offsets.

import type { ReadValue } from './reads.ts';

/** A fault of one statement; offsets relative to its start. */
export interface LoweredProblem {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly facts: Readonly<Record<string, string>>;
}

export interface LoweredLabel {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Something in a value that only the whole tree can fill in. */
export interface LoweredReference {
  /** `phandle`: four bytes at `offset` are replaced. `path` and `incbin`: bytes are inserted there. */
  readonly kind: 'phandle' | 'path' | 'incbin';
  readonly offset: number;
  /** The label or path, or the file's name. */
  readonly target: string;
  /** The value part it is. */
  readonly part: number;
  /** Of `incbin`: where to begin and how many bytes to take at most. */
  readonly from?: number;
  readonly limit?: number;
}

/** The kinds of value parts, as numbered in `LoweredProperty.parts`. */
export const partKinds = ['cell', 'string', 'bytes', 'phandle', 'path', 'incbin'] as const;

/** How many numbers describe one part: kind, offset, length, start, end, group. */
export const partStride = 6;

export interface LoweredProperty extends ReadValue {
  readonly kind: 'property';
  readonly labels: readonly LoweredLabel[];
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
  /** -1 without a value. */
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly length: number;
  /** With `0xffffffff` for phandles, and without what `path` and `incbin` insert. */
  readonly bytes: Uint8Array;
  /** `partStride` numbers for each part. */
  readonly parts: ArrayLike<number>;
  readonly references: readonly LoweredReference[];
  /** Whether references put in other bytes than phandles, which moves what follows. */
  readonly inserts: boolean;
  /** Labels inside the value. */
  readonly valueLabels: readonly LoweredLabel[];
  readonly problems: readonly LoweredProblem[];
  /** Faults that count only if the property is in the final tree. */
  readonly checks: readonly LoweredProblem[];
  /** Whether the finished tree has to look at it: references, labels, checks, or a name with a meaning. */
  readonly isSpecial: boolean;
}

export interface LoweredNode {
  readonly kind: 'node';
  readonly labels: readonly LoweredLabel[];
  readonly omitIfUnused: boolean;
  /** What it opens: the root, the node a reference names, or a child; undefined when the text before `{` says none. */
  readonly opens: 'root' | 'reference' | 'child' | undefined;
  /** The child's name, or the reference without its marks. */
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly length: number;
  readonly items: readonly Lowered[];
  /** Where each item begins. */
  readonly offsets: readonly number[];
  /** Whether it deletes properties or two of its properties have one name: their order then matters. */
  readonly orderMatters: boolean;
  /** The index in `items` of each property, by name and in order. */
  readonly propertyIndex: ReadonlyMap<string, number>;
  /** Its names, in order. */
  readonly propertyNames: readonly string[];
  /** Bytes its properties take in a blob's structure block, without what references insert. */
  readonly flatSize: number;
  /** The indices of properties that are special. */
  readonly specialProperties: readonly number[];
  /** The indices of items that are not properties. */
  readonly otherItems: readonly number[];
  readonly problems: readonly LoweredProblem[];
  readonly checks: readonly LoweredProblem[];
  /** Whether it or anything below has problems. */
  readonly hasProblems: boolean;
}

export interface LoweredDirective {
  readonly kind: 'delete-property' | 'delete-node' | 'delete-reference' | 'omit-reference';
  readonly labels: readonly LoweredLabel[];
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly problems: readonly LoweredProblem[];
}

export interface LoweredHeader {
  readonly kind: 'version' | 'plugin';
  readonly length: number;
  readonly problems: readonly LoweredProblem[];
}

export interface LoweredReservation {
  readonly kind: 'reservation';
  readonly labels: readonly LoweredLabel[];
  readonly address: bigint;
  readonly addressStart: number;
  readonly addressEnd: number;
  readonly size: bigint;
  readonly sizeStart: number;
  readonly sizeEnd: number;
  readonly length: number;
  readonly problems: readonly LoweredProblem[];
}

/** A statement whose text says nothing that can be used. */
export interface LoweredNothing {
  readonly kind: 'nothing';
  readonly problems: readonly LoweredProblem[];
}

export type Lowered =
  | LoweredProperty
  | LoweredNode
  | LoweredDirective
  | LoweredHeader
  | LoweredReservation
  | LoweredNothing;

/** Bytes a property with a value of `length` bytes takes in a blob's structure block. */
export function flatSizeOf(length: number): number {
  return 12 + ((length + 3) & ~3);
}

const noNames: readonly never[] = [];

/** The names of labels; the same empty array for none. */
export function labelNames(labels: readonly LoweredLabel[]): readonly string[] {
  return labels.length === 0 ? noNames : labels.map((label) => label.name);
}

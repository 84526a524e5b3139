// The memory map as one reader has it: its lists, for tables and for programs.

import type { Range } from '../addresses/region.ts';
import type { DtNode, Written } from '../tree/device-tree.ts';

/** A range, and what of the tree it comes from. */
export interface Placed extends Range {
  readonly node?: DtNode | undefined;
  /** A node that is not in the tree but made by the system: `/memory@60000000`. */
  readonly madeNode?: string;
  readonly written?: Written | undefined;
}

export interface ReaderMap {
  readonly banks: readonly Placed[];
  /** `owner`: who has it for this reader, where that is no question of the board's own addresses. */
  readonly reserved: readonly (Placed & { readonly kind: string; readonly owner?: string })[];
  readonly modules: readonly (Placed & { readonly kind: string })[];
  readonly devices: readonly Placed[];
  readonly free: readonly Range[];
  readonly unknown: readonly { readonly node?: DtNode; readonly because: string }[];
  /** Which lists, or kinds of modules and reserved ranges, are only likely. */
  readonly likely: readonly string[];
}

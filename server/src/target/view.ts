// How one reader of a board sees its memory: what is held where, in words and as the map draws it.

import type { Range } from '../addresses/region.ts';
import type { DtNode, Written } from '../tree/device-tree.ts';

/** Who has a range, or what is to be said about it; decides its colour. */
export type BlockKind =
  | 'free'
  | 'reserved'
  /** Named RAM to dom0, kept out again by a reservation. */
  | 'told'
  /** Where the boot loader put a module, as the Devicetree column shows it. */
  | 'loaded'
  | 'xen'
  | 'heap'
  | 'module'
  | 'dom0'
  | 'linux'
  | 'domU1'
  | 'domU2'
  | 'domU3'
  | 'shared'
  /** Two owners, or RAM without pages. */
  | 'fault'
  /** Claimed in the tree and not honoured by this reader. */
  | 'lost'
  | 'disabled'
  | 'unknown'
  | 'other';

/** How the map draws a range. */
export interface Block {
  readonly kind: BlockKind;
  readonly label: string;
  /** In place of `label` where there is no room. */
  readonly short?: string;
  /** One clause: why it is so. */
  readonly why: string;
  readonly texture?: 'no-map' | 'reusable' | 'ruled';
}

/** A range that a reader has or is told of. */
export interface Holding extends Range {
  /** A clause about the reader: `kept out of the heap for mpss@86000000`. */
  readonly owner: string;
  /** Absent for what the map leaves out. */
  readonly block?: Block;
  readonly node?: DtNode;
  readonly written?: Written;
  /** The claim of the tree that it is a part of, where it is not all of it. */
  readonly partOf?: Range;
  /** Whether the reader can reach it: as memory of its own, as a device's, or not at all. */
  readonly mapped: 'ram' | 'device' | 'no';
  /** Whether the reader is told that it is RAM. */
  readonly toldAsRam: boolean;
  /** Why using it goes wrong; absent when it does not. */
  readonly atRisk?: string;
  /** Why this is only likely, or why it is not known; absent when it is certain. */
  readonly because?: string;
}

/** Why a reader has no memory: it does not get that far, or an input is missing. */
export interface Stop {
  /** `does not boot: …`, `not reached: Xen stops earlier`. */
  readonly owner: string;
  readonly title: string;
  readonly detail: string;
  /** The console lines that say so. */
  readonly log?: string;
  /** The address at the height of the cause. */
  readonly at?: bigint;
  readonly written?: Written;
  /** Void because the view before it is. */
  readonly follows?: true;
}

/** One reader under one boot: the system itself, or a domain that it starts. */
export interface View {
  /** `xen`, `dom0`, `domain:domU1`; equal for the same reader of several releases. */
  readonly id: string;
  /** `Xen`, `dom0`, `domU1`. */
  readonly name: string;
  /** Whether it is the system itself. */
  readonly isSystem: boolean;
  /** Whether it is asked who has a range; others are drawn only. */
  readonly isAsked: boolean;
  /** One number that sums it up. */
  readonly summary: string;
  /** Later ones cover earlier ones. */
  readonly holdings: readonly Holding[];
  /** What is said of a range where it holds nothing. */
  readonly elsewhere: { readonly owner: string; readonly because?: string };
  /** Set when it is not known where RAM lies. */
  readonly isRamOpen?: true;
  /** Set when there is nothing to hold. */
  readonly stop?: Stop;
}

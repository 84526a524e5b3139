// What lies where: everything in the tree that claims memory, whoever reads it.

import type { Unknown } from '../addresses/decoded.ts';
import type { Region } from '../addresses/decode.ts';
import type { Range } from '../addresses/region.ts';
import type { DtNode, MemoryReservation, Written } from '../tree/device-tree.ts';
import type { UnreadText } from './unread-text.ts';

/** A RAM bank: one tuple of `reg` of a memory node. */
export interface Bank extends Region {
  readonly enabled: boolean;
}

export type ReservedKind =
  'static' | 'dynamic' | 'memreserve' | 'static-mem' | 'static-heap' | 'shared-mem';

/** A range set aside. `dynamic` ones have no address yet and are in `MemoryMap.dynamic`. */
export interface Reserved extends Range {
  readonly kind: Exclude<ReservedKind, 'dynamic'>;
  /** The node that reserves it; undefined for `/memreserve/`. */
  readonly node: DtNode | undefined;
  readonly reservation?: MemoryReservation;
  /** Which tuple, from 0. */
  readonly index: number;
  readonly written: Written | undefined;
  /** Whether `status` is absent, "ok" or "okay". */
  readonly enabled: boolean;
  readonly noMap: boolean;
  readonly reusable: boolean;
}

/** A `/reserved-memory` child with `size` and no `reg`: the kernel chooses its place. */
export interface DynamicReserved {
  readonly node: DtNode;
  /** Bytes. */
  readonly size: bigint;
  /** Bytes; undefined when not given. */
  readonly alignment: bigint | undefined;
  /** Where it may go; empty means anywhere. */
  readonly allocRanges: readonly Range[];
  readonly enabled: boolean;
  readonly noMap: boolean;
  readonly reusable: boolean;
}

/** A boot module named in `/chosen`: kernel, ramdisk, … loaded by the boot loader. */
export interface Module extends Range {
  readonly kind: string;
  /** The module node, or `/chosen` for `linux,initrd-start`. */
  readonly node: DtNode;
  readonly written: Written | undefined;
}

/** A node whose addresses are unknown, and why. */
export interface UnknownPlace {
  readonly node: DtNode;
  readonly because: Unknown;
}

export interface MemoryMap {
  /** In blob order; zero-sized tuples are not banks. */
  readonly banks: readonly Bank[];
  /**
   * Whether RAM is known: false when no enabled memory node gives a bank, or one leaves a bank's size to firmware
   * (a zero size).
   */
  readonly ramKnown: boolean;
  /** In blob order, `/memreserve/` first; zero-sized ones included, disabled ones too. */
  readonly reserved: readonly Reserved[];
  readonly dynamic: readonly DynamicReserved[];
  readonly modules: readonly Module[];
  /** `reg` of every other node that translates to CPU addresses; zero-sized tuples left out. */
  readonly devices: readonly Region[];
  readonly unknown: readonly UnknownPlace[];
  /** Text of the tree that was not read: nothing of the map is known then, and every list is empty. */
  readonly unread?: UnreadText;
}

// How ramoops divides its region (fs/pstore/ram.c: ramoops_parse_dt, ramoops_probe).

import { cellOf } from '../addresses/cells.ts';
import type { Range } from '../addresses/region.ts';
import type { DtNode } from '../tree/device-tree.ts';

export interface RamoopsArea extends Range {
  /** What pstore keeps there. */
  readonly kind: 'dmesg' | 'console' | 'ftrace' | 'pmsg';
  /** Records that share the range evenly; more than 1 only for `dmesg`. */
  readonly count: bigint;
}

export interface RamoopsLayout {
  /** In ascending order, dump records first. Ends exclusive. Empty when the driver refuses the node. */
  readonly areas: readonly RamoopsArea[];
  /** Bytes that the sizes ask for when there is one dump record, after rounding. */
  readonly needed: bigint;
  /** Sizes that are no powers of two and that the driver rounds down, in bytes. */
  readonly rounded: readonly { readonly property: string; readonly to: bigint }[];
  /** Why the driver refuses the node; undefined when it takes it. */
  readonly refused: 'no-sizes' | 'no-room' | undefined;
}

/** How the driver divides the region `range` by the sizes of `node`, which must be compatible with `ramoops`. */
export function layOutRamoops(node: DtNode, range: Range): RamoopsLayout {
  const rounded: { property: string; to: bigint }[] = [];
  const sizeOf = (property: string): bigint => {
    const size = BigInt(cellOf(node, property) ?? 0);
    if (size === 0n || (size & (size - 1n)) === 0n) return size;
    const to = 1n << BigInt(size.toString(2).length - 1);
    rounded.push({ property, to });
    return to;
  };
  const record = sizeOf('record-size');
  let console = sizeOf('console-size');
  const ftrace = sizeOf('ftrace-size');
  let pmsg = sizeOf('pmsg-size');
  // Old Chromebooks have the node at the root with record-size alone and expect console and pmsg as large.
  const isOld = node.parent?.name !== 'reserved-memory' && (cellOf(node, 'ecc-size') ?? 0) === 0;
  if (isOld && console === 0n && ftrace === 0n && pmsg === 0n) {
    console = record;
    pmsg = record;
  }
  const needed = record + console + ftrace + pmsg;
  const refuse = (refused: RamoopsLayout['refused']): RamoopsLayout => ({
    areas: [],
    needed,
    rounded,
    refused,
  });
  if (needed === 0n) return refuse('no-sizes');
  const dumps = range.end - range.start - console - ftrace - pmsg;
  if (dumps < 0n || (dumps > 0n && record > dumps)) return refuse('no-room');
  const areas: RamoopsArea[] = [];
  let at = range.start;
  const add = (kind: RamoopsArea['kind'], size: bigint, count = 1n): void => {
    if (size === 0n) return;
    areas.push({ kind, count, start: at, end: at + size });
    at += size;
  };
  if (record > 0n && dumps > 0n) {
    const count = dumps / record;
    // The dump area is divided evenly, so that a record can be larger than asked for.
    add('dmesg', ((dumps / count) & ~1n) * count, count);
  }
  add('console', console);
  add('ftrace', ftrace);
  add('pmsg', pmsg);
  return { areas, needed, rounded, refused: undefined };
}

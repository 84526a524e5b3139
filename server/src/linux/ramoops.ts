// How ramoops divides its region (fs/pstore/ram.c: ramoops_parse_dt, ramoops_probe).

import { cellOf } from '../addresses/cells.ts';
import type { Range } from '../addresses/region.ts';
import type { DtNode } from '../tree/device-tree.ts';

export interface RamoopsRecord extends Range {
  /** What pstore keeps there. */
  readonly kind: 'dmesg' | 'console' | 'ftrace' | 'pmsg';
}

export interface RamoopsLayout {
  /** In ascending order; dump records first, of which at most 1024 are listed. Ends exclusive. */
  readonly records: readonly RamoopsRecord[];
  /** Bytes at the end that no record uses. */
  readonly unused: bigint;
  /** Sizes that are no powers of two and that the driver rounds down. */
  readonly rounded: readonly { readonly property: string; readonly to: bigint }[];
  /** Why the driver refuses the node; undefined when it takes it. */
  readonly refused: 'no-sizes' | 'no-room' | undefined;
}

/** A mistyped size gives more records than memory holds. */
const MOST_DUMPS = 1024n;

/** The layout of the region `range` for the sizes of `node`. */
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
  const nothing = { records: [], unused: range.end - range.start, rounded };
  if (record + console + ftrace + pmsg === 0n) return { ...nothing, refused: 'no-sizes' };
  const dumps = range.end - range.start - console - ftrace - pmsg;
  if (dumps < 0n || (dumps > 0n && record > dumps)) return { ...nothing, refused: 'no-room' };
  const records: RamoopsRecord[] = [];
  let at = range.start;
  const add = (kind: RamoopsRecord['kind'], size: bigint): void => {
    if (size === 0n) return;
    records.push({ kind, start: at, end: at + size });
    at += size;
  };
  if (record > 0n && dumps > 0n) {
    const count = dumps / record;
    // The dump area is divided evenly, so that a record can be larger than asked for.
    const each = (dumps / count) & ~1n;
    for (let index = 0n; index < count && index < MOST_DUMPS; index += 1n) add('dmesg', each);
    if (count > MOST_DUMPS) at += (count - MOST_DUMPS) * each;
  }
  add('console', console);
  add('ftrace', ftrace);
  add('pmsg', pmsg);
  return { records, unused: range.end - at, rounded, refused: undefined };
}

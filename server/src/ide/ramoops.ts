// How Linux divides a ramoops region into records (kernel: fs/pstore/ram.c, ramoops_probe).

import { cellOf } from '../addresses/cells.ts';
import type { Range } from '../addresses/region.ts';
import { stringsOf, type DtNode } from '../tree/device-tree.ts';

export interface RamoopsArea extends Range {
  readonly name: string;
}

/**
 * The areas of a `compatible = "ramoops"` region in address order: dump records first, because they take what the
 * others leave, then console, ftrace, pmsg. Undefined for other nodes and when the areas do not fit.
 */
export function ramoopsLayout(node: DtNode, region: Range): readonly RamoopsArea[] | undefined {
  const compatible = node.properties.get('compatible');
  if (!compatible || !stringsOf(compatible).includes('ramoops')) return undefined;
  const sizeOf = (name: string): bigint => BigInt(roundDownToPowerOfTwo(cellOf(node, name) ?? 0));
  const record = sizeOf('record-size');
  const console = sizeOf('console-size');
  const ftrace = sizeOf('ftrace-size');
  const pmsg = sizeOf('pmsg-size');
  const forDumps = region.end - region.start - console - ftrace - pmsg;
  if (forDumps < 0n) return undefined;
  const areas: RamoopsArea[] = [];
  let at = region.start;
  const add = (name: string, size: bigint): void => {
    if (size === 0n) return;
    areas.push({ name, start: at, end: at + size });
    at += size;
  };
  const records = record === 0n ? 0n : forDumps / record;
  if (records > 0n) add(`${records} dump record${records === 1n ? '' : 's'}`, records * record);
  add('console', console);
  add('ftrace', ftrace);
  add('pmsg', pmsg);
  if (at < region.end) areas.push({ name: 'left over', start: at, end: region.end });
  return areas;
}

// The kernel rounds every size down to a power of two (ramoops_probe: rounddown_pow_of_two).
function roundDownToPowerOfTwo(value: number): number {
  return value === 0 ? 0 : 2 ** Math.floor(Math.log2(value));
}

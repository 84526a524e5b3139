// Why and where a boot of Xen ends, for the views that end with it.

import { compareRanges, type Range } from '../../addresses/region.ts';
import type { Subject } from '../../target/system.ts';
import type { Stop } from '../../target/view.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { endOf, whyNotFurther } from '../ending.ts';
import type { LogLine, XenBoot } from '../xen-boot.ts';

/** How many console lines before the last one are looked at for the cause. */
const LINES_BEFORE_THE_END = 4;

/** The console line that names the cause: the latest about a piece of source, else the one before the last. */
function causeLine(boot: XenBoot): LogLine | undefined {
  const last = boot.log.slice(-1 - LINES_BEFORE_THE_END);
  return (
    last.findLast((line) => line.written !== undefined && boot.heap.length === 0) ?? last.at(-2)
  );
}

/** Why a boot ends, with the lines and the text that say so. */
export function causeOf(boot: XenBoot): Pick<Stop, 'detail' | 'log' | 'written'> {
  const line = endOf(boot)?.line;
  const console = [...new Set([causeLine(boot)?.text, line?.text])].filter(
    (text) => text !== undefined,
  );
  return {
    detail: whyNotFurther(boot),
    ...(console.length > 0 && { log: console.join('\n') }),
    ...(line?.written && { written: line.written }),
  };
}

/** The address of the claim that the end of a boot is about. */
export function heightOf(boot: XenBoot, { map }: Subject): Pick<Stop, 'at'> {
  const claims = [...map.reserved, ...map.modules]
    .filter(({ start, end }) => start < end)
    .sort(compareRanges);
  const about = (node: DtNode | undefined): Range | undefined =>
    claims.find((each) => each.node !== undefined && each.node === node);
  const claim =
    about(endOf(boot)?.line?.node) ??
    about(causeLine(boot)?.node) ??
    about(boot.unscanned[0]) ??
    firstOverlapping(claims);
  return claim ? { at: claim.start } : {};
}

/** Of ranges in ascending order the first enabled reservation that begins inside another one. */
function firstOverlapping(claims: readonly (Range & { enabled?: boolean })[]): Range | undefined {
  let end = 0n;
  for (const claim of claims) {
    if (claim.enabled !== true) continue;
    if (claim.start < end) return claim;
    end = claim.end;
  }
  return undefined;
}

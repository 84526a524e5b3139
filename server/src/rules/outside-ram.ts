// Reserved regions where no bank is.

import { overlaps, partsWithin } from '../addresses/region.ts';
import { ramOf } from '../memory/free-ranges.ts';
import type { Reserved } from '../memory/memory-map.ts';
import { isForXen } from '../xen/is-for-xen.ts';
import type { XenBoot } from '../xen/xen-boot.ts';
import { xenBoots } from '../xen/xen-boots.ts';
import type { Board } from './board.ts';

/** The enabled regions with an address of which no byte is in a bank; none where RAM is not known. */
export function regionsOutsideRam(board: Board): Reserved[] {
  if (!board.map.ramKnown) return [];
  const ram = ramOf(board.map);
  return board.map.reserved.filter(
    (region) =>
      (region.kind === 'static' || region.kind === 'memreserve') &&
      region.enabled &&
      region.end > region.start &&
      partsWithin(ram, region).length === 0,
  );
}

/**
 * The boots of Xen in which dom0 maps such a region like RAM: it is told that it is, and nothing says `no-map`. A
 * `reusable` one is no matter of mapping: dom0 uses it.
 */
export function bootsThatMap(board: Board, region: Reserved): XenBoot[] {
  if (region.kind !== 'static' || region.noMap || region.reusable || !isForXen(board)) return [];
  return xenBoots(board).filter((boot) =>
    boot.dom0?.memoryNodes.some(({ reg }) => reg.some((each) => overlaps(each, region))),
  );
}

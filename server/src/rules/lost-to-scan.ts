// What of a board Xen does not have because it stopped scanning the devicetree.

import { formatSize } from '../addresses/format.ts';
import { intersection } from '../addresses/region.ts';
import type { Module } from '../memory/memory-map.ts';
import type { DtNode } from '../tree/device-tree.ts';
import { shortName } from '../xen/releases.ts';
import type { XenBoot } from '../xen/xen-boot.ts';
import type { Board } from './board.ts';
import type { Found } from './rule.ts';
import { staticRegions } from './static-regions.ts';

/** A bank, module or reserved region that a boot does not have. */
export interface Lost {
  readonly node: DtNode;
  /** Bytes of a reserved region that Xen's heap gets instead. */
  readonly toHeap: bigint;
}

/**
 * What is lost to a boot whose scan stopped, by node in the order of the map: reserved regions of which the heap gets a
 * part, and banks, reserved regions and modules that were not read.
 */
export function lostToScan(board: Board, boot: XenBoot): readonly Lost[] {
  const unread = new Set(boot.unscanned);
  const lost = new Map<DtNode, bigint>();
  for (const region of staticRegions(board)) {
    let bytes = lost.get(region.node) ?? 0n;
    for (const free of boot.heap) {
      const part = intersection(free, region);
      if (part) bytes += part.end - part.start;
    }
    if (bytes > 0n) lost.set(region.node, bytes);
  }
  const modules = board.map.modules.filter((module) => !isKept(boot, module));
  const unreadNodes = [...board.map.banks, ...board.map.reserved].filter(
    ({ node }) => node && unread.has(node),
  );
  for (const { node } of [...unreadNodes, ...modules])
    if (node && !lost.has(node)) lost.set(node, 0n);
  return [...lost].map(([node, toHeap]) => ({ node, toHeap }));
}

/** Whether a boot has a module of the tree. */
function isKept({ modules }: XenBoot, { node, start }: Module): boolean {
  return modules.some((kept) => kept.node === node && kept.start === start);
}

/** More places than these are counted at the last of them. */
const MOST_PLACES = 8;

/** What is lost to a boot, as places beside what a rule found. */
export function lostPlaces(
  boot: XenBoot,
  lost: readonly Lost[],
): NonNullable<Found<unknown>['related']> {
  const xen = `Xen ${shortName(boot.release)}`;
  return lost.slice(0, MOST_PLACES).flatMap(({ node, toHeap }, index) => {
    const at = node.openings[0]?.name;
    const what =
      toHeap > 0n
        ? `${xen} gives ${formatSize(toHeap)} of ${node.name} to its heap`
        : `${xen} does not read ${node.name}`;
    const more = index === MOST_PLACES - 1 ? lost.length - MOST_PLACES : 0;
    const message = more > 0 ? `${what}; ${more} more nodes are lost as well` : what;
    return at ? [{ message, at }] : [];
  });
}

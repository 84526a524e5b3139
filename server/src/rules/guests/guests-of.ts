// The guests of a board as the rules about them see it.

import { childCells, joinCells } from '../../addresses/cells.ts';
import { writtenTuple } from '../../addresses/decode.ts';
import type { Range } from '../../addresses/region.ts';
import { cellsOf, type DeviceTree, type DtNode, type Written } from '../../tree/device-tree.ts';
import type { Board, Guest } from '../board.ts';

/** The guests, without trees a script loads that no domain of the board names as its own. */
export function guestsOf(board: Board): Guest[] {
  return (board.guests ?? []).filter(
    ({ loadedAt }) =>
      loadedAt === undefined ||
      board.map.modules.some(({ kind, start }) => kind === 'device-tree' && start === loadedAt),
  );
}

/** A guest whose partial tree Xen reads by itself as it boots. */
export type Dom0lessGuest = Guest & { readonly tree: DeviceTree };

/**
 * The guests that Xen makes from a partial tree: only of these it reads `xen,reg` and `xen,path` (Xen:
 * handle_passthrough_prop; the nodes of xl's guests are copied by libxl's copy_partial_fdt).
 */
export function dom0lessGuestsOf(board: Board): Dom0lessGuest[] {
  return guestsOf(board).filter(
    (guest): guest is Dom0lessGuest => guest.tree !== undefined && !guest.isMadeByXl,
  );
}

/** One (host address, size, guest address) of `xen,reg`. */
export interface PassedRange extends Range {
  readonly guest: bigint;
  readonly written: Written | undefined;
}

/** Whether a tree is itself what a guest is given: it has devices of the host below /passthrough. */
export function isPartialTree(tree: DeviceTree): boolean {
  for (const { properties } of passedNodes(tree))
    if (properties.has('xen,reg') || properties.has('xen,path')) return true;
  return false;
}

/** The nodes below /passthrough of a partial tree: those that reach the guest. */
export function* passedNodes(tree: DeviceTree): Generator<DtNode> {
  const top = tree.root.children.find(({ name }) => name === 'passthrough');
  const below = function* (node: DtNode): Generator<DtNode> {
    for (const child of node.children) {
      yield child;
      yield* below(child);
    }
  };
  if (top) yield* below(top);
}

/** The ranges of `xen,reg`; empty when there is none or the cell counts make no tuple. */
export function passedRanges(node: DtNode): PassedRange[] {
  const property = node.properties.get('xen,reg');
  if (!property || !node.parent) return [];
  const { address, size } = childCells(node.parent);
  const width = 2 * address + size;
  if (width === 0) return [];
  const cells = cellsOf(property);
  const ranges: PassedRange[] = [];
  for (let at = 0; at + width <= cells.length; at += width) {
    const start = joinCells(cells, at, address);
    ranges.push({
      start,
      end: start + joinCells(cells, at + address, size),
      guest: joinCells(cells, at + address + size, address),
      written: writtenTuple(property, { offset: at * 4, length: width * 4 }),
    });
  }
  return ranges;
}

// The quick fixes that give a colliding reserved region another place.

import { PAGE_SIZE } from '../addresses/page.ts';
import { regCells } from '../addresses/cells.ts';
import { formatGrouped, formatSize } from '../addresses/format.ts';
import { contains, overlaps, subtract, type Range } from '../addresses/region.ts';
import { dmaReach } from '../linux/dma-reach.ts';
import { loadPlaces, relocationPlaces } from '../linux/uboot.ts';
import { freeRanges, placesIn } from '../memory/free-ranges.ts';
import type { Reserved } from '../memory/memory-map.ts';
import type { Span } from '../text/span.ts';
import { baseName, cellsOf, spanOf, unitAddress, type DtNode } from '../tree/device-tree.ts';
import type { TreeChange } from '../tree/tree-change.ts';
import type { Board } from './board.ts';
import { loadedFiles } from './loaded-files.ts';
import { both, type Proposal } from './proposal.ts';
import { isNameTaken, renameNode } from './rename-node.ts';
import { restateNode } from './restate-node.ts';
import { rewriteTuple } from './rewrite-tuple.ts';
import { usersOf } from './users-of.ts';
import { xenBoots } from '../xen/xen-boots.ts';
import { linuxBoots } from '../linux/linux-boots.ts';
import { pageBlock } from '../linux/region-drivers.ts';
import { pageSizeOf } from '../facts/page-size-of.ts';

const FOUR_GIB = 1n << 32n;

/**
 * Proposals that move or shrink `region` so that it meets no claim any more: nearest, lowest and highest free range (the
 * same bank first), and "shrink to fit" when cutting its end is enough. None for regions without source text.
 */
export function moveRegionFixes(board: Board, region: Reserved): readonly Proposal[] {
  const { node } = region;
  if (!node || region.kind !== 'static' || region.end <= region.start) return [];
  const size = region.end - region.start;
  const alignment = alignmentFor(board, region);
  const limit = reachOf(board, region);
  const map = {
    ...board.map,
    reserved: board.map.reserved.filter((other) => other !== region),
  };
  const free = freeRanges(map, [...placedByReaders(board), ...outOfReach(board, node)]);
  const places = placesIn(free, {
    size,
    alignment,
    ...(limit === undefined ? {} : { below: limit }),
  }).filter((place) => place.start !== region.start && !isTaken(region, node, place));

  const bank = board.map.banks.find((each) => overlaps(each, region));
  const rank = (place: Range): bigint =>
    (bank && !contains(bank, place) ? 1n << 64n : 0n) + distance(place, region);
  const byDistance = [...places].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  const choices: { place: Range; how: string }[] = [];
  const offer = (place: Range | undefined, how: string): void => {
    if (place && !choices.some((choice) => choice.place.start === place.start))
      choices.push({ place, how });
  };
  const [nearest] = byDistance;
  offer(
    nearest,
    bank && nearest && contains(bank, nearest) ? 'nearest free in its bank' : 'nearest free',
  );
  offer(places[0], 'lowest free');
  offer(places.at(-1), 'highest free');

  const fixes: Proposal[] = [];
  // The node keeps its name when it only shrinks, so that comes before stating it anew, which nothing does unasked.
  const anew: Proposal[] = [];
  for (const { place, how } of choices) {
    const move = moveTo(board, region, node, place);
    if (!move) continue;
    const { as, ...change } = move;
    const title = `Move ${node.name} to ${formatGrouped(place.start)} (${how}, ${formatSize(alignment)} aligned)`;
    if (as === undefined) fixes.push({ title, ...change });
    else anew.push({ title: `${title}, deleted and stated anew as ${as}`, ...change });
  }
  const shrunk = shrinkToFit(board, region, alignment);
  const shrink = shrunk && moveTo(board, region, node, shrunk);
  if (shrunk && shrink) {
    fixes.push({
      title: `Shrink ${node.name} to ${formatSize(shrunk.end - shrunk.start)} (ends at ${formatGrouped(shrunk.end)})`,
      ...shrink,
    });
  }
  return [...fixes.map((fix, index) => (index === 0 ? { ...fix, preferred: true } : fix)), ...anew];
}

/** Whether a sibling has the name that the region would get there. */
function isTaken(region: Reserved, node: DtNode, place: Range): boolean {
  return region.index === 0 && isNameTaken(node, nameAt(node, place));
}

function nameAt(node: DtNode, place: Range): string {
  return unitAddress(node) === undefined
    ? node.name
    : `${baseName(node)}@${place.start.toString(16)}`;
}

function distance(a: Range, b: Range): bigint {
  return a.start > b.start ? a.start - b.start : b.start - a.start;
}

// A CMA area must start on a pageblock (kernel: rmem_cma_setup); everything else on a page.
function alignmentFor({ facts }: Board, region: Reserved): bigint {
  const own = region.node?.properties.get('alignment');
  const stated = own ? BigInt(cellsOf(own).at(-1) ?? 0) : 0n;
  const pageSize = pageSizeOf(facts);
  const least = region.reusable ? pageBlock(pageSize) : pageSize;
  const isPower = stated > 0n && (stated & (stated - 1n)) === 0n;
  return isPower && stated > least ? stated : least;
}

/**
 * Load addresses that the tree does not reserve: where U-Boot lies and what it or a boot script loads, where Xen puts dom0,
 * and where Linux will likely put CMA.
 */
export function placedByReaders(board: Board): Range[] {
  const taken: Range[] = [...loadedFiles(board, 'likely')];
  taken.push(...relocationPlaces(board.map));
  const places = loadPlaces(board.map);
  if (places) taken.push(places.kernel, { start: places.blob, end: places.blob + PAGE_SIZE });
  for (const boot of xenBoots(board)) {
    taken.push(...boot.modules);
    const { dom0 } = boot;
    if (dom0?.kernel) taken.push(dom0.kernel);
    if (dom0?.initrd) taken.push(dom0.initrd);
    if (dom0?.dtb)
      taken.push({ start: dom0.dtb.start, end: dom0.dtb.end ?? dom0.dtb.start + PAGE_SIZE });
  }
  for (const boot of linuxBoots(board))
    taken.push(...boot.reserved.filter((each) => each.kind === 'dynamic' || each.kind === 'cma'));
  return taken;
}

// A region that lies below 4 GiB stays there when it has users: one of them may have 32 address bits without saying so.
function reachOf(board: Board, region: Reserved): bigint | undefined {
  if (region.end > FOUR_GIB || !region.node) return undefined;
  return usersOf(board, region.node).length > 0 ? FOUR_GIB : undefined;
}

/** What the buses of its users do not reach. */
function outOfReach(board: Board, node: DtNode): Range[] {
  const all = [{ start: 0n, end: 1n << 64n }];
  return usersOf(board, node).flatMap((user) => {
    const reach = dmaReach(user);
    return reach ? subtract(all, reach) : [];
  });
}

function shrinkToFit(board: Board, region: Reserved, alignment: bigint): Range | undefined {
  // A pool must begin and end on a pageblock; other regions keep a start that is their own business.
  if (region.reusable && region.start % alignment !== 0n) return undefined;
  const others = [...board.map.reserved, ...board.map.modules].filter(
    (other) => other !== region && other.end > other.start && overlaps(other, region),
  );
  if (others.length === 0) return undefined;
  let { end } = region;
  for (const other of others) if (other.start < end) end = other.start;
  end &= ~((region.reusable ? alignment : PAGE_SIZE) - 1n);
  return end > region.start ? { start: region.start, end } : undefined;
}

interface Move extends Pick<Proposal, 'change' | 'ways' | 'macro'> {
  /** The name it gets, when it cannot keep its own and is stated anew. */
  readonly as?: string;
}

function moveTo(board: Board, region: Reserved, node: DtNode, place: Range): Move | undefined {
  const property = node.properties.get('reg');
  if (!property?.definition) return undefined;
  const tuple = rewriteTuple(board, node, property, region.index, regCells(node), place);
  if (!tuple) return undefined;
  const own = { ...tuple, change: [tuple.change] };
  const name = nameAt(node, place);
  if (region.index !== 0 || place.start === region.start || name === node.name) return own;
  const winner = spanOf(property.definition.whole);
  const isNamedElsewhere = node.openings.some(({ name: written }) => {
    const span = spanOf(written);
    return span.file !== winner.file && !textOf(board, span).startsWith('&');
  });
  if (!isNamedElsewhere) {
    const rename = renameNode(board, node, name);
    return {
      ...rename,
      ...tuple,
      change: [tuple.change, rename.change],
      ways: both(tuple.ways, rename.ways),
    };
  }
  // An override cannot rename its node, and renaming the base would break the boards that do not override it. A name that is
  // stale already gets no worse.
  if (unitAddress(node) !== region.start.toString(16)) return own;
  const opening = node.openings.find(({ whole }) => {
    const span = spanOf(whole);
    return span.file === winner.file && span.start <= winner.start && winner.end <= span.end;
  });
  const ways = tuple.ways.flatMap((edits) => {
    const restated = opening && restateNode(board, node, opening, name, edits);
    return restated ? [restated] : [];
  });
  const renamed: TreeChange = { kind: 'rename-node', node: node.path, to: name, isMoved: true };
  return { ...tuple, change: [tuple.change, renamed], ways, as: name };
}

function textOf(board: Board, { file, start, end }: Span): string {
  const source = board.files.get(file);
  return typeof source === 'string' ? '' : source.text.slice(start, end);
}

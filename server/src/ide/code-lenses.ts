// A line above memory nodes, regions and domains: whose it is, how much, how much is free around it.

import { formatSize } from '../addresses/format.ts';
import { overlaps, subtract, union, type Range } from '../addresses/region.ts';
import { ramOf } from '../memory/free-ranges.ts';
import { isMemoryNode } from '../memory/map-memory.ts';
import { wordUnreadText } from '../memory/unread-text.ts';
import type { Board } from '../rules/board.ts';
import { printable } from '../text/printable.ts';
import type { FileId, Span } from '../text/span.ts';
import { spanOf, stringsOf, type DtNode } from '../tree/device-tree.ts';
import { neighboursOf, type Neighbour } from './neighbours.ts';
import { ownerVerdicts, rangeVerdicts } from './range-verdict.ts';

/** The most characters of a title: longer ones are hard to read at a glance. */
const LONGEST = 60;

export interface CodeLens {
  readonly at: Span;
  readonly title: string;
}

/** The lenses of `file`, in no particular order. */
export function codeLenses(board: Board, file: FileId): CodeLens[] {
  const lenses: CodeLens[] = [];
  const add = (node: DtNode, title: string): void => {
    const opening = node.openings.find((each) => spanOf(each.name).file === file);
    if (opening) lenses.push({ at: spanOf(opening.name), title: printable(title) });
  };
  for (const node of board.tree.root.children)
    for (const each of [node, ...(HOLDERS.has(node.name) ? node.children : [])]) {
      const title = nodeTitle(board, each);
      if (title !== undefined) add(each, title);
    }
  return lenses;
}

/** Nodes of the root whose children have titles. */
const HOLDERS: ReadonlySet<string> = new Set(['reserved-memory', 'chosen']);

/** What is to be said of memory, reserved regions and domains, the verdict first, at most 60 characters; undefined for other nodes. */
export function nodeTitle(board: Board, node: DtNode): string | undefined {
  const { parent } = node;
  if (parent?.parent === undefined) {
    if (isMemoryNode(node)) return memoryTitle(board, node);
    return parent && node.name === 'reserved-memory' ? reservedTitle(board) : undefined;
  }
  if (parent.parent.parent) return undefined;
  if (parent.name === 'reserved-memory') return regionTitle(board, node);
  return parent.name === 'chosen' ? domainTitle(board, node) : undefined;
}

/** The parts of a title in one line, in their order: what does not fit is left out. A part may have shorter forms behind its own. */
function fitting(parts: readonly (string | readonly string[])[]): string {
  let title = '';
  for (const part of parts)
    for (const form of typeof part === 'string' ? [part] : part) {
      const longer = title === '' ? form : `${title} · ${form}`;
      if (longer.length > LONGEST) continue;
      title = longer;
      break;
    }
  return title;
}

function total(ranges: readonly Range[]): bigint {
  return union(ranges).reduce((sum, range) => sum + (range.end - range.start), 0n);
}

function memoryTitle(board: Board, node: DtNode): string {
  const { unread } = board.map;
  if (unread) return fitting([[`RAM unknown: ${wordUnreadText(unread)}`, 'RAM unknown']]);
  const banks = board.map.banks.filter((bank) => bank.node === node);
  if (banks.length === 0) return 'RAM size unknown: firmware fills it in';
  const free = subtract(banks, [...board.map.reserved, ...board.map.modules]);
  const count = `${banks.length} bank${banks.length === 1 ? '' : 's'}`;
  return fitting([
    `${formatSize(total(banks))} RAM in ${count}`,
    `${formatSize(total(free))} not reserved`,
  ]);
}

function reservedTitle(board: Board): string {
  const { unread } = board.map;
  const unknown = 'reserved regions unknown';
  if (unread) return fitting([[`${unknown}: ${wordUnreadText(unread)}`, unknown]]);
  const regions = board.map.reserved.filter(
    (each) => each.kind === 'static' && each.end > each.start,
  );
  const { dynamic } = board.map;
  const parts: string[] = [];
  const { length } = regions;
  if (length > 0 || dynamic.length === 0)
    parts.push(`${length} region${length === 1 ? '' : 's'}`, formatSize(total(regions)));
  if (board.map.ramKnown) {
    const inside = total(ramOf(board.map)) - total(subtract(ramOf(board.map), regions));
    if (inside !== total(regions))
      parts.push(inside === 0n ? 'not in RAM' : `${formatSize(inside)} of it in RAM`);
  }
  const placed = dynamic.reduce((sum, each) => sum + each.size, 0n);
  if (dynamic.length > 0)
    parts.push(`${dynamic.length} placed by the kernel (${formatSize(placed)})`);
  return fitting(parts);
}

function regionTitle(board: Board, node: DtNode): string | undefined {
  const { dynamic, region } = regionOf(board, node);
  if (dynamic) return `placed by the kernel · ${formatSize(dynamic.size)}`;
  if (!region) return undefined;
  const { below, above } = neighboursOf(board, region, node);
  const size = formatSize(region.end - region.start);
  const verdict = rangeVerdicts(board, region, node);
  return fitting([verdict, size, ...roomText(below, 'below'), ...roomText(above, 'above')]);
}

type BoardMap = Board['map'];

interface ByNode {
  readonly dynamic: ReadonlyMap<DtNode, BoardMap['dynamic'][number]>;
  readonly regions: ReadonlyMap<DtNode | undefined, BoardMap['reserved'][number]>;
}

const byNode = new WeakMap<BoardMap, ByNode>();

/** The region of a node: to be placed, or its first range that is not empty. */
function regionOf({ map }: Board, node: DtNode) {
  let known = byNode.get(map);
  if (known === undefined) {
    const some = map.reserved.filter((each) => each.end > each.start);
    known = {
      dynamic: new Map(map.dynamic.toReversed().map((each) => [each.node, each])),
      regions: new Map(some.toReversed().map((each) => [each.node, each])),
    };
    byNode.set(map, known);
  }
  return { dynamic: known.dynamic.get(node), region: known.regions.get(node) };
}

function roomText(neighbour: Neighbour | undefined, where: 'below' | 'above'): string[] {
  if (!neighbour) return [];
  const { name, gap } = neighbour;
  if (gap < 0n) return [`${formatSize(-gap)} shared with ${name}`];
  return [gap === 0n ? `touches ${name}` : `${formatSize(gap)} free ${where}`];
}

function domainTitle(board: Board, node: DtNode): string | undefined {
  if (board.map.unread) return undefined;
  const compatible = node.properties.get('compatible');
  if (!compatible || !stringsOf(compatible).includes('xen,domain')) return undefined;
  const fixed = board.map.reserved.filter(
    (each) => each.node === node && each.kind === 'static-mem',
  );
  const modules = board.map.modules.filter((each) => each.node.parent === node);
  const parts: (string | readonly string[])[] = [];
  if (fixed.some((a) => board.map.modules.some((b) => overlaps(a, b))))
    parts.push('⚠ a module lies in its static memory');
  const [only] = fixed;
  if (only && fixed.length === 1) {
    const texts = ownerVerdicts(board, only);
    if (texts[0]?.startsWith('⚠')) parts.push(texts);
  }
  if (fixed.length > 0) parts.push(`${formatSize(total(fixed))} static memory`);
  if (only && fixed.length === 1) {
    const { below, above } = neighboursOf(board, only, node);
    parts.push(...roomText(below, 'below'), ...roomText(above, 'above'));
  }
  const memory = node.properties.get('memory');
  if (memory) {
    let kib = 0n;
    for (const byte of memory.bytes) kib = (kib << 8n) | BigInt(byte);
    parts.push(`memory = ${formatSize(kib * 1024n)}`);
  }
  parts.push(`${modules.length} module${modules.length === 1 ? '' : 's'}`);
  return fitting(parts);
}

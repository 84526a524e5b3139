// A line above memory nodes, regions and domains: how much, whose, how much is free around it.

import { formatSize } from '../addresses/format.ts';
import { overlaps, subtract, union, type Range } from '../addresses/region.ts';
import { ramOf } from '../memory/free-ranges.ts';
import { isMemoryNode } from '../memory/map-memory.ts';
import { wordUnreadText } from '../memory/unread-text.ts';
import type { Board } from '../rules/board.ts';
import { systemOf } from '../systems/all-systems.ts';
import { systemVerdict } from '../systems/verdicts-for.ts';
import { releaseNameOf } from '../target/boot.ts';
import { printable } from '../text/printable.ts';
import type { FileId, Span } from '../text/span.ts';
import { spanOf, stringsOf, type DtNode } from '../tree/device-tree.ts';
import { neighboursOf, type Neighbour } from './neighbours.ts';

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
  for (const node of board.tree.root.children) {
    if (isMemoryNode(node)) add(node, memoryTitle(board, node));
    else if (node.name === 'reserved-memory') {
      add(node, reservedTitle(board));
      for (const child of node.children) {
        const title = regionTitle(board, child);
        if (title !== undefined) add(child, title);
      }
    } else if (node.name === 'chosen')
      for (const child of node.children) {
        const title = domainTitle(board, child);
        if (title !== undefined) add(child, title);
      }
  }
  return lenses;
}

function total(ranges: readonly Range[]): bigint {
  return union(ranges).reduce((sum, range) => sum + (range.end - range.start), 0n);
}

function memoryTitle(board: Board, node: DtNode): string {
  const { unread } = board.map;
  if (unread) return `RAM unknown: ${wordUnreadText(unread)}`;
  const banks = board.map.banks.filter((bank) => bank.node === node);
  if (banks.length === 0) return 'RAM size unknown: firmware fills it in';
  const free = subtract(banks, [...board.map.reserved, ...board.map.modules]);
  const count = `${banks.length} bank${banks.length === 1 ? '' : 's'}`;
  return `${formatSize(total(banks))} RAM in ${count}, ${formatSize(total(free))} not reserved`;
}

function reservedTitle(board: Board): string {
  const { unread } = board.map;
  if (unread) return `reserved regions unknown: ${wordUnreadText(unread)}`;
  const regions = board.map.reserved.filter(
    (each) => each.kind === 'static' && each.end > each.start,
  );
  const { dynamic } = board.map;
  const parts = [
    `${regions.length} region${regions.length === 1 ? '' : 's'}, ${formatSize(total(regions))}`,
  ];
  if (board.map.ramKnown) {
    const inside = total(ramOf(board.map)) - total(subtract(ramOf(board.map), regions));
    if (inside !== total(regions)) parts.push(`${formatSize(inside)} of it in RAM`);
  }
  if (dynamic.length > 0)
    parts.push(
      `${dynamic.length} more placed by the kernel (${formatSize(dynamic.reduce((sum, each) => sum + each.size, 0n))})`,
    );
  return parts.join('; ');
}

function regionTitle(board: Board, node: DtNode): string | undefined {
  const { dynamic, region } = regionOf(board, node);
  if (dynamic) return `${formatSize(dynamic.size)}, placed by the kernel`;
  if (!region) return undefined;
  const { below, above } = neighboursOf(board, region, node);
  return [
    formatSize(region.end - region.start),
    ...roomText(below, 'below'),
    ...roomText(above, 'above'),
    ...ownersUnderHypervisors(board, region),
  ].join(' · ');
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

/** `Xen 4.18.6, 4.22.0: Xen's heap` of each hypervisor: releases that agree share a clause. */
function ownersUnderHypervisors(board: Board, range: Range): string[] {
  const releases = new Map<string, { readonly name: string; readonly of: string[] }>();
  for (const boot of board.boots) {
    const { isHypervisor, name } = systemOf(boot);
    const own = isHypervisor ? systemVerdict(board, boot, range) : undefined;
    if (!own) continue;
    const key = `${name}: ${own.owner}`;
    const known = releases.get(key)?.of ?? [];
    releases.set(key, { name, of: [...known, releaseNameOf(boot.target)] });
  }
  return [...releases].map(
    ([key, { name, of }]) => `${name} ${of.join(', ')}${key.slice(name.length)}`,
  );
}

function domainTitle(board: Board, node: DtNode): string | undefined {
  if (board.map.unread) return undefined;
  const compatible = node.properties.get('compatible');
  if (!compatible || !stringsOf(compatible).includes('xen,domain')) return undefined;
  const fixed = board.map.reserved.filter(
    (each) => each.node === node && each.kind === 'static-mem',
  );
  const modules = board.map.modules.filter((each) => each.node.parent === node);
  const parts: string[] = [];
  if (fixed.length > 0) parts.push(`${formatSize(total(fixed))} static memory`);
  const [only] = fixed;
  if (only && fixed.length === 1) {
    const { below, above } = neighboursOf(board, only, node);
    parts.push(...roomText(below, 'below'), ...roomText(above, 'above'));
    parts.push(...ownersUnderHypervisors(board, only));
  }
  const memory = node.properties.get('memory');
  if (memory) {
    let kib = 0n;
    for (const byte of memory.bytes) kib = (kib << 8n) | BigInt(byte);
    parts.push(`memory = ${formatSize(kib * 1024n)}`);
  }
  parts.push(`${modules.length} module${modules.length === 1 ? '' : 's'}`);
  const clash = fixed.some((a) => board.map.modules.some((b) => overlaps(a, b)));
  if (clash) parts.push('a module lies in its static memory');
  return parts.join(' · ');
}

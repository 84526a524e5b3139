// Rewrites that are offered without a fault: a new region, `/memreserve/` to region and back, memory for a domain.

import { canWrite, childCells, regCells, type CellCounts } from '../addresses/cells.ts';
import { formatGrouped, formatSize } from '../addresses/format.ts';
import type { Range } from '../addresses/region.ts';
import { freeRanges, placesIn } from '../memory/free-ranges.ts';
import type { Board } from '../rules/board.ts';
import { placedByReaders } from '../rules/move-region.ts';
import type { Fix, TextEdit } from '../text/edit.ts';
import type { FileId, Span } from '../text/span.ts';
import {
  spanOf,
  stringsOf,
  type DtNode,
  type MemoryReservation,
  type Opening,
} from '../tree/device-tree.ts';
import { locate } from './locate.ts';

/** Sizes offered for a new region, in bytes. */
const REGION_SIZES = [0x100000n, 0x1000000n, 0x4000000n];
const REGION_ALIGNMENT = 0x200000n;
const FOUR_GIB = 1n << 32n;
const DOMAIN_SIZES = [0x8000000n, 0x20000000n];

/** The refactorings that apply at `offset` of `file`. */
export function refactorings(board: Board, file: FileId, offset: number): Fix[] {
  const located = locate(board, file, offset);
  if (located.reservation) return memreserveToRegion(board, located.reservation);
  const { node, opening } = located;
  if (!node || !opening) return [];
  if (node.name === 'reserved-memory' && node.parent?.parent === undefined)
    return addRegion(board, node, spanOf(opening.whole));
  const fixes: Fix[] = [];
  if (node.parent?.name === 'reserved-memory') {
    const parent = node.parent.openings.find((each) => spanOf(each.whole).file === file);
    if (parent) fixes.push(...addRegion(board, node.parent, spanOf(parent.whole)));
    fixes.push(...regionToMemreserve(board, node));
  }
  fixes.push(...addStaticMemory(board, node, spanOf(opening.whole)));
  return fixes;
}

interface PlaceOffered {
  readonly place: Range;
  readonly how: string;
}

/**
 * Free places for `size` bytes, the best first: the bottom of RAM is where boot loaders put things, and devices with 32
 * address bits do not reach above 4 GiB.
 */
function placesFor(board: Board, size: bigint): PlaceOffered[] {
  const free = freeRanges(board.map, placedByReaders(board));
  const wanted = { size, alignment: REGION_ALIGNMENT };
  const low = placesIn(free, { ...wanted, below: FOUR_GIB });
  const high = placesIn(free, wanted).filter(({ start }) => start >= FOUR_GIB);
  const offered: PlaceOffered[] = [];
  const offer = (place: Range | undefined, how: string): void => {
    if (place && !offered.some((each) => each.place.start === place.start))
      offered.push({ place, how });
  };
  offer(low.at(-1), 'highest free below 4 GiB');
  offer(low[0], 'lowest free');
  offer(high[0], 'lowest free above 4 GiB');
  offer(high.at(-1), 'highest free');
  return offered;
}

function addRegion(board: Board, parent: DtNode, whole: Span): Fix[] {
  return REGION_SIZES.flatMap((size): Fix[] => {
    const [best] = placesFor(board, size);
    const edit = best && insertRegion(board, 'region', best.place, parent, whole);
    if (!edit) return [];
    return [
      {
        title: `Add a ${formatSize(size)} no-map region at ${formatGrouped(best.place.start)} (${best.how})`,
        edits: [edit],
      },
    ];
  });
}

/** The ways to add a `no-map` region of `size` bytes to `file`, the best first; empty when nothing free is large enough. */
export function placesForRegion(board: Board, file: FileId, size: bigint): Fix[] {
  const parent = reservedMemoryOf(board);
  const opening = openedIn(parent, file);
  return placesFor(board, size).flatMap(({ place, how }) => {
    const edit =
      parent && opening
        ? insertRegion(board, 'region', place, parent, spanOf(opening.whole))
        : insertReservedMemory(board, file, 'region', place);
    if (!edit) return [];
    return [{ title: `${formatGrouped(place.start)}, ${how}`, edits: [edit] }];
  });
}

/** `16 MiB`, `16M`, `64 KB`, `0x1000000` in bytes; units are powers of 1024. Undefined when it is no size above zero. */
export function readSize(text: string): bigint | undefined {
  const match = /^(0x[0-9a-f_]+|\d+)\s*(?:([kmg])(?:i?b)?|b)?$/i.exec(text.trim());
  if (!match) return undefined;
  const units: Readonly<Record<string, bigint>> = { k: 10n, m: 20n, g: 30n };
  const number = BigInt((match[1] ?? '').replaceAll('_', ''));
  const size = number << (units[(match[2] ?? '').toLowerCase()] ?? 0n);
  return size > 0n ? size : undefined;
}

function reservedMemoryOf(board: Board): DtNode | undefined {
  return board.tree.root.children.find((node) => node.name === 'reserved-memory');
}

function openedIn(node: DtNode | undefined, file: FileId): Opening | undefined {
  return node?.openings.find((each) => spanOf(each.whole).file === file);
}

/** Puts a region before the brace that ends `whole`, an opening of `parent`. */
function insertRegion(
  board: Board,
  name: string,
  place: Range,
  parent: DtNode,
  whole: Span,
): TextEdit | undefined {
  const end = lineOfClosingBrace(board, whole);
  const counts = childCells(parent);
  if (!end || !fitsCells(place, counts)) return undefined;
  const text = regionText(name, place, counts, `${end.indent}\t`);
  return { at: { file: whole.file, start: end.start, end: end.start }, text: `\n${text}` };
}

/** Puts a region into a new opening of /reserved-memory: in the root node of `file`, else behind everything. */
function insertReservedMemory(
  board: Board,
  file: FileId,
  name: string,
  place: Range,
): TextEdit | undefined {
  const parent = reservedMemoryOf(board);
  const counts = childCells(parent ?? board.tree.root);
  const source = board.files.get(file);
  if (typeof source === 'string' || !fitsCells(place, counts)) return undefined;
  const opening = openedIn(board.tree.root, file);
  const end = opening && lineOfClosingBrace(board, spanOf(opening.whole));
  const indent = `${end?.indent ?? ''}\t`;
  const text = [
    `${indent}reserved-memory {`,
    ...(parent
      ? []
      : [
          `${indent}\t#address-cells = <${counts.address}>;`,
          `${indent}\t#size-cells = <${counts.size}>;`,
          `${indent}\tranges;`,
          '',
        ]),
    `${regionText(name, place, counts, `${indent}\t`)}${indent}};`,
    '',
  ].join('\n');
  const start = end?.start ?? source.text.length;
  return {
    at: { file, start, end: start },
    text: end ? `\n${text}` : `\n/ {\n${text}};\n`,
  };
}

function lineOfClosingBrace(
  board: Board,
  whole: Span,
): { readonly start: number; readonly indent: string } | undefined {
  const source = board.files.get(whole.file);
  if (typeof source === 'string') return undefined;
  const close = source.text.lastIndexOf('}', whole.end);
  if (close < whole.start) return undefined;
  const start = source.text.lastIndexOf('\n', close) + 1;
  return { start, indent: /^[ \t]*/.exec(source.text.slice(start))?.[0] ?? '' };
}

function fitsCells(range: Range, counts: CellCounts): boolean {
  return (
    canWrite(counts) &&
    fits(range.start, counts.address) &&
    fits(range.end - range.start, counts.size)
  );
}

function regionText(name: string, range: Range, counts: CellCounts, indent: string): string {
  return [
    `${indent}${name}@${range.start.toString(16)} {`,
    `${indent}\treg = <${cells(range.start, counts.address)} ${cells(range.end - range.start, counts.size)}>;`,
    `${indent}\tno-map;`,
    `${indent}};`,
    '',
  ].join('\n');
}

/** `0x1 0xa0000000` */
function cells(value: bigint, count: number): string {
  const parts: string[] = [];
  for (let shift = count - 1; shift >= 0; shift -= 1)
    parts.push(`0x${((value >> BigInt(32 * shift)) & 0xffffffffn).toString(16)}`);
  return parts.join(' ');
}

function fits(value: bigint, count: number): boolean {
  return value >> BigInt(32 * count) === 0n;
}

/** Removes a statement with its line, when nothing else is on it. */
function removal(board: Board, span: Span): TextEdit | undefined {
  const source = board.files.get(span.file);
  if (typeof source === 'string') return undefined;
  const { text } = source;
  let { start, end } = span;
  while (/[ \t]/.test(text.charAt(start - 1))) start -= 1;
  while (/[ \t]/.test(text.charAt(end))) end += 1;
  const ownLine = (start === 0 || text.charAt(start - 1) === '\n') && text.charAt(end) === '\n';
  return ownLine
    ? { at: { file: span.file, start, end: end + 1 }, text: '' }
    : { at: span, text: '' };
}

function memreserveToRegion(board: Board, reservation: MemoryReservation): Fix[] {
  const { address, size } = reservation;
  const range = { start: address, end: address + size };
  const whole = spanOf(reservation.written.whole);
  const removed = removal(board, whole);
  const parent = reservedMemoryOf(board);
  const opening = openedIn(parent, whole.file);
  const inserted =
    parent && opening
      ? insertRegion(board, 'memory', range, parent, spanOf(opening.whole))
      : insertReservedMemory(board, whole.file, 'memory', range);
  if (!removed || !inserted) return [];
  const title = `Convert to a no-map region of ${formatSize(size)} at ${formatGrouped(address)}`;
  return [{ title, edits: [removed, inserted] }];
}

function regionToMemreserve(board: Board, node: DtNode): Fix[] {
  const regions = board.map.reserved.filter((each) => each.node === node && each.end > each.start);
  // A region with labels may be referred to; without no-map and users it says no more than /memreserve/ does.
  if (regions.length === 0 || node.labels.length > 0 || node.openings.length !== 1) return [];
  const [opening] = node.openings;
  if (!opening) return [];
  const span = spanOf(opening.whole);
  const removed = removal(board, span);
  const source = board.files.get(span.file);
  if (!removed || typeof source === 'string') return [];
  const version = /\/dts-v1\/\s*;/.exec(source.text);
  const at = version ? source.text.indexOf('\n', version.index + version[0].length) + 1 : 0;
  if (at === 0) return [];
  const text = regions
    .map(
      (each) =>
        `/memreserve/ 0x${each.start.toString(16)} 0x${(each.end - each.start).toString(16)};\n`,
    )
    .join('');
  return [
    {
      title: `Convert ${node.name} to /memreserve/ (mapped by Linux, unlike no-map)`,
      edits: [{ at: { file: span.file, start: at, end: at }, text }, removed],
    },
  ];
}

function addStaticMemory(board: Board, node: DtNode, whole: Span): Fix[] {
  const compatible = node.properties.get('compatible');
  if (!compatible || !stringsOf(compatible).includes('xen,domain')) return [];
  if (node.properties.has('xen,static-mem')) return [];
  const source = board.files.get(whole.file);
  if (typeof source === 'string') return [];
  const counts = regCells(node);
  const memory = node.properties.get('memory');
  let kib = 0n;
  for (const byte of memory?.bytes ?? []) kib = (kib << 8n) | BigInt(byte);
  const sizes = kib > 0n ? [kib * 1024n] : DOMAIN_SIZES;
  const close = source.text.lastIndexOf('}', whole.end);
  const lineStart = source.text.lastIndexOf('\n', close) + 1;
  const indent = `${/^[ \t]*/.exec(source.text.slice(lineStart))?.[0] ?? ''}\t`;
  // Properties come before the first child node.
  const firstChild = node.children
    .flatMap((child) => child.openings.map((each) => spanOf(each.whole)))
    .filter((span) => span.file === whole.file && span.start > whole.start && span.end <= whole.end)
    .sort((a, b) => a.start - b.start)[0];
  const at = firstChild ? source.text.lastIndexOf('\n', firstChild.start) + 1 : lineStart;
  return sizes.flatMap((size): Fix[] => {
    const place = placesFor(board, size)[0]?.place;
    if (!place || !fitsCells(place, counts)) return [];
    const value = `<${cells(place.start, counts.address)} ${cells(size, counts.size)}>`;
    return [
      {
        title: `Give ${node.name} ${formatSize(size)} of static memory at ${formatGrouped(place.start)}`,
        edits: [
          {
            at: { file: whole.file, start: at, end: at },
            text: `${indent}xen,static-mem = ${value};\n`,
          },
        ],
      },
    ];
  });
}

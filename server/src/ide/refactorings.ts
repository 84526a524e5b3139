// Rewrites that are offered without a fault: a new region, `/memreserve/` to region and back, memory for a domain.

import { canWrite, childCells, regCells, type CellCounts } from '../addresses/cells.ts';
import { formatGrouped, formatSize } from '../addresses/format.ts';
import type { Range } from '../addresses/region.ts';
import { freeRanges, placesIn } from '../memory/free-ranges.ts';
import type { Board } from '../rules/board.ts';
import { deleteNode } from '../rules/delete-node.ts';
import { placedByReaders } from '../rules/move-region.ts';
import { both, wayOf, type Proposal } from '../rules/proposal.ts';
import { removeStatement } from '../rules/remove-statement.ts';
import type { TextEdit } from '../text/edit.ts';
import type { FileId, Span } from '../text/span.ts';
import {
  spanOf,
  stringsOf,
  type DtNode,
  type MemoryReservation,
  type Opening,
} from '../tree/device-tree.ts';
import type { TreeChange } from '../tree/tree-change.ts';
import { locate } from './locate.ts';

/** Sizes offered for a new region, in bytes. */
const REGION_SIZES = [0x100000n, 0x1000000n, 0x4000000n];
const REGION_ALIGNMENT = 0x200000n;
const FOUR_GIB = 1n << 32n;
const DOMAIN_SIZES = [0x8000000n, 0x20000000n];

/** The refactorings that apply at `offset` of `file`. */
export function refactorings(board: Board, file: FileId, offset: number): Proposal[] {
  const located = locate(board, file, offset);
  if (located.reservation) return memreserveToRegion(board, located.reservation);
  const { node, opening } = located;
  if (!node || !opening) return [];
  if (node.name === 'reserved-memory' && node.parent?.parent === undefined)
    return addRegion(board, node, spanOf(opening.whole));
  const fixes: Proposal[] = [];
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

function addRegion(board: Board, parent: DtNode, whole: Span): Proposal[] {
  return REGION_SIZES.flatMap((size): Proposal[] => {
    const best = placesFor(board, size).find(({ place }) => !isTaken(parent, NEW_REGION, place));
    const edit = best && insertRegion(board, NEW_REGION, best.place, parent, whole);
    if (!edit) return [];
    return [
      {
        title: `Add a ${formatSize(size)} no-map region at ${formatGrouped(best.place.start)} (${best.how})`,
        change: [regionChange(parent.path, NEW_REGION, best.place, childCells(parent))],
        ways: [[edit]],
      },
    ];
  });
}

/** The ways to add a `no-map` region of `size` bytes to `file`, the best first; empty when nothing free is large enough. */
export function placesForRegion(board: Board, file: FileId, size: bigint): Proposal[] {
  const parent = reservedMemoryOf(board);
  const opening = openedIn(parent, file);
  return placesFor(board, size).flatMap(({ place, how }) => {
    if (parent && isTaken(parent, NEW_REGION, place)) return [];
    const edit =
      parent && opening
        ? insertRegion(board, NEW_REGION, place, parent, spanOf(opening.whole))
        : insertReservedMemory(board, file, NEW_REGION, place);
    if (!edit) return [];
    const title = `${formatGrouped(place.start)}, ${how}`;
    return [{ title, change: changesOfRegion(board, NEW_REGION, place), ways: [[edit]] }];
  });
}

/** `16 MiB`, `16M`, `64 KB`, `0x1000000` in bytes; units are powers of 1024. Undefined when it is no size above zero. */
export function readSize(text: string): bigint | undefined {
  const match = /^(0x_*[0-9a-f][0-9a-f_]*|\d+)\s*(?:([kmg])(?:i?b)?|b)?$/i.exec(text.trim());
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
  return {
    at: { file: whole.file, start: end.start, end: end.start },
    text: `\n${text}`,
    ...selected(name),
  };
}

/** The name that a new region gets until the user gives it a better one. */
const NEW_REGION = 'region';

function selected(name: string): Pick<TextEdit, 'select'> {
  return name === NEW_REGION ? { select: name } : {};
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
    ...selected(name),
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
  return cellsFor(value, count)
    .map((cell) => `0x${cell.toString(16)}`)
    .join(' ');
}

function cellsFor(value: bigint, count: number): number[] {
  const parts: number[] = [];
  for (let shift = count - 1; shift >= 0; shift -= 1)
    parts.push(Number((value >> BigInt(32 * shift)) & 0xffffffffn));
  return parts;
}

function cellBytes(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setUint32(index * 4, value);
  });
  return bytes;
}

function isTaken(parent: DtNode, name: string, place: Range): boolean {
  const full = `${name}@${place.start.toString(16)}`;
  return parent.children.some((child) => child.name === full);
}

function regionChange(parent: string, name: string, range: Range, counts: CellCounts): TreeChange {
  return {
    kind: 'add-node',
    parent,
    name: `${name}@${range.start.toString(16)}`,
    properties: new Map([
      [
        'reg',
        cellBytes([
          ...cellsFor(range.start, counts.address),
          ...cellsFor(range.end - range.start, counts.size),
        ]),
      ],
      ['no-map', new Uint8Array(0)],
    ]),
  };
}

/** What a new region changes; without /reserved-memory that node is new, too. */
function changesOfRegion(board: Board, name: string, range: Range): TreeChange[] {
  const parent = reservedMemoryOf(board);
  const counts = childCells(parent ?? board.tree.root);
  const region = regionChange('/reserved-memory', name, range, counts);
  if (parent) return [region];
  const properties = new Map([
    ['#address-cells', cellBytes([counts.address])],
    ['#size-cells', cellBytes([counts.size])],
    ['ranges', new Uint8Array(0)],
  ]);
  return [{ kind: 'add-node', parent: '/', name: 'reserved-memory', properties }, region];
}

function fits(value: bigint, count: number): boolean {
  return value >> BigInt(32 * count) === 0n;
}

function memreserveToRegion(board: Board, reservation: MemoryReservation): Proposal[] {
  const { address, size } = reservation;
  const range = { start: address, end: address + size };
  const whole = spanOf(reservation.written.whole);
  const removed = removeStatement(board.files, whole);
  const parent = reservedMemoryOf(board);
  const opening = openedIn(parent, whole.file);
  const inserted =
    parent && opening
      ? insertRegion(board, 'memory', range, parent, spanOf(opening.whole))
      : insertReservedMemory(board, whole.file, 'memory', range);
  if (!removed || !inserted) return [];
  const title = `Convert to a no-map region of ${formatSize(size)} at ${formatGrouped(address)}`;
  const change: TreeChange[] = [
    { kind: 'delete-reservation', address, size },
    ...changesOfRegion(board, 'memory', range),
  ];
  return [{ title, change, ways: [[removed, inserted]] }];
}

function regionToMemreserve(board: Board, node: DtNode): Proposal[] {
  const regions = board.map.reserved.filter((each) => each.node === node && each.end > each.start);
  // A label may be what an overlay asks for.
  if (regions.length === 0 || node.labels.length > 0) return [];
  const deletion = deleteNode(board, node);
  const [opening] = node.openings;
  if (!deletion || !opening) return [];
  const { file } = spanOf(opening.whole);
  const source = board.files.get(file);
  if (typeof source === 'string') return [];
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
      change: [
        ...deletion.change,
        ...regions.map(({ start, end }): TreeChange => ({
          kind: 'add-reservation',
          address: start,
          size: end - start,
        })),
      ],
      ways: both([[{ at: { file, start: at, end: at }, text }]], deletion.ways),
    },
  ];
}

function addStaticMemory(board: Board, node: DtNode, whole: Span): Proposal[] {
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
  return sizes.flatMap((size): Proposal[] => {
    const place = placesFor(board, size)[0]?.place;
    if (!place || !fitsCells(place, counts)) return [];
    const value = `<${cells(place.start, counts.address)} ${cells(size, counts.size)}>`;
    return [
      {
        title: `Give ${node.name} ${formatSize(size)} of static memory at ${formatGrouped(place.start)}`,
        change: [
          {
            kind: 'set-property',
            node: node.path,
            property: 'xen,static-mem',
            bytes: cellBytes([
              ...cellsFor(place.start, counts.address),
              ...cellsFor(size, counts.size),
            ]),
          },
        ],
        ways: wayOf({
          at: { file: whole.file, start: at, end: at },
          text: `${indent}xen,static-mem = ${value};\n`,
        }),
      },
    ];
  });
}

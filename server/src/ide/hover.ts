// What hovering a place in a devicetree source shows: text first, the numbers joined and placed.

import { frameOf } from '../addresses/page.ts';
import {
  cellOf,
  childCells,
  joinCells,
  regCells,
  tuplesOf,
  type CellCounts,
  type Tuple,
} from '../addresses/cells.ts';
import { decode } from '../addresses/decode.ts';
import { formatAddress, formatGrouped, formatSize } from '../addresses/format.ts';
import { overlaps, type Range } from '../addresses/region.ts';
import { layOutRamoops, type RamoopsArea } from '../linux/ramoops.ts';
import { isCompatible } from '../linux/region-drivers.ts';
import { isMemoryNode } from '../memory/map-memory.ts';
import type { DynamicReserved } from '../memory/memory-map.ts';
import { wordUnreadText, type UnreadText } from '../memory/unread-text.ts';
import { conditionOf } from '../systems/condition-of.ts';
import type { Board } from '../rules/board.ts';
import { systemOf } from '../systems/all-systems.ts';
import {
  remarksOnBank,
  remarksOnBootargs,
  remarksOnDynamic,
  verdictsByTarget,
  systemVerdict,
} from '../systems/verdicts-for.ts';
import type { Remark } from '../target/system.ts';
import { markdownText } from '../text/markdown.ts';
import { printableBrief } from '../text/printable.ts';
import type { FileId, Span } from '../text/span.ts';
import {
  cellsOf,
  macroOf,
  spanOf,
  stringOf,
  stringsOf,
  type Definition,
  type DtNode,
  type DtProperty,
  type Written,
} from '../tree/device-tree.ts';
import { finalProperties } from './final-properties.ts';
import { code, lineOf, place, type HoverContext, type LinkTo } from './hover-context.ts';
import { locate, nodeOfOpening, type Located } from './locate.ts';
import { neighboursOf, neighbourText } from './neighbours.ts';
import { fileName } from './paths.ts';
import { entryAt, providerLines } from './provider-lines.ts';
import { rangeText } from './range-text.ts';
import {
  inTuple,
  verdictOnNode,
  verdictOnProperty,
  verdictOnRange,
  type HoverSubject,
  type HoverVerdict,
} from './hover-verdict.ts';
import { itemAt, outlineOf, textOf, tokenAt } from './source-outline.ts';

/** Markdown, and the text it is about. */
export interface Hover {
  /** What becomes of it, in a few words, as Markdown; stands in front. Absent where nothing is at stake. */
  readonly verdict?: string;
  readonly markdown: string;
  readonly at: Span;
  /** What a picture beside the verdict is of; absent where a picture would say nothing. */
  readonly subject?: HoverSubject;
}

/** What to show for `offset` of `file`; undefined when there is nothing to say. */
export function hover(
  board: Board,
  file: FileId,
  offset: number,
  linkTo: LinkTo,
): Hover | undefined {
  const source = board.files.get(file);
  if (typeof source === 'string') return undefined;
  const outline = outlineOf(source);
  const token = tokenAt(outline, offset);
  if (!token || token.kind === 'comment') return undefined;
  const at: Span = { file, start: token.start, end: token.end };
  const show = (
    lines: readonly (string | undefined)[],
    { where = at, verdict, subject }: HoverVerdict & { readonly where?: Span } = {},
  ): Hover => ({
    ...(verdict !== undefined && { verdict: markdownText(verdict) }),
    markdown: lines.filter((line) => line !== undefined).join('\n\n'),
    at: where,
    ...(subject && { subject }),
  });
  const text = textOf(outline, token);
  const context = { board, linkTo };

  if (token.kind === 'directive') {
    const include = board.source?.includes.find(
      (each) => each.at.file === file && each.at.start >= token.start && each.at.end <= token.end,
    );
    return (
      include &&
      show(
        [
          include.target === undefined
            ? notFoundText(board, include.at)
            : markdownText(include.target),
        ],
        { where: include.at },
      )
    );
  }
  if (token.kind === 'reference') {
    const node = referredNode(board, text);
    const { unread } = board.map;
    if (!node)
      return show([
        unread
          ? `Whether there is a node ${code(text)} is unknown: ${markdownText(wordUnreadText(unread))}.`
          : `${code(text)} refers to no node of this board.`,
      ]);
    const opened = itemAt(outline, offset);
    const opens = opened?.kind === 'node' && opened.name === token;
    return show(
      [
        ...nodeLines(context, node),
        entryLine(context, file, token.start),
        ...(opens ? [] : definitionLines(context, node)),
        ...finalProperties(context, node),
      ],
      verdictOnNode(board, node),
    );
  }
  const located = locate(board, file, token.start);
  if (located.reservation) {
    const { address, size } = located.reservation;
    const range = { start: address, end: address + size };
    return show(
      [
        '**/memreserve/**',
        ...(board.map.unread
          ? [unreadLine(board.map.unread)]
          : rangeLines(context, range, undefined)),
      ],
      {
        where: spanOf(located.reservation.written.whole),
        ...verdictOnRange(board, range, undefined),
      },
    );
  }
  const item = itemAt(outline, offset);
  if (item?.kind === 'node' && (item.name === token || item.labels.includes(token))) {
    const node = nodeOfOpening(board, file, item.name.start) ?? located.node;
    return (
      node &&
      show(
        [
          ...nodeLines(context, node),
          ...definitionLines(context, node),
          ...finalProperties(context, node),
        ],
        verdictOnNode(board, node),
      )
    );
  }
  if (item?.kind === 'property' && located.node && located.property) {
    const lines = propertyLines(context, located, item.name === token);
    const macro =
      token.kind === 'name' && item.value.includes(token) && located.part
        ? macroLine(context, located.part.written, text, located)
        : undefined;
    const onName = item.name === token;
    return show([macro, ...lines], verdictOnProperty(board, located, onName));
  }
  return undefined;
}

/** What a reference in a list of providers asks its node for. */
function entryLine(context: HoverContext, file: FileId, offset: number): string | undefined {
  const { node, property, definition, part } = locate(context.board, file, offset);
  if (!node || !property || !part || property.definition !== definition) return undefined;
  return entryAt(context, node, property, part.offset);
}

/** Where a file was looked for in vain. */
function notFoundText({ source }: Board, at: Span): string {
  const problem = source?.problems.find(
    (each) => each.at.file === at.file && each.at.start === at.start,
  );
  const tried = problem?.code === 'include-not-found' ? problem.tried : [];
  if (tried.length === 0) return 'This file was not found.';
  return `This file was not found. Searched:\n${tried.map((file) => `\n- ${code(file)}`).join('')}`;
}

/** The node that `&label` or `&{/path}` refers to. */
export function referredNode(board: Board, reference: string): DtNode | undefined {
  const path = /^&\{([^}]*)\}?$/.exec(reference)?.[1];
  if (path === undefined) return board.tree.labels.get(reference.slice(1));
  let node: DtNode | undefined = board.tree.root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    const exact: DtNode | undefined = node?.children.find((child) => child.name === name);
    const unique: DtNode[] =
      node?.children.filter((child) => child.name.split('@')[0] === name) ?? [];
    node = exact ?? (unique.length === 1 ? unique[0] : undefined);
  }
  return node;
}

function nodeLines(context: HoverContext, node: DtNode): string[] {
  const { board } = context;
  const { map } = board;
  const labels = node.labels.length > 0 ? ` (${node.labels.map(code).join(', ')})` : '';
  const title = `**${markdownText(printableBrief(node.path))}**${labels}${kindOf(board, node)}`;
  if (map.unread) return [title, unreadLine(map.unread)];
  const dynamic = map.dynamic.find((each) => each.node === node);
  if (dynamic) return [title, ...dynamicLines(context, dynamic), ...ramoopsLines(board, node)];
  const ranges = [
    ...map.reserved.filter((each) => each.node === node),
    ...map.modules.filter((each) => each.node === node),
    ...map.banks.filter((each) => each.node === node),
  ];
  if (ranges.length > 0) {
    const lines = ranges.slice(0, 4).flatMap((range) => rangeLines(context, range, node));
    if (ranges.length > 4) lines.push(`… and ${ranges.length - 4} more ranges`);
    return [title, ...lines, ...ramoopsLines(board, node)];
  }
  const unknown = map.unknown.find((each) => each.node === node);
  if (unknown) return [title, `Its addresses are not known: ${unknown.because.code}.`];
  const lines = [title];
  const compatible = node.properties.get('compatible');
  if (compatible) lines.push(stringsOf(compatible).map(code).join(', '));
  const device = map.devices.filter((each) => each.node === node);
  lines.push(
    ...device.slice(0, 4).map((each) => deviceLine(node, each)),
    ...ramoopsLines(board, node),
  );
  const users = usersLine(board, node);
  if (users) lines.push(users);
  return lines;
}

/** In place of all that depends on the rest of the tree. */
function unreadLine(unread: UnreadText): string {
  return `Its addresses and owners are unknown: ${markdownText(wordUnreadText(unread))}.`;
}

function kindOf(board: Board, node: DtNode): string {
  const region = board.map.reserved.find((each) => each.node === node);
  const words: string[] = [];
  if (isMemoryNode(node)) words.push('RAM');
  else if (board.map.modules.some((each) => each.node === node)) words.push('boot module');
  else if (region) {
    const kinds = {
      static: 'reserved region',
      memreserve: 'reserved region',
      'static-mem': 'static memory of a domain',
      'static-heap': 'static heap of Xen',
      'shared-mem': 'static shared memory',
    };
    words.push(kinds[region.kind]);
    if (region.noMap) words.push('`no-map`');
    if (region.reusable) words.push('`reusable`');
  } else if (board.map.dynamic.some((each) => each.node === node))
    words.push('reserved region, placed by the kernel');
  const status = stringOf(node, 'status');
  if (status !== undefined && status !== 'okay' && status !== 'ok')
    words.push(`status "${markdownText(printableBrief(status))}"`);
  return words.length > 0 ? ` — ${words.join(', ')}` : '';
}

function deviceLine(node: DtNode, region: Range & { readonly index: number }): string {
  const counts = regCells(node);
  const property = node.properties.get('reg');
  const tuple = property && tuplesOf(property, counts)[region.index];
  const moved =
    tuple && tuple.address !== region.start
      ? ` (bus address ${formatGrouped(tuple.address)}, after \`ranges\`)`
      : '';
  return `${rangeText(region)}, ${formatSize(region.end - region.start)}${moved}`;
}

function usersLine(board: Board, node: DtNode): string | undefined {
  const status = stringOf(node, 'status');
  return status === 'disabled' && board.map.devices.some((each) => each.node === node)
    ? 'Disabled: no driver uses it.'
    : undefined;
}

function rangeLines(context: HoverContext, range: Range, node: DtNode | undefined): string[] {
  const { board } = context;
  const size = range.end - range.start;
  if (size <= 0n) return [`${formatGrouped(range.start)}, size 0: reserves nothing`];
  const rows: [string, string][] = [];
  rows.push(['Range', `${rangeText(range)}, end ${formatGrouped(range.end)}`]);
  rows.push(['Size', `${formatSize(size)} (${formatAddress(size)})`]);
  rows.push([
    'MFN',
    `${formatAddress(frameOf(range.start))} – ${formatAddress(frameOf(range.end - 1n))}`,
  ]);
  rows.push(['Bank', bankText(board, range, node)]);
  if (!node || !isMemoryNode(node)) {
    const { below, above } = neighboursOf(board, range, node);
    rows.push(['Below', neighbourText(below)], ['Above', neighbourText(above)]);
    for (const each of verdictsByTarget(board, range)) {
      const condition = conditionOf(board, each, range);
      const words = condition === undefined ? each.owner : `${each.owner}, ${condition}`;
      rows.push([each.view, markdownText(words)]);
    }
  } else rows.push(...bankRows(board, range));
  return [table(rows)];
}

function table(rows: readonly (readonly [string, string])[]): string {
  return ['| | |', '|---|---|', ...rows.map(([name, text]) => `| ${name} | ${text} |`)].join('\n');
}

function bankText(board: Board, range: Range, node: DtNode | undefined): string {
  const { map } = board;
  const banks = map.banks.filter((each) => each.node !== node && overlaps(each, range));
  if (node && isMemoryNode(node)) return 'is one';
  if (banks.length === 0)
    return map.ramKnown ? 'none: outside all RAM' : 'not known: firmware fills in the RAM size';
  return banks
    .map((bank) => {
      const inside = bank.start <= range.start && range.end <= bank.end;
      return `${markdownText(bank.node.name)} ${rangeText(bank)}${inside ? '' : ', **only partly**'}`;
    })
    .join('; ');
}

function remarkText({ text, ranges, isLikely }: Remark): string {
  const places = ranges.map((each) => rangeText(each)).join(', ');
  const likely = isLikely && places !== '' ? 'likely ' : '';
  return [markdownText(text), `${likely}${places}`].filter((part) => part !== '').join(': ');
}

function bankRows(board: Board, bank: Range): [string, string][] {
  const rows: [string, string][] = [];
  const regions = board.map.reserved.filter((each) => overlaps(each, bank));
  let taken = 0n;
  for (const each of regions) {
    const start = each.start > bank.start ? each.start : bank.start;
    const end = each.end < bank.end ? each.end : bank.end;
    taken += end - start;
  }
  rows.push([
    'Reserved',
    `${formatSize(taken)} in ${regions.length} region${regions.length === 1 ? '' : 's'}`,
  ]);
  for (const each of remarksOnBank(board, bank)) rows.push([each.view, remarkText(each)]);
  return rows;
}

function dynamicLines(context: HoverContext, region: DynamicReserved): string[] {
  const { board } = context;
  const rows: [string, string][] = [['Size', formatSize(region.size)]];
  if (region.alignment !== undefined) rows.push(['Alignment', formatSize(region.alignment)]);
  rows.push([
    'Allowed in',
    region.allocRanges.length > 0
      ? region.allocRanges.map((each) => rangeText(each)).join(', ')
      : 'any RAM',
  ]);
  for (const each of remarksOnDynamic(board, region)) rows.push([each.view, remarkText(each)]);
  return [table(rows)];
}

const RAMOOPS_SIZES = '`record-size`, `console-size`, `ftrace-size` and `pmsg-size`';

/** What the driver makes of a ramoops node: its layout, or why it does not start. */
function ramoopsLines(board: Board, node: DtNode): string[] {
  if (!isCompatible(node, 'ramoops')) return [];
  const { reserved, devices, dynamic } = board.map;
  if (dynamic.some((each) => each.node === node))
    return ['ramoops does not start: the region has `size` but no `reg`. Give it a fixed `reg`.'];
  // The driver takes the first range only.
  const isFirst = (each: { readonly node: DtNode | undefined; readonly index: number }): boolean =>
    each.node === node && each.index === 0;
  const region = reserved.find(isFirst) ?? devices.find(isFirst);
  if (!region) return [];
  const { areas, needed, rounded, refused } = layOutRamoops(node, region);
  const size = region.end - region.start;
  const lines = rounded.map(
    ({ property, to }) => `Linux rounds \`${property}\` down to ${formatSize(to)}, a power of two.`,
  );
  if (refused === 'no-sizes')
    lines.push(`ramoops does not start: set at least one of ${RAMOOPS_SIZES}.`);
  else if (refused === 'no-room')
    lines.push(
      `ramoops does not start: its records need ${formatSize(needed)}, the region has ${formatSize(size)}. Reduce ${RAMOOPS_SIZES} or enlarge \`reg\`.`,
    );
  else lines.push('Layout of the `ramoops` records:', table(ramoopsRows(areas, region)));
  return lines;
}

function ramoopsRows(areas: readonly RamoopsArea[], region: Range): [string, string][] {
  const row = (name: string, range: Range): [string, string] => [
    name,
    `${rangeText(range)}, ${formatSize(range.end - range.start)}`,
  ];
  const rows = areas.map((area) =>
    row(
      area.kind === 'dmesg'
        ? `${area.count} dump record${area.count === 1n ? '' : 's'}`
        : area.kind,
      area,
    ),
  );
  const end = areas.at(-1)?.end ?? region.start;
  if (end < region.end) rows.push(row('left over', { start: end, end: region.end }));
  return rows;
}

function definitionLines(context: HoverContext, node: DtNode): string[] {
  const openings = node.openings.map((opening) => place(context, opening.name));
  if (openings.length < 2) return [];
  return [`Opened in ${openings.join(', ')}`];
}

function propertyLines(context: HoverContext, located: Located, onName: boolean): string[] {
  const { board } = context;
  const { node, property, definition, part } = located;
  if (!node || !property || !definition) return [];
  const lines: string[] = [
    `**${markdownText(property.name)}** of ${markdownText(printableBrief(node.path))}`,
  ];
  const wins = property.definition === definition;
  const offset = onName ? undefined : part?.offset;
  const origin = originLines(context, property, definition);
  const value = valueLines(context, node, property, wins ? offset : undefined);
  // What is shown of a value that was overridden is what overrides it.
  lines.push(...(wins ? [...value, ...origin] : [...origin, ...value]));
  if (property.name === 'bootargs' || property.name.startsWith('xen,xen-bootargs'))
    lines.push(...bootargsLines(board, stringsOf(property)[0] ?? ''));
  return lines;
}

/** Properties whose cells other nodes count, or whose ranges have owners. */
const NEEDS_THE_TREE: ReadonlySet<string> = new Set([
  'reg',
  'ranges',
  'dma-ranges',
  'size',
  'alignment',
  'alloc-ranges',
  'xen,static-mem',
  'xen,static-heap',
  'xen,shared-mem',
  'linux,initrd-start',
  'linux,initrd-end',
]);

/** What the value means; `offset` is the byte under the cursor, undefined for the whole. */
function valueLines(
  context: HoverContext,
  node: DtNode,
  property: DtProperty,
  offset: number | undefined,
): string[] {
  const { board } = context;
  const { unread } = board.map;
  if (unread && NEEDS_THE_TREE.has(property.name))
    return [...plainValue(board, property, offset), unreadLine(unread)];
  switch (property.name) {
    case 'reg':
      return regLines(context, node, property, offset);
    case 'xen,static-mem':
    case 'xen,static-heap':
    case 'xen,shared-mem':
      return staticMemoryLines(context, node, property, offset);
    case 'ranges':
    case 'dma-ranges':
      return rangesLines(node, property);
    case 'linux,initrd-start':
    case 'linux,initrd-end':
      return ramdiskLines(context, node, property);
    case 'memory':
      return [`${formatSize(wholeValue(property) * 1024n)} for this domain (the value is in KiB)`];
    case 'size':
    case 'alignment':
    case 'alloc-ranges': {
      const dynamic = board.map.dynamic.find((each) => each.node === node);
      return dynamic ? dynamicLines(context, dynamic) : plainValue(board, property, offset);
    }
    default:
      return providerLines(context, node, property, offset) ?? plainValue(board, property, offset);
  }
}

/** All cells of a value as one number. */
function wholeValue(property: DtProperty): bigint {
  return joinCells(cellsOf(property), 0, property.bytes.length >> 2);
}

function ramdiskLines(context: HoverContext, node: DtNode, property: DtProperty): string[] {
  const ramdisk = context.board.map.modules.find((each) => each.node === node);
  return [
    formatGrouped(wholeValue(property)),
    ...(ramdisk ? rangeLines(context, ramdisk, node) : []),
  ];
}

function staticMemoryLines(
  context: HoverContext,
  node: DtNode,
  { name }: DtProperty,
  offset: number | undefined,
): string[] {
  return context.board.map.reserved
    .filter((each) => each.node === node)
    .filter(
      (each) =>
        offset === undefined ||
        name === 'xen,shared-mem' ||
        inTuple(each.index, offset, node, name),
    )
    .slice(0, 4)
    .flatMap((range) => rangeLines(context, range, node));
}

function regLines(
  context: HoverContext,
  node: DtNode,
  property: DtProperty,
  offset: number | undefined,
): string[] {
  const counts = regCells(node);
  const width = (counts.address + counts.size) * 4;
  const lines = tuplesOf(property, counts)
    .filter(
      (tuple) =>
        offset === undefined || (tuple.offset <= offset && offset < tuple.offset + tuple.length),
    )
    .slice(0, 4)
    .flatMap((tuple) => [
      ...(offset === undefined || counts.size === 0 ? [] : [partText(tuple, counts, offset)]),
      ...tupleLines(context, node, tuple),
    ]);
  if (width > 0 && property.bytes.length % width !== 0)
    lines.push(
      `${property.bytes.length / 4} cells are no whole number of tuples of ${counts.address} + ${counts.size} cells.`,
    );
  return [...lines, ...ramoopsLines(context.board, node)];
}

/** The address or the size of a tuple, whichever holds the byte at `offset`. */
function partText(tuple: Tuple, counts: CellCounts, offset: number): string {
  return offset - tuple.offset < counts.address * 4
    ? `Address ${formatGrouped(tuple.address)} (cells ${cellsText(counts.address)} of tuple ${tuple.index})`
    : `Size ${formatSize(tuple.size)} = ${formatGrouped(tuple.size)}`;
}

/** What lies at a tuple of `reg`. */
function tupleLines(context: HoverContext, node: DtNode, tuple: Tuple): string[] {
  const { board } = context;
  const { reserved, modules } = board.map;
  const untranslated = { start: tuple.address, end: tuple.address + tuple.size };
  // Neither Linux nor Xen translates the addresses of reserved regions.
  if ([...reserved, ...modules].some((each) => each.node === node))
    return rangeLines(context, untranslated, node);
  const decoded = decode(node);
  const start = (decoded.known ? decoded.value[tuple.index]?.start : undefined) ?? tuple.address;
  const range = { start, end: start + tuple.size };
  if (isMemoryNode(node)) return rangeLines(context, range, node);
  if (regCells(node).size === 0) return [`Unit ${formatAddress(tuple.address)}`];
  const line = deviceLine(node, { ...range, index: tuple.index });
  if (!decoded.known && decoded.because.code === 'not-translatable') {
    const bus = markdownText(decoded.because.bus);
    return [line, `The CPU cannot address it: ${bus} has no \`ranges\` for it.`];
  }
  const owners = board.boots
    .filter((boot) => systemOf(boot).isHypervisor)
    .flatMap((boot) => systemVerdict(board, boot, range) ?? []);
  return [line, ...owners.map(({ view, owner }) => `${view}: ${markdownText(owner)}`)];
}

function cellsText(count: number): string {
  return count === 1 ? '0' : `0 to ${count - 1}`;
}

function rangesLines(node: DtNode, property: DtProperty): string[] {
  if (property.bytes.length === 0) return ['Addresses below are the same as above this bus.'];
  const child = childCells(node);
  const parent = regCells(node).address;
  const sizeCells = cellOf(node, '#size-cells') ?? 1;
  const width = child.address + parent + sizeCells;
  const cells = cellsOf(property);
  const lines: string[] = [];
  for (let at = 0; at + width <= cells.length && lines.length < 8; at += width) {
    const skip = Math.max(0, child.address - 2);
    const from = joinCells(cells, at + skip, child.address - skip);
    const to = joinCells(cells, at + child.address, parent);
    const size = joinCells(cells, at + child.address + parent, sizeCells);
    lines.push(
      `- ${rangeText({ start: from, end: from + size })} → ${rangeText({ start: to, end: to + size })}, ${formatSize(size)}`,
    );
  }
  return [lines.join('\n')];
}

function plainValue(board: Board, property: DtProperty, offset: number | undefined): string[] {
  const parts = property.definition?.parts ?? [];
  const part = offset === undefined ? undefined : parts.find((each) => each.offset === offset);
  if (part && (part.kind === 'phandle' || part.kind === 'path') && part.target !== undefined) {
    const node = referredNode(
      board,
      `&${part.target.startsWith('/') ? `{${part.target}}` : part.target}`,
    );
    return node ? [`→ ${markdownText(printableBrief(node.path))}`] : [];
  }
  if (part?.kind === 'cell' && part.length <= 8) {
    let value = 0n;
    for (let at = part.offset; at < part.offset + part.length; at += 1)
      value = (value << 8n) | BigInt(property.bytes[at] ?? 0);
    return [`${formatAddress(value)} = ${value}`];
  }
  if (property.bytes.length === 0) return ['Present, without a value.'];
  if (parts.length > 0 && parts.every((each) => each.kind === 'string' || each.kind === 'path'))
    return [
      stringsOf(property)
        .map((each) => code(`"${each}"`))
        .join(', '),
    ];
  const inBytes = property.bytes.length % 4 !== 0 || parts.some((each) => each.kind === 'bytes');
  const [open, close] = inBytes ? ['[', ']'] : ['<', '>'];
  // An included file may have megabytes.
  const shown = inBytes
    ? Array.from(property.bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0'))
    : cellsOf(property)
        .slice(0, 16)
        .map((cell) => `0x${cell.toString(16)}`);
  if (property.bytes.length > (inBytes ? 16 : 64)) shown.push('…');
  return [`\`${open}${shown.join(' ')}${close}\` ${property.bytes.length} bytes`];
}

function originLines(context: HoverContext, property: DtProperty, here: Definition): string[] {
  const wins = property.definition;
  if (!wins) return [];
  if (here !== wins) return [`Overridden by ${place(context, wins.whole)}`];
  if (property.overridden.length === 0) return [];
  return [`Overrides ${property.overridden.map((each) => place(context, each.whole)).join(', ')}`];
}

function macroLine(
  context: HoverContext,
  written: Written,
  text: string,
  located: Located,
): string | undefined {
  const macro = macroOf(written);
  if (!macro || macro.name !== text) return undefined;
  const { part, definition } = located;
  let value = '';
  if (part?.kind === 'cell' && definition) {
    let number = 0n;
    for (let at = part.offset; at < part.offset + part.length; at += 1)
      number = (number << 8n) | BigInt(definition.bytes[at] ?? 0);
    value = ` = ${formatAddress(number)} (${number})`;
  }
  const { definition: span } = macro;
  if (!span) return `${code(macro.name)}${value}`;
  const source = context.board.files.get(span.file);
  const where =
    typeof source === 'string'
      ? markdownText(fileName(span.file))
      : context.linkTo(span, markdownText(`${fileName(span.file)}:${lineOf(source, span.start)}`));
  return `${code(macro.name)}${value}, defined in ${where}`;
}

// Xen reads a number without a unit as KiB (parse_dom0_mem).
const UNIT_BITS: Readonly<Record<string, bigint>> = { k: 10n, m: 20n, g: 30n, t: 40n };

function bootargsLines(board: Board, bootargs: string): string[] {
  const lines: string[] = [];
  const asked = /(?:^|\s)dom0_mem=(\S+)/.exec(bootargs)?.[1];
  if (asked !== undefined) {
    const sizes = [...asked.slice(0, 100).matchAll(/(\d{1,20})([kmgt]?)/gi)].map(
      ([, digits = '', unit = '']) => BigInt(digits) << (UNIT_BITS[unit.toLowerCase()] ?? 10n),
    );
    lines.push(`${code(`dom0_mem=${asked}`)} asks for ${sizes.map(formatSize).join(' / ')}`);
  }
  for (const each of remarksOnBootargs(board)) lines.push(`${each.view} ${remarkText(each)}`);
  return lines;
}

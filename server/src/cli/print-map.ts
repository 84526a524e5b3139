// The memory map as text for a terminal and as Markdown for a mail.

import { formatGrouped, formatSize } from '../addresses/format.ts';
import { overlaps, type Range } from '../addresses/region.ts';
import { systemIdOf } from '../target/boot.ts';
import { markdownCode, markdownText } from '../text/markdown.ts';
import { toRange, type JsonMap, type JsonPlaced, type LikelyParts } from './map-json.ts';
import { textLines } from './output.ts';
import type { JsonPlace } from './places.ts';

interface Row {
  readonly range: string;
  readonly size: string;
  readonly what: string;
  readonly who: string;
  readonly where: string;
}

export interface MapText {
  /** What of the map is only likely. */
  readonly likely: LikelyParts;
  /** Whether devices are listed that meet neither RAM nor a reserved region: hundreds, on a real board. */
  readonly allDevices: boolean;
}

/** One line per range, ascending, a bank before what lies in it; ends are exclusive. */
export function printMapText(map: JsonMap, options: MapText): string {
  const { rows, devicesLeftOut } = rowsOf(map, options);
  const width = (pick: (row: Row) => string): number =>
    Math.max(0, ...rows.map((row) => pick(row).length));
  const rangeWidth = width(({ range }) => range);
  const sizeWidth = width(({ size }) => size);
  const whatWidth = width(({ what }) => what);
  const lines = rows.map(({ range, size, what, who, where }) =>
    [
      range.padEnd(rangeWidth),
      size.padStart(sizeWidth),
      what.padEnd(whatWidth),
      [who, where].filter(Boolean).join('  '),
    ]
      .join('  ')
      .trimEnd(),
  );
  return textLines([headline(map), ...lines, ...unknownLines(map), ...devicesLine(devicesLeftOut)]);
}

/** A table, for a mail or a bug report. */
export function printMapMarkdown(map: JsonMap, options: MapText): string {
  const { rows: listed, devicesLeftOut } = rowsOf(map, options);
  const rows = listed.map(
    ({ range, size, what, who, where }) =>
      `| ${markdownCode(range)} | ${size} | ${what} | ${markdownText(who)} | ${markdownCode(where)} |`,
  );
  return [
    `**${markdownText(headline(map))}**`,
    '',
    '| range | size | what | who | where |',
    '|---|--:|---|---|---|',
    ...rows,
    '',
    ...[...unknownLines(map), ...devicesLine(devicesLeftOut)].map(
      (line) => `- ${markdownText(line)}`,
    ),
    '',
  ].join('\n');
}

function headline({ for: reader, target, release }: JsonMap): string {
  if (target === undefined || release === undefined) return `Memory map for ${reader}`;
  return `Memory map for ${reader} (${systemIdOf(target)}:${release})`;
}

function rowsOf(
  map: JsonMap,
  { likely, allDevices }: MapText,
): { readonly rows: readonly Row[]; readonly devicesLeftOut: number } {
  const claims = [...map.banks, ...map.reserved].map(toRange);
  const devices = map.devices.filter(
    (each) => allDevices || claims.some((claim) => overlaps(claim, toRange(each))),
  );
  const mark = (what: string, isLikely: boolean): string => (isLikely ? `${what}, likely` : what);
  const entries = [
    ...map.banks.map((each) => entry(each, mark('RAM', likely.has('banks')))),
    ...map.reserved.map((each) =>
      entry(
        each,
        each.kind === 'static'
          ? 'reserved'
          : mark(each.kind, each.kind === 'dynamic' && likely.has('dynamic')),
        [
          ...(each.noMap ? ['no-map'] : []),
          ...(each.reusable ? ['reusable'] : []),
          ...(each.status === 'okay' || each.status === 'ok' ? [] : [`status ${each.status}`]),
          each.owner,
        ].join(', '),
      ),
    ),
    ...map.modules.map((each) =>
      entry(each, mark('module', likely.has('modules') || likely.has(each.kind)), each.kind),
    ),
    ...devices.map((each) => entry(each, 'device')),
  ].sort((a, b) => compareNested(a.range, b.range));
  const free = map.free.map((each) => entry(each, mark('free', likely.has('free'))));
  const rows: Row[] = [];
  for (const each of entries) {
    while (free[0] && free[0].range.start < each.range.start) take(free, rows);
    rows.push(each.row);
  }
  while (free.length > 0) take(free, rows);
  return { rows, devicesLeftOut: map.devices.length - devices.length };
}

interface Entry {
  readonly range: Range;
  readonly row: Row;
}

function take(from: Entry[], to: Row[]): void {
  const first = from.shift();
  if (first) to.push(first.row);
}

function entry(placed: JsonPlaced, what: string, detail = ''): Entry {
  const range = toRange(placed);
  return {
    range,
    row: {
      range: `${formatGrouped(range.start)} - ${formatGrouped(range.end)}`,
      size: formatSize(range.end - range.start),
      what,
      who: [placed.node, detail].filter(Boolean).join(': '),
      where: placed.at ? placeText(placed.at) : '',
    },
  };
}

/** Ascending by start; what contains the other comes first. */
function compareNested(a: Range, b: Range): number {
  if (a.start !== b.start) return a.start < b.start ? -1 : 1;
  return a.end > b.end ? -1 : a.end < b.end ? 1 : 0;
}

function devicesLine(count: number): string[] {
  if (count === 0) return [];
  const those =
    count === 1 ? '1 range of device registers lies' : `${count} ranges of device registers lie`;
  return [`${those} outside RAM and reserved regions: --devices lists them`];
}

function unknownLines(map: JsonMap): string[] {
  return [
    ...(map.absent === undefined ? [] : [map.absent]),
    ...map.unknown.map(
      ({ node, because, at }) =>
        `not known: ${[node, because].filter(Boolean).join(': ')}${at ? `  ${placeText(at)}` : ''}`,
    ),
  ];
}

export function placeText({ file, line, column }: JsonPlace): string {
  return `${file}:${line}:${column}`;
}

// Looks things up in the memory map's model: what a query means, who owns an address, what lies beside a range.

import { PAGE_SIZE } from '../addresses/page.ts';
import { firstIndexWhere } from '../text/first-index-where.ts';
import { formatAddress, formatSizeBriefly } from '../addresses/format.ts';
import { blockKey } from './draw-map.ts';
import { chosenRelease, lanesShown } from './lay-out-map.ts';
import { isSameOwner } from './same-owner.ts';
import type { MapBlock, MapLane, MapPlace, MapRange, MapRegion, MapModel } from './map-model.ts';

/** What somebody typed into the find box: a number, or words to look for. */
export type MapQuery =
  | { readonly kind: 'number'; readonly number: bigint; readonly unit: 'address' | 'frame' }
  /** A bare number: `0x80200` may be either. */
  | { readonly kind: 'number'; readonly number: bigint; readonly unit?: never }
  /** `number`: what it is when no name has it. */
  | { readonly kind: 'words'; readonly words: string; readonly number?: bigint }
  | { readonly kind: 'nothing' };

const LARGEST = (1n << 64n) - 1n;

/**
 * Reads a number alone (`0x1a02dc000`, `0x1_a02d_c000`, 16 digits without `0x` as Xen prints them, `80200`), a frame number
 * (`mfn 0x1a02dc`), or the first of either in a pasted console line; anything else is words. Frame numbers in console lines
 * may lack their `0x`. Numbers of more than 64 bits are words.
 */
export function readQuery(text: string): MapQuery {
  const query = text.trim();
  if (query === '') return { kind: 'nothing' };
  const words = query.toLowerCase();
  const frame = /\b(?:[mgp]fn|frame)\b[\s:=#]*(?:0x)?([0-9a-f]+)\b/i.exec(query);
  if (frame) return numberOr(words, frame[1], 'frame');
  const number =
    /\b0x([0-9a-f]+(?:[_'\u2009 ][0-9a-f]{4})*)\b/i.exec(query) ??
    /\b([0-9a-f]{16})\b/i.exec(query);
  if (number) return numberOr(words, number[1], number[0] === query ? undefined : 'address');
  const isDigits = /^[0-9a-f]{1,16}$/i.test(query);
  // A name may consist of the letters a to f, and a short number may be part of one.
  if (isDigits && query.length >= 6 && /[0-9]/.test(query)) return numberOr(words, query);
  return { kind: 'words', words, ...(isDigits && { number: BigInt(`0x${query}`) }) };
}

function numberOr(words: string, digits = '0', unit?: 'address' | 'frame'): MapQuery {
  const number = BigInt(`0x${digits.replace(/[^0-9a-f]/gi, '')}`);
  if (number > LARGEST) return { kind: 'words', words };
  return { kind: 'number', number, ...(unit && { unit }) };
}

/** Where a query leads on a map. */
export type MapMatch =
  /** `isEither`: the other reading of the number lies on the map too. */
  | {
      readonly kind: 'address';
      readonly address: bigint;
      readonly unit: 'address' | 'frame';
      readonly isEither: boolean;
    }
  /** Keys of blocks, in the order of lanes and addresses; empty when nothing matches. */
  | { readonly kind: 'blocks'; readonly keys: ReadonlySet<string> }
  | { readonly kind: 'nothing' };

/**
 * What a query means on this map. A bare number is the address or the frame that RAM or a region has, the address if both
 * are; a word that no block has is tried as a number.
 */
export function matchQuery(
  model: MapModel,
  release: string | undefined,
  query: MapQuery,
): MapMatch {
  if (query.kind === 'nothing') return { kind: 'nothing' };
  if (query.kind === 'words') {
    const keys = findBlocks(model, release, query.words);
    const { number } = query;
    const isPlaced =
      number !== undefined && [number, number * PAGE_SIZE].some((each) => hasOwner(model, each));
    return keys.size > 0 || !isPlaced
      ? { kind: 'blocks', keys }
      : matchQuery(model, release, { kind: 'number', number });
  }
  const { number, unit } = query;
  const asFrame = number * PAGE_SIZE;
  const isFrame =
    unit === 'frame' ||
    (unit === undefined && !hasOwner(model, number) && hasOwner(model, asFrame));
  return {
    kind: 'address',
    address: isFrame ? asFrame : number,
    unit: isFrame ? 'frame' : 'address',
    isEither: unit === undefined && hasOwner(model, number) && hasOwner(model, asFrame),
  };
}

/** Whether RAM or a region is at an address. */
function hasOwner(model: MapModel, address: bigint): boolean {
  const segment = segmentAt(model, address);
  return segment !== undefined && model.segments[segment] !== 'hole';
}

/** Keys of the blocks that `words` names: label, reason, node, user or file. */
export function findBlocks(
  model: MapModel,
  release: string | undefined,
  words: string,
): ReadonlySet<string> {
  const regions = model.regions.map((region) =>
    [
      region.name,
      region.node ?? '',
      region.path ?? '',
      ...region.users,
      ...region.origins.map((origin) => origin.place?.name ?? ''),
    ]
      .join(' ')
      .toLowerCase(),
  );
  const found = new Set<string>();
  for (const lane of lanesShown(model, release === undefined ? {} : { release }))
    for (const block of lane.blocks) {
      const own = `${block.label} ${block.why}`.toLowerCase();
      const region = block.region === undefined ? '' : (regions[block.region] ?? '');
      if (own.includes(words) || region.includes(words)) found.add(blockKey(model, lane, block));
    }
  return found;
}

/** The index of the segment an address lies in; undefined outside the map. */
export function segmentAt(model: MapModel, address: bigint): number | undefined {
  const { edges } = model;
  const above = firstIndexWhere(edges.length, (at) => BigInt(edges[at] ?? '0') > address);
  return above > 0 && above < edges.length ? above - 1 : undefined;
}

/** The block of a lane over a segment; of several, the narrowest claim. */
export function blockAt(lane: MapLane, segment: number): MapBlock | undefined {
  let best: MapBlock | undefined;
  for (const block of lane.blocks) {
    if (block.from > segment) break;
    if (block.to > segment && (!best || block.to - block.from <= best.to - best.from)) best = block;
  }
  return best;
}

/** Who has a segment, one row per reader, one owner per release shown by itself (one alone for readers that have none). */
export interface OwnerRow {
  readonly id: string;
  readonly name: string;
  readonly owners: readonly {
    readonly release?: string;
    readonly block?: MapBlock;
    readonly label: string;
    readonly why: string;
  }[];
  readonly differs: boolean;
}

function ownerIn(lane: MapLane, segment: number): OwnerRow['owners'][number] {
  const release = lane.release === undefined ? {} : { release: lane.release };
  if (lane.stop) return { ...release, label: lane.stop.title, why: lane.stop.detail };
  const block = blockAt(lane, segment);
  return block
    ? { ...release, block, label: block.label, why: block.why }
    : { ...release, label: 'nothing', why: 'not described' };
}

export function ownersAt(model: MapModel, segment: number): OwnerRow[] {
  const readers = model.lanes.filter((lane) => lane.id !== 'devicetree');
  const ids = [...new Set(readers.map((lane) => lane.id))];
  return ids.map((id) => {
    const lanes = readers.filter((lane) => lane.id === id);
    const owners = lanes.map((lane) => ownerIn(lane, segment));
    const first = owners[0];
    const name = id === model.system?.id ? model.system.name : (lanes[0]?.name ?? id);
    return {
      id,
      name,
      owners,
      differs: owners.some((owner) =>
        owner.block && first?.block
          ? !isSameOwner(owner.block, first.block)
          : owner.label !== first?.label,
      ),
    };
  });
}

/** What lies next to a range inside its bank. */
export interface Neighbour {
  readonly side: 'before' | 'after' | 'shared';
  /** Absent: the bank's edge. */
  readonly region?: number;
  readonly name: string;
  /** Bytes between, or shared. */
  readonly bytes: bigint;
}

/** The bank a range begins in, with its number from 0; undefined outside RAM. */
export function bankOf(
  model: MapModel,
  range: MapRange,
): { readonly bank: MapRegion; readonly index: number } | undefined {
  const index = model.banks.findIndex(
    (bank) => bank.enabled && bank.from <= range.from && range.from < bank.to,
  );
  const bank = model.banks[index];
  return bank && { bank, index };
}

export function neighboursOnMap(model: MapModel, range: MapRange): Neighbour[] {
  const edge = (index: number): bigint => BigInt(model.edges[index] ?? '0');
  const bank = bankOf(model, range)?.bank;
  const all = model.regions
    .map((region, index) => ({ region, index }))
    .filter(({ region }) => region.enabled && region.kind !== 'dynamic');
  const inBank = all.filter(
    ({ region }) => !bank || (region.from < bank.to && region.to > bank.from),
  );
  const before = inBank
    .filter(({ region }) => region.to <= range.from)
    .sort((a, b) => b.region.to - a.region.to)[0];
  const after = inBank
    .filter(({ region }) => region.from >= range.to)
    .sort((a, b) => a.region.from - b.region.from)[0];
  const shared = all.filter(
    ({ region }) =>
      region.from < range.to &&
      region.to > range.from &&
      !(region.from === range.from && region.to === range.to),
  );
  const neighbours: Neighbour[] = [];
  if (before)
    neighbours.push({
      side: 'before',
      region: before.index,
      name: before.region.name,
      bytes: edge(range.from) - edge(before.region.to),
    });
  else if (bank)
    neighbours.push({
      side: 'before',
      name: 'start of the bank',
      bytes: edge(range.from) - edge(bank.from),
    });
  for (const { region, index } of shared)
    neighbours.push({
      side: 'shared',
      region: index,
      name: region.name,
      bytes: edge(Math.min(region.to, range.to)) - edge(Math.max(region.from, range.from)),
    });
  if (after)
    neighbours.push({
      side: 'after',
      region: after.index,
      name: after.region.name,
      bytes: edge(after.region.from) - edge(range.to),
    });
  else if (bank && bank.to >= range.to)
    neighbours.push({
      side: 'after',
      name: 'end of the bank',
      bytes: edge(bank.to) - edge(range.to),
    });
  return neighbours;
}

/** The region a block is about: its own, else the narrowest enabled one around it. */
export function regionOf(model: MapModel, block: MapBlock): number | undefined {
  if (block.region !== undefined) return block.region;
  if (block.kind === 'free' || block.kind === 'unknown') return undefined;
  let best: number | undefined;
  for (const [index, region] of model.regions.entries()) {
    if (region.kind === 'dynamic' || region.from > block.from || region.to < block.to) continue;
    const known = best === undefined ? undefined : model.regions[best];
    if (!known || region.to - region.from < known.to - known.from) best = index;
  }
  return best;
}

/** The statement that decides a region: the one that won. */
export function decidingPlaceOf(region: MapRegion): MapPlace | undefined {
  return (
    region.origins.find((origin) => origin.state !== 'overridden' && origin.place)?.place ??
    region.openings[0]
  );
}

/** The region whose node is opened around a line of a file, the innermost; undefined when there is none. */
export function regionAtLine(model: MapModel, file: string, line: number): number | undefined {
  let best: { readonly index: number; readonly lines: number } | undefined;
  for (const [index, region] of model.regions.entries())
    for (const opening of [
      ...region.openings,
      ...region.origins.flatMap((each) => each.place ?? []),
    ]) {
      if (opening.file !== file || line < opening.line || line > opening.endLine) continue;
      const lines = opening.endLine - opening.line;
      if (!best || lines < best.lines) best = { index, lines };
    }
  return best?.index;
}

export interface MapTable {
  readonly head: readonly string[];
  readonly rows: readonly { readonly range: MapRange; readonly cells: readonly string[] }[];
}

/** The map as rows: from, last byte, size, and one owner per column; neighbouring rows that say the same are one. */
export function tabulateMap(model: MapModel, release: string | undefined): MapTable {
  const chosen = chosenRelease(model, release);
  const lanes = lanesShown(model, chosen === undefined ? {} : { release: chosen });
  const columns = lanes.map((lane) => {
    const cells = new Array<string>(model.segments.length).fill(lane.stop ? lane.stop.title : '');
    for (const block of lane.blocks)
      for (let at = block.from; at < block.to; at++)
        cells[at] =
          lane.id === 'devicetree' && cells[at] !== ''
            ? `${cells[at] ?? ''} and ${block.label}`
            : block.label;
    return cells;
  });
  const rows: { range: MapRange; cells: string[] }[] = [];
  for (const [at, kind] of model.segments.entries()) {
    const cells = kind === 'hole' ? columns.map(() => '') : columns.map((cell) => cell[at] ?? '');
    if (kind === 'hole') cells[0] = 'no RAM';
    const last = rows.at(-1);
    if (last?.cells.join('\0') === cells.join('\0'))
      last.range = { from: last.range.from, to: at + 1 };
    else rows.push({ range: { from: at, to: at + 1 }, cells });
  }
  const edge = (index: number): bigint => BigInt(model.edges[index] ?? '0');
  return {
    head: ['From', 'To', 'Size', ...lanes.map((lane) => lane.name)],
    rows: rows.map(({ range, cells }) => ({
      range,
      cells: [
        formatAddress(edge(range.from)),
        formatAddress(edge(range.to) - 1n),
        formatSizeBriefly(edge(range.to) - edge(range.from)).replace('\u2009', ' '),
        ...cells,
      ],
    })),
  };
}

/** The table as Markdown, for mails and bug reports. */
export function writeMarkdownTable(table: MapTable): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(table.head),
    line(table.head.map((_, index) => (index < 3 ? '---:' : '---'))),
    ...table.rows.map((row) => line(row.cells)),
    '',
  ].join('\n');
}

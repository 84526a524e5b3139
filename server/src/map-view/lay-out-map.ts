// Gives every address of the memory map a height and every reader a column.

import { PAGE_SIZE, PAGE_SIZE_NUMBER } from '../addresses/page.ts';
import { firstIndexWhere } from '../text/first-index-where.ts';
import type { MapLane, MapModel, MapNote, MapRange } from './map-model.ts';
import type { MeasureText, TextStyle } from './text-width.ts';

export interface LayoutOptions {
  /** Width of the whole map, scale strip and margin included, in px. */
  readonly width: number;
  /** Height of the pane the map should fill, in px; the map is higher when its rows need more. */
  readonly height: number;
  /** 1 fits; larger is taller. */
  readonly zoom?: number;
  /** The release of the switched system whose readers are shown; the newest evaluated when absent. */
  readonly release?: string;
  /** Ids of lanes left out. */
  readonly hidden?: ReadonlySet<string>;
  readonly measure: MeasureText;
}

export interface LaneBox {
  readonly lane: MapLane;
  readonly x: number;
  readonly width: number;
}

/** Positions in px. `x` counts from the right edge of the scale strip, `y` from the top of the scrolled map. */
export interface MapLayout {
  readonly addresses: readonly bigint[];
  /** One height per edge, whole px, ascending. */
  readonly y: readonly number[];
  readonly contentHeight: number;
  readonly paneHeight: number;
  /** Width of the strip drawn to scale with its ribbons. */
  readonly stripWidth: number;
  /** Where the first lane begins and the last one ends; more than the options' width leaves where lanes would be too narrow. */
  readonly left: number;
  readonly right: number;
  readonly lanes: readonly LaneBox[];
  readonly notes: { readonly x: number; readonly width: number } | undefined;
  readonly release: string | undefined;
}

const TOP = 12;
const FLOORS = { plain: 13.5, named: 17.5, collision: 34, hole: 34 } as const;
const FLATTEST = 0.32;
const STEEPEST = 3.6;
/** From this width the strip and the axis get their full size, and the panel stands beside the map. */
const WIDE = 700;
/** Below this width the strip is a bare bar. */
const NARROW = 480;
/** From this width there is a margin with notes. */
const MARGIN = 1120;
/** A lane is never narrower, in px: its name still stands upright over it, and a finger still finds it. */
const NARROWEST_LANE = 20;
/** How a lane's name is written over it. */
export const headStyle = { size: 13, weight: 'bold' } as const satisfies TextStyle;

/** log2 of a size in pages, as a weight; sizes under a page weigh nothing. */
function weight(bytes: bigint): number {
  return bytes <= PAGE_SIZE ? 0 : Math.log2(Number(bytes) / PAGE_SIZE_NUMBER);
}

/** The lanes shown: those of the chosen release and those of no release, without hidden ones. */
export function lanesShown(
  model: MapModel,
  options: Pick<LayoutOptions, 'release' | 'hidden'>,
): readonly MapLane[] {
  const release = chosenRelease(model, options.release);
  return model.lanes.filter(
    (lane) =>
      (lane.release === undefined || lane.release === release) && !options.hidden?.has(lane.id),
  );
}

/**
 * `wanted` when it was evaluated; else the release that has the gravest fault, of those that have the newest: of `region`
 * where it is given (an index into the regions) and any release has a fault there, else of the board. Undefined when the
 * model has no releases.
 */
export function chosenRelease(
  model: MapModel,
  wanted: string | undefined,
  region?: number,
): string | undefined {
  if (wanted !== undefined && model.releases.includes(wanted)) return wanted;
  const own = model.notes.filter(({ regions }) => region !== undefined && regions.includes(region));
  for (const notes of [own, model.notes])
    for (const severity of ['error', 'warning'] as const) {
      const hit = model.releases.findLast(
        (release) => countNotes(model, notes, release, severity) > 0,
      );
      if (hit !== undefined) return hit;
    }
  return model.releases.at(-1);
}

/** How many of `notes` hold for that release by its name; those that hold for every reader are not counted. */
export function countNotes(
  { system }: MapModel,
  notes: readonly MapNote[],
  release: string,
  severity: MapNote['severity'],
): number {
  const isNamed = (target: string): boolean =>
    system !== undefined && target.startsWith(`${system.id}:`) && isAbout(target, release, system);
  return notes.filter((note) => note.severity === severity && note.targets.some(isNamed)).length;
}

/**
 * Heights: each segment between neighbouring edges gets a floor that its labels need, plus `k` times the logarithm of
 * its size, where `k` is solved so that the map fills the pane; inside a segment the scale is linear. The edges are those
 * of all releases, so choosing another one moves nothing.
 */
export function layOutMap(model: MapModel, options: LayoutOptions): MapLayout {
  const addresses = model.edges.map((edge) => BigInt(edge));
  const segments = model.segments.map((kind, index) => {
    const bytes = (addresses[index + 1] ?? 0n) - (addresses[index] ?? 0n);
    return { floor: FLOORS[kind], weight: kind === 'hole' ? 0 : weight(bytes) };
  });
  const floors = segments.reduce((sum, each) => sum + each.floor, 0);
  const weights = segments.reduce((sum, each) => sum + each.weight, 0);
  const room = options.height - 2 * TOP - 2 - floors;
  const fit = weights > 0 ? Math.max(FLATTEST, Math.min(STEEPEST, room / weights)) : 0;
  const slope = fit * (options.zoom ?? 1);
  const y: number[] = [TOP];
  let at: number = TOP;
  for (const segment of segments) {
    at += segment.floor + slope * segment.weight;
    y.push(Math.round(at));
  }
  const stripWidth = options.width >= WIDE ? 78 : options.width >= NARROW ? 46 : 26;
  const gap = options.width >= NARROW ? 6 : 4;
  const digits = (addresses.at(-1) ?? 0n).toString(16).length;
  const axisNeeds =
    options.measure('0'.repeat(Math.max(8, digits)), { size: 11, family: 'mono' }) +
    3 * Math.floor((Math.max(8, digits) - 1) / 4) +
    17;
  const axisWidth = Math.ceil(
    Math.max(options.width >= WIDE ? 92 : options.width >= NARROW ? 82 : 0, axisNeeds),
  );
  const room0 = options.width - stripWidth - 10;
  const hasMargin = options.width >= MARGIN && model.notes.some((note) => note.range !== undefined);
  const notesWidth = hasMargin ? Math.round(Math.min(230, room0 * 0.24)) : 0;
  const shown = lanesShown(model, options);
  const share = options.width >= WIDE ? 1.5 : 1.9;
  const free = room0 - axisWidth - notesWidth - (hasMargin ? 34 : 2) - gap * (shown.length - 1);
  const widths = laneWidths(shown, free, share, options.measure);
  let x = axisWidth;
  const lanes = shown.map((lane, index): LaneBox => {
    const width = widths[index] ?? NARROWEST_LANE;
    const box = { lane, x, width };
    x += width + gap;
    return box;
  });
  const right = x - gap;
  return {
    addresses,
    y,
    contentHeight: at + TOP,
    paneHeight: options.height,
    stripWidth,
    left: axisWidth,
    right,
    lanes,
    notes: hasMargin ? { x: right + 30, width: notesWidth } : undefined,
    release: chosenRelease(model, options.release),
  };
}

/** The first lane gets `share` times what the others get, and never less than its name needs; together `free` px if they can. */
function laneWidths(
  lanes: readonly MapLane[],
  free: number,
  share: number,
  measure: MeasureText,
): readonly number[] {
  const others = lanes.length - 1;
  const named = Math.ceil(measure(lanes[0]?.name ?? '', headStyle));
  const unit = free / (others + share);
  const isRoomy = unit * share >= named && unit >= NARROWEST_LANE;
  const first = isRoomy ? Math.floor(unit * share) : named;
  const other = isRoomy ? Math.floor(unit) : Math.floor((free - named) / Math.max(1, others));
  return lanes.map((_, index) => (index === 0 ? first : Math.max(NARROWEST_LANE, other)));
}

/** The last edge at or before `address`; 0 for addresses before the first. */
export function segmentOf(layout: Pick<MapLayout, 'addresses'>, address: bigint): number {
  const { addresses } = layout;
  return lastSegment(addresses.length, (edge) => (addresses[edge] ?? 0n) > address);
}

/** The last segment between `edges` edges that does not begin behind what is looked for; 0 when all do. */
function lastSegment(edges: number, isBehind: (edge: number) => boolean): number {
  return Math.max(0, firstIndexWhere(edges - 1, isBehind) - 1);
}

/** The height of an address; clamped to the map. */
export function heightOf(layout: MapLayout, address: bigint): number {
  const at = segmentOf(layout, address);
  const start = layout.addresses[at] ?? 0n;
  const end = layout.addresses[at + 1] ?? start;
  const y0 = layout.y[at] ?? TOP;
  const y1 = layout.y[at + 1] ?? y0;
  if (address <= start || end <= start) return y0;
  return address >= end ? y1 : y0 + ((y1 - y0) * Number(address - start)) / Number(end - start);
}

/** The address at a height, rounded down to a page; clamped to the map. */
export function addressAt(layout: MapLayout, y: number): bigint {
  const low = lastSegment(layout.y.length, (edge) => (layout.y[edge] ?? 0) > y);
  const start = layout.addresses[low] ?? 0n;
  const end = layout.addresses[low + 1] ?? start;
  const y0 = layout.y[low] ?? TOP;
  const y1 = layout.y[low + 1] ?? y0;
  const part = y1 > y0 ? Math.max(0, Math.min(1, (y - y0) / (y1 - y0))) : 0;
  const offset = (BigInt(Math.round(part * 1e6)) * (end - start)) / 1000000n;
  const address = start + offset;
  const inside = address >= end && end > start ? end - 1n : address;
  const page = inside - (inside % PAGE_SIZE);
  return page < start ? start : page;
}

/** Top and bottom of a range. */
export function spanInPixels(layout: MapLayout, range: MapRange): { top: number; bottom: number } {
  return { top: layout.y[range.from] ?? 0, bottom: layout.y[range.to] ?? 0 };
}

/** `4.18` for `4.18.6`. */
export function branchOf(release: string): string {
  return release.split('.').slice(0, 2).join('.');
}

/** Whether a finding's target (`xen:4.18`, `linux:6.12`) concerns what is shown for a release of the switched system. */
export function isAbout(
  target: string,
  release: string | undefined,
  system: MapModel['system'],
): boolean {
  if (system === undefined || !target.startsWith(`${system.id}:`)) return true;
  const name = target.slice(system.id.length + 1);
  return release !== undefined && (name === release || name === branchOf(release));
}

/** The system whose releases are shown one at a time, in words; nothing when there is none. */
export function systemName({ system }: MapModel): string {
  return system?.name ?? '';
}

// Draws the memory map: one pure function from the model, a size and a palette to SVG, for the editor, exports and the
// command line.

import { digitGroups, formatAddress, formatSizeBriefly } from '../addresses/format.ts';
import {
  branchOf,
  countNotes,
  headStyle,
  heightOf,
  isAbout,
  systemName,
  layOutMap,
  spanInPixels,
  addressAt,
  type LaneBox,
  type LayoutOptions,
  type MapLayout,
} from './lay-out-map.ts';
import type { BlockKind, MapBlock, MapLane, MapNote, MapRange, MapModel } from './map-model.ts';
import type { BlockPaint, MapPalette } from './map-palette.ts';
import type { Colour } from './colour.ts';
import { decimal, group, rect, writeShape, type Shape } from './shape.ts';
import {
  estimateTextWidth,
  fitText,
  wrapText,
  type MeasureText,
  type TextStyle,
} from './text-width.ts';

/** A block, named so that it stays the same over small edits and over releases. */
export interface Selection extends MapRange {
  readonly lane: string;
  readonly key: string;
}

export interface DrawOptions extends Omit<LayoutOptions, 'measure'> {
  readonly palette: MapPalette;
  /** Text widths; a conservative estimate when absent. */
  readonly measure?: MeasureText;
  readonly uiFont?: string;
  readonly monoFont?: string;
  /** Top of the visible part; below it and above it only a pane's height is drawn when `windowed`. */
  readonly scrollTop?: number;
  /** How far the lanes are scrolled to the left, in px: their heads go with them. */
  readonly scrollLeft?: number;
  /** `whole` draws everything, `near` only what is within a pane's height of the visible part. */
  readonly extent?: 'whole' | 'near';
  /** `page`: blocks are options with sentences for screen readers. `image`: blocks carry titles. */
  readonly purpose?: 'page' | 'image';
  /** A layout made before from the same model and the same layout options. */
  readonly layout?: MapLayout;
  readonly selection?: Selection;
  /** An address that was looked up. */
  readonly pin?: bigint;
  /** Keys of the blocks that match a search; the others step back. */
  readonly matches?: ReadonlySet<string>;
}

/** Where a text stands, for checks: texts neither overlap nor leave their block. */
export interface TextBox {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** The block it belongs to. */
  readonly inside?: Box;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The parts of the picture. `strip` and `heads` stand still while `body` scrolls; `marks` lie over `body`. */
export interface Drawing {
  readonly layout: MapLayout;
  readonly patterns: Shape;
  readonly heads: Shape;
  readonly strip: Shape;
  readonly body: Shape;
  readonly marks: Shape;
  readonly key: Shape;
  readonly headHeight: number;
  readonly keyHeight: number;
  /** Texts of the body and of the heads. */
  readonly texts: readonly TextBox[];
}

const KEY_HEIGHT = 26;
const UI_FONT = 'system-ui, "Segoe UI", Ubuntu, "DejaVu Sans", sans-serif';
const MONO_FONT = 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';
const SMALL: TextStyle = { size: 11 };
const NAME: TextStyle = { size: 12 };
const STRONG: TextStyle = { size: 12, weight: 'bold' };
const MONO: TextStyle = { size: 11, family: 'mono' };
const LOG: TextStyle = { size: 10.5, family: 'mono' };
const FOUR_GIB = 0x100000000n;

/** What drawing a part needs at hand. */
interface Pen {
  readonly model: MapModel;
  readonly layout: MapLayout;
  readonly palette: MapPalette;
  readonly options: DrawOptions;
  readonly measure: MeasureText;
  readonly uiFont: string;
  readonly monoFont: string;
  readonly outlined: boolean;
  readonly window: { readonly top: number; readonly bottom: number };
  readonly texts: TextBox[];
}

/** The identity of a block within its lane. */
export function blockKey(model: MapModel, lane: MapLane, block: MapBlock): string {
  const range = `${model.edges[block.from] ?? ''}-${model.edges[block.to] ?? ''}`;
  const name = lane.id === 'devicetree' ? `:${block.label}` : '';
  return `${lane.id}:${range}:${block.kind}${name}`;
}

function bytesOf(pen: Pen, range: MapRange): bigint {
  return (pen.layout.addresses[range.to] ?? 0n) - (pen.layout.addresses[range.from] ?? 0n);
}

function collisionsOf(model: MapModel, block: MapBlock): string[] {
  return model.collisions
    .filter((each) => block.region !== undefined && each.regions.includes(block.region))
    .map((each) => {
      const others = each.regions.filter((index) => index !== block.region);
      return `shares bytes with ${others.map((index) => model.regions[index]?.name ?? '?').join(' and ')}`;
    });
}

/** `Xen 4.18, 4.22`. */
function nameReleases(model: MapModel, releases: readonly string[]): string {
  return `${systemName(model)} ${releases.join(', ')}`.trim();
}

/** The sentence a screen reader says for a block. */
export function describeBlock(model: MapModel, lane: MapLane, block: MapBlock): string {
  const start = BigInt(model.edges[block.from] ?? '0');
  const end = BigInt(model.edges[block.to] ?? '0');
  const parts = [
    `${lane.name}: ${block.label}`,
    block.open ? 'size not known' : formatSizeBriefly(end - start).replace('\u2009', ' '),
    `${formatAddress(start)} to ${block.open ? 'an unknown end' : formatAddress(end - 1n)}`,
    block.why,
    ...(block.texture === 'no-map' ? ['no-map'] : []),
    ...(lane.id === 'devicetree' ? collisionsOf(model, block) : []),
    ...(block.differs
      ? [
          `owner differs ${block.differsAt ? 'in part ' : ''}in ${nameReleases(model, block.differs)}`,
        ]
      : []),
  ];
  return parts.join(', ');
}

function overlapsBox(a: Omit<TextBox, 'text'>, b: Omit<TextBox, 'text'>): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly fill: Colour;
  readonly anchor?: 'end';
  readonly italic?: true;
  readonly struck?: true;
  readonly inside?: Box;
  readonly key?: string;
}

/** A text with its baseline at `y`; remembered for the checks. */
function write(pen: Pen, text: string, style: TextStyle, place: TextPlace): Shape {
  const width = pen.measure(text, style);
  const left = place.anchor === 'end' ? place.x - width : place.x;
  pen.texts.push({
    text,
    left,
    right: left + width,
    top: place.y - style.size * 0.78,
    bottom: place.y + style.size * 0.22,
    ...(place.inside && { inside: place.inside }),
  });
  return {
    tag: 'text',
    ...(place.key !== undefined && { key: place.key }),
    attributes: {
      x: place.x,
      y: place.y,
      fill: place.fill,
      'font-size': style.size,
      ...(style.weight && { 'font-weight': 600 }),
      ...(style.family && { 'font-family': pen.monoFont }),
      ...(place.anchor && { 'text-anchor': place.anchor }),
      ...(place.italic && { 'font-style': 'italic' }),
      ...(place.struck && { 'text-decoration': 'line-through' }),
    },
    text,
  };
}

/** A piece of ground behind a text, so that it reads over stripes. */
function plate(pen: Pen, x: number, baseline: number, width: number): Shape {
  return rect(
    { x: x - 4, y: baseline - 11, width: width + 8, height: 15 },
    { fill: pen.palette.ground, rx: 2 },
  );
}

/** An address in groups of four digits, trailing zero groups dimmed; no character between, so that copying is clean. */
function writeAddress(
  pen: Pen,
  address: bigint,
  place: TextPlace & { readonly dim: Colour },
): Shape {
  const groups = digitGroups(address);
  let significant = groups.length;
  while (significant > 1 && groups[significant - 1] === '0000') significant--;
  const text = groups.join('');
  const width = pen.measure(text, MONO) + 3 * (groups.length - 1);
  pen.texts.push({
    text,
    left: place.x - width,
    right: place.x,
    top: place.y - MONO.size * 0.78,
    bottom: place.y + MONO.size * 0.22,
  });
  return {
    tag: 'text',
    ...(place.key !== undefined && { key: place.key }),
    attributes: {
      x: place.x,
      y: place.y,
      fill: place.fill,
      'text-anchor': 'end',
      'font-size': MONO.size,
      'font-family': pen.monoFont,
    },
    children: groups.map((digits, index) => ({
      tag: 'tspan',
      attributes: {
        ...(index > 0 && { dx: 3 }),
        ...(index >= significant && { fill: place.dim }),
      },
      text: digits,
    })),
  };
}

function line(
  x1: number,
  x2: number,
  y: number,
  attributes: Readonly<Record<string, string | number>>,
): Shape {
  return { tag: 'line', attributes: { x1, x2, y1: y, y2: y, ...attributes } };
}

function pattern(id: string, size: number, turn: number, children: readonly Shape[]): Shape {
  return {
    tag: 'pattern',
    key: id,
    attributes: {
      id,
      width: size,
      height: size,
      patternUnits: 'userSpaceOnUse',
      ...(turn !== 0 && { patternTransform: `rotate(${turn})` }),
    },
    children,
  };
}

/** The textures: they say the kind, and so nothing hangs on colour alone. */
function drawPatterns(palette: MapPalette): Shape {
  const band = (fill: Colour, width: number, height: number): Shape =>
    rect({ x: 0, y: 0, width, height }, { fill });
  const dot = (x: number, y: number, r: number, fill: Colour): Shape => ({
    tag: 'circle',
    attributes: { cx: x, cy: y, r, fill },
  });
  const faint = palette.blocks.unknown.hue;
  return {
    tag: 'defs',
    key: 'patterns',
    attributes: {},
    children: [
      pattern('no-map', 4, 45, [band(palette.reserved, 1.2, 4)]),
      pattern('reusable', 6, 0, [dot(3, 3, 1.1, palette.reserved)]),
      pattern('ruled', 4, 0, [band(palette.xen, 4, 1)]),
      pattern('hazard', 11, -45, [band(palette.ground, 11, 11), band(palette.error, 5.5, 11)]),
      pattern('hazard-narrow', 6, -45, [band(palette.ground, 6, 6), band(palette.error, 3, 6)]),
      pattern('stop', 9, 45, [band(palette.ground, 9, 9), band(palette.grid, 1, 9)]),
      pattern('unknown', 6, 0, [
        band(palette.ground, 6, 6),
        {
          ...dot(1.5, 1.5, 0.8, faint),
          attributes: { cx: 1.5, cy: 1.5, r: 0.8, fill: faint, 'fill-opacity': 0.35 },
        },
        {
          ...dot(4.5, 4.5, 0.8, faint),
          attributes: { cx: 4.5, cy: 4.5, r: 0.8, fill: faint, 'fill-opacity': 0.35 },
        },
      ]),
    ],
  };
}

/** The texture of a block's spine; `hazard` covers the whole block. */
function textureOf(block: Pick<MapBlock, 'kind' | 'texture'>): string | undefined {
  if (block.kind === 'fault') return 'hazard';
  if (block.kind === 'lost') return 'hazard-narrow';
  return block.texture;
}

const WITHOUT_SPINE: ReadonlySet<BlockKind> = new Set(['free', 'disabled', 'unknown', 'other']);

/** The painted part of a block: fill, texture, spine, outline. Also the swatches of the key. */
function paintBlock(
  block: Pick<MapBlock, 'kind' | 'texture' | 'guess'>,
  box: Box,
  palette: MapPalette,
  outlined: boolean,
): Shape[] {
  const paint = palette.blocks[block.kind];
  const texture = textureOf(block);
  const inner = { x: box.x + 0.5, y: box.y + 0.5, width: box.width - 1, height: box.height - 1 };
  if (block.kind === 'disabled')
    return [rect(inner, { fill: paint.fill, stroke: paint.hue, 'stroke-dasharray': '4 3', rx: 2 })];
  if (block.kind === 'unknown')
    return [
      rect(outlined ? inner : box, {
        fill: 'url(#unknown)',
        rx: 2,
        ...(outlined && { stroke: paint.hue, 'stroke-dasharray': '1 2' }),
      }),
    ];
  if (block.kind === 'fault')
    return [
      rect(box, { fill: 'url(#hazard)', rx: 2 }),
      rect(
        { x: box.x + 1, y: box.y + 1, width: box.width - 2, height: box.height - 2 },
        { fill: 'none', stroke: palette.text, 'stroke-width': 1.5, rx: 2 },
      ),
    ];
  const shapes = [
    outlined
      ? rect(inner, { fill: paint.fill, stroke: paint.hue, rx: 2 })
      : rect(box, { fill: paint.fill, rx: 2 }),
  ];
  if (texture)
    shapes.push(
      rect({ x: box.x + 3, y: box.y, width: 8, height: box.height }, { fill: `url(#${texture})` }),
    );
  if (!WITHOUT_SPINE.has(block.kind))
    shapes.push(
      rect({ x: box.x, y: box.y, width: 3, height: box.height }, { fill: paint.spine, rx: 1 }),
    );
  if (block.guess)
    shapes.push(
      rect(
        { x: box.x + 0.75, y: box.y + 0.75, width: box.width - 1.5, height: box.height - 1.5 },
        {
          fill: 'none',
          stroke: paint.hue,
          'stroke-width': 1.25,
          'stroke-dasharray': '3 2.5',
          rx: 2,
        },
      ),
    );
  return shapes;
}

interface LabelRequest {
  readonly name: string;
  readonly short?: string;
  readonly size: string;
  readonly paint: BlockPaint;
  /** The part of the block that nothing else covers. */
  readonly area: Box;
  readonly block: MapBlock;
  /** The parts whose owner is another one in another release. */
  readonly deltas: readonly Box[];
  /** A size may take room from the name. */
  readonly keepsSize: 'always' | 'with-room';
}

/** Name left, size right; on two lines when the block is narrow and high; never outside `area`. */
function labelBlock(pen: Pen, request: LabelRequest): Shape[] {
  const place = placeLabel(request);
  const delta = deltaShapes(pen, request, place);
  if (request.area.height < 11.5 || request.name === '') return delta;
  return [...delta, ...nameAndSize(pen, request, place)];
}

interface LabelPlace {
  readonly left: number;
  /** From `left` on, in pixels. */
  readonly room: number;
  readonly style: TextStyle;
  /** Whether the texture fills the block, so that text needs a plate behind it. */
  readonly isHatched: boolean;
  readonly deltaBelow: boolean;
  /** Pixels at the right that the Δ takes. */
  readonly deltaWidth: number;
}

function placeLabel({ area, block, deltas }: LabelRequest): LabelPlace {
  const texture = textureOf(block);
  const isHatched = texture === 'hazard';
  const indent = texture && !isHatched && block.kind !== 'disabled' ? 17 : 9;
  const isQuiet = block.kind === 'free' || block.kind === 'other' || block.kind === 'unknown';
  const deltaBelow = deltas.length > 0 && !block.differsAt && area.height >= 34;
  const deltaWidth = deltas.length > 0 && !deltaBelow ? 14 : 0;
  return {
    left: area.x + indent,
    room: area.width - indent - 7 - deltaWidth,
    style: isQuiet || area.height < 14 ? SMALL : NAME,
    isHatched,
    deltaBelow,
    deltaWidth,
  };
}

/** The signs that another release has another owner here; a line tells how far, where it is not all of the block. */
function deltaShapes(pen: Pen, { block, deltas }: LabelRequest, place: LabelPlace): Shape[] {
  return deltas.flatMap((box) => {
    const { x, y, width, height } = box;
    const extent = block.differsAt
      ? [
          rect(
            { x: x + width - 2, y: y + 1, width: 2, height: height - 2 },
            { fill: pen.palette.xen },
          ),
        ]
      : [];
    if (height < 12) return extent;
    const sign = write(
      pen,
      'Δ',
      { size: 11, weight: 'bold' },
      {
        x: x + width - 6,
        y: place.deltaBelow ? y + height - 5 : y + height / 2 + 4,
        anchor: 'end',
        fill: pen.palette.xen,
        inside: box,
      },
    );
    return place.isHatched && place.deltaBelow
      ? [plate(pen, x + width - 14, y + height - 5, 8), sign]
      : [...extent, sign];
  });
}

function nameAndSize(pen: Pen, request: LabelRequest, place: LabelPlace): Shape[] {
  const { height } = request.area;
  const { room, style, deltaBelow } = place;
  const warning = request.block.kind === 'fault' || request.block.kind === 'lost' ? '⚠ ' : '';
  const name = warning + request.name;
  const hasSize = request.size !== '';
  const sizeWidth = hasSize ? pen.measure(request.size, SMALL) : 0;
  const fits = pen.measure(name, style) + sizeWidth + 12 <= room;
  const onTwoLines = height >= 33 && hasSize && !fits;
  const showsSize =
    hasSize &&
    sizeWidth <= room - (deltaBelow ? 14 : 0) &&
    (onTwoLines || fits || (request.keepsSize === 'always' && room > sizeWidth + 44));
  const nameRoom = onTwoLines || !showsSize ? room : room - sizeWidth - 10;
  let text = fitText(name, nameRoom, style, pen.measure);
  if (text !== name && request.short !== undefined)
    text = fitText(warning + request.short, nameRoom, style, pen.measure);
  const base = request.area.y + baseOf(height, style, onTwoLines, deltaBelow);
  return [
    ...(text === '' ? [] : nameShapes(pen, request, place, text, base)),
    ...(showsSize ? sizeShapes(pen, request, place, base, onTwoLines ? 'below' : 'right') : []),
  ];
}

/** The base line of the name, from the block's top, in pixels. */
function baseOf(
  height: number,
  style: TextStyle,
  onTwoLines: boolean,
  deltaBelow: boolean,
): number {
  if (onTwoLines) return Math.min(height / 2 - 3, 16);
  if (height > 44) return 17;
  return deltaBelow ? 14 : height / 2 + style.size * 0.34;
}

function nameShapes(
  pen: Pen,
  { area, block, paint }: LabelRequest,
  { left, style, isHatched }: LabelPlace,
  text: string,
  y: number,
): Shape[] {
  const name = write(pen, text, style, {
    x: left,
    y,
    fill: isHatched ? pen.palette.text : paint.name,
    inside: area,
    ...(block.kind === 'disabled' && { struck: true as const }),
    ...(block.kind === 'unknown' && { italic: true as const }),
  });
  return isHatched ? [plate(pen, left, y, pen.measure(text, style)), name] : [name];
}

function sizeShapes(
  pen: Pen,
  { area, paint, size }: LabelRequest,
  { left, deltaWidth, isHatched }: LabelPlace,
  nameBase: number,
  where: 'below' | 'right',
): Shape[] {
  const isBelow = where === 'below';
  const x = isBelow ? left : area.x + area.width - 6 - deltaWidth;
  const y = isBelow ? nameBase + 14 : nameBase;
  const shape = write(pen, size, SMALL, {
    x,
    y,
    ...(!isBelow && { anchor: 'end' as const }),
    fill: isHatched ? pen.palette.text : paint.size,
    inside: area,
  });
  if (!isHatched) return [shape];
  const width = pen.measure(size, SMALL);
  return [plate(pen, isBelow ? left : x - width, y, width), shape];
}

function blockBox(pen: Pen, lane: LaneBox, range: MapRange): Box {
  const { top, bottom } = spanInPixels(pen.layout, range);
  return { x: lane.x, y: top, width: lane.width, height: Math.max(2, bottom - top - 1) };
}

function isNear(pen: Pen, range: MapRange): boolean {
  const { top, bottom } = spanInPixels(pen.layout, range);
  return bottom >= pen.window.top && top <= pen.window.bottom;
}

/** What a model is asked for at every drawing, kept as long as the model. */
const treeRanges = new WeakMap<MapModel, ReadonlySet<number>>();
const tops = new WeakMap<MapModel, Int32Array>();

/** The ranges the Devicetree lane has a size for, each as one number. */
function rangesOfTree(model: MapModel): ReadonlySet<number> {
  let ranges = treeRanges.get(model);
  if (!ranges) {
    const tree = model.lanes.find((lane) => lane.id === 'devicetree');
    ranges = new Set(tree?.blocks.map((block) => rangeNumber(model, block)));
    treeRanges.set(model, ranges);
  }
  return ranges;
}

function rangeNumber(model: MapModel, range: MapRange): number {
  return range.from * model.edges.length + range.to;
}

/** For each segment of the Devicetree lane the block on top, or -1 under a collision. */
function topBlocks(model: MapModel, lane: MapLane): Int32Array {
  const known = tops.get(model);
  if (known) return known;
  const top = new Int32Array(model.segments.length).fill(-2);
  for (const [index, block] of lane.blocks.entries()) top.fill(index, block.from, block.to);
  for (const collision of model.collisions) top.fill(-1, collision.from, collision.to);
  tops.set(model, top);
  return top;
}

/** The first visible piece of a block that can hold a label, else its highest one. */
function visiblePiece(pen: Pen, block: MapBlock, index: number, top: Int32Array): MapRange {
  let best: MapRange = { from: block.from, to: block.from };
  const pixels = (range: MapRange): number => {
    const span = spanInPixels(pen.layout, range);
    return span.bottom - span.top;
  };
  for (let from = block.from; from < block.to;) {
    if (top[from] !== index) {
      from++;
      continue;
    }
    let to = from + 1;
    while (to < block.to && top[to] === index) to++;
    const piece = { from, to };
    if (pixels(piece) > pixels(best)) best = piece;
    if (pixels(best) >= 17) return best;
    from = to;
  }
  return best;
}

function drawBlock(
  pen: Pen,
  lane: LaneBox,
  block: MapBlock,
  text: { readonly area: Box; readonly name: string; readonly size: string },
): Shape {
  const { model, palette, options } = pen;
  const key = blockKey(model, lane.lane, block);
  const box = blockBox(pen, lane, block);
  const paint = palette.blocks[block.kind];
  const sentence = describeBlock(model, lane.lane, block);
  const selected = options.selection?.key === key;
  const faded = options.matches !== undefined && !options.matches.has(key);
  const label = labelBlock(pen, {
    name: text.name,
    size: text.size,
    paint,
    area: text.area,
    block,
    deltas: (block.differsAt ?? (block.differs ? [block] : [])).map((range) =>
      block.differsAt ? blockBox(pen, lane, range) : text.area,
    ),
    keepsSize: lane.lane.id === 'devicetree' ? 'always' : 'with-room',
    ...(block.short !== undefined && { short: block.short }),
  });
  const painted = paintBlock(block, box, palette, pen.outlined);
  const opacity = faded ? { opacity: 0.3 } : {};
  if (options.purpose !== 'page')
    return group(key, opacity, [
      { tag: 'title', attributes: {}, text: sentence },
      ...painted,
      ...label,
    ]);
  // The label stands beside the option: a screen reader hears the sentence alone, in which all of it is.
  const option = group(
    'option',
    {
      class: 'block',
      role: 'option',
      'aria-label': sentence,
      'aria-selected': selected ? 'true' : 'false',
      tabindex: selected ? 0 : -1,
      'data-key': key,
    },
    painted,
  );
  const words = group('label', { 'aria-hidden': 'true', 'pointer-events': 'none' }, label);
  return group(
    key,
    { class: 'place', ...opacity },
    label.length === 0 ? [option] : [option, words],
  );
}

function drawLane(pen: Pen, lane: LaneBox, known: ReadonlySet<number>): Shape {
  const { model, options } = pen;
  const shapes: Shape[] = [];
  const isTree = lane.lane.id === 'devicetree';
  const top = isTree ? topBlocks(model, lane.lane) : undefined;
  let before: MapBlock | undefined;
  for (const [index, block] of lane.lane.blocks.entries()) {
    const previous = before;
    before = block;
    if (block.from >= block.to || !isNear(pen, block)) continue;
    const box = blockBox(pen, lane, block);
    let area = box;
    if (top) {
      const piece = visiblePiece(pen, block, index, top);
      area = blockBox(pen, lane, piece);
      if (piece.from === piece.to) area = { ...area, height: 0 };
    }
    const ditto =
      !isTree &&
      previous?.to === block.from &&
      previous.kind === block.kind &&
      previous.label === block.label &&
      previous.texture === block.texture &&
      spanInPixels(pen.layout, previous).bottom > pen.window.top;
    const region = block.region === undefined ? undefined : model.regions[block.region];
    const isKnown =
      known.has(rangeNumber(model, block)) ||
      (region !== undefined && region.from <= block.from && block.to <= region.to);
    const size =
      block.open || (block.kind === 'unknown' && !isTree) || (isKnown && !isTree)
        ? ''
        : formatSizeBriefly(bytesOf(pen, block));
    shapes.push(
      drawBlock(pen, lane, block, {
        area,
        name: ditto ? '' : block.label,
        size: ditto ? '' : size,
      }),
    );
  }
  return group(
    lane.lane.id,
    options.purpose === 'page'
      ? { role: 'listbox', 'aria-label': `${lane.lane.name}, ${lane.lane.summary}` }
      : {},
    shapes,
  );
}

/** The hazard where two or more claims of the tree share bytes. */
function drawCollisions(pen: Pen): Shape {
  const { model, palette } = pen;
  const lane = pen.layout.lanes.find((each) => each.lane.id === 'devicetree');
  const shapes: Shape[] = [];
  for (const collision of lane ? model.collisions : []) {
    if (!lane || !isNear(pen, collision)) continue;
    const box = blockBox(pen, lane, collision);
    const names = collision.regions.map((index) => model.regions[index]?.name ?? '?');
    const title = `⚠ ${names.length > 2 ? `${names.length} claims` : names.join(' × ')}`;
    const size = `${formatSizeBriefly(bytesOf(pen, collision))} ${names.length > 2 ? `${names.length} times` : 'twice'}`;
    const room = box.width - 22;
    const sizeWidth = pen.measure(size, SMALL);
    const oneLine = pen.measure(title, STRONG) + sizeWidth + 40 < box.width;
    const text = fitText(title, room, STRONG, pen.measure);
    const middle = box.y + box.height / 2;
    const left = box.x + 11;
    const base = oneLine ? middle + 4 : middle - 3.5;
    const sizePlace = oneLine
      ? { x: box.x + box.width - 11 - sizeWidth, y: base }
      : { x: left, y: middle + 12 };
    const labels = [
      plate(pen, left, base, pen.measure(text, STRONG)),
      write(pen, text, STRONG, { x: left, y: base, fill: palette.text, inside: box }),
      ...(sizeWidth <= room
        ? [
            plate(pen, sizePlace.x, sizePlace.y, sizeWidth),
            write(pen, size, SMALL, { ...sizePlace, fill: palette.text, inside: box }),
          ]
        : []),
    ];
    shapes.push(
      group(
        `collision:${model.edges[collision.from] ?? ''}-${model.edges[collision.to] ?? ''}`,
        { 'pointer-events': 'none', 'data-collision': names.join(' × ') },
        [
          rect(box, { fill: 'url(#hazard)' }),
          rect(
            { x: box.x + 1, y: box.y + 1, width: box.width - 2, height: box.height - 2 },
            { fill: 'none', stroke: palette.text, 'stroke-width': 1.5 },
          ),
          ...labels,
        ],
      ),
    );
  }
  return group('collisions', {}, shapes);
}

/** Void lanes: one area for a reader that stops and those that follow from it, the log line at the height of its cause. */
function drawStops(pen: Pen): Shape {
  const { layout, palette, options } = pen;
  const shapes: Shape[] = [];
  const top = layout.y[0] ?? 0;
  const bottom = layout.y.at(-1) ?? 0;
  for (let first = 0; first < layout.lanes.length;) {
    const box = layout.lanes[first];
    const stop = box?.lane.stop;
    if (!box || !stop) {
      first++;
      continue;
    }
    let last = first;
    while (layout.lanes[last + 1]?.lane.stop?.follows) last++;
    const end = layout.lanes[last] ?? box;
    const area = { x: box.x, y: top, width: end.x + end.width - box.x, height: bottom - top - 1 };
    const room = area.width - 22;
    const rows: (readonly [string, TextStyle])[] = [
      [fitText(stop.title, room, STRONG, pen.measure), STRONG],
      ...(stop.log ?? '')
        .split('\n')
        .flatMap((each) => wrapText(each, room, 5, LOG, pen.measure))
        .map((each) => [each, LOG] as const),
      ...wrapText(stop.detail, room, 6, SMALL, pen.measure).map((each) => [each, SMALL] as const),
    ];
    const height = rows.length * 14 + 9;
    const cause = stop.at === undefined ? top + 14 : (layout.y[stop.at] ?? top);
    const y = Math.max(top + 4, Math.min(cause - 4, bottom - height - 4));
    const sentence = [box.lane.name, stop.title, stop.log ?? '', stop.detail]
      .filter((each) => each !== '')
      .join(': ');
    shapes.push(
      group(
        `stop:${box.lane.id}`,
        options.purpose === 'page' ? { role: 'note', 'aria-label': sentence } : {},
        [
          rect(area, { fill: 'url(#stop)', stroke: palette.grid, rx: 2 }),
          rect(
            { x: area.x + 4, y, width: area.width - 8, height },
            { fill: palette.ground, rx: 2 },
          ),
          ...rows.map(([text, style], index) =>
            write(pen, text, style, {
              x: area.x + 11,
              y: y + 14 + index * 14,
              fill: style === STRONG ? palette.text : palette.dim,
              inside: area,
            }),
          ),
        ],
      ),
    );
    first = last + 1;
  }
  return group('stops', {}, shapes);
}

/** Edges with a claim to a label on the axis, the most important first. */
function axisOrder(pen: Pen): number[] {
  const { model, layout } = pen;
  const rank = new Uint8Array(model.edges.length).fill(3);
  for (const region of model.regions) rank[region.from] = Math.min(rank[region.from] ?? 3, 2);
  for (const collision of model.collisions) {
    rank[collision.from] = 1;
    rank[collision.to] = 1;
  }
  for (const bank of model.banks) {
    rank[bank.from] = 0;
    rank[bank.to] = 0;
  }
  const near: number[] = [];
  for (const [index, y] of layout.y.entries())
    if (y >= pen.window.top && y <= pen.window.bottom) near.push(index);
  return near.sort((a, b) => (rank[a] ?? 3) - (rank[b] ?? 3) || a - b);
}

const SLOT = 12;

/** Grid, ticks, and addresses at least 12 px apart. */
function drawAxis(pen: Pen): Shape {
  const { model, layout, palette } = pen;
  const slots = new Map<number, number>();
  const lines: Shape[] = [];
  const labels: Shape[] = [];
  for (const index of axisOrder(pen)) {
    const y = layout.y[index] ?? 0;
    const edge = model.edges[index] ?? '';
    const slot = Math.floor(y / SLOT);
    const isFree = [slot - 1, slot, slot + 1].every(
      (each) => Math.abs((slots.get(each) ?? -SLOT * 9) - y) >= SLOT,
    );
    lines.push(
      {
        ...line(layout.left, layout.right, y - 0.5, { stroke: palette.grid }),
        key: `grid:${edge}`,
      },
      {
        ...line(layout.left - (isFree ? 7 : 4), layout.left - 2, y - 0.5, {
          stroke: palette.dim,
          'stroke-opacity': 0.6,
        }),
        key: `tick:${edge}`,
      },
    );
    if (!isFree) continue;
    slots.set(slot, y);
    const isOpen = !model.ramKnown && index === model.edges.length - 1;
    const place = { x: layout.left - 11, y: y + 3.5, fill: palette.text, key: `at:${edge}` };
    labels.push(
      isOpen
        ? write(pen, '?', MONO, { ...place, anchor: 'end' })
        : writeAddress(pen, layout.addresses[index] ?? 0n, { ...place, dim: palette.dim }),
    );
  }
  return group('axis', { 'aria-hidden': 'true' }, [...lines, ...labels]);
}

/** Torn edges where nobody has RAM. */
function drawHoles(pen: Pen): Shape {
  const { model, layout, palette } = pen;
  const shapes: Shape[] = [];
  for (let from = 0; from < model.segments.length;) {
    if (model.segments[from] !== 'hole') {
      from++;
      continue;
    }
    let to = from + 1;
    while (model.segments[to] === 'hole') to++;
    const range = { from, to };
    from = to;
    if (!isNear(pen, range)) continue;
    const { top, bottom } = spanInPixels(layout, range);
    const tear = (y: number): string => {
      let path = '';
      for (let x = layout.left - 6, i = 0; x <= layout.right + 6; x += 7, i++)
        path += `${i === 0 ? 'M' : 'L'}${x} ${decimal(y + (i % 2 === 0 ? -2.4 : 2.4))}`;
      return path;
    };
    const stroke = { fill: 'none', stroke: palette.dim, 'stroke-opacity': 0.8 };
    shapes.push(
      group(`hole:${model.edges[range.from] ?? ''}`, { 'pointer-events': 'none' }, [
        { tag: 'path', attributes: { d: tear(top + 8), ...stroke } },
        { tag: 'path', attributes: { d: tear(bottom - 9), ...stroke } },
        write(
          pen,
          fitText(
            `${formatSizeBriefly(bytesOf(pen, range))} without RAM`,
            layout.right - layout.left - 18,
            SMALL,
            pen.measure,
          ),
          SMALL,
          { x: layout.left + 9, y: (top + bottom) / 2 + 3.5, fill: palette.dim, italic: true },
        ),
      ]),
    );
  }
  return group('holes', {}, shapes);
}

/** Tints across all lanes at the height of a collision or of RAM without pages. */
function drawTints(pen: Pen): Shape {
  const { model, layout, palette } = pen;
  const ranges = [
    ...model.collisions,
    ...layout.lanes.flatMap((box) => box.lane.blocks.filter((block) => block.kind === 'fault')),
  ];
  return group(
    'tints',
    {},
    ranges
      .filter((range) => isNear(pen, range))
      .map((range) => {
        const { top, bottom } = spanInPixels(layout, range);
        return rect(
          { x: 2, y: top, width: layout.right - 2, height: bottom - top - 1 },
          { fill: palette.errorTint },
        );
      }),
  );
}

/** The end of 32-bit DMA, where it lies inside a bank. */
function drawFourGib(pen: Pen): Shape {
  const { model, layout, palette } = pen;
  const inside = model.banks.some(
    (bank) =>
      (layout.addresses[bank.from] ?? 0n) < FOUR_GIB &&
      (layout.addresses[bank.to] ?? 0n) > FOUR_GIB,
  );
  const y = heightOf(layout, FOUR_GIB);
  if (!inside || y < pen.window.top || y > pen.window.bottom) return group('four-gib', {}, []);
  const style: TextStyle = { size: 10.5 };
  const text = '4 GiB, 32-bit DMA ends';
  const width = pen.measure(text, style);
  const shapes = [
    line(layout.left - 6, layout.right, y, { stroke: palette.warning, 'stroke-dasharray': '6 3' }),
  ];
  const room = layout.lanes[0];
  const box = { left: layout.left + 5, right: layout.left + 13 + width, top: y - 8, bottom: y + 8 };
  const isClear = !pen.texts.some((each) => overlapsBox(each, box));
  if (room && width + 20 < room.width && isClear)
    shapes.push(
      rect(
        { x: layout.left + 5, y: y - 7.5, width: width + 8, height: 15 },
        { fill: palette.ground, rx: 2 },
      ),
      write(pen, text, style, { x: layout.left + 9, y: y + 3.5, fill: palette.dim }),
    );
  return group('four-gib', { 'pointer-events': 'none' }, shapes);
}

/** Brackets over the range in which the kernel places a dynamic region; the words go into a free block inside it. */
function drawDynamic(pen: Pen): Shape {
  const { model, layout, palette } = pen;
  const tree = layout.lanes[0];
  if (!tree) return group('dynamic', {}, []);
  const stroke = {
    fill: 'none',
    stroke: palette.reserved,
    'stroke-width': 1.25,
    'stroke-dasharray': '3 2.5',
  };
  const shapes: Shape[] = [];
  const ranges = new Set<string>();
  for (const dynamic of model.dynamic) {
    const { top, bottom } = spanInPixels(layout, dynamic);
    const x = tree.x + tree.width + 3;
    if (!ranges.has(`${dynamic.from}-${dynamic.to}`))
      shapes.push({
        tag: 'path',
        attributes: { d: `M${x - 5} ${top + 2}H${x}V${bottom - 3}H${x - 5}`, ...stroke },
      });
    ranges.add(`${dynamic.from}-${dynamic.to}`);
    const words = `${dynamic.name} ${formatSizeBriefly(BigInt(dynamic.size))}, anywhere in here`;
    const text = fitText(words, tree.width - 24, SMALL, pen.measure);
    const width = pen.measure(text, SMALL);
    const right = tree.x + tree.width - 10;
    for (const block of [...tree.lane.blocks].reverse()) {
      if (block.kind !== 'free' || block.from < dynamic.from || block.to > dynamic.to) continue;
      if (!isNear(pen, block)) continue;
      const box = blockBox(pen, tree, block);
      const placed = [34, 50, 66].map((down) => ({
        left: right - width - 4,
        right: right + 4,
        top: box.y + down - 11,
        bottom: box.y + down + 4,
      }));
      const place = placed.find(
        (each) =>
          each.bottom < box.y + box.height && !pen.texts.some((other) => overlapsBox(each, other)),
      );
      if (!place || text === '') continue;
      const y = place.top + 11;
      shapes.push(
        rect(
          { x: place.left, y: place.top, width: width + 8, height: 15 },
          { fill: palette.ground, rx: 2 },
        ),
        write(pen, text, SMALL, { x: right, y, anchor: 'end', fill: palette.text }),
      );
      break;
    }
  }
  return group('dynamic', { 'pointer-events': 'none' }, shapes);
}

const SEVERITY_ORDER = { error: 0, warning: 1, information: 2, hint: 3 } as const;

/** Errors of the switched system under a release: those that name it, and those that hold for every reader. */
export function errorsUnder(model: MapModel, release: string): number {
  const shown = notesShown(model, release);
  const general = shown.filter((note) => note.targets.length === 0 && note.severity === 'error');
  return general.length + countNotes(model, shown, release, 'error');
}

/** Findings that hold under the chosen release (or for every reader), the gravest first; hints only on request. */
export function notesShown(model: MapModel, release: string | undefined): readonly MapNote[] {
  const said = new Set<string>();
  return model.notes
    .filter(
      (note) =>
        note.severity !== 'hint' &&
        (note.targets.length === 0 ||
          note.targets.some((target) => isAbout(target, release, model.system))),
    )
    .sort((a, b) => SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity])
    .filter((note) => {
      // A rule may say the same of the same bytes at each party, and at the override of either.
      const parties = [...note.regions].sort((a, b) => a - b).join();
      const key = `${note.rule} ${note.range?.from ?? ''}-${note.range?.to ?? ''} ${parties}`;
      const isNew = note.range === undefined || !said.has(key);
      said.add(key);
      return isNew;
    });
}

interface PlacedNote {
  readonly note: MapNote;
  readonly title: readonly string[];
  readonly text: readonly string[];
  readonly y: number;
  readonly height: number;
  top: number;
}

const NOTE_LINE = 16;
/** More notes of one rule than this, below warnings, stand as one. */
const ALIKE = 2;

/** The notes with a place; of many alike the first speaks for all. */
function marginNotes(notes: readonly MapNote[]): MapNote[] {
  const placed = notes.filter((note) => note.range !== undefined);
  return placed.flatMap((note) => {
    const alike = placed.filter((each) => each.rule === note.rule);
    const isQuiet = note.severity === 'information' || note.severity === 'hint';
    if (!isQuiet || alike.length <= ALIKE) return [note];
    if (alike[0] !== note) return [];
    return [{ ...note, text: `${note.text} (and ${alike.length - 1} more like it)` }];
  });
}

/** Sidenotes: beside the place they are about, pushed apart, tied by a bracket and a thin curve. */
function drawNotes(pen: Pen): Shape {
  const { model, layout, options } = pen;
  const margin = layout.notes;
  if (!margin) return group('notes', {}, []);
  const room = margin.width - 12;
  const shown = marginNotes(notesShown(model, layout.release));
  const placed: PlacedNote[] = [];
  let used = 0;
  for (const note of shown) {
    const title = wrapText(note.title, room, 2, STRONG, pen.measure);
    const text = wrapText(note.text, room, 5, NAME, pen.measure);
    const height = (title.length + text.length) * NOTE_LINE + 4;
    if (used + height > layout.contentHeight - 16) continue;
    used += height + 10;
    const { top, bottom } = spanInPixels(layout, note.range ?? { from: 0, to: 0 });
    placed.push({ note, title, text, y: (top + bottom) / 2, height, top: 0 });
  }
  placed.sort((a, b) => a.y - b.y);
  let from = 6;
  for (const each of placed) {
    each.top = Math.max(from, each.y - each.height / 2);
    from = each.top + each.height + 10;
  }
  let until = Math.max(layout.contentHeight, layout.paneHeight) - 4;
  for (const each of [...placed].reverse()) {
    each.top = Math.min(each.top, until - each.height);
    until = each.top - 10;
  }
  return group(
    'notes',
    {},
    placed
      .filter((each) => each.top + each.height >= pen.window.top && each.top <= pen.window.bottom)
      .map((each) => drawNote(pen, each, margin, options)),
  );
}

function drawNote(
  pen: Pen,
  placed: PlacedNote,
  margin: { readonly x: number; readonly width: number },
  options: DrawOptions,
): Shape {
  const { layout, palette } = pen;
  const { note, title, text, top, height } = placed;
  const span = spanInPixels(layout, note.range ?? { from: 0, to: 0 });
  const colour =
    note.severity === 'error'
      ? palette.error
      : note.severity === 'warning'
        ? palette.warning
        : palette.dim;
  const edge = layout.right + 4;
  const middle = (span.top + span.bottom) / 2;
  const path =
    `M${edge} ${span.top + 1}H${edge + 4}V${span.bottom - 2}H${edge}` +
    `M${edge + 4} ${decimal(middle)}C${edge + 16} ${decimal(middle)} ${edge + 12} ${decimal(top + 10)} ${margin.x} ${decimal(top + 10)}`;
  const x = margin.x + 9;
  return group(
    `note:${note.id}`,
    options.purpose === 'page'
      ? { class: 'note', 'data-note': note.id, 'aria-hidden': 'true' }
      : {},
    [
      { tag: 'path', attributes: { d: path, fill: 'none', stroke: colour, 'stroke-opacity': 0.8 } },
      rect(
        { x: margin.x, y: top, width: margin.width, height },
        { fill: palette.ground, 'fill-opacity': 0 },
      ),
      rect({ x: margin.x, y: top, width: 2, height }, { fill: colour }),
      ...title.map((each, index) =>
        write(pen, each, STRONG, { x, y: top + 13 + index * NOTE_LINE, fill: palette.text }),
      ),
      ...text.map((each, index) =>
        write(pen, each, NAME, {
          x,
          y: top + 13 + (title.length + index) * NOTE_LINE,
          fill: palette.dim,
        }),
      ),
    ],
  );
}

/** How a lane's head is written: its name on one line, on a line for each word, or upright, so that it is never cut. */
interface Head {
  readonly box: LaneBox;
  readonly form: 'line' | 'lines' | 'upright';
  readonly lines: readonly string[];
  /** Pixels that the name takes above the last row. */
  readonly height: number;
}

const HEAD_LINE = 14;
/** The last row of a head, with the summary, and the space around both. */
const HEAD_REST = 27;
/** A summary with less room is left out: its beginning alone says nothing. */
const LEAST_SUMMARY = 56;

function headOf(box: LaneBox, measure: MeasureText): Head {
  const { name, differs } = box.lane;
  const words = name.split(' ');
  const longest = Math.max(...words.map((word) => measure(word, headStyle)));
  if (measure(name, headStyle) + (differs ? 16 : 0) <= box.width)
    return { box, form: 'line', lines: [name], height: HEAD_LINE };
  if (longest <= box.width && words.length <= 3)
    return { box, form: 'lines', lines: words, height: HEAD_LINE * words.length };
  return { box, form: 'upright', lines: [name], height: Math.ceil(measure(name, headStyle)) + 2 };
}

function drawHeads(pen: Pen): { readonly shape: Shape; readonly height: number } {
  const { layout, palette, options } = pen;
  const heads = layout.lanes.map((box) => headOf(box, pen.measure));
  const height = HEAD_REST + Math.max(HEAD_LINE, ...heads.map((head) => head.height));
  const strip = layout.stripWidth - (options.scrollLeft ?? 0);
  const room = layout.stripWidth + layout.left - 24;
  const toScale = options.scrollLeft ? '' : fitText('to scale', room, SMALL, pen.measure);
  const shape = group('heads', { 'font-family': pen.uiFont }, [
    write(pen, toScale, SMALL, { x: 10, y: height - 12, fill: palette.dim, key: 'scale' }),
    ...heads.map((head) =>
      group(`head:${head.box.lane.id}`, {}, drawHead(pen, head, strip + head.box.x, height)),
    ),
  ]);
  return { shape, height };
}

function drawHead(pen: Pen, { box, form, lines }: Head, x: number, height: number): Shape[] {
  const { palette } = pen;
  const { lane, width } = box;
  const fill = palette.text;
  const base = height - 23;
  const names =
    form === 'upright'
      ? [upright(pen, lane.name, { x: x + Math.min(width / 2 + 5, 16), y: base + 3, fill })]
      : lines.map((text, index) =>
          write(pen, text, headStyle, {
            x,
            y: base - HEAD_LINE * (lines.length - 1 - index),
            fill,
          }),
        );
  const deltaBelow = form !== 'line' && lane.differs !== undefined;
  const indent = deltaBelow ? 12 : 0;
  const sign = (left: number, y: number): Shape =>
    write(pen, 'Δ', { size: 11, weight: 'bold' }, { x: left, y, fill: palette.xen });
  return [
    ...names,
    ...(lane.differs === undefined
      ? []
      : deltaBelow
        ? [sign(x, height - 9)]
        : [sign(x + pen.measure(lane.name, headStyle) + 5, base)]),
    ...(width - indent < LEAST_SUMMARY
      ? []
      : [
          write(pen, fitText(lane.summary, width - indent, SMALL, pen.measure), SMALL, {
            x: x + indent,
            y: height - 9,
            fill: palette.dim,
          }),
        ]),
  ];
}

/** A name written upwards from a point. */
function upright(
  pen: Pen,
  text: string,
  { x, y, fill }: { readonly x: number; readonly y: number; readonly fill: Colour },
): Shape {
  return {
    tag: 'text',
    attributes: {
      transform: `translate(${decimal(x)} ${decimal(y)}) rotate(-90)`,
      fill,
      'font-size': headStyle.size,
      'font-weight': 600,
    },
    text,
  };
}

/** The strip drawn to scale, with ribbons to the readable axis: a logarithmic axis lies about proportion. */
function drawStrip(pen: Pen): Shape {
  const { model, layout, palette, options } = pen;
  const first = layout.addresses[0] ?? 0n;
  const last = layout.addresses.at(-1) ?? first + 1n;
  const height = layout.paneHeight;
  const scroll = options.scrollTop ?? 0;
  const whole = Number(last - first) || 1;
  const y = (edge: number): number =>
    12 + ((height - 24) * Number((layout.addresses[edge] ?? first) - first)) / whole;
  const x0 = layout.stripWidth >= 40 ? 14 : 8;
  const x1 = layout.stripWidth >= 70 ? 26 : x0 + 8;
  const right = layout.stripWidth;
  const shapes: Shape[] = [];
  const ribbon = (range: MapRange, attributes: Readonly<Record<string, string | number>>): void => {
    const { top, bottom } = spanInPixels(layout, range);
    // A ribbon that ends outside the pane says nothing, and there may be thousands.
    if (bottom < scroll - height || top > scroll + 2 * height) return;
    const a = y(range.from);
    const b = Math.max(a + 0.8, y(range.to));
    const middle = x1 + (right - x1) / 2;
    const [c, d] = [decimal(top - scroll), decimal(bottom - scroll)];
    shapes.push({
      tag: 'path',
      attributes: {
        d: `M${x1} ${decimal(a)}C${middle} ${decimal(a)} ${middle} ${c} ${right} ${c}V${d}C${middle} ${d} ${middle} ${decimal(b)} ${x1} ${decimal(b)}Z`,
        ...attributes,
      },
    });
  };
  const bar = (range: MapRange, fill: Colour, least: number, wider: number): void => {
    shapes.push(
      rect(
        {
          x: x0 - wider,
          y: y(range.from),
          width: x1 - x0 + wider,
          height: Math.max(least, y(range.to) - y(range.from)),
        },
        { fill },
      ),
    );
  };
  for (const bank of model.banks) {
    if (!bank.enabled) continue;
    ribbon(bank, { fill: palette.ribbon });
    bar(bank, palette.strip, 1, 0);
  }
  if (!model.ramKnown) bar({ from: 0, to: model.segments.length }, palette.ribbon, 1, 0);
  let before = -9;
  let bars = '';
  for (const region of model.regions) {
    if (!region.enabled || region.kind === 'module' || region.kind === 'dynamic') continue;
    const at = y(region.from);
    // Ribbons closer than a pixel are one ribbon to the eye.
    if (at - before < 0.8 && model.regions.length > 300) continue;
    before = at;
    ribbon(region, { fill: palette.reservedRibbon, 'fill-opacity': 0.8 });
    const deep = Math.max(1, y(region.to) - at);
    bars += `M${x0} ${decimal(at)}H${x1}V${decimal(at + deep)}H${x0}Z`;
  }
  shapes.push({ tag: 'path', key: 'reserved', attributes: { d: bars, fill: palette.reserved } });
  for (const range of faultRanges(pen)) {
    ribbon(range, { fill: palette.errorRibbon });
    bar(range, palette.error, 2, 4);
  }
  if (options.selection) {
    ribbon(options.selection, { fill: 'none', stroke: palette.focus, 'stroke-width': 1.5 });
    bar(options.selection, palette.focus, 2, 0);
  }
  if (layout.contentHeight > height + 20) {
    const edgeAt = (pixels: number): number => {
      const address = addressAt(layout, pixels);
      return 12 + ((height - 24) * Number(address - first)) / whole;
    };
    shapes.push({
      tag: 'path',
      attributes: {
        d: `M${x0 - 3} ${decimal(edgeAt(scroll + 1))}H${x0 - 6}V${decimal(edgeAt(scroll + height))}H${x0 - 3}`,
        fill: 'none',
        stroke: palette.dim,
      },
    });
  }
  return group('strip', { 'aria-hidden': 'true' }, shapes);
}

/** Collisions of the tree, and ranges a shown reader takes for RAM without pages. */
function faultRanges(pen: Pen): MapRange[] {
  return [
    ...pen.model.collisions,
    ...pen.layout.lanes.flatMap((box) => box.lane.blocks.filter((block) => block.kind === 'fault')),
  ];
}

/** A line through all lanes with the exact address on the axis. */
export function drawHairline(
  drawing: Pick<Drawing, 'layout'>,
  options: DrawOptions,
  address: bigint,
  mark: 'pointer' | 'pin',
): Shape {
  const pen = penFor(drawing.layout, options, undefined);
  const y = Math.round(heightOf(pen.layout, address));
  const { palette, layout } = pen;
  const isPin = mark === 'pin';
  const fill = isPin ? palette.error : palette.text;
  const on = isPin ? palette.onError : palette.onText;
  return group(mark, { 'pointer-events': 'none', 'font-family': pen.uiFont }, [
    line(layout.left - 4, layout.right, y - 0.5, {
      stroke: fill,
      'stroke-width': isPin ? 1.5 : 1,
      ...(isPin ? {} : { 'stroke-dasharray': '1 2', 'stroke-opacity': 0.7 }),
    }),
    rect({ x: 0, y: y - 8, width: layout.left - 4, height: 16 }, { fill, rx: 3 }),
    writeAddress(pen, address, { x: layout.left - 11, y: y + 3.5, fill: on, dim: on }),
  ]);
}

/** Selection, pin, and the labels of blocks whose top is scrolled away. */
function drawMarks(pen: Pen, drawing: Pick<Drawing, 'layout'>): Shape {
  const { layout, palette, options } = pen;
  const shapes: Shape[] = [];
  const { selection, pin } = options;
  const box = selection && layout.lanes.find((each) => each.lane.id === selection.lane);
  if (selection) {
    const { top, bottom } = spanInPixels(layout, selection);
    for (const y of [top, bottom])
      shapes.push(
        line(layout.left - 4, layout.right, y - 0.5, {
          stroke: palette.focus,
          'stroke-opacity': 0.75,
        }),
      );
    if (box)
      shapes.push(
        rect(
          { x: box.x, y: top, width: box.width, height: Math.max(2, bottom - top - 1) },
          { fill: 'none', stroke: palette.focus, 'stroke-width': 2, rx: 2 },
        ),
      );
  }
  const scroll = options.scrollTop ?? 0;
  if (scroll > 0) for (const lane of layout.lanes) shapes.push(...stickyLabel(pen, lane, scroll));
  if (pin !== undefined) shapes.push(drawHairline(drawing, options, pin, 'pin'));
  return group(
    'marks',
    {
      ...(options.purpose === 'page' && { class: 'marks' }),
      'pointer-events': 'none',
      'font-family': pen.uiFont,
    },
    shapes,
  );
}

/** The label of a tall block again at the pane's upper edge, once its own has gone. */
function stickyLabel(pen: Pen, lane: LaneBox, scroll: number): Shape[] {
  const { layout, palette, model } = pen;
  const block = lane.lane.blocks.find((each) => {
    const { top, bottom } = spanInPixels(layout, each);
    return top + 14 < scroll && bottom > scroll + 30;
  });
  if (!block || model.collisions.some((each) => each.from < block.to && block.from < each.to))
    return [];
  const paint = palette.blocks[block.kind];
  const area = { x: lane.x, y: scroll, width: lane.width, height: 22 };
  const style = NAME;
  const left = lane.x + (textureOf(block) && block.kind !== 'fault' ? 17 : 9);
  const text = fitText(block.label, lane.width - (left - lane.x) - 12, style, pen.measure);
  if (text === '') return [];
  return [
    rect(
      { x: left - 4, y: scroll + 3, width: pen.measure(text, style) + 8, height: 16 },
      {
        fill: block.kind === 'unknown' || block.kind === 'fault' ? palette.ground : paint.fill,
        rx: 2,
      },
    ),
    write(pen, text, style, { x: left, y: scroll + 15, fill: paint.name, inside: area }),
  ];
}

interface KeyEntry {
  readonly swatch: Pick<MapBlock, 'kind' | 'texture' | 'guess'> | 'delta';
  readonly word: string;
}

/** Only the marks that are on screen, with a word each. */
function keyEntries(pen: Pen): KeyEntry[] {
  const { layout, model } = pen;
  const shown = layout.lanes.flatMap((box) =>
    box.lane.blocks.filter((block) => isNear(pen, block)),
  );
  const has = (test: (block: MapBlock) => boolean): boolean => shown.some(test);
  const differs = new Set(
    shown
      .flatMap((block) => block.differs ?? [])
      .concat(layout.lanes.flatMap((box) => box.lane.differs ?? [])),
  );
  const entries: (KeyEntry | undefined)[] = [
    has((block) => block.kind === 'fault') || model.collisions.length > 0
      ? {
          swatch: { kind: 'fault' },
          word: model.collisions.length > 0 ? 'two owners' : 'RAM without pages',
        }
      : undefined,
    has((block) => block.kind === 'lost')
      ? { swatch: { kind: 'lost' }, word: 'owner lost' }
      : undefined,
    has((block) => block.kind === 'reserved' && block.texture === 'no-map')
      ? { swatch: { kind: 'reserved', texture: 'no-map' }, word: 'no-map' }
      : undefined,
    has((block) => block.kind === 'told')
      ? { swatch: { kind: 'told', texture: 'no-map' }, word: 'listed as RAM but reserved' }
      : undefined,
    has((block) => block.kind === 'disabled')
      ? { swatch: { kind: 'disabled' }, word: 'disabled' }
      : undefined,
    differs.size > 0
      ? { swatch: 'delta', word: `differs in ${[...differs].map(branchOf).join(', ')}` }
      : undefined,
    has((block) => block.kind === 'reserved' && block.texture === undefined)
      ? { swatch: { kind: 'reserved' }, word: 'reserved' }
      : undefined,
    has((block) => block.texture === 'reusable')
      ? { swatch: { kind: 'reserved', texture: 'reusable' }, word: 'reusable' }
      : undefined,
    has((block) => block.kind === 'heap')
      ? { swatch: { kind: 'heap' }, word: `${systemName(model)} heap`.trim() }
      : undefined,
    has((block) => block.kind === 'unknown')
      ? { swatch: { kind: 'unknown' }, word: 'not known' }
      : undefined,
  ];
  return entries.flatMap((entry) => entry ?? []);
}

function drawKey(pen: Pen): Shape {
  const { palette } = pen;
  const shapes: Shape[] = [];
  let x = 14;
  for (const { swatch, word } of keyEntries(pen)) {
    const width = pen.measure(word, SMALL);
    if (x + 26 + width > pen.options.width - 8) break;
    shapes.push(
      ...(swatch === 'delta'
        ? [write(pen, 'Δ', { size: 12, weight: 'bold' }, { x: x + 6, y: 17, fill: palette.xen })]
        : paintBlock(swatch, { x, y: 7, width: 20, height: 12 }, palette, pen.outlined)),
      write(pen, word, SMALL, { x: x + 26, y: 17, fill: palette.dim }),
    );
    x += 26 + width + 14;
  }
  return group('key', { 'font-family': pen.uiFont, 'aria-hidden': 'true' }, shapes);
}

function penFor(layout: MapLayout, options: DrawOptions, model: MapModel | undefined): Pen {
  const scroll = options.scrollTop ?? 0;
  const near = options.extent === 'near';
  return {
    model: model ?? NOTHING,
    layout,
    palette: options.palette,
    options,
    measure: options.measure ?? estimateTextWidth,
    uiFont: options.uiFont ?? UI_FONT,
    monoFont: options.monoFont ?? MONO_FONT,
    outlined:
      options.palette.kind === 'high-contrast' || options.palette.kind === 'high-contrast-light',
    window: near
      ? { top: scroll - options.height, bottom: scroll + 2 * options.height }
      : { top: -Infinity, bottom: Infinity },
    texts: [],
  };
}

const NOTHING: MapModel = {
  title: '',
  file: '',
  edges: [],
  segments: [],
  banks: [],
  regions: [],
  dynamic: [],
  collisions: [],
  lanes: [],
  releases: [],
  notes: [],
  ramKnown: true,
};

/**
 * Draws a model. Deterministic: equal input gives equal output, and nothing is measured but through `options.measure`.
 * The parts are shapes with keys, so that a page can patch what changed; `writeMap` makes one file of them.
 */
export function drawMap(model: MapModel, options: DrawOptions): Drawing {
  const measure = options.measure ?? estimateTextWidth;
  const layout = options.layout ?? layOutMap(model, { ...options, measure });
  const pen = penFor(layout, options, model);
  const tints = drawTints(pen);
  const axis = drawAxis(pen);
  const holes = drawHoles(pen);
  const lanes = layout.lanes.map((lane) => drawLane(pen, lane, rangesOfTree(model)));
  const body = group('body', { 'font-family': pen.uiFont }, [
    tints,
    axis,
    holes,
    group(
      'lanes',
      options.purpose === 'page'
        ? {
            role: 'group',
            'aria-label': 'Memory map: one column per reader, addresses grow downwards',
          }
        : {},
      lanes,
    ),
    drawStops(pen),
    drawCollisions(pen),
    drawFourGib(pen),
    drawDynamic(pen),
    drawNotes(pen),
  ]);
  const heads = drawHeads({ ...pen, texts: [] });
  return {
    layout,
    patterns: drawPatterns(options.palette),
    heads: heads.shape,
    strip: drawStrip(pen),
    body,
    marks: drawMarks({ ...pen, texts: [] }, { layout }),
    key: drawKey({ ...pen, texts: [] }),
    headHeight: heads.height,
    keyHeight: KEY_HEIGHT,
    texts: pen.texts,
  };
}

/** Only the parts that change while scrolling or selecting, for a layout that was drawn before. */
export function drawStandingParts(
  model: MapModel,
  layout: MapLayout,
  options: DrawOptions,
): Pick<Drawing, 'heads' | 'strip' | 'marks'> {
  const pen = penFor(layout, options, model);
  return {
    heads: drawHeads(pen).shape,
    strip: drawStrip(pen),
    marks: drawMarks(pen, { layout }),
  };
}

/** The whole picture as one SVG file that opens alone: title, heads, map, margin and key, all colours written out. */
export function writeMap(
  model: MapModel,
  options: Omit<DrawOptions, 'extent' | 'scrollTop' | 'purpose'>,
): string {
  const drawing = drawMap(model, { ...options, extent: 'whole', purpose: 'image' });
  const { layout, headHeight, keyHeight } = drawing;
  const { palette } = options;
  const height = Math.max(layout.contentHeight, model.edges.length === 0 ? 60 : 0);
  const titleHeight = 26;
  const measure = options.measure ?? estimateTextWidth;
  // The strip runs along the whole picture, not along a pane.
  const pen = penFor({ ...layout, paneHeight: height }, options, model);
  const release = layout.release === undefined ? '' : `, ${nameReleases(model, [layout.release])}`;
  const title = fitText(`${model.title}${release}`, options.width - 28, STRONG, measure);
  const down = (by: number, right: number, shapes: readonly Shape[]): Shape => ({
    tag: 'g',
    attributes: { transform: `translate(${right} ${by})` },
    children: shapes,
  });
  const total = titleHeight + headHeight + height + keyHeight;
  return writeShape({
    tag: 'svg',
    attributes: {
      xmlns: 'http://www.w3.org/2000/svg',
      width: options.width,
      height: total,
      viewBox: `0 0 ${options.width} ${decimal(total)}`,
      'font-family': pen.uiFont,
      role: 'img',
      'aria-label': `Memory map of ${model.title}${release}`,
    },
    children: [
      drawing.patterns,
      rect({ x: 0, y: 0, width: options.width, height: total }, { fill: palette.ground }),
      write(pen, title, STRONG, { x: 14, y: 18, fill: palette.text }),
      down(titleHeight, 0, [drawing.heads]),
      line(0, options.width, titleHeight + headHeight - 0.5, { stroke: palette.rule }),
      down(titleHeight + headHeight, 0, [
        model.edges.length === 0
          ? write(pen, model.empty ?? '', NAME, { x: 14, y: 30, fill: palette.dim })
          : drawStrip(pen),
      ]),
      down(titleHeight + headHeight, layout.stripWidth, [drawing.body, drawing.marks]),
      line(0, options.width, total - keyHeight - 0.5, { stroke: palette.rule }),
      down(total - keyHeight, 0, [drawing.key]),
    ],
  });
}

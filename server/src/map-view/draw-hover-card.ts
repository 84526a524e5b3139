// Draws the hover card's picture: a region and its neighbours on one line, one bar per reader.

import type { Colour } from './colour.ts';
import { lanesShown, chosenRelease } from './lay-out-map.ts';
import type { BlockKind, MapRange, MapModel } from './map-model.ts';
import { decimal, group, rect, writeShape, type Shape } from './shape.ts';
import { estimateTextWidth, fitText, type TextStyle } from './text-width.ts';

// A hover is shown as an image, which knows neither theme nor font: mid tones that stand out from dark and light alike.
const GREY = '#858585';
const ORANGE = '#b3731c';
const PURPLE = '#9a6cc4';
const BLUE = '#2f80d8';
const GREEN = '#3d9448';
const RED = '#e0483f';

const HUES: Readonly<Record<BlockKind, readonly [Colour, number]>> = {
  free: [GREY, 0.3],
  other: [GREY, 0.3],
  unknown: [GREY, 0.15],
  disabled: [GREY, 0],
  loaded: [GREY, 0.8],
  reserved: [ORANGE, 1],
  told: [ORANGE, 1],
  shared: [ORANGE, 0.7],
  xen: [PURPLE, 1],
  module: [PURPLE, 0.75],
  heap: [PURPLE, 0.45],
  dom0: [BLUE, 1],
  domU1: [BLUE, 0.7],
  domU2: [GREEN, 0.8],
  domU3: [PURPLE, 0.7],
  linux: [GREEN, 0.45],
  fault: [RED, 1],
  lost: [RED, 1],
};

const BAR = 11;
const STEP = 14;
const TOP = 4;

/** By what the image stands on, the colour of its text; without a theme one that can be read on both. */
const INKS = { dark: '#cccccc', light: '#3b3b3b', any: '#808080' } as const;
const LABEL: TextStyle = { size: 11 };
/** The widest label, in px: domains may have long names. */
const WIDEST_LABEL = 110;
const GUTTER = 8;

export interface HoverCard {
  /** About 2 kB of SVG. */
  readonly svg: string;
  /** The bars' readers, top to bottom: their labels, for those who do not see the picture. */
  readonly readers: readonly string[];
}

/** The region and one neighbour on each side: the edges between them, without torn holes. */
function windowAround(model: MapModel, region: MapRange): MapRange {
  const isHole = (segment: number): boolean => (model.segments[segment] ?? 'hole') === 'hole';
  const tree = model.lanes[0]?.blocks ?? [];
  let { from, to } = region;
  for (const block of tree) {
    if (block.from < region.from && block.to > region.from) from = Math.min(from, block.from);
    if (block.from < region.to && block.to > region.to) to = Math.max(to, block.to);
  }
  if (from > 0 && !isHole(from - 1))
    from = Math.min(from - 1, ...tree.filter((each) => each.to === from).map((each) => each.from));
  if (to < model.segments.length && !isHole(to))
    to = Math.max(to + 1, ...tree.filter((each) => each.from === to).map((each) => each.to));
  return { from, to };
}

/**
 * The card for a range of the model (a region's, usually), `width` px wide: a bar for each reader behind its name. Undefined
 * when the model is empty. Fixed colours with at least 3:1 on `#1f1f1f` and on white; `theme`: what the names are to be read on.
 */
export function drawHoverCard(
  model: MapModel,
  region: MapRange,
  options: {
    readonly width?: number;
    readonly release?: string;
    readonly theme?: 'dark' | 'light';
  } = {},
): HoverCard | undefined {
  if (region.from >= region.to || model.edges.length === 0) return undefined;
  const width = options.width ?? 420;
  const index = model.regions.findIndex((each) => each === region);
  const release = chosenRelease(model, options.release, index < 0 ? undefined : index);
  const lanes = lanesShown(model, release === undefined ? {} : { release });
  const shown = windowAround(model, region);
  const edges = model.edges.slice(shown.from, shown.to + 1).map((edge) => BigInt(edge));
  const weights = edges.slice(1).map((edge, index) => {
    const pages = Number(edge - (edges[index] ?? 0n)) / 4096;
    return 8 + 3 * Math.log2(Math.max(1, pages));
  });
  const total = weights.reduce((sum, each) => sum + each, 0) || 1;
  const labels = lanes.map(({ name }) => fitText(name, WIDEST_LABEL, LABEL, estimateTextWidth));
  const widths = labels.map((label) => estimateTextWidth(label, LABEL));
  const left = Math.ceil(Math.max(...widths, 0)) + GUTTER;
  const x: number[] = [left + 0.5];
  for (const weight of weights) x.push((x.at(-1) ?? 0) + (weight / total) * (width - left - 1));
  const at = (edge: number): number =>
    x[Math.max(0, Math.min(x.length - 1, edge - shown.from))] ?? 0;
  const shapes: Shape[] = [];
  const bar = (range: MapRange, row: number, attributes: Record<string, string | number>): void => {
    const left = at(range.from);
    const right = at(range.to);
    if (right - left < 0.5) return;
    shapes.push(
      rect(
        { x: left, y: TOP + row * STEP, width: Math.max(1, right - left - 1), height: BAR },
        { rx: 1.5, ...attributes },
      ),
    );
  };
  for (const [row, lane] of lanes.entries()) {
    if (lane.stop) {
      bar(shown, row, { fill: 'none', stroke: GREY, 'stroke-dasharray': '1 3' });
      continue;
    }
    for (const block of lane.blocks) {
      if (block.to <= shown.from || block.from >= shown.to) continue;
      const [hue, share] = HUES[block.kind];
      if (block.kind === 'fault') bar(block, row, { fill: 'url(#h)', stroke: RED });
      else if (block.kind === 'lost') bar(block, row, { fill: 'url(#h)' });
      else if (share === 0)
        bar(block, row, { fill: 'none', stroke: hue, 'stroke-dasharray': '3 2.5' });
      else bar(block, row, { fill: hue, ...(share < 1 && { 'fill-opacity': share }) });
    }
    if (lane.id === 'devicetree')
      for (const collision of model.collisions)
        if (collision.to > shown.from && collision.from < shown.to)
          bar(collision, row, { fill: 'url(#h)', stroke: RED });
  }
  const height = TOP + lanes.length * STEP + 3;
  const [from, to] = [at(region.from) + 0.25, at(region.to) - 0.25];
  const bracket =
    `M${decimal(from + 3)} 1H${decimal(from)}V${height - 1}H${decimal(from + 3)}` +
    `M${decimal(to - 3)} 1H${decimal(to)}V${height - 1}H${decimal(to - 3)}`;
  const hazard: Shape = {
    tag: 'defs',
    attributes: {},
    children: [
      {
        tag: 'pattern',
        attributes: {
          id: 'h',
          width: 6,
          height: 6,
          patternUnits: 'userSpaceOnUse',
          patternTransform: 'rotate(-45)',
        },
        children: [
          rect({ x: 0, y: 0, width: 6, height: 6 }, { fill: '#2a0a08' }),
          rect({ x: 0, y: 0, width: 3, height: 6 }, { fill: RED }),
        ],
      },
    ],
  };
  return {
    svg: writeShape({
      tag: 'svg',
      attributes: {
        xmlns: 'http://www.w3.org/2000/svg',
        width,
        height,
        viewBox: `0 0 ${width} ${height}`,
      },
      children: [
        ...(shapes.some((each) => each.attributes.fill === 'url(#h)') ? [hazard] : []),
        group(
          'names',
          {
            fill: INKS[options.theme ?? 'any'],
            'font-family': 'system-ui, sans-serif',
            'font-size': LABEL.size,
          },
          labels.map((text, row) => ({
            tag: 'text',
            attributes: { x: 0, y: TOP + row * STEP + BAR - 2 },
            text,
          })),
        ),
        ...shapes,
        {
          tag: 'path',
          attributes: { d: bracket, fill: 'none', stroke: GREY, 'stroke-width': 1.5 },
        },
      ],
    }),
    readers: lanes.map((lane) => lane.name),
  };
}

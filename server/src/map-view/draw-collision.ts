// Draws two claims on one line with what they share, for the panel beside the map.

import { formatSizeBriefly } from '../addresses/format.ts';
import type { MapCollision, MapModel } from './map-model.ts';
import type { MapPalette } from './map-palette.ts';
import { rect, type Shape } from './shape.ts';
import { estimateTextWidth, fitText, type MeasureText } from './text-width.ts';

/** An SVG element `width` px wide; undefined when fewer than two regions collide. The pattern `hazard` must be on the page. */
export function drawCollision(
  model: MapModel,
  collision: MapCollision,
  palette: MapPalette,
  width: number,
  measure: MeasureText = estimateTextWidth,
): Shape | undefined {
  const claims = collision.regions.slice(0, 2).flatMap((index) => model.regions[index] ?? []);
  const [first, second] = claims;
  if (!first || !second) return undefined;
  const edges = [
    ...new Set(claims.flatMap((each) => [each.from, each.to]).concat(collision.from, collision.to)),
  ].sort((a, b) => a - b);
  const address = (edge: number): bigint => BigInt(model.edges[edge] ?? '0');
  const weights = edges.slice(1).map((edge, index) => {
    const pages = Number(address(edge) - address(edges[index] ?? 0)) / 4096;
    return 8 + 3 * Math.log2(Math.max(1, pages));
  });
  const total = weights.reduce((sum, each) => sum + each, 0);
  const x = new Map<number, number>([[edges[0] ?? 0, 1]]);
  for (const [index, weight] of weights.entries())
    x.set(edges[index + 1] ?? 0, (x.get(edges[index] ?? 0) ?? 1) + (weight / total) * (width - 2));
  const at = (edge: number): number => x.get(edge) ?? 0;
  const small = { size: 11 };
  const text = (words: string, left: number, y: number, fill: string): Shape => ({
    tag: 'text',
    attributes: { x: left, y, 'font-size': 11, fill },
    text: fitText(words, width - left - 2, small, measure),
  });
  const bar = (claim: (typeof claims)[number], y: number): Shape =>
    rect(
      { x: at(claim.from), y, width: at(claim.to) - at(claim.from), height: 9 },
      { fill: palette.blocks.reserved.fill, stroke: palette.reserved, rx: 1.5 },
    );
  const size = (range: { from: number; to: number }): string =>
    formatSizeBriefly(address(range.to) - address(range.from));
  const shared = `both: ${size(collision)}`;
  const right = at(collision.to) + 6;
  const sharedWidth = measure(shared, small);
  const sharedX =
    right + sharedWidth < width ? right : Math.max(1, at(collision.from) - 6 - sharedWidth);
  return {
    tag: 'svg',
    attributes: {
      width,
      height: 62,
      viewBox: `0 0 ${width} 62`,
      role: 'img',
      'aria-label': `${first.name} and ${second.name} share ${size(collision).replace('\u2009', ' ')}`,
    },
    children: [
      text(`${first.name}  ${size(first)}`, 1, 10, palette.text),
      bar(first, 15),
      text(shared, sharedX, 37, palette.error),
      bar(second, 42),
      text(`${second.name}  ${size(second)}`, 1, 61, palette.text),
      rect(
        {
          x: at(collision.from),
          y: 13,
          width: at(collision.to) - at(collision.from),
          height: 40,
        },
        { fill: 'url(#hazard)', stroke: palette.text, 'stroke-width': 1.5 },
      ),
    ],
  };
}

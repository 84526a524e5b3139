// How wide text is when nobody can measure it: advances of the widest common interface font, so that nothing overflows.

import { firstIndexWhere } from '../text/first-index-where.ts';

/** A font as the drawing asks for it: size in px and style. */
export interface TextStyle {
  readonly size: number;
  readonly weight?: 'bold';
  readonly family?: 'mono';
}

/** Width of `text` in px. */
export type MeasureText = (text: string, style: TextStyle) => number;

// Thousandths of an em for U+0020 to U+007E, measured from DejaVu Sans, which is wider than Segoe UI, San Francisco,
// Ubuntu, Cantarell and Inter.
const REGULAR = [
  318, 401, 460, 838, 637, 951, 780, 275, 391, 391, 500, 838, 318, 361, 318, 337, 637, 637, 637,
  637, 637, 637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 531, 1000, 685, 687, 699, 771, 632,
  576, 775, 752, 295, 295, 656, 558, 863, 749, 788, 604, 788, 695, 635, 611, 732, 685, 989, 686,
  611, 686, 391, 337, 391, 838, 500, 500, 613, 635, 550, 635, 616, 353, 635, 634, 278, 278, 580,
  278, 975, 634, 612, 635, 635, 412, 521, 393, 634, 592, 818, 592, 592, 525, 637, 337, 637, 838,
];
const BOLD = [
  349, 457, 522, 838, 696, 1003, 873, 307, 458, 458, 523, 838, 380, 416, 380, 366, 696, 696, 696,
  696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 581, 1000, 775, 763, 734, 831, 684,
  684, 821, 838, 373, 373, 776, 638, 996, 838, 851, 734, 851, 771, 721, 683, 813, 775, 1104, 772,
  725, 726, 458, 366, 458, 838, 500, 500, 675, 716, 593, 716, 679, 436, 716, 713, 343, 343, 666,
  343, 1043, 713, 688, 716, 716, 494, 596, 479, 713, 652, 924, 646, 652, 583, 713, 366, 713, 838,
];
const OTHER: Readonly<Record<string, number>> = {
  '\u2009': 200,
  '…': 1000,
  '×': 838,
  '⚠': 1000,
  Δ: 685,
  '’': 319,
  '–': 500,
};
const MONO = 0.603;

/** Estimates the width of `text` in px, never too low for the usual interface fonts; characters not listed count a full em. */
export function estimateTextWidth(text: string, style: TextStyle): number {
  if (style.family === 'mono') return [...text].length * MONO * style.size;
  const table = style.weight === 'bold' ? BOLD : REGULAR;
  let sum = 0;
  for (const character of text)
    sum += table[(character.codePointAt(0) ?? 0) - 32] ?? OTHER[character] ?? 1000;
  return (sum * style.size) / 1000;
}

/** `text`, or its longest beginning with `…` that is not wider than `room` px; empty when fewer than two characters fit. */
export function fitText(
  text: string,
  room: number,
  style: TextStyle,
  measure: MeasureText,
): string {
  if (measure(text, style) <= room) return text;
  const fitting = firstIndexWhere(
    text.length,
    (last) => measure(`${text.slice(0, last + 1)}…`, style) > room,
  );
  return fitting > 1 ? `${text.slice(0, fitting).trimEnd()}…` : '';
}

/** `text` broken at spaces into lines of at most `room` px; at most `limit` lines, the last one cut with `…`. */
export function wrapText(
  text: string,
  room: number,
  limit: number,
  style: TextStyle,
  measure: MeasureText,
): string[] {
  const lines: string[] = [];
  let line = '';
  const words = text.split(/\s+/).filter((word) => word !== '');
  for (const [index, word] of words.entries()) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (measure(longer, style) <= room || (line === '' && lines.length + 1 < limit)) {
      line = longer;
      continue;
    }
    if (lines.length + 1 >= limit) {
      lines.push(fitText([line, ...words.slice(index)].join(' ').trim(), room, style, measure));
      return lines.filter((each) => each !== '');
    }
    lines.push(fitText(line, room, style, measure));
    line = word;
  }
  if (line !== '') lines.push(fitText(line, room, style, measure));
  return lines.filter((each) => each !== '');
}

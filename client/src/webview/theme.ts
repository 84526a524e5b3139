// Reads the theme of the page: its kind from the body's class, its colours and fonts from custom properties.

import { mixColours } from '../../../server/src/map-view/colour.ts';
import {
  defaultThemes,
  paletteFor,
  themeColourVariables,
  type MapPalette,
  type ThemeColours,
  type ThemeKind,
} from '../../../server/src/map-view/map-palette.ts';
import type { MeasureText } from '../../../server/src/map-view/text-width.ts';

export interface Theme {
  readonly palette: MapPalette;
  readonly uiFont: string;
  readonly monoFont: string;
  readonly measure: MeasureText;
}

function kindOf(body: HTMLElement): ThemeKind {
  // The light one first: VS Code sets the plain class beside it.
  if (body.classList.contains('vscode-high-contrast-light')) return 'high-contrast-light';
  if (body.classList.contains('vscode-high-contrast')) return 'high-contrast';
  return body.classList.contains('vscode-light') ? 'light' : 'dark';
}

/** `#rrggbb` of a CSS colour as themes write them; what is transparent is laid over `ground`. Undefined for anything else. */
function readColour(text: string, ground: string): string | undefined {
  const value = text.trim().toLowerCase();
  const short = /^#([0-9a-f]{3,4})$/.exec(value);
  if (short)
    return readColour(`#${[...(short[1] ?? '')].map((each) => each + each).join('')}`, ground);
  const long = /^#([0-9a-f]{6})([0-9a-f]{2})?$/.exec(value);
  if (long) {
    const alpha = long[2] === undefined ? 1 : Number.parseInt(long[2], 16) / 255;
    return mixColours(`#${long[1] ?? ''}`, ground, alpha);
  }
  const rgb = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+([\d.]+%?))?\s*\)$/.exec(value);
  if (!rgb) return undefined;
  const parts = [rgb[1], rgb[2], rgb[3]].map((each) =>
    Math.min(255, Number(each)).toString(16).padStart(2, '0'),
  );
  const alpha =
    rgb[4] === undefined ? 1 : Number.parseFloat(rgb[4]) / (rgb[4].endsWith('%') ? 100 : 1);
  return mixColours(`#${parts.join('')}`, ground, alpha);
}

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const kind = kindOf(document.body);
  const fallback = defaultThemes[kind];
  const ground =
    readColour(style.getPropertyValue(themeColourVariables.background), fallback.background) ??
    fallback.background;
  const colours = Object.fromEntries(
    Object.entries(themeColourVariables).map(([name, variable]) => [
      name,
      readColour(style.getPropertyValue(variable), ground) ?? fallback[name as keyof ThemeColours],
    ]),
  ) as unknown as ThemeColours;
  const uiFont = getComputedStyle(document.body).fontFamily;
  const monoFont =
    style.getPropertyValue('--vscode-editor-font-family').trim() ||
    'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';
  return {
    palette: paletteFor(kind, colours),
    uiFont,
    monoFont,
    measure: measureWith(uiFont, monoFont),
  };
}

/** Measures on a canvas and remembers. */
function measureWith(uiFont: string, monoFont: string): MeasureText {
  const context = document.createElement('canvas').getContext('2d');
  const widths = new Map<string, number>();
  let current = '';
  return (text, style) => {
    const font = `${style.weight ? '600 ' : ''}${style.size}px ${style.family ? monoFont : uiFont}`;
    const key = `${font}\n${text}`;
    let width = widths.get(key);
    if (width === undefined) {
      if (context && font !== current) {
        context.font = font;
        current = font;
      }
      width = context?.measureText(text).width ?? text.length * style.size;
      widths.set(key, width);
    }
    return width;
  };
}

// The colours of the memory map for one theme: colour says the owner, and every mark stays readable in any theme.

import { mixColours, standOut, type Colour } from './colour.ts';
import type { BlockKind } from './map-model.ts';

export type ThemeKind = 'dark' | 'light' | 'high-contrast' | 'high-contrast-light';

/** What a theme gives; VS Code's names are in `themeColourVariables`. */
export interface ThemeColours {
  readonly background: Colour;
  readonly foreground: Colour;
  readonly description: Colour;
  readonly border: Colour;
  readonly focus: Colour;
  readonly error: Colour;
  readonly warning: Colour;
  readonly purple: Colour;
  readonly blue: Colour;
  readonly green: Colour;
  readonly orange: Colour;
}

/** The custom property that holds each colour in a VS Code webview. */
export const themeColourVariables: Readonly<Record<keyof ThemeColours, string>> = {
  background: '--vscode-editor-background',
  foreground: '--vscode-editor-foreground',
  description: '--vscode-descriptionForeground',
  border: '--vscode-panel-border',
  focus: '--vscode-focusBorder',
  error: '--vscode-editorError-foreground',
  warning: '--vscode-editorWarning-foreground',
  purple: '--vscode-charts-purple',
  blue: '--vscode-charts-blue',
  green: '--vscode-charts-green',
  orange: '--vscode-charts-orange',
};

/** VS Code's own default themes, for exports and for variables a theme leaves out. */
export const defaultThemes: Readonly<Record<ThemeKind, ThemeColours>> = {
  dark: {
    background: '#1f1f1f',
    foreground: '#cccccc',
    description: '#9d9d9d',
    border: '#2b2b2b',
    focus: '#0078d4',
    error: '#f14c4c',
    warning: '#cca700',
    purple: '#b180d7',
    blue: '#3794ff',
    green: '#89d185',
    orange: '#d18616',
  },
  light: {
    background: '#ffffff',
    foreground: '#3b3b3b',
    description: '#616161',
    border: '#e5e5e5',
    focus: '#005fb8',
    error: '#e51400',
    warning: '#bf8803',
    purple: '#652d90',
    blue: '#1a85ff',
    green: '#388a34',
    orange: '#d18616',
  },
  'high-contrast': {
    background: '#000000',
    foreground: '#ffffff',
    description: '#e0e0e0',
    border: '#6fc3df',
    focus: '#f38518',
    error: '#f48771',
    warning: '#ffd370',
    purple: '#b180d7',
    blue: '#3794ff',
    green: '#89d185',
    orange: '#d18616',
  },
  'high-contrast-light': {
    background: '#ffffff',
    foreground: '#292929',
    description: '#292929',
    border: '#0f4a85',
    focus: '#006bbd',
    error: '#b5200d',
    warning: '#895503',
    purple: '#652d90',
    blue: '#1a5fb4',
    green: '#2a6b27',
    orange: '#a35f00',
  },
};

/** How one kind of block is painted. */
export interface BlockPaint {
  /** The owner's colour: spine, texture and, in high contrast, the outline. */
  readonly hue: Colour;
  readonly spine: Colour;
  readonly fill: Colour;
  /** The name and the size on `fill`. */
  readonly name: Colour;
  readonly size: Colour;
}

export interface MapPalette {
  readonly kind: ThemeKind;
  readonly ground: Colour;
  readonly text: Colour;
  readonly dim: Colour;
  readonly rule: Colour;
  readonly grid: Colour;
  readonly focus: Colour;
  readonly error: Colour;
  readonly warning: Colour;
  /** Xen's colour: also what marks a difference between releases. */
  readonly xen: Colour;
  readonly reserved: Colour;
  /** The tint across all lanes beside a collision, and that of the selected rows. */
  readonly errorTint: Colour;
  readonly selectedTint: Colour;
  /** Text on `error` and on `text`. */
  readonly onError: Colour;
  readonly onText: Colour;
  /** The strip drawn to scale: RAM, and the ribbons to the readable axis. */
  readonly strip: Colour;
  readonly ribbon: Colour;
  readonly reservedRibbon: Colour;
  readonly errorRibbon: Colour;
  readonly blocks: Readonly<Record<BlockKind, BlockPaint>>;
}

const TEXT_CONTRAST = 4.5;
const GRAPHIC_CONTRAST = 3;

/**
 * The palette for a theme. Every text reaches 4.5:1 on its fill, every spine and stripe 3:1 on the background, whatever
 * the theme says; colours that already do are taken as they are.
 */
export function paletteFor(kind: ThemeKind, theme: ThemeColours): MapPalette {
  const ground = theme.background;
  const outlined = kind === 'high-contrast' || kind === 'high-contrast-light';
  const light = kind === 'light' || kind === 'high-contrast-light';
  const text = standOut(theme.foreground, ground, TEXT_CONTRAST);
  const dim = standOut(theme.description, ground, TEXT_CONTRAST);
  const graphic = (colour: Colour): Colour => standOut(colour, ground, GRAPHIC_CONTRAST);
  const orange = kind === 'light' ? mixColours(theme.orange, '#000000', 0.74) : theme.orange;
  const error = graphic(theme.error);
  const xen = graphic(theme.purple);
  const dom0 = graphic(theme.blue);
  const linux = graphic(theme.green);
  const reserved = graphic(orange);
  const domU1 = graphic(mixColours(theme.blue, theme.green, 0.45));
  const domU2 = graphic(mixColours(theme.green, orange, 0.7));
  const domU3 = graphic(mixColours(theme.blue, theme.purple, 0.5));
  const shared = graphic(theme.warning);
  const block = (hue: Colour, share: number, spine: Colour = hue): BlockPaint => {
    const fill = outlined ? ground : mixColours(hue, ground, share);
    return {
      hue,
      spine,
      fill,
      name: standOut(text, fill, TEXT_CONTRAST),
      size: standOut(mixColours(text, dim, 0.78), fill, TEXT_CONTRAST),
    };
  };
  const quiet = (paint: BlockPaint): BlockPaint => ({
    ...paint,
    name: standOut(dim, paint.fill, TEXT_CONTRAST),
    size: standOut(dim, paint.fill, TEXT_CONTRAST),
  });
  const reservedShare = light ? 0.17 : 0.24;
  return {
    kind,
    ground,
    text,
    dim,
    rule: outlined ? theme.border : mixColours(text, ground, 0.13),
    grid: mixColours(text, ground, outlined ? 0.25 : 0.07),
    focus: graphic(theme.focus),
    error,
    warning: graphic(theme.warning),
    xen,
    reserved,
    errorTint: outlined ? ground : mixColours(error, ground, 0.1),
    selectedTint: outlined ? ground : mixColours(theme.focus, ground, light ? 0.05 : 0.08),
    onError: standOut(ground, error, TEXT_CONTRAST),
    onText: standOut(ground, text, TEXT_CONTRAST),
    strip: mixColours(text, ground, outlined ? 0.3 : 0.17),
    ribbon: mixColours(text, ground, outlined ? 0.22 : 0.055),
    reservedRibbon: mixColours(reserved, ground, outlined ? 0.4 : 0.2),
    errorRibbon: mixColours(error, ground, 0.75),
    blocks: {
      free: quiet({ ...block(text, light ? 0.05 : 0.07), hue: mixColours(text, ground, 0.35) }),
      reserved: block(reserved, reservedShare),
      told: block(reserved, reservedShare, dom0),
      loaded: block(text, 0.19),
      xen: block(xen, light ? 0.38 : 0.45),
      heap: block(xen, 0.13),
      module: block(xen, 0.27),
      dom0: block(dom0, 0.3),
      linux: block(linux, 0.15),
      domU1: block(domU1, 0.25),
      domU2: block(domU2, 0.24),
      domU3: block(domU3, 0.24),
      shared: block(shared, 0.24),
      fault: block(error, 0.2),
      lost: block(error, 0.15),
      disabled: quiet({ ...block(dim, 0), hue: dim }),
      unknown: quiet({ ...block(dim, 0), hue: dim }),
      other: quiet({ ...block(text, light ? 0.05 : 0.07), hue: mixColours(text, ground, 0.35) }),
    },
  };
}

// The theme of a page that no editor shows: what the system asks for, in the colours of VS Code's default themes.

import {
  defaultThemes,
  themeColourVariables,
  type ThemeColours,
  type ThemeKind,
} from '../../../server/src/map-view/map-palette.ts';

/** What the frame of the page needs beside the colours of the map. */
const FRAME: Readonly<Record<ThemeKind, Readonly<Record<string, string>>>> = {
  dark: { link: '#4daafc', input: '#313131', line: '#3c3c3c', contrast: '' },
  light: { link: '#005fb8', input: '#ffffff', line: '#cecece', contrast: '' },
  'high-contrast': { link: '#21a6ff', input: '#000000', line: '#6fc3df', contrast: '#6fc3df' },
  'high-contrast-light': {
    link: '#0f4a85',
    input: '#ffffff',
    line: '#0f4a85',
    contrast: '#0f4a85',
  },
};

/** The classes by which VS Code tells a page the kind of its theme. */
const CLASSES: Readonly<Record<ThemeKind, readonly string[]>> = {
  dark: ['vscode-dark'],
  light: ['vscode-light'],
  'high-contrast': ['vscode-high-contrast'],
  'high-contrast-light': ['vscode-high-contrast-light', 'vscode-high-contrast'],
};

function kindAskedFor(): ThemeKind {
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
  if (matchMedia('(prefers-contrast: more), (forced-colors: active)').matches)
    return isDark ? 'high-contrast' : 'high-contrast-light';
  return isDark ? 'dark' : 'light';
}

/** Gives the page the theme that the system asks for, and on paper the light one. */
export function wearSystemTheme(medium: 'screen' | 'paper' = 'screen'): void {
  const kind = medium === 'paper' ? 'light' : kindAskedFor();
  const { classList } = document.body;
  classList.remove(...Object.values(CLASSES).flat());
  const { style } = document.documentElement;
  for (const [name, variable] of Object.entries(themeColourVariables))
    style.setProperty(variable, defaultThemes[kind][name as keyof ThemeColours]);
  const { link = '', input = '', line = '', contrast = '' } = FRAME[kind];
  style.setProperty('--vscode-textLink-foreground', link);
  style.setProperty('--vscode-input-background', input);
  style.setProperty('--vscode-input-border', line);
  style.setProperty('--vscode-contrastBorder', contrast);
  classList.add(...CLASSES[kind]);
}

// Opens the bundled memory map page in Chromium, with a stand-in for the extension's side of the conversation.

import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { FromPage, ToPage } from '../../../client/src/webview/messages.ts';
import { writePage } from '../../../server/src/map-view/map-page.ts';
import type { MapModel } from '../../../server/src/map-view/map-model.ts';
import {
  defaultThemes,
  themeColourVariables,
  type ThemeColours,
  type ThemeKind,
} from '../../../server/src/map-view/map-palette.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const address = 'http://memory-map.test/';

// As text: a function would carry the transpiler's own names into the page.
const HOST = `
window.sent = [];
let state;
window.acquireVsCodeApi = () => ({
  postMessage: (message) => window.sent.push(message),
  setState: (next) => { state = next; },
  getState: () => state,
});`;

const BODY_CLASS: Readonly<Record<ThemeKind, string>> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  'high-contrast': 'vscode-high-contrast',
  'high-contrast-light': 'vscode-high-contrast-light vscode-high-contrast',
};

/** What VS Code's default themes set beside the colours of the map itself. */
const OTHER_VARIABLES: Readonly<Record<ThemeKind, Readonly<Record<string, string>>>> = {
  dark: {
    'textLink-foreground': '#4daafc',
    'input-background': '#313131',
    'input-border': '#3c3c3c',
  },
  light: {
    'textLink-foreground': '#005fb8',
    'input-background': '#ffffff',
    'input-border': '#cecece',
  },
  'high-contrast': {
    'textLink-foreground': '#21a6ff',
    'input-background': '#000000',
    'input-border': '#6fc3df',
    contrastBorder: '#6fc3df',
  },
  'high-contrast-light': {
    'textLink-foreground': '#0f4a85',
    'input-background': '#ffffff',
    'input-border': '#0f4a85',
    contrastBorder: '#0f4a85',
  },
};

function variables(kind: ThemeKind): Record<string, string> {
  const colours = Object.entries(themeColourVariables).map(([name, variable]) => [
    variable,
    defaultThemes[kind][name as keyof ThemeColours],
  ]);
  const others = Object.entries(OTHER_VARIABLES[kind]).map(([name, value]) => [
    `--vscode-${name}`,
    value,
  ]);
  return Object.fromEntries([...colours, ...others]) as Record<string, string>;
}

export interface MapPageOptions {
  readonly theme?: ThemeKind;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: 'reduce' | 'no-preference';
  /** The test turns the page's clock, once it has paused it. */
  readonly turnsClock?: boolean;
}

/** The page with a model shown; every method waits for what it does to be on screen. */
export class MapPage {
  readonly page: Page;
  readonly errors: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
  }

  async send(message: ToPage): Promise<void> {
    await this.post(message);
    await this.settle();
  }

  /** Sends a message and waits until the page took it, not for what it draws later: its clock may stand still. */
  async post(message: ToPage): Promise<void> {
    await this.page.evaluate(
      (data) =>
        new Promise<void>((resolve) => {
          addEventListener('message', () => resolve(), { once: true });
          window.postMessage(data, '*');
        }),
      message,
    );
  }

  async settle(): Promise<void> {
    await this.page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve())), 0);
        }),
    );
  }

  /** What the page told the extension so far. */
  async sent(): Promise<FromPage[]> {
    return this.page.evaluate(() => (window as unknown as { sent: FromPage[] }).sent);
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
    await this.settle();
  }

  /** The accessible name of the block that has the focus. */
  async focused(): Promise<string> {
    return this.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  }

  /** What screen readers were told last. */
  async said(): Promise<string> {
    return this.page.evaluate(() => document.getElementById('live')?.textContent ?? '');
  }

  async resize(width: number): Promise<void> {
    await this.page.setViewportSize({ width, height: this.page.viewportSize()?.height ?? 860 });
    await this.settle();
  }

  async setTheme(kind: ThemeKind): Promise<void> {
    await this.page.evaluate(
      ({ values, name }) => {
        for (const [key, value] of Object.entries(values))
          document.documentElement.style.setProperty(key, value);
        document.body.className = name;
      },
      { values: variables(kind), name: BODY_CLASS[kind] },
    );
    await this.settle();
  }

  async screenshot(name: string): Promise<void> {
    const folder = path.join(root, 'out/screenshots');
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

export async function openMapPage(
  browser: Browser,
  model: MapModel,
  options: MapPageOptions = {},
): Promise<MapPage> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1360, height: options.height ?? 860 },
    reducedMotion: options.reducedMotion ?? 'reduce',
  });
  const page = await context.newPage();
  if (options.turnsClock) await page.clock.install({ time: 0 });
  const script = readFileSync(path.join(root, 'dist/webview.js'), 'utf8');
  const html = writePage({ nonce: 'test', script: `${address}webview.js` });
  await page.route(`${address}**`, (route) =>
    route.request().url().endsWith('.js')
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({ contentType: 'text/html', body: html }),
  );
  await page.addInitScript({ content: HOST });
  const shown = new MapPage(page);
  await page.goto(address);
  await shown.setTheme(options.theme ?? 'dark');
  await shown.send({ type: 'model', model });
  return shown;
}

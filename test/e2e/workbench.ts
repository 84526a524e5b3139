// Drives VS Code's own workbench in Chromium: the one `npm start` serves, started once and shared by all suites of a run.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Context, Test } from 'mocha';
import { type Browser, chromium, type Frame, type Locator, type Page } from 'playwright-core';
import { installCodeServer } from '../../client/start/code-server.mjs';
import { root } from '../support/bundles.ts';
import { requireTool } from '../support/require-tool.ts';

const screenshots = path.join(root, 'out/screenshots');

/** A workbench that moves nothing by itself and shows nothing but what the test opens. */
const quietSettings = {
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  'editor.cursorBlinking': 'solid',
  'editor.accessibilitySupport': 'off',
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'files.autoSave': 'off',
};

/** How long a scenario waits for one thing to be on screen, in milliseconds. */
export const patience = 30_000;
/** How long before keys are pressed again. */
const keyPatience = 5_000;
/** How long a workbench may take for its first text. */
export const startPatience = 120_000;

/** What the sample board is judged for, as its own settings say. */
export const sampleTargets = ['xen:4.18', 'xen:4.22', 'linux:6.12'];

let browser: Promise<Browser> | undefined;
let workbench: Promise<Workbench> | undefined;
let server: ChildProcess | undefined;

/** Debian's Chromium, without a window. */
export function sharedBrowser(context: Context): Promise<Browser> {
  const executablePath = requireTool(context, {
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    skipName: 'chromium',
    packageName: 'chromium',
  });
  browser ??= chromium.launch({
    executablePath,
    // Chromium has no sandbox for root, and CI runs as root.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  return browser;
}

/** What `npm start` serves, as a page that shows the sample board. */
async function startWorkbench(context: Context): Promise<Workbench> {
  const chromium = await sharedBrowser(context);
  installCodeServer();
  server = runStart({ DTMAP_VSCODE: 'browser', NO_OPEN: '1' });
  const address = await printedAddress(server);
  const pages = await chromium.newContext({
    viewport: { width: 1280, height: 1100 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await pages.newPage();
  page.setDefaultTimeout(patience);
  const folder = new URL(address).searchParams.get('folder') ?? '';
  const started = new Workbench(page, folder);
  await page.goto(address, { timeout: startPatience });
  await started.waitEditor(startPatience);
  return started;
}

// Outside all suites: runs when the last of them is done.
after(async function () {
  this.timeout(60_000);
  await (await browser)?.close();
  if (!server) return;
  server.kill('SIGINT');
  assert.deepEqual(await once(server, 'exit'), [0, null], 'npm start ends well on Ctrl+C');
});

/** The workbench for the suite it is called in; a failed test leaves a screenshot and the end of the page's log. */
export function useWorkbench(): () => Workbench {
  let used: Workbench | undefined;
  before(async function () {
    this.timeout(600_000);
    workbench ??= startWorkbench(this);
    used = await workbench;
  });
  afterEach(async function () {
    const test: Test | undefined = this.currentTest;
    if (test?.state === 'failed')
      console.error(await used?.evidence(test.fullTitle().replace(/\W+/g, '-')));
  });
  return () => {
    assert.ok(used, 'a workbench is there in tests only');
    return used;
  };
}

export function runStart(environment: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [path.join(root, 'client/start/start.mjs')], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** A language server of the extension in the workbench. */
export interface LanguageServer {
  readonly pid: number;
  /** Everything that it, and those before it in this workbench, wrote to the output channel. */
  readonly output: string;
}

export function languageServers(): readonly LanguageServer[] {
  return processesBelow(server?.pid ?? process.pid).flatMap((pid) => {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const [, profile] = /([^\0]+)\/extensions\/dtmap[^\0]+\/dist\/server\.js/.exec(command) ?? [];
    if (profile === undefined) return [];
    const output = readdirSync(profile, { recursive: true, encoding: 'utf8' })
      .filter((name) => /dtmap[^/]*\.log$/.test(name))
      .map((name) => readFileSync(path.join(profile, name), 'utf8'));
    return [{ pid, output: output.join('') }];
  });
}

function processesBelow(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    const children = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8');
    const numbers = children.split(' ').filter(Boolean).map(Number);
    return numbers.flatMap((child) => [child, ...processesBelow(child)]);
  });
}

/** The first address the process prints. Throws when it ends without one. */
async function printedAddress(start: ChildProcess): Promise<string> {
  if (start.stdout) {
    for await (const line of createInterface(start.stdout)) {
      if (line.includes('http://')) return line.trim();
    }
  }
  throw new Error('npm start printed no address');
}

export type SquiggleKind = 'error' | 'warning' | 'info';

export interface Scenario {
  /** Their texts, by their paths in a fresh folder. */
  readonly files: Readonly<Record<string, string>>;
  /** The file shown first. */
  readonly open: string;
  /** Of the workspace, beside the sample's targets. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** One workbench in one page. Every method waits for what it asks for to be on screen. */
export class Workbench {
  readonly page: Page;
  readonly messages: string[] = [];
  private readonly workspace: string;
  private scenarios = 0;
  private folder = '';

  constructor(page: Page, workspace: string) {
    this.page = page;
    this.workspace = workspace;
    page.on('console', (message) => this.messages.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.messages.push(`error: ${error.message}`));
  }

  /** Closes everything, and opens a file of a fresh folder. */
  async begin(scenario: Scenario): Promise<void> {
    await this.closeAll();
    if (this.scenarios > 0)
      rmSync(path.join(this.workspace, this.folder), { recursive: true, force: true });
    this.scenarios += 1;
    this.folder = `scenario${String(this.scenarios)}`;
    for (const [name, text] of Object.entries(scenario.files)) this.write(name, text);
    this.configure(scenario.settings ?? {});
    await this.open(scenario.open);
  }

  /** Sets the workspace's settings; those not named get their defaults, the targets those of the sample. */
  configure(settings: Readonly<Record<string, unknown>>): void {
    const file = path.join(this.workspace, '.vscode/settings.json');
    const all = { ...quietSettings, 'dtmap.targets': sampleTargets, ...settings };
    writeFileSync(file, JSON.stringify(all, undefined, 2));
  }

  /** Leaves no editor, panel or menu; drops unsaved changes. */
  private async closeAll(): Promise<void> {
    const { page } = this;
    // A webview keeps the keys for itself.
    await page.evaluate(() => {
      (document.activeElement as HTMLElement | null)?.blur();
    });
    await page.keyboard.press('Escape');
    const empty = page.locator('.editor-group-container.empty');
    const question = page.locator('.monaco-dialog-box');
    await this.pressUntil(['Control+K', 'Control+W'], empty.or(question).first());
    if (await question.isVisible()) {
      await question.getByRole('button', { name: "Don't Save" }).click();
      await empty.waitFor();
    }
    const panel = page.locator('.part.panel');
    if (await panel.isVisible()) await this.pressUntil(['Control+J'], panel, 'hidden');
  }

  /** Shows a file of the scenario. */
  async open(file: string): Promise<void> {
    await this.pressUntil(['Control+P'], this.quickInput());
    await this.quickInput().fill(path.join(this.workspace, this.folder, file));
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: this.folder });
    await row
      .filter({ hasText: path.basename(file) })
      .first()
      .click();
    await this.page
      .locator(`.tab.active[data-resource-name="${path.basename(file)}"]`)
      .first()
      .waitFor();
    await this.waitEditor();
  }

  /** Keeps what is on screen as out/screenshots/NAME.png. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    await this.page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  }

  /** For a failed test: a screenshot, and the end of the page's log. */
  async evidence(name: string): Promise<string> {
    await this.screenshot(`${name}-failed`);
    return this.messages
      .slice(-20)
      .map((message) => message.slice(0, 300))
      .join('\n');
  }

  /** Waits until the text of an editor is drawn. */
  async waitEditor(timeout = patience): Promise<void> {
    await this.page.locator('.editor-instance .view-line').first().waitFor({ timeout });
  }

  /** Waits until exactly `count` squiggles of a kind are drawn in the active editor. */
  async waitSquiggles(kind: SquiggleKind, count: number): Promise<void> {
    await this.waitCount(`.editor-instance .squiggly-${kind}`, count);
  }

  /** Waits until more than `count` squiggles of a kind are drawn in the active editor. */
  async waitMoreSquiggles(kind: SquiggleKind, count: number): Promise<void> {
    await this.page.locator(`.editor-instance .squiggly-${kind}`).nth(count).waitFor();
  }

  /** Puts the cursor before the first occurrence of `text` in the active editor, by search. */
  async putCursorAt(text: string): Promise<void> {
    await this.select(text);
    // The match is selected: one step left goes to its start.
    await this.page.keyboard.press('ArrowLeft');
  }

  /** Selects the first occurrence of `text` in the active editor. */
  async select(text: string): Promise<void> {
    await this.focusEditor();
    await this.page.keyboard.press('Control+Home');
    const widget = this.page.locator('.find-widget.visible');
    const field = widget.locator('.find-part textarea').first();
    await this.pressUntil(['Control+F'], field);
    const selected = this.page.locator('#status\\.editor\\.selection', {
      hasText: `(${String(text.length)} selected)`,
    });
    do {
      // The widget keeps its last text, and searches only for another one. On a slow machine it puts the word at the cursor
      // into its field after it is drawn, in place of what was typed.
      await field.fill('');
      await field.fill(text);
    } while (!(await becomes(selected, 'visible', 2000)));
    await this.pressUntil(['Escape'], widget, 'hidden');
  }

  /** Types where the cursor is. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** The suggestion that shows `text`, which typing brought, or else the key for suggestions. */
  async suggestion(text: string): Promise<Locator> {
    const rows = this.page.locator('.suggest-widget.visible .monaco-list-row', { hasText: text });
    if (!(await becomes(rows.first(), 'visible', keyPatience)))
      await this.pressUntil(['Escape', 'Control+Space'], rows.first());
    return rows.first();
  }

  /** The hover at the cursor, once its text matches `expected`. */
  async hover(expected: RegExp): Promise<string> {
    const hover = this.page.locator('.monaco-hover:visible', { hasText: expected }).first();
    await this.pressUntil(['Control+K', 'Control+I'], hover);
    return hover.innerText();
  }

  /**
   * The titles of the quick fixes offered at the cursor; the menu stays open. The editor asks for fixes by itself some
   * time after the cursor has moved, so the bulb beside the cursor comes first.
   */
  async quickFixes(): Promise<string[]> {
    await this.page.waitForFunction(() => {
      const editor = document.querySelector('.editor-group-container.active');
      const cursor = editor?.querySelector('.cursors-layer .cursor')?.getBoundingClientRect();
      const bulbs = editor?.querySelectorAll(
        '.lightBulbWidget, [class*="codicon-gutter-lightbulb"]',
      );
      return [...(bulbs ?? [])].some((bulb) => {
        const { top, height } = bulb.getBoundingClientRect();
        return cursor !== undefined && height > 0 && Math.abs(top - cursor.top) < cursor.height;
      });
    });
    const actions = this.page.locator('.action-widget .monaco-list-row.action');
    await this.pressUntil(['Escape', 'Control+.'], actions.first());
    return (await actions.allInnerTexts()).map((title) => title.trim());
  }

  /** Chooses one of the quick fixes in the open menu. */
  async applyFix(title: RegExp | string): Promise<void> {
    const row = this.page.locator('.action-widget .monaco-list-row.action', { hasText: title });
    // Older builds lay a sheet over the menu until the mouse moves.
    await row.first().hover({ force: true });
    await row.first().click();
    await this.page.locator('.action-widget').first().waitFor({ state: 'hidden' });
  }

  /** Saves the active editor until it is no longer marked as changed. */
  async save(): Promise<void> {
    const unchanged = this.page.locator('.tabs-container .tab.active:not(.dirty)');
    await this.pressUntil(['Control+S'], unchanged.first());
  }

  /** Saves the active editor until a file of the scenario has this text on disk. */
  async saveUntil(file: string, text: string): Promise<void> {
    const end = Date.now() + patience;
    do await this.save();
    while (this.read(file) !== text && Date.now() < end);
    assert.equal(this.read(file), text);
  }

  /** The text of a file of the scenario as it is on disk. */
  read(file: string): string {
    return readFileSync(path.join(this.workspace, this.folder, file), 'utf8');
  }

  /** Changes a file of the scenario on disk. */
  write(file: string, text: string): void {
    const written = path.join(this.workspace, this.folder, file);
    mkdirSync(path.dirname(written), { recursive: true });
    writeFileSync(written, text);
  }

  /** The rows of the Problems view, once there are any. */
  async problems(): Promise<string[]> {
    await this.command('Problems: Focus on Problems View');
    const rows = this.page.locator('.markers-panel .monaco-list-row');
    await rows.first().waitFor();
    return (await rows.allInnerTexts()).map((row) => row.replace(/\s+/g, ' ').trim());
  }

  /** Runs a command by its title in the palette: `dtmap: Show memory map`. */
  async command(title: string): Promise<void> {
    await this.pressUntil(['F1'], this.quickInput());
    await this.quickInput().fill(`>${title}`);
    await this.quickPick(title);
  }

  /** Chooses the row of the open quick pick that has this text. */
  async quickPick(text: RegExp | string): Promise<void> {
    await this.page
      .locator('.quick-input-list .monaco-list-row', { hasText: text })
      .first()
      .click();
  }

  /** The text field of the open quick pick or input box. */
  quickInput(): Locator {
    return this.page
      .locator('.quick-input-widget:visible .quick-input-box input:not([type=checkbox])')
      .first();
  }

  /** Types an answer into the open input box. */
  async answer(text: string): Promise<void> {
    await this.quickInput().fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Waits for a notification that says `text`. */
  async notification(text: string): Promise<void> {
    await this.page.locator('.notification-toast', { hasText: text }).first().waitFor();
  }

  /** The first element for `selector` that shows `text`, once there is one. */
  async shownBy(selector: string, text: RegExp | string): Promise<Locator> {
    const element = this.page.locator(selector, { hasText: text }).first();
    await element.waitFor();
    return element;
  }

  /** Chooses an entry of the context menu over `text` in the active editor. */
  async menu(text: string, entry: string): Promise<void> {
    await this.putCursorAt(text);
    const item = this.page.locator('.monaco-menu .action-item', { hasText: entry }).first();
    await this.pressUntil(['Shift+F10'], item);
    await item.click();
  }

  /** Waits until a file of the scenario has this on disk. */
  async onDisk(file: string, accept: (text: string) => boolean): Promise<void> {
    while (!accept(this.read(file))) await this.page.waitForTimeout(50);
  }

  writeClipboard(text: string): Promise<void> {
    return this.page.evaluate((content) => navigator.clipboard.writeText(content), text);
  }

  readClipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Waits until the status bar says that the cursor is in the line where `text` first occurs in `source`. */
  async waitCursor(source: string, text: string): Promise<void> {
    const line = source.slice(0, source.indexOf(text)).split('\n').length;
    await this.selection(`Ln ${String(line)},`);
  }

  /** Waits until the status bar says this of the cursor: `Ln 3, Col 1 (4 selected)`. */
  private async selection(text: string): Promise<void> {
    await this.page.locator('#status\\.editor\\.selection', { hasText: text }).waitFor();
  }

  /** One of dtmap's items in the status bar. */
  status(name: 'board' | 'targets'): Locator {
    return this.page.locator(`.statusbar-item[id$="dtmap.${name}"]`);
  }

  /** Waits until an editor shows `text`. */
  async waitText(text: string): Promise<void> {
    await this.line(text).waitFor();
  }

  /** The first drawn line that holds `text`. */
  line(text: string): Locator {
    // The editor draws blanks as no-break spaces.
    return this.page
      .locator('.editor-instance .view-line', { hasText: text.replaceAll(' ', '\u00a0') })
      .first();
  }

  /** The frame of the webview whose document holds `selector`. */
  async webview(selector: string): Promise<Frame> {
    const webviews = this.page.locator('iframe.webview.ready');
    // The welcome page has a webview of its own.
    const elements = [0, 1].map((nth) =>
      webviews
        .nth(nth)
        .contentFrame()
        .frameLocator('iframe')
        .locator(selector)
        .first()
        .elementHandle(),
    );
    const frame = await (await Promise.any(elements))?.ownerFrame();
    if (!frame) throw new Error(`no webview with ${selector}`);
    return frame;
  }

  async focusEditor(): Promise<void> {
    await this.pressUntil(
      ['Control+1'],
      this.page.locator('.editor-group-container.active .monaco-editor.focused'),
    );
  }

  /**
   * Presses keys until what they are for is on screen. The workbench drops keys, and menus asked for, while it moves the
   * focus or findings arrive, and says nothing of it; a person would press again, so that keys here do the same when
   * pressed twice.
   */
  async pressUntil(
    keys: readonly string[],
    element: Locator,
    state: 'visible' | 'hidden' = 'visible',
  ): Promise<void> {
    const end = Date.now() + patience;
    do {
      for (const key of keys) await this.page.keyboard.press(key);
      if (await becomes(element, state, keyPatience)) return;
    } while (Date.now() < end);
    await element.waitFor({ state, timeout: 1 });
  }

  private async waitCount(selector: string, count: number): Promise<void> {
    await this.page.waitForFunction(
      ([wanted, number]) => document.querySelectorAll(wanted).length === number,
      [selector, count] as const,
    );
  }
}

/** Whether the element is on screen, or gone from it, within so many milliseconds. */
function becomes(element: Locator, state: 'visible' | 'hidden', timeout: number): Promise<boolean> {
  return element.waitFor({ state, timeout }).then(
    () => true,
    () => false,
  );
}

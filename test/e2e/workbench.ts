// Drives VS Code's own workbench in Chromium, as a person would.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Browser, errors, type Frame, type Locator, type Page } from 'playwright-core';
import { root } from '../support/bundles.ts';
import type { WorkspaceFiles } from './workspace-files.ts';
import { poll } from '../support/poll.ts';

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

/** A page for a workbench, which may use the clipboard. */
export async function openPage(browser: Browser): Promise<Page> {
  const pages = await browser.newContext({
    viewport: { width: 1280, height: 1100 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await pages.newPage();
  page.setDefaultTimeout(patience);
  return page;
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
  private readonly files: WorkspaceFiles;
  private readonly pictures: string;
  private scenarios = 0;
  private folder = '';

  /** `pictures` begins the names of its screenshots. */
  constructor({
    page,
    files,
    pictures,
  }: {
    readonly page: Page;
    readonly files: WorkspaceFiles;
    readonly pictures: string;
  }) {
    this.page = page;
    this.files = files;
    this.pictures = pictures;
    page.on('console', (message) => this.messages.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.messages.push(`error: ${error.message}`));
  }

  /** Closes everything, and opens a file of a fresh folder. */
  async begin(scenario: Scenario): Promise<void> {
    await this.closeAll();
    if (this.scenarios > 0) await this.files.remove(this.folder);
    this.scenarios += 1;
    this.folder = `scenario${String(this.scenarios)}`;
    for (const [name, text] of Object.entries(scenario.files)) await this.write(name, text);
    await this.configure(scenario.settings ?? {});
    await this.open(scenario.open);
  }

  /** Sets the workspace's settings; those not named get their defaults, the targets those of the sample. */
  configure(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const all = { ...quietSettings, 'dtmap.targets': sampleTargets, ...settings };
    return this.files.write('.vscode/settings.json', JSON.stringify(all, undefined, 2));
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
    // Relative: a virtual workspace takes an absolute path for that of a file elsewhere, with another URI.
    await this.quickInput().fill(`${this.folder}/${file}`);
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: this.folder });
    await row
      .filter({ hasText: path.posix.basename(file) })
      .first()
      .click();
    await this.page
      .locator(`.tab.active[data-resource-name="${path.posix.basename(file)}"]`)
      .first()
      .waitFor();
    await this.waitEditor();
  }

  /** Shows a file of the scenario's own folder by a click on its name, which may be one that the search for files takes apart. */
  async openFromExplorer(name: string): Promise<void> {
    const row = this.page.locator('.explorer-folders-view .monaco-list-row');
    await row
      .filter({ has: this.page.getByText(name, { exact: true }) })
      .first()
      .click();
    await this.page.locator('.tab.active', { hasText: name }).first().waitFor();
    await this.waitEditor();
  }

  /** Keeps what is on screen as out/screenshots/HOST-NAME.png. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    await this.page.screenshot({ path: path.join(screenshots, `${this.pictures}-${name}.png`) });
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
    const select = async (): Promise<true | undefined> => {
      // The widget keeps its last text, and searches only for another one. On a slow machine it puts the word at the cursor
      // into its field after it is drawn, in place of what was typed.
      await field.fill('');
      await field.fill(text);
      return (await becomes(selected, 'visible', 2000)) ? true : undefined;
    };
    await poll(`${text} to be selected`, select, { patience });
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
    const look = async (): Promise<true | undefined> => {
      if (await this.hasBulb()) return true;
      // Lenses that come late may push the line with the cursor out of view: a key that moves it brings it back.
      await this.page.keyboard.press('ArrowRight');
      await this.page.keyboard.press('ArrowLeft');
      return undefined;
    };
    await poll('a bulb beside the cursor', look, { patience });
    const actions = this.page.locator('.action-widget .monaco-list-row.action');
    await this.pressUntil(['Escape', 'Control+.'], actions.first());
    return (await actions.allInnerTexts()).map((title) => title.trim());
  }

  /** Whether a bulb comes to stand beside the cursor before a key is pressed again. */
  private async hasBulb(): Promise<boolean> {
    const stands = (): boolean => {
      const editor = document.querySelector('.editor-group-container.active');
      const cursor = editor?.querySelector('.cursors-layer .cursor')?.getBoundingClientRect();
      const bulbs = editor?.querySelectorAll(
        '.lightBulbWidget, [class*="codicon-gutter-lightbulb"]',
      );
      return [...(bulbs ?? [])].some((bulb) => {
        const { top, height } = bulb.getBoundingClientRect();
        return cursor !== undefined && height > 0 && Math.abs(top - cursor.top) < cursor.height;
      });
    };
    try {
      await this.page.waitForFunction(stands, undefined, { timeout: keyPatience });
      return true;
    } catch (error) {
      if (error instanceof errors.TimeoutError) return false;
      throw error;
    }
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

  /** Saves the active editor until a file of the scenario has this text. */
  async saveUntil(file: string, text: string): Promise<void> {
    const end = Date.now() + patience;
    do await this.save();
    while ((await this.read(file)) !== text && Date.now() < end);
    assert.equal(await this.read(file), text);
  }

  /** The text of a file of the scenario as it was saved. */
  read(file: string): Promise<string> {
    return this.files.read(`${this.folder}/${file}`);
  }

  /** Changes a file of the scenario behind the editor's back. */
  write(file: string, text: string): Promise<void> {
    return this.files.write(`${this.folder}/${file}`, text);
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
    // A menu takes no click in its first tenth of a second.
    const click = async (): Promise<true | undefined> => {
      await item.click();
      return (await becomes(item, 'hidden', 1000)) ? true : undefined;
    };
    await poll(`the menu to take ${entry}`, click, { patience });
  }

  /** Waits until a file of the scenario was saved with such a text. */
  async saved(file: string, accept: (text: string) => boolean): Promise<void> {
    await poll(
      `${file} to be saved`,
      async () => (accept(await this.read(file)) ? true : undefined),
      { every: 50, patience },
    );
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

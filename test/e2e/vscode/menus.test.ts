// What is offered by button, menu, link and welcome page in VS Code, by clicking it.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../support/bundles.ts';
import { inEveryWorkbench } from '../in-every-workbench.ts';

const board = readFileSync(path.join(root, 'client/sample/board.dts'), 'utf8');

inEveryWorkbench('menus', (workbench) => {
  async function openSample(settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await workbench().begin({ files: { 'board.dts': board }, open: 'board.dts', settings });
    await workbench().waitSquiggles('error', 2);
  }

  it('editor/title: Show memory map', async () => {
    await openSample();
    // A button of the menu over the editor.
    await workbench()
      .page.locator('.editor-actions [aria-label*="Show memory map"]')
      .first()
      .click();
    await workbench().webview('#map .block');
    await workbench().screenshot('title-button');
  });

  it('editor/context: Decode address or MFN', async () => {
    await openSample();
    await workbench().menu('0x1 0xa0000000 0x0 0x20000000', 'Decode address or MFN');
    await workbench().answer('0x64800000');
    await workbench().quickPick('camera@64000000');
    await workbench().waitCursor(board, '0x0 0x64000000 0x0 0x2000000');
  });

  it('editor/context: Add reserved region', async () => {
    await openSample();
    await workbench().menu('ranges;', 'Add reserved region');
    await workbench().answer('1 MiB');
    await workbench().screenshot('add-region-places');
    await workbench().quickPick('lowest free');
    await workbench().waitText('no-map;');
  });

  it('opens the page of a rule from the link of its finding', async () => {
    await openSample();
    await workbench().putCursorAt('0x0 0x64000000 0x0 0x2000000');
    await workbench().hover(/reserved-overlap/);
    await workbench()
      .page.locator('.monaco-hover:visible a', { hasText: 'reserved-overlap' })
      .first()
      .click();
    // The page, not its Markdown.
    const page = await workbench().webview('.markdown-body h1');
    await page.locator('body', { hasText: 'Two reserved regions share bytes' }).waitFor();
    await workbench().screenshot('rule-page');
  });

  it('fixes all that can be fixed safely', async () => {
    // A stale unit address is renamed; regions are not moved.
    const stale = board.replace('video@60000000 {', 'video@60100000 {');
    await workbench().begin({ files: { 'board.dts': stale }, open: 'board.dts' });
    await workbench().waitSquiggles('warning', 1);
    await workbench().focusEditor();
    await workbench().command('Fix All');
    await workbench().waitSquiggles('warning', 0);
    await workbench().screenshot('fixed-all');
  });

  it('offers refactorings where there is no fault', async () => {
    await openSample();
    await workbench().putCursorAt('reserved-memory {');
    // No bulb stands there: somebody asks.
    const actions = workbench().page.locator('.action-widget .monaco-list-row.action');
    await workbench().pressUntil(['Escape', 'Control+.'], actions.first());
    await workbench().applyFix(/Add a 16 MiB no-map region at 0x/);
    await workbench().waitText('0x1000000>;');
    // The name of the region is selected.
    await workbench().type('firmware');
    await workbench().waitText('firmware@');
  });

  it('follows a line of the predicted boot log to its node, and keeps the log up to date', async () => {
    await openSample({ 'dtmap.targets': ['xen:4.18'] });
    await workbench().command('dtmap: Predict boot log');
    await workbench()
      .line('MODULE[2]: 0000000044000000')
      .click({ position: { x: 60, y: 8 } });
    // The log keeps the focus; the breadcrumbs of the source follow its selection.
    await workbench().shownBy('.breadcrumbs-control', 'module@44000000');
    await workbench().select('0x0 0x44000000 0x0 0x1a00000');
    await workbench().type('0x0 0x46000000 0x0 0x1a00000');
    await workbench().waitText('0000000046000000 -');
    await workbench().screenshot('live-boot-log');
  });

  describe('welcome page', () => {
    const title = 'Get started with dtmap';

    async function openWalkthrough(): Promise<void> {
      await openSample();
      await workbench().command('Welcome: Open Walkthrough...');
      await workbench().quickPick(title);
      await workbench().shownBy('.gettingStartedContainer .category-title', title);
    }
    /** Expands a step, and gives its row. */
    async function step(name: string): Promise<ReturnType<typeof workbenchStep>> {
      await openWalkthrough();
      const row = workbenchStep(name);
      await row.locator('.step-title').first().click();
      await workbench().page.locator('.getting-started-step.expanded', { hasText: name }).waitFor();
      return row;
    }
    const workbenchStep = (name: string) =>
      workbench().page.locator('.getting-started-step', { hasText: name }).first();

    it('Get started with dtmap', async () => {
      await workbench().command('Welcome: Open Walkthrough...');
      await workbench().quickPick(title);
      await workbench().shownBy('.gettingStartedContainer .category-title', title);
      await workbench().screenshot('walkthrough');
    });

    it('Get started with dtmap: Open the sample board', async () => {
      const row = await step('Open the sample board');
      await workbench().webview('svg');
      await workbench().screenshot('walkthrough-sample');
      await row.getByRole('button', { name: 'Open the sample board' }).click();
      await workbench().webview('#map .block');
    });

    it('Get started with dtmap: Fix the fault, and hover', async () => {
      await step('Fix the fault');
      await workbench().webview('h3');
      await workbench().screenshot('walkthrough-fix');
      await workbenchStep('Hover over an address').locator('.step-title').first().click();
      await workbench().webview('svg');
      await workbench().screenshot('walkthrough-hover');
    });

    it('Get started with dtmap: Select your targets', async () => {
      const row = await step('Select your targets');
      await row.getByRole('button', { name: 'Select targets' }).click();
      await workbench().shownBy('.quick-input-list .monaco-list-row', 'Xen 4.22');
    });

    it('Get started with dtmap: Open your own board', async () => {
      const row = await step('Open your own board');
      await row.getByRole('button', { name: 'Show the memory map' }).click();
      await workbench().webview('#map .block');
    });

    it('Get started with dtmap: Predict the boot, explain a panic', async () => {
      const row = await step('Predict the boot, explain a panic');
      await row.getByRole('button', { name: 'Predict boot log' }).click();
      await workbench().shownBy('.quick-input-list .monaco-list-row', 'Xen 4.18');
    });
  });
});

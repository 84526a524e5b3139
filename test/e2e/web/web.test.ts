// The packaged extension in the oldest VS Code for the web: no Node, files behind a virtual file system, the server in a worker.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { root } from '../../support/bundles.ts';
import { unpackZip } from '../../support/unpack-zip.ts';
import { patience, sharedBrowser, startPatience, Workbench } from '../workbench.ts';
import { installVscodeWeb, serveVscodeWeb } from './vscode-web.ts';

const board = readFileSync(path.join(root, 'client/sample/board.dts'), 'utf8');
const phone = (name: string): string =>
  readFileSync(path.join(root, 'client/sample/examples/qualcomm-phone', name), 'utf8');

describe('VS Code for the web', () => {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'dtmap-web-'));
  let workbench: Workbench;
  const closing: (() => unknown)[] = [
    () => {
      rmSync(scratch, { recursive: true, force: true });
    },
  ];

  before(async function () {
    this.timeout(300_000);
    const browser = await sharedBrowser(this);
    installVscodeWeb();
    execFileSync(process.execPath, [path.join(root, 'client/start/package.mjs')], {
      stdio: 'ignore',
    });
    unpackZip(path.join(root, 'out/dtmap.vsix'), scratch);
    const folder = path.join(scratch, 'sample');
    cpSync(path.join(root, 'client/sample'), folder, { recursive: true });
    const served = await serveVscodeWeb(path.join(scratch, 'extension'), folder);
    closing.unshift(served.stop);
    const page = await (
      await browser.newContext({
        viewport: { width: 1280, height: 1100 },
        permissions: ['clipboard-read', 'clipboard-write'],
      })
    ).newPage();
    page.setDefaultTimeout(patience);
    closing.unshift(() => page.close());
    workbench = new Workbench(page, '/');
    await page.goto(served.url, { timeout: startPatience });
    await explored('board.dts').dblclick({ timeout: startPatience });
    await workbench.waitEditor(startPatience);
  });

  /** A row of the explorer. */
  function explored(name: string): Locator {
    return workbench.page.locator('.explorer-viewlet .monaco-list-row', { hasText: name }).first();
  }

  async function openPhone(): Promise<void> {
    await explored('phone.dts').dblclick();
    await workbench.page.locator('.tab.active', { hasText: 'phone.dts' }).first().waitFor();
    await workbench.waitText('&mpss_mem');
  }

  after(async () => {
    for (const close of closing) await close();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') console.error(await workbench.evidence('web'));
  });

  it('underlines findings and explains them, from a worker', async () => {
    await workbench.waitSquiggles('error', 3);
    assert.ok(workbench.page.workers().length > 0);
    await workbench.putCursorAt('0x1 0xa0000000 0x0 0x20000000');
    await workbench.hover(/512 MiB/);
    await workbench.screenshot('web-hover');
  });

  it('opens the page of a rule', async () => {
    await workbench.putCursorAt('0x1 0xa0000000 0x0 0x20000000');
    await workbench.hover(/reserved-disabled-kept/);
    await workbench.page
      .locator('.monaco-hover:visible a', { hasText: 'reserved-disabled-kept' })
      .first()
      .click();
    await workbench.waitText('reserved-disabled-kept');
    await workbench.screenshot('web-rule');
    await workbench.command('View: Close Editor');
  });

  it('decodes an address, and leads to its node', async () => {
    await workbench.command('dtmap: Decode address or MFN');
    await workbench.answer('mfn 0x1a02dc');
    await workbench.quickPick('dsp@1a0000000');
    await workbench.waitCursor(board, '0x1 0xa0000000 0x0 0x20000000');
  });

  it('mends by a quick fix', async () => {
    await workbench.putCursorAt('0x1 0xa0000000 0x0 0x20000000');
    await workbench.quickFixes();
    await workbench.applyFix('drop its status');
    await workbench.waitSquiggles('error', 2);
  });

  it('shows the memory map', async () => {
    await workbench.command('dtmap: Show memory map');
    const map = await workbench.webview('#map .block');
    assert.equal(await map.locator('[data-collision]').count(), 1);
    await workbench.screenshot('web-memory-map');
  });
  it('reads an included file through the board that includes it', async () => {
    // A click on an open folder would close it.
    for (const [name, child] of [
      ['examples', 'qualcomm-phone'],
      ['qualcomm-phone', 'soc.dtsi'],
    ] as const)
      if (!(await explored(child).isVisible())) await explored(name).click();
    await explored('soc.dtsi').dblclick();
    await workbench.status('board').filter({ hasText: 'phone.dts' }).waitFor();
    await workbench.waitText('mpss_mem');
    await workbench.waitSquiggles('error', 2);
    await workbench.screenshot('web-included');
  });

  it('predicts the boot log', async () => {
    await workbench.command('dtmap: Predict boot log');
    await workbench.quickPick('Xen 4.18');
    await workbench.waitText('(XEN)  RESVD[0]: 0000000085700000 - 0000000085cfffff');
    await workbench.screenshot('web-boot-log');
  });

  it('shows lenses, sizes and ends', async () => {
    await openPhone();
    await workbench.shownBy('.codelens-decoration', /53 MiB/);
    await workbench.waitText('→ 0x8ecfffff, 53 MiB');
  });

  it('completes labels of other files', async () => {
    await openPhone();
    await workbench.putCursorAt('&venus_mem');
    await workbench.type('&h');
    await workbench.suggestion('hyp_mem');
    await workbench.screenshot('web-completion');
    await workbench.page.keyboard.press('Enter');
    await workbench.waitText('&hyp_mem&venus_mem');
    await workbench.command('File: Revert File');
    await workbench.line('&hyp_mem&venus_mem').waitFor({ state: 'hidden' });
  });

  it('lists references of all files, and goes to the definition', async () => {
    await openPhone();
    await workbench.putCursorAt('venus_mem {');
    const { page } = workbench;
    await workbench.command('References: Find All References');
    await workbench.page.getByText('2 results in 2 files').waitFor();
    await workbench.command('View: Show Explorer');
    await workbench.focusEditor();
    await workbench.pressUntil(['F12'], page.locator('.tab.active', { hasText: 'soc.dtsi' }));
    await workbench.waitCursor(phone('soc.dtsi'), 'venus_mem: memory');
  });

  it('outlines the file', async () => {
    await openPhone();
    const { page } = workbench;
    const override = page.locator('.quick-input-list .monaco-list-row', { hasText: '&mpss_mem' });
    await workbench.pressUntil(['Control+Shift+O'], override.first());
    await workbench.pressUntil(['Escape'], workbench.quickInput(), 'hidden');
  });

  it('formats the document', async () => {
    await openPhone();
    const line = workbench.line('model = "Phone"');
    const before = await line.innerText();
    await workbench.putCursorAt('model = "Phone"');
    const shows = async (accept: (text: string) => boolean): Promise<void> => {
      while (!accept(await line.innerText())) await workbench.page.waitForTimeout(50);
    };
    await workbench.type('  ');
    await shows((text) => text !== before);
    await workbench.command('Format Document');
    await shows((text) => text === before);
  });

  it('renames a label in all files', async () => {
    await openPhone();
    await workbench.putCursorAt('venus_mem {');
    const box = workbench.page.locator('.rename-box input');
    await workbench.pressUntil(['F2'], box);
    await box.fill('vpu_mem');
    await workbench.page.keyboard.press('Enter');
    await workbench.waitText('&vpu_mem {');
    await explored('soc.dtsi').dblclick();
    await workbench.waitText('vpu_mem: memory@8ee00000');
  });

  it('adds a region, and judges for the targets that are chosen', async () => {
    await explored('board.dts').dblclick();
    await workbench.waitText('dsp@1a0000000');
    await workbench.command('dtmap: Add reserved region');
    await workbench.answer('3 MiB');
    await workbench.quickPick('highest free below 4 GiB');
    await workbench.waitText('0x300000>;');
    await workbench.status('targets').click();
    await workbench.quickPick('Xen 4.18');
    await workbench.page.keyboard.press('Enter');
    await workbench
      .status('targets')
      .filter({ hasText: /^Xen 4\.22, Linux 6\.12$/ })
      .waitFor();
  });

  it('explains a captured log', async () => {
    await workbench.writeClipboard('(XEN) d0v0: Failing to acquire the MFN 0x1a02dc\n');
    await workbench.command('dtmap: Explain captured boot log or panic');
    await workbench.quickPick('From the clipboard');
    await workbench.waitText('belongs to /reserved-memory/dsp@1a0000000');
  });
});

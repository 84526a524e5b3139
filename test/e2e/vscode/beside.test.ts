// Beside another extension that serves the language: nothing is there twice, and what only dtmap has stays.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Context } from 'mocha';
import {
  type CodeServer,
  installCodeServer,
  serveCodeServer,
} from '../../../client/start/code-server.mjs';
import { root } from '../../support/bundles.ts';
import { makeWorkspace } from '../make-workspace.ts';
import { sharedBrowser } from '../shared-browser.ts';
import { useWorkbench } from '../use-workbench.ts';
import { openPage, startPatience, Workbench } from '../workbench.ts';
import { DiskFiles } from './disk-files.ts';

const board = readFileSync(path.join(root, 'client/sample/board.dts'), 'utf8');

let server: CodeServer | undefined;

/** VS Code with both extensions. */
async function startBeside(context: Context): Promise<Workbench> {
  const browser = await sharedBrowser(context);
  installCodeServer();
  const own = path.join(root, 'out/dtmap.vsix');
  execFileSync(process.execPath, [path.join(root, 'client/release/package.mjs')], {
    stdio: 'ignore',
  });
  const other = path.join(root, 'out/test/other-devicetree.vsix');
  mkdirSync(path.dirname(other), { recursive: true });
  execFileSync(
    process.execPath,
    [
      path.join(root, 'node_modules/@vscode/vsce/vsce'),
      ...['package', '--no-dependencies', '--allow-missing-repository', '--skip-license'],
      ...['-o', other],
    ],
    { cwd: path.join(import.meta.dirname, 'other-devicetree-extension'), stdio: 'ignore' },
  );
  server = await serveCodeServer({
    extensions: [own, other],
    settings: { 'workbench.startupEditor': 'none', 'chat.disableAIFeatures': true },
  });
  const folder = makeWorkspace({ 'first.dts': board });
  const page = await openPage(browser);
  const started = new Workbench({ page, files: new DiskFiles(folder), pictures: 'beside' });
  await page.goto(server.urlOf(folder, 'first.dts'), { timeout: startPatience });
  await started.waitEditor(startPatience);
  return started;
}

// Outside all suites: runs when the last of them is done.
after(() => server?.stop());

describe('dtmap beside another devicetree extension in VS Code', () => {
  const workbench = useWorkbench(startBeside);

  it('keeps to the memory: nothing is there twice, and no formatter is asked for', async () => {
    await workbench().begin({ files: { 'board.dts': board }, open: 'board.dts' });
    const { page } = workbench();
    // What only dtmap has.
    await workbench().waitSquiggles('error', 2);
    await workbench().shownBy('.codelens-decoration', /512 MiB/);
    await workbench().putCursorAt('0x1 0xa0000000 0x0 0x20000000');
    await workbench().hover(/512 MiB/);
    await page.locator('.monaco-hover:visible', { hasText: 'hover of the other' }).waitFor();
    await workbench().screenshot('hover');
    await page.keyboard.press('Escape');
    assert.ok((await workbench().quickFixes()).some((title) => title.includes('Remove status')));
    await page.keyboard.press('Escape');

    // What both have: the other's alone.
    await workbench().putCursorAt('method = "smc"');
    const hover = await workbench().hover(/hover of the other/);
    assert.equal(hover.replace(/\s+/g, ' ').trim(), 'hover of the other');
    await page.keyboard.press('Escape');
    const symbols = page.locator('.quick-input-list .monaco-list-row');
    await workbench().pressUntil(['Control+Shift+O'], symbols.first());
    await workbench().shownBy('.quick-input-list .monaco-list-row', 'other symbol');
    assert.equal(await symbols.count(), 1, (await symbols.allInnerTexts()).join('\n'));
    await workbench().pressUntil(['Escape'], workbench().quickInput(), 'hidden');
    await workbench().putCursorAt('method = "smc"');
    await workbench().suggestion('other-completion');
    const suggested = page.locator('.suggest-widget.visible .monaco-list-row');
    assert.equal(await suggested.count(), 1, (await suggested.allInnerTexts()).join('\n'));
    await page.keyboard.press('Escape');
    await workbench().putCursorAt('&gic');
    await workbench().focusEditor();
    await page.keyboard.press('F12');
    await page.locator('#status\\.editor\\.selection', { hasText: 'Ln 4,' }).waitFor();
    assert.equal(await page.locator('.peekview-widget').count(), 0);

    await workbench().command('Format Document');
    await workbench().saveUntil('board.dts', `${board}// formatted\n`);
    assert.equal(await page.locator('.notification-toast').count(), 0);
    await workbench().screenshot('formatted');

    await workbench().status('board').click();
    await workbench().shownBy(
      '.quick-input-list .monaco-list-row',
      'Beside Other Devicetree: dtmap has the memory',
    );
    await workbench().screenshot('menu');
    await workbench().pressUntil(['Escape'], workbench().quickInput(), 'hidden');
  });

  it('serves all of the language where the setting says so', async () => {
    await workbench().begin({
      files: { 'board.dts': board },
      open: 'board.dts',
      settings: { 'dtmap.languageFeatures': 'all' },
    });
    await workbench().waitSquiggles('error', 2);
    const symbols = workbench().page.locator('.quick-input-list .monaco-list-row');
    await workbench().pressUntil(
      ['Escape', 'Control+Shift+O'],
      symbols.filter({ hasText: 'memory@40000000' }).first(),
    );
  });
});

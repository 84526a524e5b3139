// The memory map beside the source in VS Code: shown by command, tied to the text both ways, saved as a page.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../support/bundles.ts';
import { poll } from '../../support/poll.ts';
import { inEveryWorkbench } from '../in-every-workbench.ts';
import { patience } from '../workbench.ts';

const board = readFileSync(path.join(root, 'client/sample/board.dts'), 'utf8');

inEveryWorkbench('memory map', (workbench) => {
  it('dtmap: Show memory map', async () => {
    // Longer than any screen is wide.
    const wide = board.replace(
      '0xa0000000 0x0 0x20000000',
      `0xa0000000${' '.repeat(400)}0x0 0x20000000`,
    );
    await workbench().begin({ files: { 'board.dts': wide }, open: 'board.dts' });
    await workbench().waitSquiggles('error', 2);
    await workbench().command('dtmap: Show memory map');
    const map = await workbench().webview('#map .block');
    assert.equal(await map.locator('[data-collision]').count(), 1);
    await workbench().screenshot('memory-map');
    // A click shows the line it comes from.
    await map.locator('[data-key$=":dsp@1a0000000"]').click();
    // The map keeps the focus, so the status bar has no cursor to show; the breadcrumbs follow the selection.
    await workbench()
      .page.locator('.breadcrumbs-control', { hasText: 'dsp@1a0000000' })
      .first()
      .waitFor();
    assert.match(await map.locator('#details').innerText(), /status = "disabled";/);
    await workbench().screenshot('memory-map-selected');
    // The start of the range is in view, and the text has not moved sideways.
    const line = await workbench().line('reg = <0x1').boundingBox();
    const editor = await workbench()
      .page.locator('.editor-instance .editor-scrollable')
      .first()
      .boundingBox();
    assert.ok(line && editor);
    assert.equal(line.x, editor.x);
    assert.ok(line.y >= editor.y && line.y < editor.y + editor.height);
    // Another release, tried and closed.
    const releases = map.locator('#releases [role=radio]');
    assert.equal(await releases.count(), 2);
    await map.locator('#try').selectOption('4.20');
    await map.locator('#releases [aria-checked=true]', { hasText: '4.20' }).waitFor();
    await map.getByRole('button', { name: 'Close 4.20' }).click();
    await map.locator('#releases', { hasNotText: '4.20' }).waitFor();
    assert.equal(await releases.count(), 2);
  });

  it('dtmap: Export memory map as HTML', async () => {
    await workbench().begin({ files: { 'board.dts': board }, open: 'board.dts' });
    await workbench().waitSquiggles('error', 2);
    await workbench().command('dtmap: Export memory map as HTML');
    const field = workbench().quickInput();
    // The dialog looks at the folder first.
    const isOffered = async (): Promise<true | undefined> =>
      /\/board-memory-map\.html$/.test(await field.inputValue()) ? true : undefined;
    await poll('a name beside the board', isOffered, { every: 50, patience });
    await workbench().page.keyboard.press('Enter');
    await workbench().shownBy('.statusbar-item', 'saved board-memory-map.html');
    const page = await workbench().read('board-memory-map.html');
    assert.match(page, /id="map-data"/);
    assert.match(page, /script-src 'sha256-[\w+/]{43}='/);
    assert.doesNotMatch(page, /"file":"[^"]*\//, 'no folder of this machine');
    // The panel has a button for the same.
    await workbench().command('dtmap: Show memory map');
    const map = await workbench().webview('#map .block');
    await map.locator('#export').click();
    await field.waitFor();
    await workbench().page.keyboard.press('Escape');
  });
});

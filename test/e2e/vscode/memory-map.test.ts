// The memory map beside the source in VS Code: shown by command, tied to the text both ways.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../support/bundles.ts';
import { inEveryWorkbench } from '../in-every-workbench.ts';

const board = readFileSync(path.join(root, 'client/sample/board.dts'), 'utf8');

inEveryWorkbench('memory map', (workbench) => {
  it('dtmap: Show memory map', async () => {
    await workbench().begin({ files: { 'board.dts': board }, open: 'board.dts' });
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
  });
});

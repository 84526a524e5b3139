// The sample board in VS Code: what a person sees and does who follows the README.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../support/bundles.ts';
import { inEveryWorkbench } from '../in-every-workbench.ts';

const board = readFileSync(path.join(root, 'client/sample/board.dts'), 'utf8');

inEveryWorkbench('the sample board', (workbench) => {
  beforeEach(async () => {
    await workbench().begin({ files: { 'board.dts': board }, open: 'board.dts' });
  });

  it('shows findings as squiggles and problems, and mends them by quick fixes', async () => {
    await workbench().waitSquiggles('error', 2);
    await workbench().screenshot('sample-squiggles');
    const problems = await workbench().problems();
    for (const expected of [
      /camera@64000000 overlaps video@60000000 by 16 MiB/,
      /Xen 4\.18 ignores status = "disabled": dom0 gets dsp@1a0000000 as RAM/,
    ]) {
      assert.match(problems.join('\n'), expected);
    }
    await workbench().screenshot('sample-problems');

    await workbench().putCursorAt('0x1 0xa0000000 0x0 0x20000000');
    await workbench().hover(/512 MiB/);
    await workbench().screenshot('sample-hover');
    await workbench().page.keyboard.press('Escape');

    const fixes = await workbench().quickFixes();
    assert.ok(
      fixes.some((title) => title.includes('Remove status')),
      fixes.join('\n'),
    );
    await workbench().screenshot('sample-quick-fixes');
    await workbench().applyFix('Remove status');

    // Only what is in view is drawn, and the problems take half of it.
    await workbench().putCursorAt('0x0 0x64000000 0x0 0x2000000');
    await workbench().waitSquiggles('error', 1);
    await workbench().quickFixes();
    await workbench().applyFix('nearest free');
    await workbench().waitSquiggles('error', 0);
    await workbench().save();
    await workbench().waitSquiggles('error', 0);
    await workbench().screenshot('sample-mended');
    assert.doesNotMatch(await workbench().read('board.dts'), /status|camera@64000000/);
  });

  it('finds a fault while it is typed, and loses it when it is undone', async () => {
    await workbench().waitSquiggles('error', 2);
    await workbench().putCursorAt('ranges;');
    await workbench().page.keyboard.type('}');
    // The findings of the last good map stay beside the broken line.
    await workbench().waitMoreSquiggles('error', 2);
    await workbench().page.keyboard.press('Control+Z');
    await workbench().waitSquiggles('error', 2);
  });

  it('names board and targets in the status bar, and judges for those that are chosen', async () => {
    await workbench().waitSquiggles('error', 2);
    await workbench().status('board').filter({ hasText: 'board.dts' }).waitFor();
    const targets = workbench().status('targets');
    await targets.filter({ hasText: 'Xen 4.18, Xen 4.22, Linux 6.12' }).waitFor();
    await targets.click();
    await workbench().quickPick('Xen 4.18');
    await workbench().screenshot('sample-targets');
    await workbench().page.keyboard.press('Enter');
    // Xen 4.22 skips the disabled region: only the overlap is left.
    await workbench().waitSquiggles('error', 1);
    await targets.filter({ hasText: /^Xen 4\.22, Linux 6\.12$/ }).waitFor();
  });
});

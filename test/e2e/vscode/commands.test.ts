// Every command of the extension, from the palette, on the sample board.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../support/bundles.ts';
import { inEveryWorkbench } from '../in-every-workbench.ts';

const board = readFileSync(path.join(root, 'client/sample/board.dts'), 'utf8');

inEveryWorkbench('commands', (workbench) => {
  /** The sample board with its findings shown. */
  async function openSample(): Promise<void> {
    await workbench().begin({
      files: { 'board.dts': board },
      open: 'board.dts',
      settings: { 'dtmap.targets': ['xen:4.18', 'linux:6.12'] },
    });
    await workbench()
      .status('targets')
      .filter({ hasText: /^Xen 4\.18, Linux 6\.12$/ })
      .waitFor();
    await workbench().waitSquiggles('error', 2);
  }

  it('dtmap: Select targets', async () => {
    await openSample();
    await workbench().command('dtmap: Select targets');
    await workbench().quickPick('Xen 4.22');
    await workbench().page.keyboard.press('Enter');
    await workbench().status('targets').filter({ hasText: 'Xen 4.22' }).waitFor();
  });

  it('dtmap: Decode address or MFN', async () => {
    await openSample();
    await workbench().command('dtmap: Decode address or MFN');
    await workbench().answer('mfn 0x1a02dc');
    await workbench().quickPick('dsp@1a0000000');
    // The choice leads to the definition.
    await workbench().waitCursor(board, '0x1 0xa0000000 0x0 0x20000000');
  });

  it('dtmap: Predict boot log', async () => {
    await openSample();
    await workbench().command('dtmap: Predict boot log');
    await workbench().waitText('(XEN) RAM: 0000000040000000 - 00000000dfffffff');
    // The verdict first.
    await workbench().waitText('# Xen 4.18.6 likely boots and dom0 is at risk');
    await workbench().screenshot('boot-log');
    await workbench().writeClipboard('nothing here\n');
    await workbench().command('dtmap: Explain captured boot log or panic');
    await workbench().quickPick('From the clipboard');
    await workbench().notification('No line of this text is about memory');
  });

  it('dtmap: Show merged devicetree', async () => {
    await openSample();
    await workbench().command('dtmap: Show merged devicetree');
    const merged = workbench().page.locator('.view-line', { hasText: /board\.dts:\d+/ });
    await merged.first().waitFor();
    await workbench().command('dtmap: Filter merged devicetree by node');
    await workbench().answer('camera');
    await workbench().shownBy('.tab', 'board.dts merged, camera.dts');
    await workbench().page.locator('.view-line', { hasText: 'Nodes' }).first().waitFor();
    await workbench().screenshot('merged-tree');
  });

  it('dtmap: Compare with captured boot log', async () => {
    await openSample();
    await workbench().writeClipboard('(XEN) RAM: 0000000040000000 - 00000000cfffffff\n');
    await workbench().command('dtmap: Compare with captured boot log');
    await workbench().quickPick('From the clipboard');
    await workbench().page.locator('.monaco-diff-editor .line-insert').first().waitFor();
    await workbench().screenshot('compare-boot-log');
  });

  it('dtmap: Explain captured boot log or panic', async () => {
    await openSample();
    await workbench().writeClipboard('(XEN) d0v0: Failing to acquire the MFN 0x1a02dc\n');
    await workbench().command('dtmap: Explain captured boot log or panic');
    await workbench().quickPick('From the clipboard');
    await workbench().waitText('belongs to');
    await workbench().screenshot('explain-boot-log');
  });

  it('dtmap: Add reserved region', async () => {
    await openSample();
    await workbench().command('dtmap: Add reserved region');
    await workbench().answer('3 MiB');
    await workbench().quickPick('highest free below 4 GiB');
    await workbench().page.locator('.tabs-container .tab.active.dirty').waitFor();
    await workbench().save();
    await workbench().screenshot('add-region');
    assert.match(
      await workbench().read('board.dts'),
      /region@[0-9a-f]+ \{\n\t\t\treg = <0x0 0x[0-9a-f]+ 0x0 0x300000>;/,
    );
  });

  it('dtmap: Copy memory map as Markdown', async () => {
    await openSample();
    await workbench().command('dtmap: Copy memory map as Markdown');
    await workbench().notification('on the clipboard');
    assert.match(await workbench().readClipboard(), /camera@64000000/);
  });

  it('dtmap: Restart language server', async () => {
    await openSample();
    await workbench().command('dtmap: Restart language server');
    await workbench().waitSquiggles('error', 0);
    await workbench().waitSquiggles('error', 2);
  });

  it('dtmap: Select board', async () => {
    const included = board.replace('/dts-v1/;', '');
    const sizeOf = (memory: string): string =>
      `/dts-v1/;\n#include "soc.dtsi"\n&ram { reg = <0x0 0x40000000 0x0 ${memory}>; };\n`;
    await workbench().begin({
      files: {
        'soc.dtsi': included.replace('memory@40000000 {', 'ram: memory@40000000 {'),
        'big.dts': sizeOf('0xa0000000'),
        'small.dts': sizeOf('0x24800000'),
      },
      open: 'soc.dtsi',
    });
    await workbench().status('board').filter({ hasText: 'big.dts' }).waitFor();
    await workbench().command('dtmap: Select board');
    await workbench().quickPick('small.dts');
    await workbench().status('board').filter({ hasText: 'small.dts' }).waitFor();
    // The menu that a click opens leads there, too.
    await workbench().status('board').click();
    await workbench().shownBy('.quick-input-list .monaco-list-row', 'One of 2 boards');
    await workbench().screenshot('what-was-read');
    await workbench().quickPick('One of 2 boards');
    await workbench().quickPick('big.dts');
    await workbench().status('board').filter({ hasText: 'big.dts' }).waitFor();
    // Another board on screen changes nothing.
    await workbench().open('small.dts');
    await workbench().status('board').filter({ hasText: 'small.dts' }).waitFor();
    await workbench().open('soc.dtsi');
    await workbench().status('board').filter({ hasText: 'big.dts' }).waitFor();
  });

  it('dtmap: Select board, the base of an overlay', async () => {
    const overlay =
      '/dts-v1/;\n/plugin/;\n&gic { };\n&{/reserved-memory} {\n\t#address-cells = <2>;\n\t#size-cells = <2>;\n\n' +
      '\tlate@64800000 {\n\t\treg = <0x0 0x64800000 0x0 0x100000>;\n\t};\n};\n';
    await workbench().begin({
      files: { 'board.dts': board, 'bare.dts': '/dts-v1/;\n/ { };\n', 'late.dtso': overlay },
      open: 'board.dts',
    });
    await workbench().open('late.dtso');
    const status = workbench().status('board');
    await workbench().shownBy('.codelens-decoration', 'Overlay without a base: choose one');
    await status.filter({ hasText: 'Base: choose…' }).click();
    await workbench().shownBy('.quick-input-list .monaco-list-row.focused', 'board.dts');
    await workbench().shownBy('.quick-input-list .monaco-list-row', 'lacks &gic');
    await workbench().screenshot('choose-base');
    await workbench().page.keyboard.press('Enter');
    await status.filter({ hasText: /Base: .*board\.dts/ }).waitFor();
    await workbench().waitMoreSquiggles('error', 0);
    await workbench().screenshot('overlay-on-base');
  });

  it('dtmap: Open the sample board', async () => {
    await openSample();
    await workbench().command('dtmap: Open the sample board');
    await workbench().waitCursor(board, 'camera@64000000');
    await workbench().webview('#map .block');
    await workbench().waitMoreSquiggles('error', 0);
    await workbench().screenshot('open-sample');
  });

  it('dtmap: What dtmap read', async () => {
    await openSample();
    await workbench().command('dtmap: What dtmap read');
    await workbench().shownBy('.quick-input-list .monaco-list-row', 'the folder of the board');
    await workbench().quickPick('Xen 4.18, Linux 6.12');
    await workbench().shownBy('.quick-input-list .monaco-list-row', 'checked as 4.22.0');
    await workbench().page.keyboard.press('Escape');
  });
});

// What a person sees of the language in VS Code: one scenario per capability, on a board in two files.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../support/bundles.ts';
import { inEveryWorkbench } from '../in-every-workbench.ts';

const fixture = (name: string): string =>
  readFileSync(path.join(root, 'test/fixtures/ide', name), 'utf8');
const board = fixture('board.dts');
const included = fixture('soc.dtsi');

inEveryWorkbench('language', (workbench) => {
  /** The board, with its analysis shown. */
  async function openBoard(open = 'board.dts'): Promise<void> {
    await workbench().begin({
      files: { 'board.dts': board, 'soc.dtsi': included, 'regions.h': fixture('regions.h') },
      open,
      settings: { 'dtmap.targets': ['linux:6.12'] },
    });
    await workbench().shownBy('.codelens-decoration', /1 GiB RAM|free below/);
  }

  it('completes labels from all files', async () => {
    await openBoard();
    await workbench().putCursorAt('&uart {');
    await workbench().type('&v');
    await workbench().suggestion('video_mem');
    await workbench().screenshot('completion');
    await workbench().page.keyboard.press('Enter');
    await workbench().waitText('&video_mem&uart {');
  });

  it('inserts region templates with the cells in force', async () => {
    await openBoard('soc.dtsi');
    await workbench().putCursorAt('ranges;');
    await workbench().page.keyboard.press('End');
    await workbench().page.keyboard.press('Enter');
    await workbench().type('region');
    await (await workbench().suggestion('region: no-map')).click();
    await workbench().waitText('reg = <0x0 0x80000000 0x0');
    await workbench().screenshot('region-template');
  });

  it('shows which cell of reg is which', async () => {
    await openBoard();
    await workbench().putCursorAt('0x62000000 0x0 0x2000000');
    await workbench().command('Trigger Parameter Hints');
    const shown = await workbench().shownBy(
      '.parameter-hints-widget.visible .signature',
      'reg = <address address size size>',
    );
    assert.equal(await shown.locator('.parameter.active').innerText(), 'address');
    await workbench().screenshot('signature-help');
  });

  it('renames a label in all files', async () => {
    await openBoard();
    await workbench().putCursorAt('video_mem {');
    const box = workbench().page.locator('.rename-box input');
    await workbench().pressUntil(['F2'], box);
    await box.fill('vpu_mem');
    await workbench().page.keyboard.press('Enter');
    await workbench().waitText('&vpu_mem {');
    await workbench().command('File: Save All');
    await workbench().saved('soc.dtsi', (text) => text.includes('vpu_mem: video@60000000'));
    assert.doesNotMatch(await workbench().read('soc.dtsi'), /video_mem/);
  });

  it('says why a macro cannot be renamed', async () => {
    await openBoard('soc.dtsi');
    await workbench().putCursorAt('VIDEO_BASE');
    const refusal = workbench().page.locator('.monaco-editor-overlaymessage', {
      hasText: 'VIDEO_BASE is a macro',
    });
    await workbench().pressUntil(['F2'], refusal);
    await workbench().screenshot('rename-refused');
  });

  it('goes to the definition in another file', async () => {
    await openBoard();
    await workbench().putCursorAt('video_mem {');
    const tab = workbench().page.locator('.tab.active', { hasText: 'soc.dtsi' });
    await workbench().pressUntil(['F12'], tab.first());
    await workbench().waitCursor(included, 'video_mem: video');
  });

  it('lists the references of all files', async () => {
    await openBoard();
    await workbench().putCursorAt('video_mem {');
    const title = workbench().page.locator('.peekview-title .meta', { hasText: 'References (3)' });
    await workbench().pressUntil(['Shift+F12'], title);
    await workbench().screenshot('references');
    await workbench().page.keyboard.press('Escape');
  });

  it('outlines the file, and finds symbols of the board', async () => {
    await openBoard();
    const bank = workbench().page.locator('.quick-input-list .monaco-list-row', {
      hasText: 'memory@40000000',
    });
    await workbench().pressUntil(['Control+Shift+O'], bank.first());
    await workbench().screenshot('outline');
    await workbench().pressUntil(['Escape'], workbench().quickInput(), 'hidden');
    await workbench().pressUntil(['Control+T'], workbench().quickInput());
    await workbench().quickInput().fill('#ramoops');
    await workbench().quickPick('ramoops@70000000');
    await workbench().shownBy('.tab.active', 'soc.dtsi');
    await workbench().waitCursor(included, 'ramoops@70000000');
  });

  it('formats the document', async () => {
    await openBoard();
    await workbench().putCursorAt('memory = <0x0 0x20000>;');
    await workbench().type('  ');
    await workbench().command('Format Document');
    // The command has been asked for, the text not yet changed: what is saved at once may be the old text.
    await workbench().saveUntil('board.dts', board);
  });

  it('folds nodes', async () => {
    await openBoard();
    await workbench().command('Fold All');
    const line = workbench().line('memory@40000000 {');
    await line.waitFor({ state: 'hidden' });
    await workbench().screenshot('folded');
    await workbench().command('Unfold All');
    await line.waitFor();
  });

  it('shows what becomes of memory above its node, and where a range ends behind it', async () => {
    await openBoard();
    await workbench().shownBy('.codelens-decoration', /1 GiB RAM in 1 bank/);
    await workbench().shownBy('.codelens-decoration', /^reserved · 32 MiB · .* free below/);
    await workbench().waitText('→ 0x63ffffff, 32 MiB');
    await workbench().screenshot('lenses-and-hints');
    await workbench().page.locator('.codelens-decoration a', { hasText: '32 MiB' }).click();
    const map = await workbench().webview('#map .block');
    await map.locator('#details', { hasText: 'video@60000000' }).waitFor();
    await workbench().screenshot('map-from-lens');
    await workbench().configure({ 'dtmap.inlayHints': false, 'dtmap.codeLenses': false });
    await workbench().line('→ 0x63ffffff').waitFor({ state: 'hidden' });
    await workbench().page.locator('.codelens-decoration').first().waitFor({ state: 'hidden' });
  });

  it('reads an included file again when it changes outside the editor', async () => {
    await openBoard();
    await workbench().waitSquiggles('error', 0);
    await workbench().write('soc.dtsi', included.replace('uart: serial', 'console: serial'));
    // `&uart` leads nowhere.
    await workbench().waitMoreSquiggles('error', 0);
    await workbench().write('soc.dtsi', included);
    await workbench().waitSquiggles('error', 0);
  });

  it('dims what no #if lets through', async () => {
    await openBoard();
    await workbench().putCursorAt('unreachable');
    const opacity = async (text: string): Promise<number> =>
      Number(
        await workbench()
          .line(text)
          .locator('span span')
          .last()
          .evaluate((span) => getComputedStyle(span).opacity),
      );
    await workbench().page.waitForFunction(() =>
      [...document.querySelectorAll('.view-line span span')].some(
        (span) => span.textContent.includes('unreachable') && getComputedStyle(span).opacity < '1',
      ),
    );
    assert.equal(await opacity('status = "okay"'), 1);
    await workbench().screenshot('dimmed');
    // The condition made true brings the colours back.
    await workbench().select('#ifdef NEVER');
    await workbench().type('#ifndef NEVER');
    await workbench().page.waitForFunction(() =>
      [...document.querySelectorAll('.view-line span span')].every(
        (span) =>
          !span.textContent.includes('unreachable') || getComputedStyle(span).opacity === '1',
      ),
    );
  });

  it('marks what the cursor is on, and widens the selection', async () => {
    await openBoard('soc.dtsi');
    await workbench().putCursorAt('serial@1000');
    await workbench()
      .page.locator(
        '.editor-instance .wordHighlightText, .editor-instance .wordHighlight, .editor-instance .wordHighlightStrong',
      )
      .first()
      .waitFor();
    await workbench().putCursorAt('0x70000000');
    for (const selected of ['0x70000000', '0x0 0x70000000 0x0 0x100000']) {
      await workbench().page.keyboard.press('Shift+Alt+ArrowRight');
      await workbench().shownBy(
        '#status\\.editor\\.selection',
        `(${String(selected.length)} selected)`,
      );
    }
  });

  it('follows an include, and shows who includes a file', async () => {
    await openBoard();
    await workbench().page.locator('.detected-link').first().waitFor();
    await workbench().putCursorAt('soc.dtsi');
    await workbench().command('Open Link');
    await workbench().shownBy('.tab.active', 'soc.dtsi');
    await workbench().command('Peek Call Hierarchy');
    await workbench().shownBy('.call-hierarchy .monaco-list-row', 'board.dts');
    await workbench().screenshot('who-includes');
    await workbench().page.keyboard.press('Escape');
  });

  it('colours names by what they mean', async () => {
    await openBoard();
    const waitColours = (isOneName: boolean): Promise<unknown> =>
      workbench().page.waitForFunction((wanted) => {
        const spans = [...document.querySelectorAll('.view-line > span > span')];
        const at = spans.find(({ textContent }) => textContent === '@');
        const property = spans.find(({ textContent }) => textContent === 'device_type');
        const [name, address, other] = [
          at?.previousElementSibling,
          at?.nextElementSibling,
          property,
        ].map((span) => span && getComputedStyle(span).color);
        if (name === undefined || address === undefined) return false;
        return (name === address) === wanted && name !== other;
      }, isOneName);
    // The grammar alone takes the unit address for a number.
    await waitColours(true);
    await workbench().configure({ 'editor.semanticHighlighting.enabled': false });
    await waitColours(false);
  });

  for (const extension of ['.dts', '.dtsi', '.dtso', '.overlay'])
    it(`opens ${extension}`, async () => {
      const name = `file${extension}`;
      const overlay = '/dts-v1/;\n/plugin/;\n&{/} { added; };\n';
      await workbench().begin({ files: { [name]: overlay }, open: name });
      await workbench().shownBy('#status\\.editor\\.mode', 'Devicetree');
    });
});

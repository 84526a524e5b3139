// `npm run pictures`: makes the pictures that need a browser anew, from the sample board as people see it, and the icon.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Context } from 'mocha';
import type { Page } from 'playwright-core';
import { root } from '../support/bundles.ts';
import { sharedBrowser } from '../e2e/shared-browser.ts';
import { useWorkbench } from '../e2e/use-workbench.ts';
import { startVscode } from '../e2e/vscode/start-vscode.ts';

const folder = path.join(root, 'server/docs/pictures');

/** What is on the page as WebP, which takes a fraction of PNG's room; `quality` is from 0 to 1. */
async function photograph(page: Page, file: string, quality: number): Promise<void> {
  const png = (await page.screenshot()).toString('base64');
  // A page of its own: VS Code's forbids pictures from elsewhere.
  const blank = await page.context().newPage();
  const webp = await blank.evaluate(
    async ([data, share]) => {
      const bitmap = await createImageBitmap(
        await (await fetch(`data:image/png;base64,${data}`)).blob(),
      );
      const canvas = document.createElement('canvas');
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
      return canvas.toDataURL('image/webp', share);
    },
    [png, quality] as const,
  );
  await blank.close();
  writeFileSync(path.join(folder, file), Buffer.from(webp.replace(/^.*,/, ''), 'base64'));
}

describe('pictures', () => {
  const workbench = useWorkbench(startVscode);

  it('of the sample board in VS Code', async () => {
    mkdirSync(folder, { recursive: true });
    const { page } = workbench();
    const board = readFileSync(path.join(root, 'client/sample/board.dts'), 'utf8');
    await workbench().begin({
      files: { 'board.dts': board },
      open: 'board.dts',
      settings: { 'editor.minimap.enabled': false, 'breadcrumbs.enabled': false },
    });
    await workbench().waitSquiggles('error', 2);
    await page.keyboard.press('Control+B');
    await workbench().command('dtmap: Show memory map');
    await workbench().webview('#map .block');
    await page.setViewportSize({ width: 1120, height: 680 });
    await workbench().putCursorAt('camera@64000000');
    await page.mouse.move(300, 400);
    // The map draws itself anew for the new size.
    await page.waitForTimeout(2000);
    await photograph(page, 'workbench.webp', 0.6);
  });
});

describe('pictures without VS Code', () => {
  /** The drawing alone on a page of its size. */
  async function draw(context: Context, file: string): Promise<Page> {
    const svg = readFileSync(path.join(root, file), 'utf8');
    const [width = 0, height = 0] = (/viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [])
      .slice(1)
      .map((size) => Math.ceil(Number(size)));
    const browser = await sharedBrowser(context);
    const page = await (await browser.newContext({ viewport: { width, height } })).newPage();
    await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
    return page;
  }

  it('of the memory map alone, small enough to be packaged', async function () {
    const page = await draw(this, 'client/walkthrough/memory-map.svg');
    await photograph(page, 'memory-map.webp', 0.3);
    await page.context().close();
  });

  it('of the icon', async function () {
    const page = await draw(this, 'client/icon.svg');
    writeFileSync(
      path.join(root, 'client/icon.png'),
      await page.screenshot({ omitBackground: true }),
    );
    await page.context().close();
  });
});

// Files with names that URIs encode in several ways: the picture of a hover and the map know them all the same.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../support/bundles.ts';
import { inEveryWorkbench } from '../in-every-workbench.ts';

const board = readFileSync(path.join(root, 'client/sample/board.dts'), 'utf8');

const names = [
  ...['p3737-0000+p3701-0000', 'a,b', 'me@host', 'x (copy)', "it's", 'über', 'a b#c', '100%'],
  ...['semi;colon', 'a&b=c', 'plain'],
].map((name) => `${name}.dts`);

inEveryWorkbench('names', (workbench) => {
  it('have the picture of a hover, and the map follows the caret', async () => {
    const [first = ''] = names;
    await workbench().begin({
      files: Object.fromEntries(names.map((name) => [name, board])),
      open: first,
    });
    await workbench().command('dtmap: Show memory map');
    const map = await workbench().webview('#map .block');
    for (const name of names) {
      await workbench().openFromExplorer(name);
      await workbench().waitSquiggles('error', 2);
      await workbench().putCursorAt('0xa0000000 0x0 0x20000000');
      await workbench().hover(/512 MiB/);
      await workbench().page.locator('.monaco-hover:visible img').first().waitFor();
      await workbench().page.keyboard.press('Escape');
      for (const region of ['camera@64000000', 'dsp@1a0000000']) {
        await workbench().putCursorAt(region);
        await map.locator('#details', { hasText: region }).waitFor();
      }
    }
    await workbench().screenshot('names');
  });
});

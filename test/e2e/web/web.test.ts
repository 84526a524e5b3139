// What is special about VS Code for the web; what it shares with VS Code is in the scenarios of ../vscode.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../support/bundles.ts';
import { useWorkbench } from '../use-workbench.ts';
import { startVscodeWeb } from './start-vscode-web.ts';

const sample = (name: string): string =>
  readFileSync(path.join(root, 'client/sample', name), 'utf8');

describe('VS Code for the web', () => {
  const workbench = useWorkbench(startVscodeWeb);

  it('judges in a worker', async () => {
    await workbench().begin({ files: { 'board.dts': sample('board.dts') }, open: 'board.dts' });
    await workbench().waitSquiggles('error', 3);
    const loaded = await Promise.all(
      workbench()
        .page.workers()
        .map((worker) =>
          worker.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name)),
        ),
    );
    const server = loaded.filter((names) =>
      names.some((name) => name.endsWith('/tree-sitter-devicetree.wasm')),
    );
    assert.equal(server.length, 1, JSON.stringify(loaded));
  });

  it('reads the includes of a board, and an included file through its board, from a virtual file system', async () => {
    const phone = 'examples/qualcomm-phone';
    await workbench().begin({
      files: {
        'phone/phone.dts': sample(`${phone}/phone.dts`),
        'phone/soc.dtsi': sample(`${phone}/soc.dtsi`),
      },
      open: 'phone/soc.dtsi',
    });
    await workbench().status('board').filter({ hasText: 'phone.dts' }).waitFor();
    await workbench().waitSquiggles('error', 2);
    await workbench().screenshot('included');
  });
});

// What is special about VS Code for the web; what it shares with VS Code is in the scenarios of ../vscode.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Worker } from 'playwright-core';
import { root } from '../../support/bundles.ts';
import { useWorkbench } from '../use-workbench.ts';
import { patience } from '../workbench.ts';
import { startVscodeWeb } from './start-vscode-web.ts';
import { poll } from '../../support/poll.ts';

const sample = (name: string): string =>
  readFileSync(path.join(root, 'client/sample', name), 'utf8');

describe('VS Code for the web', () => {
  const workbench = useWorkbench(startVscodeWeb);

  /** The one worker that has loaded the grammar, once there is one. */
  async function serverWorker(): Promise<Worker> {
    const { page } = workbench();
    const look = async (): Promise<Worker | undefined> => {
      const isServer = await Promise.all(
        page.workers().map(async (worker) => {
          const loaded = await worker.evaluate(() =>
            performance
              .getEntriesByType('resource')
              .some(({ name }) => name.endsWith('/tree-sitter-devicetree.wasm')),
          );
          return loaded ? [worker] : [];
        }),
      );
      const [server, ...others] = isServer.flat();
      assert.equal(others.length, 0, 'one server at a time');
      return server;
    };
    return poll('a worker with the grammar', look, { every: 50, patience: 60_000 });
  }

  it('judges in a worker, which ends when the server is restarted', async () => {
    await workbench().begin({ files: { 'board.dts': sample('board.dts') }, open: 'board.dts' });
    await workbench().waitSquiggles('error', 2);
    const ended = (await serverWorker()).waitForEvent('close', { timeout: patience });
    await workbench().command('dtmap: Restart language server');
    await ended;
    await serverWorker();
    await workbench().waitSquiggles('error', 2);
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
    await workbench().waitSquiggles('info', 1);
    await workbench().screenshot('included');
  });
});

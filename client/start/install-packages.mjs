// Installs the npm packages of this repository when they are missing or older than the lock file.

import { existsSync, lstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runNpm } from './run-npm.mjs';

export const root = path.resolve(import.meta.dirname, '../..');

/** Needs nothing but Node and npm, since it runs before anything is installed. */
export function installPackages() {
  const stale = packagesToInstall();
  if (stale.length === 0) return;
  const folder = path.join(root, 'node_modules');
  if (existsSync(folder) && lstatSync(folder).isSymbolicLink()) {
    // `npm ci` would empty a folder that belongs to somebody else.
    throw new Error(`node_modules is a link and lacks ${stale.slice(0, 5).join(', ')}`);
  }
  console.log(`Installing ${String(stale.length)} npm packages …`);
  runNpm(root, ['ci', '--no-audit', '--no-fund']);
}

/** The packages of the lock file that node_modules does not have in that version. */
function packagesToInstall() {
  const wanted = packagesOf('package-lock.json');
  const present = packagesOf('node_modules/.package-lock.json');
  return Object.entries(wanted)
    .filter(([name, { optional }]) => name !== '' && !optional)
    .filter(([name, { version }]) => present[name]?.version !== version)
    .map(([name]) => name.replace(/^.*node_modules\//, ''));
}

function packagesOf(lockFile) {
  const file = path.join(root, lockFile);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}

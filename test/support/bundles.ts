// Builds the bundles of dist/ before a test uses them, so that no test runs against an old build.

import { execFileSync } from 'node:child_process';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

let built = false;

/** The absolute path of a bundle, `server.js` or `dtmap.js`; builds all of them at the first call. */
export function bundle(name: string): string {
  if (process.env['DTMAP_WITHOUT_BUNDLES'] !== undefined)
    throw new Error(`${name} is made beside this run: see test/run.mjs`);
  if (!built)
    execFileSync(process.execPath, [path.join(root, 'esbuild.mjs')], { stdio: 'inherit' });
  built = true;
  return path.join(root, 'dist', name);
}

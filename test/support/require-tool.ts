// Finds a program a test needs: a missing one fails the test by name, unless DTMAP_SKIP names it.

import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { Context } from 'mocha';

/**
 * Where the first of `names` found on PATH is. `DTMAP_SKIP=chromium,neovim` skips the test or suite `context` belongs to;
 * `skipName` is what that variable calls the tool, `packageName` the Debian package to install.
 */
export function requireTool(
  context: Context,
  { names, skipName, packageName }: { names: string[]; skipName: string; packageName: string },
): string {
  if (isSkipped(skipName)) context.skip();
  const found = names.map(findOnPath).find((file) => file !== undefined);
  if (found) return found;
  throw new Error(
    `${skipName} is not installed: apt-get install ${packageName}, or skip with DTMAP_SKIP=${skipName}`,
  );
}

export function isSkipped(name: string): boolean {
  return (process.env['DTMAP_SKIP'] ?? '').split(',').includes(name);
}

function findOnPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

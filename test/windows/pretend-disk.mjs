// The functions of node:fs over a pretend disk of Windows: C:\ is DTMAP_DISK/c, \\srv\share is DTMAP_DISK/unc/srv/share, and names match
// whatever their case.

import * as fs from 'real:fs';
import * as promises from 'real:fs/promises';
import { win32 } from 'real:path';

const disk = fs.realpathSync(process.env.DTMAP_DISK);

/** How many of a function's first arguments are paths. */
const TWO_PATHS = new Set(['renameSync', 'linkSync', 'copyFileSync']);

/** The file that stands for a path of Windows. The program's own folder stays as it is. */
function onDisk(path) {
  if (typeof path !== 'string' || path.startsWith(process.env.DTMAP_BUNDLE)) return path;
  // `c:` alone is the current folder of that drive, as on Windows.
  const full = /^[A-Za-z]:$/.test(path) ? process.cwd() : win32.resolve(process.cwd(), path);
  const [, server, share, rest] = /^\\\\([^\\]+)\\([^\\]+)(.*)$/.exec(full) ?? [];
  const parts = server === undefined ? [full[0], full.slice(3)] : ['unc', server, share, rest];
  let at = disk;
  for (const part of parts.join('\\').split('\\').filter(Boolean)) {
    let names = [];
    try {
      names = fs.readdirSync(at);
    } catch {
      // What is not there has the name that it was given.
    }
    const same = names.find((name) => name === part);
    const alike = names.find((name) => name.toLowerCase() === part.toLowerCase());
    at += `/${same ?? alike ?? part}`;
  }
  return at;
}

function ofWindows(path) {
  const [first = '', ...rest] = path.slice(disk.length + 1).split('/');
  return first === 'unc' ? `\\\\${rest.join('\\')}` : `${first.toUpperCase()}:\\${rest.join('\\')}`;
}

function over(real, name) {
  const paths = TWO_PATHS.has(name) ? 2 : 1;
  return (...args) => real(...args.map((each, index) => (index < paths ? onDisk(each) : each)));
}

/** `node:fs` with that disk. */
export const pretendFs = Object.fromEntries(
  Object.entries(fs).map(([name, value]) => [
    name,
    typeof value === 'function' && /^[a-z]/.test(name) ? over(value, name) : value,
  ]),
);
pretendFs.realpathSync = (path) => ofWindows(fs.realpathSync(onDisk(path)));
pretendFs.realpathSync.native = pretendFs.realpathSync;

/** `node:fs/promises` with that disk. */
export const pretendPromises = { ...promises, readdir: over(promises.readdir, 'readdir') };
pretendFs.promises = pretendPromises;

// Paths and URLs as node:path and node:url have them on Windows.

import { posix, win32 } from 'real:path';

/** `node:path` of Windows; the program's own folder, which is not on the pretend disk, stays a path of this system. */
export const pretendPath = {
  ...win32,
  join: (...parts) =>
    (parts[0].startsWith(process.env.DTMAP_BUNDLE) ? posix : win32).join(...parts),
};

/** `node:url`, as far as it is used. */
export const pretendUrl = {
  fileURLToPath(address) {
    const { hostname, pathname } = new URL(address);
    const path = decodeURIComponent(pathname).replaceAll('/', '\\');
    if (hostname !== '') return `\\\\${hostname}${path}`;
    if (/^\\[A-Za-z]:/.test(path)) return path.slice(1);
    throw Object.assign(new TypeError('must be absolute'), { code: 'ERR_INVALID_FILE_URL_PATH' });
  },
};

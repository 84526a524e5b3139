// What was named as files: a folder stands for those in it that a command is for, a pattern that the shell has left for those that match.

import picomatch from 'picomatch';
import { isDevicetreeFile, seemsPart } from '../ide/include-index.ts';
import { printable } from '../text/printable.ts';
import { isOnWindows } from '../text/resolve-name.ts';
import type { FileId } from '../text/span.ts';
import { isSkippedFolder } from './board-index.ts';
import { resolveFile } from './settings.ts';
import type { Shell } from './shell.ts';

/** What a command takes of a folder. */
interface Wanted {
  /** `board (.dts)` */
  readonly what: string;
  takes(shell: Shell, file: FileId): boolean;
}

/** What is compiled by itself: boards, and overlays of the kernel's kind. Zephyr's overlays are read through boards. */
export const boards: Wanted = {
  what: 'board (.dts)',
  takes({ files }, file) {
    if (!/\.dtso?$/i.test(file)) return false;
    const source = files.peek(file);
    return typeof source === 'string' || !seemsPart(file, source.text);
  },
};

/** All devicetree source. */
export const sources: Wanted = {
  what: 'devicetree source (.dts, .dtsi, .dtso, .overlay)',
  takes: (_, file) => isDevicetreeFile(file),
};

/** The files that were meant, and what was named in vain. */
export interface Expanded {
  readonly names: readonly string[];
  /** Folders in which nothing is wanted, in one line each. */
  readonly failures: readonly { readonly name: string; readonly failure: string }[];
}

/**
 * The files that `names` stand for, each once, in the order of the names and sorted within each; what is neither a folder nor a
 * pattern stays as it is, there or not.
 */
export function expandNames(shell: Shell, names: readonly string[], wanted: Wanted): Expanded {
  // What is found, and what is printed of it, has `/` on every system; in a pattern a `\` would take the meaning from what follows.
  const slashed = isOnWindows(shell.cwd) ? names.map((name) => name.replaceAll('\\', '/')) : names;
  const expanded = slashed.map((name) => ({ name, found: expandName(shell, name, wanted) }));
  return {
    names: [...new Set(expanded.flatMap(({ found }) => (typeof found === 'string' ? [] : found)))],
    failures: expanded.flatMap(({ name, found }) =>
      typeof found === 'string' ? [{ name, failure: printable(`${name}: ${found}`) }] : [],
    ),
  };
}

/** The files, or why there are none. */
function expandName(shell: Shell, name: string, wanted: Wanted): readonly string[] | string {
  if (name === '-') return [name];
  const file = resolveFile(name, shell.cwd);
  const why = shell.files.whyUnreadable(file);
  if (why === 'is a directory') {
    const taken = [...filesBelow(shell, file)].filter((each) => wanted.takes(shell, each)).sort();
    if (taken.length === 0) return `no ${wanted.what} in this folder`;
    return taken.map((each) => nameBelow(name, file, each));
  }
  const { base, glob, isGlob } = picomatch.scan(name);
  if (why === undefined || !isGlob) return [name];
  const matches = picomatch(glob);
  const folder = resolveFile(base === '' ? '.' : base, shell.cwd);
  const found = [...filesBelow(shell, folder)]
    .filter((each) => matches(each.slice(withSlash(folder).length)))
    .sort();
  // Whoever opens it says that there is no such file.
  if (found.length === 0) return [name];
  return found.map((each) => nameBelow(base, folder, each));
}

/** As a user would have named `file`, which stands below the folder that was named. */
function nameBelow(name: string, folder: FileId, file: FileId): string {
  const below = file.slice(withSlash(folder).length);
  const isHere = name === '' || name === '.' || name === './';
  return isHere ? below : `${withSlash(name.replace(/^(?:\.\/+)+(?=[^/])/, ''))}${below}`;
}

function withSlash(folder: string): string {
  return folder.endsWith('/') ? folder : `${folder}/`;
}

/** All files below a folder. Links to folders are not followed: what they lead to has a place of its own. */
function* filesBelow({ files }: Shell, top: FileId): Generator<FileId> {
  const folders = [top];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const { names, links } = files.listFolder(folder);
    const linked = new Set(links.filter(({ isFolder }) => isFolder).map(({ name }) => name));
    for (const name of names) {
      if (!name.endsWith('/')) {
        if (!linked.has(name)) yield `${withSlash(folder)}${name}`;
      } else if (!isSkippedFolder(name.slice(0, -1)))
        folders.push(`${withSlash(folder)}${name.slice(0, -1)}`);
    }
  }
}

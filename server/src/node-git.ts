// Commits of git, read by the git of the machine.

import { execFileSync } from 'node:child_process';
import type { Revision, RevisionEntry } from './cli/shell.ts';
import { fileIdOfPath } from './text/resolve-name.ts';
import type { FileId } from './text/span.ts';

/** More than any file that is read, and than the list of all files of a large tree. */
const MOST_OUTPUT = 1 << 30;

/** A revision of the work tree that `folder` is in, or why there is none, in a few words. */
export function revisionOf(folder: FileId, name: string): Revision | string {
  const run = (...argv: string[]): Buffer =>
    execFileSync('git', ['-C', folder, ...argv], {
      maxBuffer: MOST_OUTPUT,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const ask = (...argv: string[]): string | undefined => {
    try {
      return run(...argv)
        .toString()
        .trimEnd();
    } catch {
      return undefined;
    }
  };
  if (ask('--version') === undefined) return 'git is not installed';
  const top = ask('rev-parse', '--show-toplevel');
  if (top === undefined) return 'not in a work tree of git';
  const commit = ask('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`);
  if (commit === undefined) return `git knows no revision ${name}`;
  return {
    top: fileIdOfPath(top),
    entries: new Map(entriesIn(run('ls-tree', '-r', '-z', '--full-tree', commit).toString())),
    read: (object) => run('cat-file', 'blob', object),
  };
}

/** The files and links of `git ls-tree -z`: `MODE TYPE OBJECT<tab>PATH`. Commits of other repositories are left out. */
function entriesIn(listing: string): [string, RevisionEntry][] {
  return listing.split('\0').flatMap((line): [string, RevisionEntry][] => {
    const [about = '', path] = line.split('\t');
    const [mode, type, object] = about.split(' ');
    if (path === undefined || object === undefined || type !== 'blob') return [];
    return [[path, { kind: mode === '120000' ? 'link' : 'file', object }]];
  });
}

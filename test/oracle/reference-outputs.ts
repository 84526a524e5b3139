// What `cpp | dtc` makes of boards, remembered in .cache/ by the versions of both programs and of the kernel tree.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { kernelTree } from './kernel-tree.ts';

/** Whether dtc is asked for `__symbols__` (`-@`). */
export type Symbols = 'with -@' | 'without -@';

let folder: string | undefined;

function cacheFolder(): string {
  if (folder === undefined) {
    const versions = ['cpp', 'dtc'].map((tool) =>
      execFileSync(tool, ['--version'], { encoding: 'utf8' }),
    );
    const tree = kernelTree();
    const key = createHash('sha256')
      .update([...versions, tree, statSync(join(tree, 'include')).mtimeMs].join('\n'))
      .digest('hex');
    folder = join(import.meta.dirname, '../../.cache', `references-${key.slice(0, 16)}`);
    mkdirSync(folder, { recursive: true });
  }
  return folder;
}

/** Runs cpp and dtc, two processes at a time, on those of `boards` (absolute paths) that have not been before. */
export function makeReferences(boards: readonly string[]): void {
  const tree = kernelTree();
  const missing = boards
    .map((board) => relative(tree, board))
    .filter((board) => !existsSync(join(cacheFolder(), `${board}.i`)));
  if (missing.length === 0) return;
  const script = join(import.meta.dirname, 'compile-boards.sh');
  const { status, error } = spawnSync(
    'xargs',
    ['-P', '2', '-n', '20', 'sh', script, tree, cacheFolder()],
    { input: missing.join('\n'), stdio: ['pipe', 'inherit', 'inherit'] },
  );
  if (error) throw error;
  if (status !== 0) throw new Error(`${script}: exit status ${String(status)}`);
}

function output(board: string, ending: string): Buffer | undefined {
  const bytes = readFileSync(join(cacheFolder(), `${relative(kernelTree(), board)}.${ending}`));
  return bytes.length === 0 ? undefined : bytes;
}

/** What cpp prints for `board`, a character per byte; undefined when it refuses. `makeReferences` comes first. */
export function referenceText(board: string): string | undefined {
  return output(board, 'i')?.toString('latin1');
}

/** The blob of `board`; undefined when cpp or dtc refuses it. `makeReferences` comes first. */
export function referenceBlob(board: string, symbols: Symbols): Uint8Array | undefined {
  return output(board, symbols === 'with -@' ? 'symbols.dtb' : 'plain.dtb');
}

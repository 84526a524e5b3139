// Code that V8 has compiled, kept in a folder from one run to the next.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The compiled code of one text in one folder. */
export interface CodeCache {
  /** What was kept; undefined when nothing was, or it cannot be read. */
  readonly kept: Buffer | undefined;
  /** Keeps code in place of that of other texts and versions. A folder that cannot be written keeps nothing. */
  keep(code: Buffer): void;
}

/** The cache for `text`, as this version of V8 compiles it. V8 itself compares no more than lengths. */
export function codeCacheOf(text: string, folder: string): CodeCache {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const file = path.join(folder, `${hash}-${process.versions.v8}.code`);
  return {
    kept: readIfThere(file),
    keep(code) {
      try {
        mkdirSync(folder, { recursive: true });
        for (const other of readdirSync(folder))
          if (other.endsWith('.code')) rmSync(path.join(folder, other), { force: true });
        const written = `${file}.${process.pid}`;
        writeFileSync(written, code);
        renameSync(written, file);
      } catch {
        // A disk that is full or not ours: the next start compiles again, which is all that is lost.
      }
    },
  };
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

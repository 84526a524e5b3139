// Code that V8 has compiled, kept in a folder from one run to the next.

import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/** The compiled code of one program in one folder. */
export interface CodeCache {
  /** What was kept; undefined when nothing was, or it cannot be read. */
  readonly kept: Buffer | undefined;
  /** Keeps code in place of that of other programs and versions. A folder that cannot be written keeps nothing. */
  keep(code: Buffer): void;
}

/**
 * What an update of the program in the file `program` changes: the folder it is installed in, its size, and when it was written. To load
 * SHA-256 and take it of the text would cost 8 ms at every start.
 */
export function stampOfProgram(program: string): string {
  const { size, mtimeMs } = statSync(program);
  const installed = path.basename(path.resolve(program, '../..')).replace(/[^\w.-]/g, '_');
  return [installed, size, Math.round(mtimeMs).toString(36)].join('-');
}

/** The cache for the program in the file `program`, as this version of V8 compiles it. V8 itself compares no more than lengths. */
export function codeCacheOf(program: string, folder: string): CodeCache {
  const file = path.join(folder, `${stampOfProgram(program)}-${process.versions.v8}.code`);
  return {
    kept: readIfThere(file),
    keep(code) {
      try {
        mkdirSync(folder, { recursive: true });
        for (const other of readdirSync(folder))
          if (other.endsWith('.code')) rmSync(path.join(folder, other), { force: true });
        const unfinished = `${file}.${process.pid}`;
        writeFileSync(unfinished, code);
        renameSync(unfinished, file);
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

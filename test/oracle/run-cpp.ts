// Runs GNU cpp, the oracle for the preprocessor.

import { execFile, execFileSync } from 'node:child_process';
import { encodeText } from '../../server/src/text/encode.ts';

export interface CppResult {
  /** Standard output without line markers, white space runs as one space. */
  readonly text: string;
  readonly errors: string;
  readonly succeeded: boolean;
}

const cppArguments = ['-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp'];

/** What cpp makes of `board`. Fails with the tool's name when cpp is missing. */
export function runCpp(board: string, includePaths: readonly string[]): Promise<CppResult> {
  const folders = includePaths.flatMap((folder) => ['-I', folder]);
  return new Promise((resolve, reject) => {
    execFile(
      'cpp',
      [...cppArguments, ...folders, board],
      { encoding: 'latin1', maxBuffer: 1 << 28 },
      (error, output, errors) => {
        if (error?.code === 'ENOENT') reject(new Error('cpp is missing: install the package cpp'));
        else resolve({ text: comparable(output), errors, succeeded: error === null });
      },
    );
  });
}

/** Makes sure that cpp is there; throws with its name otherwise. */
export function requireCpp(): void {
  execFileSync('cpp', ['--version'], { stdio: 'ignore' });
}

/** What counts when outputs are compared: tokens and where white space separates them, not which white space. */
export function comparable(text: string): string {
  return text
    .replace(/^#(?: |line )[0-9]+ ".*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Our own text as cpp's output is read here: one character per byte. */
export function bytesAsText(text: string): string {
  return Buffer.from(encodeText(text)).toString('latin1');
}

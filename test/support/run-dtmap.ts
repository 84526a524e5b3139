// Runs the command line inside the test process: the real disk, output caught.

import { readFileSync } from 'node:fs';
import { revisionOf } from '../../server/src/node-git.ts';
import { run } from '../../server/src/cli/run.ts';
import type { Shell, ShellFiles } from '../../server/src/cli/shell.ts';
import { NodeFiles } from '../../server/src/node-files.ts';
import { bundle } from './bundles.ts';
import { coreSchemas } from './read-bindings.ts';

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as bytes. */
  readonly bytes: Buffer;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** In place of the disk. */
  readonly files?: ShellFiles;
  /** Whether standard output and error are a terminal. */
  readonly isTerminal?: boolean;
  /** How wide that terminal is. */
  readonly columns?: number;
}

/** What the command line needs, with what is written to standard output and standard error. */
export function shellOf(
  cwd: string,
  files: ShellFiles,
  options: RunOptions = {},
): { readonly shell: Shell; readonly out: readonly Buffer[]; readonly err: readonly Buffer[] } {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const shell: Shell = {
    cwd,
    version: '0.0.0-test',
    home: 'https://example.org/dtmap',
    env: options.env ?? {},
    files,
    stdout: {
      write: (text) => void out.push(Buffer.from(text)),
      isTTY: options.isTerminal === true,
      columns: options.columns,
    },
    stderr: {
      write: (text) => void err.push(Buffer.from(text)),
      isTTY: options.isTerminal === true,
    },
    processors: 1,
    stdin: () => Promise.resolve(Buffer.from(options.stdin ?? '')),
    revision: revisionOf,
    pageScript: () => ({ text: readFileSync(bundle('webview.js'), 'utf8') }),
    coreSchemas,
  };
  return { shell, out, err };
}

/** `dtmap` with these arguments. */
export async function dtmap(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { shell, out, err } = shellOf(
    options.cwd ?? process.cwd(),
    options.files ?? new NodeFiles(),
    options,
  );
  const status = await run(argv, shell);
  const bytes = Buffer.concat(out);
  return { status, stdout: bytes.toString(), stderr: Buffer.concat(err).toString(), bytes };
}

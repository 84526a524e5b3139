// The shell of a command in Node: disk, streams, environment, and the WebAssembly files beside the bundle.

import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Output, Shell } from './cli/shell.ts';
import { NodeFiles } from './node-files.ts';
import { revisionOf } from './node-git.ts';
import { fileIdOfPath } from './text/resolve-name.ts';

/** Fresh files, so that two shells see each other's texts no more than two processes would. */
export function nodeShell(): Shell {
  const files = new NodeFiles();
  return {
    cwd: workingDirectory(),
    version: versionIn(files),
    env: process.env,
    files,
    stdout: outputTo(process.stdout),
    stderr: outputTo(process.stderr),
    stdin: readStandardInput,
    processors: availableParallelism(),
    grammar,
    revision: revisionOf,
  };
}

/** Throws one sentence when the folder was deleted since the program's parent went there. */
function workingDirectory(): string {
  try {
    return fileIdOfPath(process.cwd());
  } catch {
    throw new Error('the working directory is not there any more; go to another one');
  }
}

let wasm: ReturnType<Shell['grammar']> | undefined;

/** The same bytes every time: a parser is started once for them. */
function grammar(): ReturnType<Shell['grammar']> {
  wasm ??= {
    runtime: bytesBeside('web-tree-sitter.wasm'),
    grammar: bytesBeside('tree-sitter-devicetree.wasm'),
  };
  return wasm;
}

// Bundled as CommonJS into dist/, beside the WebAssembly files.
function bytesBeside(name: string): Uint8Array {
  const bytes = new NodeFiles().bytes(path.join(__dirname, name));
  if (typeof bytes === 'string') throw new Error(`${name} is missing beside the program`);
  return bytes;
}

function versionIn(files: NodeFiles): string {
  const source = files.get(path.join(__dirname, '../package.json'));
  return typeof source === 'string'
    ? 'unknown'
    : (/"version":\s*"([^"]+)"/.exec(source.text)?.[1] ?? 'unknown');
}

function outputTo(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => {
      stream.write(text);
    },
    isTTY: stream.isTTY,
  };
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

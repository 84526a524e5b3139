// The shell of a command in Node: disk, streams, environment.

import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { CoreSchemas } from './bindings/binding-index.ts';
import type { Output, Shell } from './cli/shell.ts';
import { NodeFiles } from './node-files.ts';
import { revisionOf } from './node-git.ts';
import { fileIdOfPath } from './text/resolve-name.ts';

/** Fresh files, so that two shells see each other's texts no more than two processes would. */
export function nodeShell(): Shell {
  const files = new NodeFiles();
  return {
    cwd: workingDirectory(),
    ...manifestIn(files),
    env: process.env,
    files,
    stdout: outputTo(process.stdout),
    stderr: outputTo(process.stderr),
    stdin: readStandardInput,
    pageScript: () => readPageScript(files),
    processors: availableParallelism(),
    revision: revisionOf,
    coreSchemas: () => coreSchemasIn(files),
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

/** What the manifest says of dtmap. It lies beside `dist/`, into which this is bundled as CommonJS. */
function manifestIn(files: NodeFiles): Pick<Shell, 'version' | 'home'> {
  const source = files.get(path.join(__dirname, '../package.json'));
  const text = typeof source === 'string' ? '' : source.text;
  return {
    version: /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? 'unknown',
    home: /"homepage":\s*"([^"]+)"/.exec(text)?.[1] ?? 'unknown',
  };
}

function readPageScript(files: NodeFiles): { text: string } | string {
  const file = path.join(__dirname, 'webview.js');
  const source = files.get(file);
  return typeof source === 'string' ? `${file}: ${files.whyUnreadable(file) ?? source}` : source;
}

// Made from server/dtschema by the build.
function coreSchemasIn(files: NodeFiles): CoreSchemas {
  const source = files.peek(path.join(__dirname, 'dtschema.json'));
  return typeof source === 'string' ? {} : (JSON.parse(source.text) as CoreSchemas);
}

function outputTo(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => {
      stream.write(text);
    },
    isTTY: stream.isTTY,
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
  };
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

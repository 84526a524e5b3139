// Starts the language server in Node: `--stdio`, or Node's IPC channel when a client forks it.

import path from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import type { CoreSchemas } from './bindings/binding-index.ts';
import { serve } from './lsp/server.ts';
import { NodeFiles } from './node-files.ts';
import { fileIdOfPath } from './text/resolve-name.ts';
import { GROWTH, letHeapGrow, tuneV8 } from './node-tune-v8.ts';

/** By how much the old generation grows while somebody types, but by no more bytes than these: half as many collections. */
const TYPING_GROWTH = 120;
const TYPING_ROOM = 28e6;

tuneV8();

const files = new NodeFiles();
// Bundled as CommonJS into dist/, beside the WebAssembly files.
const rulePages = fileIdOfPath(path.join(__dirname, '../server/docs/rules'));

serve(createConnection(ProposedFeatures.all), {
  files: {
    get: (id) => files.get(id),
    bytes: (id) => files.bytes(id),
    setText: (id, text) => {
      files.setText(id, text);
    },
    unset: (id) => {
      files.unset(id);
    },
    forget: (id) => {
      files.forget(id);
    },
    exists: (id) => Promise.resolve(files.exists(id)),
    isReadOnly: (id) => files.isReadOnly(id),
    readDirectory: (id) => files.listDirectory(id),
    listFolder: (id) => files.listFolderLater(id),
    realPath: (id) => files.realPath(id),
    linkText: (id) => files.linkText(id),
    spelling: (id) => files.spelling(id),
    aliasesOf: (id) => files.aliasesOf(id),
    load: () => Promise.resolve(),
  },
  wasm: () =>
    Promise.resolve({
      runtime: wasm('web-tree-sitter.wasm'),
      grammar: wasm('tree-sitter-devicetree.wasm'),
    }),
  coreSchemas: () => Promise.resolve(JSON.parse(coreSchemas()) as CoreSchemas),
  rulePages: files.exists(rulePages) ? rulePages : undefined,
  workIs: (work) => {
    const { used_heap_size: used } = getHeapStatistics();
    const room = Math.min(TYPING_GROWTH, (TYPING_ROOM / used) * 100);
    letHeapGrow(work === 'typing' ? Math.max(GROWTH, room) : GROWTH);
  },
  now: () => performance.now(),
  later: (task, milliseconds) => {
    if (milliseconds === 0) setImmediate(task);
    else setTimeout(task, milliseconds);
  },
});

function coreSchemas(): string {
  const source = files.peek(path.join(__dirname, 'dtschema.json'));
  return typeof source === 'string' ? '{}' : source.text;
}

function wasm(name: string): Uint8Array {
  const bytes = files.bytes(path.join(__dirname, name));
  if (typeof bytes === 'string') throw new Error(`${name} is missing beside the server`);
  return bytes;
}

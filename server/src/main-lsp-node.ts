// Starts the language server in Node: `--stdio`, or Node's IPC channel when a client forks it.

import path from 'node:path';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serve } from './lsp/server.ts';
import { NodeFiles } from './node-files.ts';

// An analysis replaces the one before it as a whole, so what is young becomes garbage all at once. Left alone, V8 lets the
// young generation grow to 48 MB and the old one to four times what is alive. Of a flag it does not know, V8 says so on
// standard error; Electron may have frozen the flags, so there the client gives what it can.
const hasFlags = process.versions['electron'] === undefined;
/** By how much the old generation grows until V8 collects it, in percent of what is alive in it. */
const GROWTH = 60;
/** The same while somebody types, but no more bytes than these: half as many collections, and each of them is felt. */
const TYPING_GROWTH = 120;
const TYPING_ROOM = 28e6;

function letHeapGrow(percent: number): void {
  if (hasFlags) setFlagsFromString(`--heap-growing-percent=${Math.round(percent)}`);
}

letHeapGrow(GROWTH);
if (hasFlags) {
  setFlagsFromString('--semi-space-growth-factor=1');
  // Half of what opening the first board costs would go into optimising code that is then hardly run again: the parser's
  // WebAssembly, and JavaScript on its first pass over a large board. Typing is as fast with the code of the first compiler.
  setFlagsFromString('--liftoff-only');
  // V8 12, of Node 22, counts calls where V8 11 counted bytes.
  const counts = ['maglev=4000', 'maglev-osr=1000', 'turbofan=30000', 'osr=5000'];
  const later =
    parseInt(process.versions.v8, 10) < 12
      ? ['--interrupt-budget=600000']
      : counts.map((count) => `--invocation-count-for-${count}`);
  for (const flag of later) setFlagsFromString(flag);
}

const files = new NodeFiles();
// Bundled as CommonJS into dist/, beside the WebAssembly files.
const rulePages = path.join(__dirname, '../server/docs/rules');

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
    load: () => Promise.resolve(),
  },
  wasm: () =>
    Promise.resolve({
      runtime: wasm('web-tree-sitter.wasm'),
      grammar: wasm('tree-sitter-devicetree.wasm'),
    }),
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

function wasm(name: string): Uint8Array {
  const bytes = files.bytes(path.join(__dirname, name));
  if (typeof bytes === 'string') throw new Error(`${name} is missing beside the server`);
  return bytes;
}

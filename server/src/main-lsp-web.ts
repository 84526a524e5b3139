// Starts the language server in a web worker.

import {
  BrowserMessageReader,
  BrowserMessageWriter,
  createConnection,
} from 'vscode-languageserver/browser';
import { clientFiles } from './lsp/client-files.ts';
import type { CoreSchemas } from './bindings/binding-index.ts';
import { serve } from './lsp/server.ts';

// The worker's global scope: its type is in the browser library, which clashes with Node's.
const scope = globalThis as never;
const connection = createConnection(
  new BrowserMessageReader(scope),
  new BrowserMessageWriter(scope),
);

// Nobody else ends the worker: without this, each restart would leave one behind with all it has read.
connection.onExit(() => {
  (globalThis as unknown as { close(): void }).close();
});
serve(connection, {
  files: clientFiles(connection),
  wasm: async ({ assets = '.' }) => ({
    runtime: await download(`${assets}/web-tree-sitter.wasm`),
    grammar: await download(`${assets}/tree-sitter-devicetree.wasm`),
  }),
  coreSchemas: async ({ assets = '.' }) =>
    JSON.parse(new TextDecoder().decode(await download(`${assets}/dtschema.json`))) as CoreSchemas,
  rulePages: undefined,
  now: () => performance.now(),
  later: (task, milliseconds) => void setTimeout(task, milliseconds),
});

async function download(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

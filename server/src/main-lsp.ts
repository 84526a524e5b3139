#!/usr/bin/env node
// The language server's entry: one bundle for Node and for a web worker, which differ in streams, files and WASM bytes.

if (typeof process === 'object' && typeof process.versions?.node === 'string') {
  void import('./main-lsp-node.ts');
} else {
  void import('./main-lsp-web.ts');
}

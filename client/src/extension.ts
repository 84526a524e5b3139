// The extension's entry: one bundle for Node and for the browser, which differ in how they start the language server.

import type * as vscode from 'vscode';

export async function activate(extension: vscode.ExtensionContext): Promise<void> {
  const inNode = typeof process === 'object' && typeof process.versions?.node === 'string';
  const { start } = inNode
    ? await import('./extension-node.ts')
    : await import('./extension-web.ts');
  await start(extension);
}

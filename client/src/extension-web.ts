// The extension in a browser: runs the language server in a web worker and reads files for it.

import * as vscode from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import { clientOptions } from './client-options.ts';
import { registerFeatures } from './register-features.ts';
import { serveFiles } from './serve-files.ts';
import { startSession } from './session.ts';

export async function start(extension: vscode.ExtensionContext): Promise<void> {
  const dist = vscode.Uri.joinPath(extension.extensionUri, 'dist');
  const schemes = [
    ...['file', 'untitled', 'vscode-vfs', 'vscode-test-web', 'vscode-remote', 'memfs'],
    // Where the extension keeps files of its own: the sample board.
    extension.globalStorageUri.scheme,
  ];
  const session = await startSession(extension, schemes, () => {
    const worker = new Worker(vscode.Uri.joinPath(dist, 'server.js').toString(true));
    const client = new LanguageClient(
      'dtmap',
      'dtmap',
      worker,
      clientOptions(extension, schemes, dist),
    );
    serveFiles(client);
    return client;
  });
  registerFeatures(session);
}

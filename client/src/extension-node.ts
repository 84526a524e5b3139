// The extension in Node: desktop and remote VS Code, with the language server as a process of its own.

import * as vscode from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { clientOptions } from './client-options.ts';
import { registerFeatures } from './register-features.ts';
import { startSession } from './session.ts';

export async function start(extension: vscode.ExtensionContext): Promise<void> {
  const module = vscode.Uri.joinPath(extension.extensionUri, 'dist', 'server.js').fsPath;
  const session = await startSession(
    extension,
    () =>
      new LanguageClient(
        'dtmap',
        'dtmap',
        // Megabytes of V8's young generation: see main-lsp-node.ts.
        {
          module,
          transport: TransportKind.ipc,
          options: { execArgv: ['--max-semi-space-size=1'] },
        },
        clientOptions(extension, ['file', 'untitled']),
      ),
  );
  registerFeatures(session);
}

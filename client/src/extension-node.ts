// The extension in Node: desktop and remote VS Code, with the language server as a process of its own.

import * as vscode from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { clientOptions } from './client-options.ts';
import { registerFeatures } from './register-features.ts';
import { startSession } from './session.ts';

/** Says nothing of questions that a server left open when it ended: its end itself is told. */
class Client extends LanguageClient {
  override handleFailedRequest<T>(...failed: Parameters<LanguageClient['handleFailedRequest']>): T {
    const [, , , defaultValue] = failed;
    return (this.isRunning() ? super.handleFailedRequest(...failed) : defaultValue) as T;
  }
}

export async function start(extension: vscode.ExtensionContext): Promise<void> {
  const module = vscode.Uri.joinPath(extension.extensionUri, 'dist', 'server-cached.js').fsPath;
  const stored = (folder: string): string =>
    vscode.Uri.joinPath(extension.globalStorageUri, folder).fsPath;
  const session = await startSession(
    extension,
    () =>
      new Client(
        'dtmap',
        'dtmap',
        // Megabytes of V8's young generation: see node-tune-v8.ts. With one megabyte, opening a board copies each survivor twice.
        {
          module,
          transport: TransportKind.ipc,
          args: [`--code-cache=${stored('code')}`, `--kept=${stored('kept')}`],
          options: { execArgv: ['--min-semi-space-size=2', '--max-semi-space-size=2'] },
        },
        clientOptions(extension, ['file', 'untitled']),
      ),
  );
  registerFeatures(session);
}

// The extension in Node: desktop and remote VS Code, with the language server as a process of its own.

import * as vscode from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { clientOptions } from './client-options.ts';
import { registerFeatures } from './register-features.ts';
import { startSession } from './session.ts';
import { v8Flags } from './v8-flags.ts';

/** Says nothing of questions that a server left open when it ended: its end itself is told. */
class Client extends LanguageClient {
  override handleFailedRequest<T>(...failed: Parameters<LanguageClient['handleFailedRequest']>): T {
    const [, , , defaultValue] = failed;
    return (this.isRunning() ? super.handleFailedRequest(...failed) : defaultValue) as T;
  }
}

export async function start(extension: vscode.ExtensionContext): Promise<void> {
  const module = vscode.Uri.joinPath(extension.extensionUri, 'dist', 'server-cached.js').fsPath;
  const schemes = ['file', 'untitled'];
  const stored = (folder: string): string =>
    vscode.Uri.joinPath(extension.globalStorageUri, folder).fsPath;
  const session = await startSession(
    extension,
    schemes,
    () =>
      new Client(
        'dtmap',
        'dtmap',
        {
          module,
          transport: TransportKind.ipc,
          args: [`--code-cache=${stored('code')}`, `--kept=${stored('kept')}`],
          options: { execArgv: [...v8Flags(process.versions.v8, process.arch)] },
        },
        clientOptions(extension, schemes),
      ),
  );
  registerFeatures(session);
}

// Reads files and directories for a server that has no file system: the one in a browser.

import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import type { ClientRequests, DocumentParams } from '../../server/src/lsp/custom-requests.ts';

export function serveFiles(client: BaseLanguageClient): void {
  answer(client, 'dtmap/readFile', async ({ uri }) => {
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.parse(uri));
    let binary = '';
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary);
  });
  answer(client, 'dtmap/readDirectory', async ({ uri }) => {
    const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.parse(uri));
    return entries.map(([name, type]) => (type & vscode.FileType.Directory ? `${name}/` : name));
  });
}

function answer<M extends keyof ClientRequests>(
  client: BaseLanguageClient,
  method: M,
  read: (params: DocumentParams) => Promise<ClientRequests[M]['result']>,
): void {
  client.onRequest(method, async (params: DocumentParams) => {
    try {
      return await read(params);
    } catch (error) {
      // Asking for a file that is not there is how include paths are tried out.
      if (error instanceof vscode.FileSystemError) return null;
      throw error;
    }
  });
}

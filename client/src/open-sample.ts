// The sample board, which comes with the extension: opened at its fault, with the memory map beside it.

import * as vscode from 'vscode';
import { showMemoryMap } from './memory-map-panel.ts';
import type { Session } from './session.ts';

/** What the sample is known by. */
const FAULT = 'camera@64000000';

/**
 * Opens a copy of the sample board, in a folder of the extension's own, so that it can be edited and mended. A copy that is not
 * being edited is made anew, with its faults.
 */
export async function openSample(session: Session): Promise<void> {
  const { extensionUri, globalStorageUri } = session.extension;
  const sample = vscode.Uri.joinPath(extensionUri, 'client/sample/board.dts');
  const copy = vscode.Uri.joinPath(globalStorageUri, 'sample', 'board.dts');
  const isEdited = vscode.workspace.textDocuments.some(
    ({ uri, isDirty }) => isDirty && uri.toString() === copy.toString(),
  );
  if (!isEdited) {
    const bytes = await vscode.workspace.fs.readFile(sample);
    await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(globalStorageUri, 'sample'));
    await vscode.workspace.fs.writeFile(copy, bytes);
  }
  const document = await vscode.workspace.openTextDocument(copy);
  const at = document.positionAt(document.getText().indexOf(FAULT));
  await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.One,
    preview: false,
    selection: new vscode.Range(at, at),
  });
  await showMemoryMap(session, document);
}

// Makes the edits of a fix that the server proposed.

import * as vscode from 'vscode';
import type { FindingFix } from '../../server/src/lsp/custom-requests.ts';

/** Applies a fix, or says that it is out of date: its places are those of the texts it was made for. */
export async function applyFix(fix: FindingFix): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  for (const { at, text, version } of fix.edits) {
    const uri = vscode.Uri.parse(at.uri).toString();
    const open = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri);
    if (version !== undefined && open?.version !== version) {
      void vscode.window.showWarningMessage(
        `dtmap: the text has changed since "${fix.title}" was proposed. Try again.`,
      );
      return;
    }
    const { start, end } = at.range;
    const range = new vscode.Range(start.line, start.character, end.line, end.character);
    edit.replace(vscode.Uri.parse(at.uri), range, text);
  }
  const isApplied = await vscode.workspace.applyEdit(edit);
  if (!isApplied) void vscode.window.showWarningMessage(`dtmap: could not apply "${fix.title}".`);
}

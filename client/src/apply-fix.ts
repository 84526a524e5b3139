// Makes the edits of a fix that the server proposed.

import * as vscode from 'vscode';
import type { FindingFix } from '../../server/src/lsp/custom-requests.ts';

export async function applyFix(fix: FindingFix): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  for (const { at, text } of fix.edits) {
    const { start, end } = at.range;
    const range = new vscode.Range(start.line, start.character, end.line, end.character);
    edit.replace(vscode.Uri.parse(at.uri), range, text);
  }
  const isApplied = await vscode.workspace.applyEdit(edit);
  if (!isApplied) void vscode.window.showWarningMessage(`dtmap: could not apply "${fix.title}".`);
}

// Makes the edits of a fix that the server proposed.

import * as vscode from 'vscode';
import type { FindingFix } from '../../server/src/lsp/custom-requests.ts';

/** `text` with `select` as what is written over. */
function snippetOf(text: string, select: string): vscode.SnippetString {
  const snippet = new vscode.SnippetString();
  const at = text.indexOf(select);
  if (at < 0) return snippet.appendText(text);
  return snippet
    .appendText(text.slice(0, at))
    .appendPlaceholder(select)
    .appendText(text.slice(at + select.length));
}

/** Applies a fix, or says that it is out of date: its places are those of the texts it was made for. */
export async function applyFix(fix: FindingFix): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  for (const { at, text, version, select } of fix.edits) {
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
    if (select === undefined) edit.replace(vscode.Uri.parse(at.uri), range, text);
    else
      edit.set(vscode.Uri.parse(at.uri), [
        new vscode.SnippetTextEdit(range, snippetOf(text, select)),
      ]);
  }
  const isApplied = await vscode.workspace.applyEdit(edit);
  if (!isApplied) void vscode.window.showWarningMessage(`dtmap: could not apply "${fix.title}".`);
}

// Dims the lines that no `#if` lets through.

import * as vscode from 'vscode';
import { languages, type Session } from './session.ts';

export function dimInactiveRegions(session: Session): void {
  const dimmed = vscode.window.createTextEditorDecorationType({
    opacity: '0.55',
    isWholeLine: true,
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  const dim = async (editor: vscode.TextEditor): Promise<void> => {
    const { document } = editor;
    if (!languages.includes(document.languageId)) return;
    const { version } = document;
    const { ranges } = await session.request('dtmap/inactiveRegions', {
      uri: document.uri.toString(),
    });
    // The text has changed in the meantime: the news of its analysis is to come.
    if (document.version !== version) return;
    editor.setDecorations(
      dimmed,
      ranges.map(({ start, end }) => {
        // Whole lines are dimmed: not that of the #endif, before which the region ends.
        const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
        return new vscode.Range(start.line, 0, last, 0);
      }),
    );
  };
  const dimVisible = (): void => {
    // A server that is being restarted answers nothing; it reports when it is back.
    for (const editor of vscode.window.visibleTextEditors) dim(editor).catch(() => undefined);
  };
  session.extension.subscriptions.push(
    dimmed,
    vscode.window.onDidChangeVisibleTextEditors(dimVisible),
    session.onBoards(dimVisible),
  );
  dimVisible();
}

// Follows which devicetree documents are open: commands that need one show when there is one, and the first may bring the map.

import * as vscode from 'vscode';
import { showMemoryMap } from './memory-map-panel.ts';
import { documentMeant, documentShown, type Session } from './session.ts';

/** What `when` in package.json asks. */
const KEY = 'dtmap.hasDocument';

export function followDocuments(session: Session): void {
  let has: boolean | undefined;
  const look = (): void => {
    const now = documentMeant() !== undefined;
    if (now === has) return;
    has = now;
    void vscode.commands.executeCommand('setContext', KEY, now);
  };
  session.extension.subscriptions.push(
    vscode.window.onDidChangeActiveTextEditor(look),
    vscode.window.tabGroups.onDidChangeTabs(look),
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidCloseTextDocument(look),
  );
  look();
  showMapOnOpen(session);
}

/** With `dtmap.showMapOnOpen` the first devicetree document of a window has its map beside it. */
function showMapOnOpen(session: Session): void {
  if (!vscode.workspace.getConfiguration('dtmap').get('showMapOnOpen', false)) return;
  const show = (): boolean => {
    const document = documentShown();
    if (document) void showMemoryMap(session, document);
    return document !== undefined;
  };
  if (show()) return;
  const waiting = vscode.window.onDidChangeActiveTextEditor(() => {
    if (show()) waiting.dispose();
  });
  session.extension.subscriptions.push(waiting);
}

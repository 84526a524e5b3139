// Lists the settings that hold for a board with where each comes from, and opens the place of the one chosen.

import * as vscode from 'vscode';
import type { Session } from './session.ts';

export async function showSettings(session: Session, document: vscode.TextDocument): Promise<void> {
  const settings = await session.request('dtmap/settings', { uri: document.uri.toString() });
  const picked = await vscode.window.showQuickPick(
    settings.map(({ name, value, from, at }) => ({
      label: name,
      description: value,
      detail: from,
      at,
    })),
    {
      title: 'Settings of this board',
      placeHolder: 'Choose one to go to where it is written',
      matchOnDescription: true,
      matchOnDetail: true,
    },
  );
  if (!picked) return;
  const { at, label } = picked;
  if (!at) {
    const [setting = ''] = label.split('.');
    await vscode.commands.executeCommand('workbench.action.openSettings', `dtmap.${setting}`);
    return;
  }
  const { start, end } = at.range;
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  await vscode.window.showTextDocument(vscode.Uri.parse(at.uri), { selection });
}

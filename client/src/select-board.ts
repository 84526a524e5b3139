// Lets the user choose which board an included file is read through, and remembers it for the workspace.

import * as vscode from 'vscode';
import type { Session } from './session.ts';

const memory = 'dtmap.boards';

/** The boards chosen earlier, by the uri of the included file. */
export function chosenBoards(extension: vscode.ExtensionContext): Readonly<Record<string, string>> {
  return extension.workspaceState.get(memory, {});
}

export async function selectBoard(session: Session, document: vscode.TextDocument): Promise<void> {
  const uri = document.uri.toString();
  const { boards, current } = await session.request('dtmap/boards', { uri });
  const picked = await vscode.window.showQuickPick(
    boards.map((board) => ({
      label: board.label,
      ...(board.uri === current && { description: 'current' }),
      uri: board.uri,
    })),
    {
      title: `Read ${vscode.workspace.asRelativePath(document.uri)} as part of`,
      placeHolder: 'Boards that include it',
    },
  );
  if (!picked) return;
  await session.request('dtmap/selectBoard', { uri, board: picked.uri });
  const { extension } = session;
  await extension.workspaceState.update(memory, { ...chosenBoards(extension), [uri]: picked.uri });
}

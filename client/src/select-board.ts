// Lets the user choose which board an included file is read through, or an overlay's base, and remembers it for the workspace.

import * as vscode from 'vscode';
import { languages, type Session } from './session.ts';
import type { Status } from '../../server/src/lsp/custom-requests.ts';

const memory = 'dtmap.boards';

/** The boards chosen earlier, by the uri of the included file or overlay. */
export function chosenBoards(extension: vscode.ExtensionContext): Readonly<Record<string, string>> {
  return extension.workspaceState.get(memory, {});
}

export async function selectBoard(session: Session, document: vscode.TextDocument): Promise<void> {
  const uri = document.uri.toString();
  const status = await session.request('dtmap/status', { uri });
  const name = vscode.workspace.asRelativePath(document.uri);
  const listed = session.request('dtmap/boards', { uri });
  const [title, placeHolder] = wordQuestion(status, name);
  const items = listed.then(({ boards, current }) =>
    boards.map(({ label, uri: board, detail = '' }) => ({
      label,
      description: board === current ? 'current' : detail,
      board,
    })),
  );
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder,
    matchOnDescription: true,
  });
  if (!picked) {
    const { boards } = await listed;
    if (boards.length === 0)
      void vscode.window.showInformationMessage(
        `dtmap: no board (.dts) was found around ${name}. Open the folder that has it.`,
      );
    return;
  }
  await session.request('dtmap/selectBoard', { uri, board: picked.board });
  const { extension } = session;
  await extension.workspaceState.update(memory, {
    ...chosenBoards(extension),
    [uri]: picked.board,
  });
}

function wordQuestion({ needs, base }: Status, name: string): [title: string, hint: string] {
  if (needs === 'base' || base !== undefined)
    return [`Base of ${name}`, 'Boards around it, those that have its labels first'];
  if (needs === 'board')
    return [`Board of ${name}`, 'No board includes it: it is read behind the one you choose'];
  return [`Read ${name} as part of`, 'Boards that include it'];
}

/** A line above a file whose board or base is not known, which a click chooses. */
export function offerBoards(session: Session): void {
  const changed = new vscode.EventEmitter<void>();
  const needs = new Map<string, Status['needs']>();
  session.extension.subscriptions.push(
    changed,
    session.onStatus((status) => {
      if (needs.get(status.uri) === status.needs) return;
      needs.set(status.uri, status.needs);
      changed.fire();
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => needs.delete(uri.toString())),
    vscode.languages.registerCodeLensProvider(
      languages.map((language) => ({ language })),
      {
        onDidChangeCodeLenses: changed.event,
        provideCodeLenses(document) {
          const needed = needs.get(document.uri.toString());
          const settings = vscode.workspace.getConfiguration('dtmap', document);
          if (needed === undefined || !settings.get('codeLenses', true)) return [];
          const title =
            needed === 'base'
              ? 'Overlay without a base: choose one'
              : 'No board includes this file: choose one';
          const command = { title, command: 'dtmap.selectBoard' };
          return [new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), command)];
        },
      },
    ),
  );
}

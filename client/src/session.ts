// One running language server as the rest of the client sees it: typed requests, status, the document meant.

import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import { withHoverCard } from './hover-card.ts';
import type { CustomRequests, Place, Status } from '../../server/src/lsp/custom-requests.ts';

export const languages = ['devicetree', 'dts'];

/** Changes closer together than this are told once, in ms. */
const CALM = 120;

export interface Session {
  readonly extension: vscode.ExtensionContext;
  /** Whether documents of that kind are read: on the desktop only those on the disk, never the old side of a comparison. */
  serves(document: vscode.TextDocument): boolean;
  /** Rejects with the server's message when it could not answer. */
  request<M extends keyof CustomRequests>(
    method: M,
    params: CustomRequests[M]['params'],
  ): Promise<CustomRequests[M]['result']>;
  /** What the status bar shows of a document has changed. */
  readonly onStatus: vscode.Event<Status>;
  /** Some board may have changed: by an edit, a save elsewhere or a setting. Told once for a run of changes. */
  readonly onBoards: vscode.Event<void>;
  restart(): Promise<void>;
  /** Shows what the server has told its log. */
  showLog(): Promise<void>;
}

/** Connects to servers made by `createClient`: one at a time, a fresh one after `restart`. They read documents of `schemes`. */
export async function startSession(
  extension: vscode.ExtensionContext,
  schemes: readonly string[],
  createClient: () => BaseLanguageClient,
): Promise<Session> {
  const status = new vscode.EventEmitter<Status>();
  const boards = new vscode.EventEmitter<void>();
  let calm: ReturnType<typeof setTimeout> | undefined;
  const boardsChanged = (): void => {
    clearTimeout(calm);
    calm = setTimeout(() => boards.fire(), CALM);
  };
  let client: BaseLanguageClient;

  async function start(): Promise<void> {
    client = createClient();
    client.middleware.provideHover = withHoverCard(client);
    client.onNotification('dtmap/status', (news: Status) => status.fire(news));
    await client.start();
  }

  await start();
  extension.subscriptions.push(
    status,
    boards,
    status.event(boardsChanged),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (languages.includes(document.languageId)) boardsChanged();
    }),
    { dispose: () => client.dispose() },
  );
  return {
    extension,
    serves: ({ uri }) => schemes.includes(uri.scheme),
    request: (method, params) => client.sendRequest(method, params),
    onStatus: status.event,
    onBoards: boards.event,
    async restart() {
      await client.dispose();
      await start();
    },
    async showLog() {
      client.outputChannel.show();
      return Promise.resolve();
    },
  };
}

/** The devicetree document on screen: the active one, else any. */
export function documentShown(): vscode.TextDocument | undefined {
  const editors = [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors];
  return editors.find((editor) => editor && languages.includes(editor.document.languageId))
    ?.document;
}

/** The devicetree document a command is about: one on screen, else one in a tab behind others, as behind the welcome page. */
export function documentMeant(): vscode.TextDocument | undefined {
  const shown = documentShown();
  if (shown) return shown;
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const inTabs = new Set(
    tabs.flatMap(({ input }) =>
      input instanceof vscode.TabInputText ? [input.uri.toString()] : [],
    ),
  );
  return vscode.workspace.textDocuments.find(
    ({ languageId, uri }) => languages.includes(languageId) && inTabs.has(uri.toString()),
  );
}

/**
 * Opens the file with `at` selected and its start in view, without scrolling sideways; `stay` leaves the focus and shows it
 * in the column the file already has.
 */
export async function reveal(at: Place, focus: 'editor' | 'stay' = 'editor'): Promise<void> {
  const { start, end } = at.range;
  const uri = vscode.Uri.parse(at.uri);
  const shown = vscode.window.visibleTextEditors.find(
    (editor) => editor.document.uri.toString() === uri.toString(),
  );
  const column = shown?.viewColumn ?? vscode.window.visibleTextEditors[0]?.viewColumn;
  const editor = await vscode.window.showTextDocument(uri, {
    preserveFocus: focus === 'stay',
    ...(column !== undefined && { viewColumn: column }),
  });
  // The caret at the start: where it stands is what an editor keeps in view.
  editor.selection = new vscode.Selection(end.line, end.character, start.line, start.character);
  const beginning = new vscode.Position(start.line, 0);
  editor.revealRange(
    new vscode.Range(beginning, beginning),
    vscode.TextEditorRevealType.InCenterIfOutsideViewport,
  );
}

// Shows the devicetree that the sources of a board come to, live beside them; each line leads to where it was written.

import * as vscode from 'vscode';
import type { LogLine } from '../../server/src/lsp/custom-requests.ts';
import { documentMeant, reveal, type Session } from './session.ts';

const scheme = 'dtmap-tree';

/** The lines of every tree shown, by its uri. */
const shown = new Map<string, readonly LogLine[]>();

/** Provides the documents that the commands open. */
export function serveMergedTrees(session: Session): void {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  session.extension.subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      async provideTextDocumentContent(uri) {
        try {
          const { lines } = await session.request('dtmap/mergedTree', paramsOf(uri));
          shown.set(uri.toString(), lines);
          return lines.map(({ text }) => `${text}\n`).join('');
        } catch (error) {
          // The source may be closed before its tree.
          shown.delete(uri.toString());
          return `// ${error instanceof Error ? error.message : String(error)}\n`;
        }
      },
    }),
    vscode.languages.registerDocumentLinkProvider(
      { scheme },
      { provideDocumentLinks: (document) => links(shown.get(document.uri.toString()) ?? []) },
    ),
    vscode.window.onDidChangeTextEditorSelection(
      ({ textEditor, kind, selections: [selection] }) => {
        const { uri } = textEditor.document;
        const isClick = kind === vscode.TextEditorSelectionChangeKind.Mouse;
        if (!isClick || uri.scheme !== scheme || !selection?.isEmpty) return;
        const at = shown.get(uri.toString())?.[selection.active.line]?.at;
        if (at) void reveal(at, 'stay');
      },
    ),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === scheme) shown.delete(uri.toString());
    }),
    session.onBoards(() => {
      for (const { uri } of vscode.workspace.textDocuments)
        if (uri.scheme === scheme) changed.fire(uri);
    }),
  );
}

export async function showMergedTree(_: Session, document: vscode.TextDocument): Promise<void> {
  await show(document.uri.toString(), '');
}

/** Asks for letters of a path or label, and shows only nodes with them. */
export async function filterMergedTree(): Promise<void> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const before = active?.scheme === scheme ? paramsOf(active) : undefined;
  const uri = before?.uri ?? documentMeant()?.uri.toString();
  if (uri === undefined) return;
  const filter = await vscode.window.showInputBox({
    title: 'Show only nodes with this in their path or labels',
    prompt: 'reserved-memory, uart0; empty for all',
    value: before?.filter ?? '',
  });
  if (filter !== undefined) await show(uri, filter.trim());
}

/** In the column that shows such a tree already, else beside the source. */
async function show(source: string, filter: string): Promise<void> {
  const board = vscode.Uri.parse(source).path.split('/').pop() ?? '';
  const uri = vscode.Uri.from({
    scheme,
    path: `/${board} merged${filter === '' ? '' : `, ${filter.replaceAll('/', ' ')}`}.dts`,
    query: JSON.stringify({ uri: source, filter }),
  });
  const group = vscode.window.tabGroups.all.find(({ tabs }) =>
    tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.scheme === scheme),
  );
  await vscode.window.showTextDocument(uri, {
    viewColumn: group?.viewColumn ?? vscode.ViewColumn.Beside,
    preserveFocus: true,
  });
}

function paramsOf({ query }: vscode.Uri): { uri: string; filter: string } {
  return JSON.parse(query) as { uri: string; filter: string };
}

/** The comment behind a line leads to where the line was written. */
function links(lines: readonly LogLine[]): vscode.DocumentLink[] {
  return lines.flatMap(({ text, at }, index) => {
    const start = text.lastIndexOf('/* ');
    if (!at || start < 0) return [];
    const { line, character } = at.range.start;
    const target = vscode.Uri.parse(at.uri).with({
      fragment: `L${String(line + 1)},${String(character + 1)}`,
    });
    const range = new vscode.Range(index, start + 3, index, text.length - 3);
    return [new vscode.DocumentLink(range, target)];
  });
}

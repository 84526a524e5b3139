// The status bar: the board a document is read through, and the systems it is judged for.

import * as vscode from 'vscode';
import type { Status } from '../../server/src/lsp/custom-requests.ts';
import { languageFeatures, wordLanguageFeatures } from './language-features.ts';
import { documentShown, type Session } from './session.ts';

const icons: Record<Status['state'], string> = {
  loading: '$(loading~spin)',
  ready: '$(circuit-board)',
  stale: '$(history)',
};

export function showStatus(session: Session): void {
  const board = createItem('dtmap.board', 'dtmap: board');
  const targets = createItem('dtmap.targets', 'dtmap: targets');
  targets.command = 'dtmap.selectTargets';

  const show = (status: Status): void => {
    board.text = `${icons[status.state]} ${boardLabel(status)}`;
    board.tooltip = boardTooltip(status, wordLanguageFeatures(languageFeatures(session.extension)));
    // What is asked for is chosen by one click; all else is told first.
    board.command = status.needs === undefined ? 'dtmap.showReading' : 'dtmap.selectBoard';
    board.show();
    targets.text = status.targets.map(targetLabel).join(', ') || 'no target';
    targets.tooltip = targetsTooltip(status.facts);
    targets.show();
  };

  const follow = async (): Promise<void> => {
    const document = documentShown();
    if (!document) {
      board.hide();
      targets.hide();
      return;
    }
    if (!session.serves(document)) {
      board.text = '$(circle-slash) not read';
      board.tooltip = `dtmap does not read ${document.uri.scheme}: files here, only those on the disk. Open a copy of it.`;
      board.command = undefined;
      board.show();
      targets.hide();
      return;
    }
    try {
      show(await session.request('dtmap/status', { uri: document.uri.toString() }));
    } catch (error) {
      board.text = '$(error) dtmap';
      board.tooltip = error instanceof Error ? error.message : String(error);
      board.command = 'dtmap.restartServer';
      board.show();
      targets.hide();
    }
  };

  session.extension.subscriptions.push(
    board,
    targets,
    vscode.window.onDidChangeActiveTextEditor(() => void follow()),
    session.onStatus((status) => {
      if (status.uri === documentShown()?.uri.toString()) show(status);
    }),
  );
  void follow();
}

function boardLabel({ board, base, needs }: Status): string {
  if (needs !== undefined) return needs === 'base' ? 'Base: choose…' : 'Board: choose…';
  if (base) return `Base: ${base.label}`;
  return board?.label ?? 'no board';
}

function boardTooltip(
  { uri, board, because, needs }: Status,
  beside: string | undefined,
): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: ['dtmap.showReading', 'dtmap.selectBoard'] };
  text.appendText(because ?? `Read as part of ${board?.label ?? 'no board'}`);
  if (beside !== undefined) text.appendMarkdown('\n\n').appendText(beside);
  const links = ['[What dtmap read](command:dtmap.showReading)'];
  // A board file is its own board: there is nothing to choose.
  if (needs === undefined && board?.uri !== uri)
    links.push('[Choose another board](command:dtmap.selectBoard)');
  return text.appendMarkdown(`\n\n${links.join(' · ')}`);
}

function targetsTooltip(facts: string | undefined): vscode.MarkdownString {
  const text = new vscode.MarkdownString('Targets this board is checked against');
  if (facts === undefined) return text;
  text.isTrusted = { enabledCommands: ['dtmap.showBootFacts'] };
  text.appendMarkdown('\n\n').appendText(`${facts}. `);
  return text.appendMarkdown('[Show boot facts](command:dtmap.showBootFacts)');
}

function createItem(id: string, name: string): vscode.StatusBarItem {
  const item = vscode.window.createStatusBarItem(id, vscode.StatusBarAlignment.Left);
  item.name = name;
  return item;
}

/** `xen:4.18` → `Xen 4.18` */
export function targetLabel(id: string): string {
  const [system = '', release = ''] = id.split(':');
  return `${system.charAt(0).toUpperCase()}${system.slice(1)} ${release}`;
}

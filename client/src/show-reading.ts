// What dtmap read for a document, as a menu: each line leads to the file it is about, or to where it is changed.

import * as vscode from 'vscode';
import type { ReportLine } from '../../server/src/lsp/custom-requests.ts';
import { languageFeatures, wordLanguageFeatures } from './language-features.ts';
import { openSetting } from './open-setting.ts';
import type { Session } from './session.ts';

type Pick = vscode.QuickPickItem & { readonly open?: () => Thenable<unknown> };

const icons: Readonly<Record<string, string>> = {
  Board: 'circuit-board',
  Base: 'circuit-board',
  Files: 'files',
  'Work tree': 'list-tree',
  'Include folder': 'folder',
  Overlay: 'layers',
  'Boot profile': 'json',
  'Boot facts': 'question',
  Targets: 'target',
  Time: 'watch',
};

export async function showReading(session: Session, document: vscode.TextDocument): Promise<void> {
  const lines = await session.request('dtmap/reading', { uri: document.uri.toString() });
  const beside = wordLanguageFeatures(languageFeatures(session.extension));
  const picks: Pick[] = [
    ...lines.map((line) => pickOf(line)),
    ...(beside === undefined
      ? []
      : [
          {
            label: '$(extensions) Language',
            detail: beside,
            open: () => openSetting('dtmap.languageFeatures'),
          },
        ]),
    {
      label: '$(output) Log',
      description: 'the same at start, errors and slow analyses',
      open: () => session.showLog(),
    },
  ];
  const picked = await vscode.window.showQuickPick(picks, {
    title: `What dtmap read for ${document.uri.path.replace(/^.*\//, '')}`,
    placeHolder: 'Choose a line to open or change it',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  await picked?.open?.();
}

function pickOf({ topic, text, detail, uri, opens }: ReportLine): Pick {
  const shown = {
    label: `$(${icons[topic] ?? 'info'}) ${topic}`,
    description: text,
    ...(detail !== undefined && { detail }),
  };
  if (uri !== undefined)
    return { ...shown, open: () => vscode.window.showTextDocument(vscode.Uri.parse(uri)) };
  return opens === undefined ? shown : { ...shown, open: openers[opens] };
}

const openers: Readonly<Record<NonNullable<ReportLine['opens']>, () => Thenable<unknown>>> = {
  boards: () => vscode.commands.executeCommand('dtmap.selectBoard'),
  facts: () => vscode.commands.executeCommand('dtmap.showBootFacts'),
  targets: () => vscode.commands.executeCommand('dtmap.selectTargets'),
  profile: () => openSetting('dtmap.bootProfile'),
};

// Which bindings the shown board is checked against, in the language status.

import * as vscode from 'vscode';
import type { Status } from '../../server/src/lsp/custom-requests.ts';
import { documentShown, type Session } from './session.ts';

export function showBindings(session: Session): void {
  const item = vscode.languages.createLanguageStatusItem('dtmap.bindings', [
    { language: 'devicetree' },
    { language: 'dts' },
  ]);
  item.name = 'dtmap: bindings';
  item.text = 'Bindings';
  item.command = {
    title: 'Choose folder',
    command: 'workbench.action.openSettings',
    arguments: ['dtmap.bindings.dir'],
  };
  const show = ({ bindings }: Status): void => {
    item.detail = bindings ?? 'Bindings: the board is being read.';
  };
  session.extension.subscriptions.push(
    item,
    session.onStatus((status) => {
      if (status.uri === documentShown()?.uri.toString()) show(status);
    }),
  );
}

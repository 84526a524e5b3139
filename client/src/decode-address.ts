// Asks for an address, an MFN or a log line and tells who owns it.

import * as vscode from 'vscode';
import { faultWhile } from './fault-while.ts';
import { reveal, type Session } from './session.ts';

export async function decodeAddress(
  session: Session,
  document: vscode.TextDocument,
): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const selected = editor?.document === document ? document.getText(editor.selection) : '';
  const text = await vscode.window.showInputBox({
    title: 'Who owns this address?',
    prompt: 'A physical address, "mfn 0x1a02dc", or a line of a boot log',
    value: selected.includes('\n') ? '' : selected,
    validateInput: faultWhile(session, 'address'),
  });
  if (!text) return;
  const { title, owners } = await session.request('dtmap/decode', {
    uri: document.uri.toString(),
    text,
  });
  const picked = await vscode.window.showQuickPick(
    owners.map((one) => ({ label: one.view, description: one.owner, at: one.at })),
    { title, placeHolder: 'Choose one to go to its definition' },
  );
  if (picked?.at) await reveal(picked.at);
}

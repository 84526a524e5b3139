// Shows the boot facts on which a prediction depends, and writes the value of one into the settings.

import * as vscode from 'vscode';
import type { OpenFact } from '../../server/src/lsp/custom-requests.ts';
import type { Session } from './session.ts';

export async function showBootFacts(
  session: Session,
  document: vscode.TextDocument,
): Promise<void> {
  const facts = await session.request('dtmap/facts', { uri: document.uri.toString() });
  if (facts.length === 0) {
    void vscode.window.showInformationMessage(
      'dtmap: nothing depends on an assumed boot fact of this board.',
    );
    return;
  }
  const picked = await vscode.window.showQuickPick(
    facts.map((fact) => ({
      label: fact.title,
      description: fact.value === undefined ? 'not known' : `assumed: ${fact.value}`,
      detail: `Decides ${fact.decides}. To find it: ${fact.find}`,
      fact,
    })),
    { title: 'Boot facts', placeHolder: 'Choose one to give its value', matchOnDetail: true },
  );
  if (picked) await settle(document, picked.fact);
}

async function settle(document: vscode.TextDocument, fact: OpenFact): Promise<void> {
  const settings = vscode.workspace.getConfiguration('dtmap', document);
  const profile = settings.get<unknown>('bootProfile');
  if (typeof profile === 'string') {
    await openProfile(document, profile);
    return;
  }
  if (fact.takes === 'none') {
    void vscode.window.showInformationMessage(`dtmap: ${fact.title}: ${fact.find}`);
    return;
  }
  const value = await ask(fact);
  if (value === undefined) return;
  const [group = '', field] = fact.fact.split('.');
  const known = (profile ?? {}) as Record<string, unknown>;
  const changed =
    field === undefined
      ? { ...known, [group]: value }
      : { ...known, [group]: { ...(known[group] as object | undefined), [field]: value } };
  const scope = vscode.workspace.workspaceFolders
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await settings.update('bootProfile', changed, scope);
}

/** Facts that stand in a file are given there. */
async function openProfile(document: vscode.TextDocument, file: string): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(document.uri)?.uri;
  const relative = file.replace(/^\$\{workspaceFolder\}\/?/, '');
  const base = folder ?? vscode.Uri.joinPath(document.uri, '..');
  const uri = relative.startsWith('/')
    ? document.uri.with({ path: relative })
    : vscode.Uri.joinPath(base, relative);
  await vscode.window.showTextDocument(uri);
}

async function ask({
  fact,
  title,
  value,
  find,
  takes,
}: OpenFact): Promise<string | number | boolean | undefined> {
  if (takes === 'boolean') {
    const answer = await vscode.window.showQuickPick(['yes', 'no'], { title, placeHolder: find });
    return answer === undefined ? undefined : answer === 'yes';
  }
  const text = await vscode.window.showInputBox({
    title: `${title} (${fact})`,
    prompt: find,
    ...(value === undefined ? {} : { value }),
    validateInput: (typed) => faultOf(typed, takes),
  });
  if (text === undefined) return undefined;
  return takes === 'number' ? Number(text) : text;
}

function faultOf(text: string, takes: OpenFact['takes']): string | undefined {
  if (takes === 'address' && !/^(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})$/.test(text))
    return 'A number of bytes, such as 0x40200000';
  if (takes === 'number' && !/^[1-9][0-9]{0,3}$/.test(text)) return 'An integer from 1 on';
  return undefined;
}

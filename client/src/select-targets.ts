// Lets the user choose the targets that boards are checked against, and keeps the choice in the settings.

import * as vscode from 'vscode';
import type { Session } from './session.ts';

export async function selectTargets(session: Session): Promise<void> {
  const settings = vscode.workspace.getConfiguration('dtmap');
  const set = settings.get<string[]>('targets', []);
  const uri = vscode.window.activeTextEditor?.document.uri.toString();
  // Without a setting those that hold are shown: of dtmap.json, or the default.
  const chosen =
    set.length > 0 || uri === undefined
      ? set
      : (await session.request('dtmap/status', { uri })).targets;
  const known = await session.request('dtmap/targets', {});
  const items = known.map(({ id, label, detail }) => ({
    label,
    // The point release, where the name does not say it already.
    description: label.endsWith(` ${detail}`) ? '' : `checked as ${detail}`,
    id,
    picked: chosen.includes(id),
  }));
  const extra = chosen
    .filter((id) => !known.some((target) => target.id === id))
    .map((id) => ({ label: id, description: 'from the settings', id, picked: true }));
  const picked = await vscode.window.showQuickPick([...items, ...extra], {
    title: 'Select the targets that boards are checked against',
    placeHolder: 'Xen releases and bare-metal Linux',
    canPickMany: true,
  });
  if (!picked) return;
  const scope = vscode.workspace.workspaceFolders
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await settings.update(
    'targets',
    picked.map(({ id }) => id),
    scope,
  );
}

// Opens a setting where it can be written.

import * as vscode from 'vscode';

/**
 * Shows one of dtmap's settings in the tab in which it can be set: some are not in the user's tab of a remote window, since a path
 * on this machine means nothing on the other.
 */
export async function openSetting(name: string): Promise<void> {
  const command = vscode.workspace.workspaceFolders
    ? 'workbench.action.openWorkspaceSettings'
    : vscode.env.remoteName === undefined
      ? 'workbench.action.openSettings'
      : 'workbench.action.openRemoteSettings';
  await vscode.commands.executeCommand(command, { query: name });
}

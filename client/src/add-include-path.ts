// The quick fix of an include that is not there: adds a folder to `dtmap.includePaths`.

import * as vscode from 'vscode';

/** Asks for the folder below which `path` is, and adds it for the workspace folder that `document`, a URI, is in. */
export async function chooseIncludePath(document: string, path: string): Promise<void> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: `The folder with ${path}`,
      openLabel: 'Add to dtmap.includePaths',
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  if (!folder) return;
  const isThere = await vscode.workspace.fs.stat(vscode.Uri.joinPath(folder, path)).then(
    () => true,
    () => false,
  );
  if (isThere) await addIncludePath(document, folder.toString());
  else
    void vscode.window.showWarningMessage(
      `dtmap: ${vscode.workspace.asRelativePath(folder)} has no ${path}. Choose the folder above it.`,
    );
}

/** Adds `folder` for the workspace folder that `document` is in, else for the user; both are URIs. */
export async function addIncludePath(document: string, folder: string): Promise<void> {
  const file = vscode.Uri.parse(document);
  const uri = vscode.Uri.parse(folder);
  const workspace = vscode.workspace.getWorkspaceFolder(file);
  const isInside =
    workspace !== undefined && vscode.workspace.getWorkspaceFolder(uri) === workspace;
  const path = isInside ? vscode.workspace.asRelativePath(uri, false) : uri.fsPath;
  const settings = vscode.workspace.getConfiguration('dtmap', file);
  const before = settings.get<readonly string[]>('includePaths', []);
  if (before.includes(path)) return;
  const target = workspace
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await settings.update('includePaths', [...before, path], target);
}

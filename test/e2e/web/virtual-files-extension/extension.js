// Gives a test the files of the workspace, as `workspaceFiles` in the worker that extensions run in.

const vscode = require('vscode');

exports.activate = (context) => {
  const [folder] = vscode.workspace.workspaceFolders;
  const { fs } = vscode.workspace;
  const uri = (file) => vscode.Uri.joinPath(folder.uri, file);
  globalThis.workspaceFiles = {
    write: (file, text) => fs.writeFile(uri(file), new TextEncoder().encode(text)),
    read: async (file) => new TextDecoder().decode(await fs.readFile(uri(file))),
    remove: (file) =>
      fs.stat(uri(file)).then(
        () => fs.delete(uri(file), { recursive: true }),
        () => undefined,
      ),
  };
  // On screen, since that is what a test can wait for.
  const ready = vscode.window.createStatusBarItem('ready');
  ready.text = 'virtual files';
  ready.show();
  context.subscriptions.push(ready);
};

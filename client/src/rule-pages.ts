// The pages of the rules as read-only documents: all in one file of the package, where they take a third of the room.

import * as vscode from 'vscode';

const scheme = 'dtmap-rule';

/** What the server puts before the id of a rule, and `.md` behind it, to link to its page. */
export const rulePageBase = `${scheme}:`;

/** Serves `dtmap-rule:/ID.md` from `dist/rules.json`, which is read when the first page is opened. */
export function serveRulePages({ extensionUri, subscriptions }: vscode.ExtensionContext): void {
  let pages: Promise<Readonly<Record<string, string>>> | undefined;
  const read = async (): Promise<Readonly<Record<string, string>>> => {
    const file = vscode.Uri.joinPath(extensionUri, 'dist', 'rules.json');
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    return JSON.parse(text) as Record<string, string>;
  };
  subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      async provideTextDocumentContent({ path }) {
        const id = path.replace(/^\/|\.md$/g, '');
        return (await (pages ??= read()))[id] ?? `dtmap has no rule ${id}.\n`;
      },
    }),
  );
}

// Shows the boot log a Xen release would print, live beside the source; compares and explains captured ones.

import * as vscode from 'vscode';
import type { BootLog, LogLine } from '../../server/src/lsp/custom-requests.ts';
import { documentMeant, reveal, type Session } from './session.ts';
import { targetLabel } from './status-bar.ts';

/** Live: made anew when the board changes. */
const predictedScheme = 'dtmap-boot';
/** Made once, by a command. */
const fixedScheme = 'dtmap-log';

/** Wrapped, and folded by indentation (package.json). */
const logLanguage = 'dtmap-log';

function isLog({ scheme }: vscode.Uri): boolean {
  return scheme === predictedScheme || scheme === fixedScheme;
}

/** The lines of every log shown, by its uri. */
const shown = new Map<string, readonly LogLine[]>();

/** Provides the virtual documents the commands open. */
export function serveBootLogs(session: Session): void {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const follow = (event: vscode.TextEditorSelectionChangeEvent): void => {
    const { document } = event.textEditor;
    const isClick = event.kind === vscode.TextEditorSelectionChangeKind.Mouse;
    const [selection] = event.selections;
    if (!isClick || !isLog(document.uri) || !selection?.isEmpty) return;
    const at = shown.get(document.uri.toString())?.[selection.active.line]?.at;
    if (at) void reveal(at, 'stay');
  };
  session.extension.subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(predictedScheme, {
      onDidChange: changed.event,
      async provideTextDocumentContent(uri) {
        try {
          const log = await session.request('dtmap/bootLog', bootLogParams(uri));
          return textOf(uri, bootLogLines(log));
        } catch (error) {
          // The source may be closed before its log.
          return `# ${error instanceof Error ? error.message : String(error)}\n`;
        }
      },
    }),
    vscode.workspace.registerTextDocumentContentProvider(fixedScheme, {
      provideTextDocumentContent: (uri) => textOf(uri, shown.get(uri.toString()) ?? []),
    }),
    vscode.languages.registerDocumentLinkProvider(
      [{ scheme: predictedScheme }, { scheme: fixedScheme }],
      { provideDocumentLinks: (document) => links(shown.get(document.uri.toString()) ?? []) },
    ),
    vscode.window.onDidChangeTextEditorSelection(follow),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (isLog(uri)) shown.delete(uri.toString());
    }),
    session.onBoards(() => {
      for (const { uri } of vscode.workspace.textDocuments) {
        if (uri.scheme === predictedScheme) changed.fire(uri);
      }
    }),
  );
}

export async function predictBootLog(
  session: Session,
  document: vscode.TextDocument,
): Promise<void> {
  const target = await pickHypervisor(session, document);
  if (!target) return;
  const uri = vscode.Uri.from({
    scheme: predictedScheme,
    path: `/${boardName(document)} on ${targetLabel(target)}.log`,
    query: JSON.stringify({ uri: document.uri.toString(), target }),
  });
  await showLog(uri, true);
}

/** Shows a log where one is shown already, else beside the source. */
async function showLog(uri: vscode.Uri, preserveFocus: boolean): Promise<void> {
  const tab = vscode.window.tabGroups.all.find(({ tabs }) =>
    tabs.some(({ input }) => input instanceof vscode.TabInputText && isLog(input.uri)),
  );
  const document = await vscode.workspace.openTextDocument(uri);
  // A console is read by its columns, what explains it as text.
  if (uri.scheme === fixedScheme)
    await vscode.languages.setTextDocumentLanguage(document, logLanguage);
  await vscode.window.showTextDocument(document, {
    viewColumn: tab?.viewColumn ?? vscode.ViewColumn.Beside,
    preserveFocus,
    preview: false,
  });
}

export async function compareBootLog(
  session: Session,
  document: vscode.TextDocument,
): Promise<void> {
  const log = await capturedLog();
  if (log === undefined) return;
  // The log's own release is meant, when it shows one.
  const namesRelease = /\bXen (?:version )?\d+\.\d+/.test(log);
  const target = namesRelease ? undefined : await pickHypervisor(session, document);
  if (!namesRelease && target === undefined) return;
  const { predicted, captured, verdict, release } = await session.request('dtmap/compareBootLog', {
    uri: document.uri.toString(),
    log,
    ...(target !== undefined && { target }),
  });
  const name = `${boardName(document)} on Xen ${release}`;
  const sides = [
    fixedLog(`${name}, predicted.log`, predicted),
    fixedLog(`${name}, captured.log`, captured),
  ];
  for (const side of sides)
    await vscode.languages.setTextDocumentLanguage(
      await vscode.workspace.openTextDocument(side),
      logLanguage,
    );
  await vscode.commands.executeCommand(
    'vscode.diff',
    ...sides,
    `Xen ${release}: predicted ↔ captured`,
  );
  void vscode.window.showInformationMessage(`dtmap: ${verdict}`);
}

/** Works without a devicetree document too: then addresses are not looked up. */
export async function explainBootLog(session: Session): Promise<void> {
  const document = documentMeant();
  const log = await capturedLog();
  if (log === undefined) return;
  const { lines } = await session.request('dtmap/explainLog', {
    log,
    ...(document && { uri: document.uri.toString() }),
  });
  await showLog(fixedLog('Boot log explained.log', lines), false);
}

async function capturedLog(): Promise<string | undefined> {
  const file = 'From a file…';
  const clipboard = 'From the clipboard';
  const selection = 'From the selected text';
  const editor = vscode.window.activeTextEditor;
  const picked = await vscode.window.showQuickPick(
    [...(editor?.selection.isEmpty === false ? [selection] : []), clipboard, file],
    { title: 'Where is the captured log?' },
  );
  if (picked === clipboard) return vscode.env.clipboard.readText();
  if (picked === selection) return editor?.document.getText(editor.selection);
  if (picked !== file) return undefined;
  const [chosen] = (await vscode.window.showOpenDialog({ title: 'A captured boot log' })) ?? [];
  return chosen && new TextDecoder().decode(await vscode.workspace.fs.readFile(chosen));
}

/** The one chosen target that is a hypervisor, or the user's pick among several; all known ones when none is chosen. */
async function pickHypervisor(
  session: Session,
  document: vscode.TextDocument,
): Promise<string | undefined> {
  const status = await session.request('dtmap/status', { uri: document.uri.toString() });
  const known = (await session.request('dtmap/targets', {}))
    .filter(({ isHypervisor }) => isHypervisor)
    .map(({ id }) => id);
  const systems = new Set(known.map(systemOf));
  const chosen = status.targets.filter((id) => systems.has(systemOf(id)));
  const targets = chosen.length > 0 ? chosen : known;
  if (targets.length === 1) return targets[0];
  const items = targets.map((id) => ({ label: targetLabel(id), id }));
  return (await vscode.window.showQuickPick(items, { title: 'Which release?' }))?.id;
}

/** `xen` of `xen:4.18`. */
function systemOf(target: string): string {
  return target.split(':')[0] ?? '';
}

let logs = 0;

/** A document that shows these lines as long as it is open; the file name shows in the tab. */
function fixedLog(name: string, lines: readonly LogLine[]): vscode.Uri {
  // A number in the query keeps VS Code from showing the text of an earlier one.
  const query = String((logs += 1));
  const uri = vscode.Uri.from({ scheme: fixedScheme, path: `/${name}`, query });
  shown.set(uri.toString(), lines);
  return uri;
}

function boardName(document: vscode.TextDocument): string {
  return document.uri.path.split('/').pop() ?? '';
}

function bootLogParams(uri: vscode.Uri): { uri: string; target: string } {
  return JSON.parse(uri.query) as { uri: string; target: string };
}

function bootLogLines(log: BootLog): LogLine[] {
  const unknown =
    log.uncertain.length === 0
      ? []
      : [
          '',
          '# Not certain, as the boot facts do not settle it ("dtmap: Boot facts" lists what to give):',
          ...log.uncertain.map((text) => `#   ${text}`),
        ];
  return [
    { text: `# ${log.outcome}` },
    { text: '' },
    ...log.lines,
    ...unknown.map((text) => ({ text })),
  ];
}

function textOf(uri: vscode.Uri, lines: readonly LogLine[]): string {
  shown.set(uri.toString(), lines);
  return lines.map((line) => `${line.text}\n`).join('');
}

/** A line leads to the source it is about, or to the page that tells more. */
function links(lines: readonly LogLine[]): vscode.DocumentLink[] {
  return lines.flatMap(({ text, at, page }, index) => {
    const target = at ? uriAt(at) : page === undefined ? undefined : vscode.Uri.parse(page);
    if (!target) return [];
    const indent = text.length - text.trimStart().length;
    return [new vscode.DocumentLink(new vscode.Range(index, indent, index, text.length), target)];
  });
}

function uriAt(at: NonNullable<LogLine['at']>): vscode.Uri {
  const { line, character } = at.range.start;
  return vscode.Uri.parse(at.uri).with({
    fragment: `L${String(line + 1)},${String(character + 1)}`,
  });
}

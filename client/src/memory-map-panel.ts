// The memory map beside the source: one panel that follows the active document and does what its page asks for.

import * as vscode from 'vscode';
import type { FindingFix, Place } from '../../server/src/lsp/custom-requests.ts';
import { writeLonePage, writePage } from '../../server/src/map-view/map-page.ts';
import { applyFix } from './apply-fix.ts';
import { openSetting } from './open-setting.ts';
import { languages, reveal, type Session } from './session.ts';
import type { FromPage, ToPage } from './webview/messages.ts';
import { readMessage } from './webview/read-message.ts';

type MapPlace = Extract<FromPage, { type: 'reveal' }>['place'];

/** Movements of the caret closer together than this are told once, in ms. */
const CALM = 120;
/** How long the status bar says that something was saved, in ms. */
const SAVED_FOR = 5000;

let open: MemoryMapPanel | undefined;

export async function showMemoryMap(
  session: Session,
  document: vscode.TextDocument,
): Promise<void> {
  if (open) await open.show(document);
  else {
    open = new MemoryMapPanel(session, document);
    open.onDispose(() => {
      open = undefined;
    });
  }
}

export async function copyMarkdown(session: Session, document: vscode.TextDocument): Promise<void> {
  const text = await session.request('dtmap/markdown', { uri: document.uri.toString() });
  await vscode.env.clipboard.writeText(text);
  void vscode.window.showInformationMessage('dtmap: the memory map is on the clipboard.');
}

/** Asks where to save the map of a board as a page that opens alone, and offers to open it. */
export async function exportMemoryMap(
  session: Session,
  document: vscode.TextDocument,
): Promise<void> {
  if (open?.document.uri.toString() === document.uri.toString()) await open.export(undefined);
  else await saveAsPage(session, document, {});
}

interface Shown {
  /** Releases that are tried beside the targets. */
  readonly releases?: readonly string[];
  /** The one that is shown first. */
  readonly release?: string | undefined;
}

async function saveAsPage(
  session: Session,
  document: vscode.TextDocument,
  { releases = [], release }: Shown,
): Promise<void> {
  const uri = document.uri.toString();
  const model = await session.request('dtmap/memoryMap', { uri, releases });
  const script = vscode.Uri.joinPath(session.extension.extensionUri, 'dist', 'webview.js');
  const page = await writeLonePage({
    model,
    ...(release !== undefined && { release }),
    script: new TextDecoder().decode(await vscode.workspace.fs.readFile(script)),
    digest: sha256,
  });
  const name = `${model.title.replace(/\.[^.]*$/, '')}-memory-map.html`;
  await saveBeside(document, name, { 'Web page': ['html'] }, page);
}

async function sha256(text: string): Promise<string> {
  const sum = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(sum)));
}

/** Asks for a file, by default one beside the document, and writes it. */
async function saveBeside(
  document: vscode.TextDocument,
  name: string,
  filters: Record<string, string[]>,
  text: string,
): Promise<void> {
  const folder = vscode.Uri.joinPath(document.uri, '..');
  const file = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(folder, name),
    filters,
  });
  if (!file) return;
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
  void vscode.window.setStatusBarMessage(`dtmap: saved ${name}`, SAVED_FOR);
}

/** Lives from the command until the panel is closed. */
class MemoryMapPanel {
  readonly #session: Session;
  readonly #panel: vscode.WebviewPanel;
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #fixes = new Map<string, readonly FindingFix[]>();
  readonly #tried = new Set<string>();
  /** Whose releases are shown one at a time. */
  #system: string | undefined;
  #document: vscode.TextDocument;
  #caret: NodeJS.Timeout | undefined;
  #asked = 0;
  /** Where the page last put the caret, as `uri:line`. */
  #revealed: string | undefined;

  constructor(session: Session, document: vscode.TextDocument) {
    this.#session = session;
    this.#document = document;
    const { extensionUri } = session.extension;
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    this.#panel = vscode.window.createWebviewPanel(
      'dtmap.memoryMap',
      'Memory map',
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [dist], retainContextWhenHidden: true },
    );
    this.#subscriptions.push(
      this.#panel.webview.onDidReceiveMessage((value: unknown) => {
        const message = readMessage(value);
        if (!message) return;
        this.#obey(message).catch((error: unknown) => {
          this.#tellTrouble(error);
        });
      }),
      session.onBoards(() => {
        this.#update().catch((error: unknown) => {
          this.#tellTrouble(error);
        });
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor && languages.includes(editor.document.languageId))
          void this.show(editor.document);
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        this.#tellCaretSoon(textEditor);
      }),
      this.#panel.onDidDispose(() => {
        clearTimeout(this.#caret);
        for (const each of this.#subscriptions) each.dispose();
      }),
    );
    this.#panel.webview.html = writePage({
      nonce: crypto.randomUUID().replaceAll('-', ''),
      script: this.#panel.webview.asWebviewUri(vscode.Uri.joinPath(dist, 'webview.js')).toString(),
    });
  }

  get document(): vscode.TextDocument {
    return this.#document;
  }

  /** Saves what the panel shows as a page of its own. */
  async export(release: string | undefined): Promise<void> {
    await saveAsPage(this.#session, this.#document, { releases: [...this.#tried], release });
  }

  onDispose(listener: () => void): void {
    this.#panel.onDidDispose(listener);
  }

  async show(document: vscode.TextDocument): Promise<void> {
    const isOther = document.uri.toString() !== this.#document.uri.toString();
    this.#document = document;
    if (!this.#panel.visible) this.#panel.reveal(undefined, true);
    if (isOther) await this.#update();
  }

  #send(message: ToPage): void {
    void this.#panel.webview.postMessage(message);
  }

  #tellTrouble(error: unknown): void {
    this.#send({
      type: 'trouble',
      message: error instanceof Error ? error.message : String(error),
    });
  }

  #tellCaretSoon(editor: vscode.TextEditor): void {
    if (!languages.includes(editor.document.languageId)) return;
    clearTimeout(this.#caret);
    this.#caret = setTimeout(() => {
      const line = editor.selection.active.line + 1;
      const at = `${editor.document.uri.toString()}:${line}`;
      // What the page itself revealed must not come back to it as a movement of the caret.
      if (at === this.#revealed) return;
      this.#revealed = undefined;
      this.#send({ type: 'caret', file: editor.document.uri.toString(), line });
    }, CALM);
  }

  async #update(select?: string): Promise<void> {
    const asked = ++this.#asked;
    const uri = this.#document.uri.toString();
    const model = await this.#session.request('dtmap/memoryMap', {
      uri,
      releases: [...this.#tried],
    });
    // Answers may overtake one another; only the last question counts.
    if (asked !== this.#asked) return;
    this.#fixes.clear();
    this.#panel.title = `Memory map: ${model.title}`;
    this.#system = model.system?.id;
    this.#send({ type: 'model', model, ...(select !== undefined && { select }) });
  }

  async #obey(message: FromPage): Promise<void> {
    switch (message.type) {
      case 'ready':
        await this.#begin();
        break;
      case 'reveal':
        await this.#reveal(message.place, message.takesFocus);
        break;
      case 'fixes': {
        const fixes = await this.#fixesOf(message.finding);
        this.#send({
          type: 'fixes',
          finding: message.finding,
          titles: fixes.map((fix) => fix.title),
        });
        break;
      }
      case 'fix': {
        const fixes = await this.#fixesOf(message.finding);
        const isMeant = ({ title }: FindingFix): boolean => title === message.title;
        const there = fixes[message.index];
        const fix = there && isMeant(there) ? there : fixes.find(isMeant);
        if (fix) await applyFix(fix);
        break;
      }
      case 'try':
        this.#tried.add(message.release);
        await this.#update(message.release);
        break;
      case 'close':
        // What was asked for as a branch is told by its newest point release.
        for (const each of this.#tried)
          if (message.release === each || message.release.startsWith(`${each}.`))
            this.#tried.delete(each);
        await this.#update();
        break;
      case 'export':
        await this.export(message.release);
        break;
      case 'save':
        await saveBeside(this.#document, message.name, { 'SVG image': ['svg'] }, message.svg);
        break;
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        break;
      case 'command':
        await this.#run(message.command);
        break;
    }
  }

  async #begin(): Promise<void> {
    await this.#update();
    const targets = await this.#session.request('dtmap/targets', {});
    const releases = targets
      .map(({ id }) => id.split(':', 2))
      .flatMap(([system, release]) => (system === this.#system && release ? [release] : []));
    this.#send({ type: 'releases', releases });
    const editor = vscode.window.visibleTextEditors.find(
      ({ document }) => document === this.#document,
    );
    if (editor) this.#tellCaretSoon(editor);
  }

  async #fixesOf(finding: string): Promise<readonly FindingFix[]> {
    const known = this.#fixes.get(finding);
    if (known) return known;
    const uri = this.#document.uri.toString();
    const fixes = await this.#session.request('dtmap/findingFixes', { uri, finding });
    this.#fixes.set(finding, fixes);
    return fixes;
  }

  async #reveal(at: MapPlace, takesFocus: boolean): Promise<void> {
    this.#revealed = `${vscode.Uri.parse(at.file).toString()}:${at.line}`;
    await reveal(protocolPlaceOf(at), takesFocus ? 'editor' : 'stay');
  }

  async #run(command: 'selectBoard' | 'bootProfile'): Promise<void> {
    if (command === 'selectBoard') await vscode.commands.executeCommand('dtmap.selectBoard');
    else await openSetting('dtmap.bootProfile');
  }
}

/** The model counts lines and columns from 1, the protocol from 0. */
function protocolPlaceOf(at: MapPlace): Place {
  return {
    uri: at.file,
    range: {
      start: { line: at.line - 1, character: at.column - 1 },
      end: { line: at.endLine - 1, character: at.endColumn - 1 },
    },
  };
}

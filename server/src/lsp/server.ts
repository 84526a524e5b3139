// The language server: capabilities, documents, settings, and the table from methods to what the core can answer.

import {
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  FileChangeType,
  MessageType,
  ShowMessageNotification,
  WatchKind,
  type CancellationToken,
  type Connection,
  type DidChangeWatchedFilesParams,
  type InitializeParams,
  type InitializeResult,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type {
  DidChangeTextDocumentParams,
  DidCloseTextDocumentParams,
  DidOpenTextDocumentParams,
} from 'vscode-languageserver';
import { IncludeIndex, isRootFile } from '../ide/include-index.ts';
import { foldersAbove } from '../ide/paths.ts';
import type { FileId } from '../text/span.ts';
import { Boards, type Model } from './boards.ts';
import { createBoardAnalyzer, type BoardAnalyzer } from './analyze-board.ts';
import { BoardRequests } from './board-requests.ts';
import { capabilitiesFor } from './capabilities.ts';
import type { InitializationOptions } from './custom-requests.ts';
import { Diagnostics } from './diagnostics.ts';
import { fileIdOf, uriOf } from './file-id.ts';
import type { Files } from './files.ts';
import { languageRequests } from './language-requests.ts';
import { ownRequests } from './own-requests.ts';
import { IndexScan } from './scan-includes.ts';
import {
  defaultSettings,
  readForeignSettings,
  readSettings,
  type ForeignSettings,
  type Settings,
} from './settings.ts';
import type { Server } from './server-state.ts';
import { statusOf } from './status.ts';
import { UnusedFiles } from './unused-files.ts';
import { requestCancelled, UserError } from './user-error.ts';

/** What the server needs from where it runs. */
export interface ServerHost {
  readonly files: Files;
  /** The grammar and its runtime, as bytes. */
  wasm(
    initialization: InitializationOptions,
  ): Promise<{ runtime: Uint8Array; grammar: Uint8Array }>;
  /** Folder of the rule pages; undefined when there is none to open. */
  readonly rulePages: string | undefined;
  readonly now: () => number;
  readonly later: (task: () => void, milliseconds: number) => void;
  /**
   * Told when the work changes: opening a board leaves much that stays, typing makes the same board again and again.
   * A host that can choose how much garbage to let lie chooses by it.
   */
  readonly workIs?: (work: 'opening' | 'typing') => void;
}

/** Changes in a row after which somebody types. */
const TYPING = 8;

/** Files that boards are made from or read by. */
const WATCHED = /\.(?:dts|dtsi|dtso|overlay|h|cmd)$/;

/** Serves one client until the connection ends. */
export function serve(connection: Connection, host: ServerHost): void {
  const { files } = host;
  const documents = new Map<FileId, TextDocument>();
  const index = new IncludeIndex();
  /** Changes since a document was opened or closed, and whether the host was told that somebody types. */
  let changes = 0;
  let isTyping = false;
  let settings: Settings = defaultSettings;
  let foreign: ForeignSettings = { contexts: [], includePaths: [] };
  let folders: readonly FileId[] = [];
  let initialization: InitializationOptions = {};
  let clientPullsSettings = false;
  let clientWatches = false;
  let watchesConfiguration = false;
  const redraws = { inlayHints: false, codeLenses: false };

  const failed = (error: unknown): void => {
    connection.console.error(
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    );
  };
  const requests = new BoardRequests({
    files,
    settings: () => settings,
    foreign: () => foreign,
    folders: () => folders,
    complain: (message) => {
      // Not `window.showWarningMessage`: that is a question, which some editors put before all else.
      void connection.sendNotification(ShowMessageNotification.type, {
        type: MessageType.Warning,
        message: `dtmap: ${message}`,
      });
    },
  });
  let analyzer: BoardAnalyzer | undefined;
  const diagnostics = new Diagnostics({
    files,
    settings: () => settings,
    rulePage,
    versionOf: (file) => documents.get(file)?.version,
    publish: (file, list, version) => {
      void connection.sendDiagnostics({
        uri: clientUri(file),
        diagnostics: list,
        ...(version !== undefined && { version }),
      });
    },
  });
  const sentStatus = new Map<FileId, string>();
  const boards: Boards = new Boards({
    files,
    index,
    isSearching: () => scan.isSearching,
    baseOf: (overlay) => requests.baseOf(overlay),
    async requestFor(root) {
      await ready;
      return requests.requestFor(root);
    },
    analyze(request, fileSet) {
      if (!analyzer) throw new Error('analysis before the grammar was loaded');
      return analyzer.analyze(request, fileSet);
    },
    forget(root, members) {
      analyzer?.forget(root);
      unused.add(members);
    },
    changed(root: FileId, model: Model | undefined) {
      diagnostics.update(root, model);
      for (const file of documents.keys()) sendStatus(file);
    },
    now: host.now,
    later: host.later,
    failed,
  });
  const isUsed = (file: FileId): boolean =>
    documents.has(file) || boards.models.some((model) => model.members.has(file));
  const unused = new UnusedFiles({
    isUsed,
    forget: (file) => {
      files.forget(file);
    },
  });
  const scan: IndexScan = new IndexScan({
    files,
    index,
    later: host.later,
    isUsed,
    learned: () => {
      boards.rechoose();
      for (const file of documents.keys()) sendStatus(file);
    },
    failed,
    progress: () => connection.window.createWorkDoneProgress(),
  });
  const server: Server = {
    connection,
    files,
    index,
    scan,
    boards,
    get settings() {
      return settings;
    },
    get folders() {
      return folders;
    },
    uriOf: clientUri,
    versionOf: (file) => documents.get(file)?.version,
    isOpen: (file) => documents.has(file),
    reader() {
      if (!analyzer) throw new Error('a trial before the grammar was loaded');
      return analyzer.reader;
    },
    pause: () =>
      new Promise((resolve) => {
        host.later(resolve, 0);
      }),
    rulePage,
  };

  function rulePage(rule: string): string | undefined {
    const folder =
      initialization.rulePages ??
      (host.rulePages === undefined ? undefined : uriOf(host.rulePages));
    return folder === undefined ? undefined : `${folder}/${rule}.md`;
  }

  function clientUri(file: FileId): string {
    return documents.get(file)?.uri ?? uriOf(file);
  }

  function sendStatus(file: FileId): void {
    const status = statusOf(server, file);
    const text = JSON.stringify(status);
    if (sentStatus.get(file) === text) return;
    sentStatus.set(file, text);
    void connection.sendNotification('dtmap/status', status);
  }

  let markReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    initialization = (params.initializationOptions ?? {}) as InitializationOptions;
    const { workspace } = params.capabilities;
    clientPullsSettings = workspace?.configuration === true;
    clientWatches = workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    watchesConfiguration = workspace?.didChangeConfiguration?.dynamicRegistration === true;
    redraws.inlayHints = workspace?.inlayHint?.refreshSupport === true;
    redraws.codeLenses = workspace?.codeLens?.refreshSupport === true;
    folders = (params.workspaceFolders ?? [])
      .map((folder) => fileIdOf(folder.uri))
      .concat(params.workspaceFolders?.length || !params.rootUri ? [] : [fileIdOf(params.rootUri)])
      .map((folder) => folder.replace(/\/$/, ''));
    for (const [uri, board] of Object.entries(initialization.boards ?? {}))
      boards.choose(fileIdOf(uri), fileIdOf(board));
    scan.allowProgress = params.capabilities.window?.workDoneProgress === true;
    return { capabilities: capabilitiesFor(), serverInfo: { name: 'dtmap' } };
  });

  connection.onInitialized(() => {
    void (async () => {
      if (watchesConfiguration)
        await connection.client.register(DidChangeConfigurationNotification.type, {
          section: ['dtmap', 'devicetree'],
        });
      if (clientWatches)
        await connection.client.register(DidChangeWatchedFilesNotification.type, {
          watchers: [
            { globPattern: '**/*.{dts,dtsi,dtso,overlay,h,cmd}' },
            // A folder that is deleted is told of alone, without the files in it.
            { globPattern: '**/*', kind: WatchKind.Delete },
          ],
        });
      await pullSettings();
      const { runtime, grammar } = await host.wasm(initialization);
      analyzer = await createBoardAnalyzer({ runtime, grammar });
      markReady();
    })().catch(failed);
  });

  async function pullSettings(): Promise<void> {
    if (!clientPullsSettings) return;
    const [own, other] = (await connection.workspace.getConfiguration([
      { section: 'dtmap' },
      { section: 'devicetree' },
    ])) as unknown[];
    settings = readSettings(own);
    foreign = readForeignSettings(other);
  }

  connection.onDidChangeConfiguration((change) => {
    void (async () => {
      if (clientPullsSettings) await pullSettings();
      else {
        const sent = change.settings as Record<string, unknown> | null;
        settings = readSettings(sent?.['dtmap']);
        foreign = readForeignSettings(sent?.['devicetree']);
      }
      requests.forget();
      boards.touchAll();
      for (const file of documents.keys()) sendStatus(file);
      // Editors ask again by themselves only when the text changes.
      if (redraws.inlayHints) await connection.languages.inlayHint.refresh();
      if (redraws.codeLenses) await connection.sendRequest('workspace/codeLens/refresh');
    })().catch(failed);
  });

  connection.onDidOpenTextDocument(({ textDocument }: DidOpenTextDocumentParams) => {
    workIs('opening');
    const file = fileIdOf(textDocument.uri);
    const { uri, languageId, version, text } = textDocument;
    documents.set(file, TextDocument.create(uri, languageId, version, text));
    files.setText(file, text);
    index.set(file, text);
    boards.open(file);
    boards.touch(file);
    if (!isRootFile(file)) scan.around(file, folders);
    sendStatus(file);
  });

  connection.onDidChangeTextDocument(
    ({ textDocument, contentChanges }: DidChangeTextDocumentParams) => {
      const file = fileIdOf(textDocument.uri);
      const document = documents.get(file);
      if (!document) return;
      changes += 1;
      if (!isTyping && changes >= TYPING && !scan.isRunning) workIs('typing');
      TextDocument.update(document, contentChanges, textDocument.version);
      files.setText(file, document.getText());
      boards.touch(file);
    },
  );

  connection.onDidCloseTextDocument(({ textDocument }: DidCloseTextDocumentParams) => {
    workIs('opening');
    const file = fileIdOf(textDocument.uri);
    documents.delete(file);
    sentStatus.delete(file);
    files.unset(file);
    files.forget(file);
    scan.read([file]);
    boards.close(file);
    boards.touch(file);
    diagnostics.resend(file);
  });

  function workIs(work: 'opening' | 'typing'): void {
    changes = 0;
    isTyping = work === 'typing';
    host.workIs?.(work);
  }

  /** The files that boards have read or the index knows, and that are gone with the folders deleted. */
  function goneWith(deleted: ReadonlySet<FileId>): FileId[] {
    const members = boards.models.flatMap((model) => [...model.members]);
    const known = new Set([...index.files(), ...members]);
    return [...known].filter((file) => foldersAbove(file).some((folder) => deleted.has(folder)));
  }

  connection.onDidChangeWatchedFiles(({ changes }: DidChangeWatchedFilesParams) => {
    const told = changes.map(({ uri, type }) => ({ file: fileIdOf(uri), type }));
    // Of what is deleted without being source, only folders with source matter.
    const isOther = ({ file, type }: (typeof told)[number]): boolean =>
      type === FileChangeType.Deleted && !WATCHED.test(file);
    const others = told.filter(isOther);
    const gone = others.length > 0 ? goneWith(new Set(others.map(({ file }) => file))) : [];
    const changed = [
      ...told.filter((each) => !isOther(each)),
      ...gone.map((file) => ({ file, type: FileChangeType.Deleted })),
    ];
    let appeared = false;
    for (const { file, type } of changed) {
      files.forget(file);
      if (type === FileChangeType.Deleted) index.delete(file);
      if (type !== FileChangeType.Changed) appeared = true;
      if (!documents.has(file)) boards.touch(file);
    }
    scan.read(
      changed.filter(({ type }) => type !== FileChangeType.Deleted).map(({ file }) => file),
    );
    // A new or vanished file may be what an include looked for.
    if (appeared) {
      requests.forget();
      boards.touchAll();
    }
    boards.rechoose();
  });

  const table = { ...languageRequests(server), ...ownRequests(server) };
  for (const [method, answer] of Object.entries(table)) {
    connection.onRequest(method, async (params: never, token: CancellationToken) => {
      try {
        await ready;
        if (token.isCancellationRequested) return requestCancelled();
        const result = await (answer as (params: never) => unknown)(params);
        return token.isCancellationRequested ? requestCancelled() : result;
      } catch (error) {
        if (error instanceof UserError) return error.toResponse();
        failed(error);
        return null;
      }
    });
  }
  connection.listen();
}

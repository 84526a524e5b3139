// The language server: capabilities, documents, settings, and the table from methods to what the core can answer.

import {
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  DidChangeWorkspaceFoldersNotification,
  ErrorCodes,
  FileChangeType,
  MessageType,
  ResponseError,
  ShowMessageNotification,
  WatchKind,
  type CancellationToken,
  type Connection,
  type DidChangeWatchedFilesParams,
  type DidChangeWorkspaceFoldersParams,
  type InitializeParams,
  type InitializeResult,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type {
  DidChangeTextDocumentParams,
  DidCloseTextDocumentParams,
  DidOpenTextDocumentParams,
  Position,
  TextDocumentContentChangeEvent,
} from 'vscode-languageserver';
import { IncludeIndex, isRootFile } from '../ide/include-index.ts';
import { foldersAbove } from '../ide/paths.ts';
import type { FileId } from '../text/span.ts';
import { Boards, type Model } from './boards.ts';
import { createBoardAnalyzer, type BoardAnalyzer } from './analyze-board.ts';
import { BoardRequests } from './board-requests.ts';
import { capabilitiesFor } from './capabilities.ts';
import { clientAbilities, type ClientAbilities } from './client-abilities.ts';
import { ClientSettings, type SentSettings } from './client-settings.ts';
import type { InitializationOptions } from './custom-requests.ts';
import { Diagnostics } from './diagnostics.ts';
import { fileIdOf, uriOf } from './file-id.ts';
import type { Files } from './files.ts';
import { languageRequests } from './language-requests.ts';
import { Lifecycle } from './lifecycle.ts';
import { ownRequests } from './own-requests.ts';
import { positionsIn, type Positions } from './positions.ts';
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

/** For how long a client may take to give its settings until what is known already has to do. */
const SETTINGS_MILLISECONDS = 1000;

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
  const lifecycle = new Lifecycle();
  let client: ClientAbilities = clientAbilities({});
  let positions: Positions = positionsIn(client.positionEncoding);

  const failed = (error: unknown): void => {
    connection.console.error(
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    );
  };
  /** For what is asked of the client as a courtesy: it may refuse, or never answer. */
  const ifPossible = (asked: Promise<unknown>): void => {
    asked.catch((error: unknown) => {
      connection.console.log(`The client refused: ${String(error)}`);
    });
  };
  const requests = new BoardRequests({
    files,
    settings: () => settings,
    foreign: () => foreign,
    folders: () => folders,
    complain: (message) => {
      show(MessageType.Warning, message);
    },
  });
  let analyzer: BoardAnalyzer | undefined;
  const versionOf = (file: FileId): number | undefined => documents.get(file)?.version;
  const diagnostics = new Diagnostics({
    files,
    get client() {
      return client;
    },
    get positions() {
      return positions;
    },
    get takesVersionedEdits() {
      return client.takesVersionedEdits;
    },
    settings: () => settings,
    rulePage,
    uriOf: clientUri,
    versionOf,
    publish: (file, list, version) => {
      void connection.sendDiagnostics({
        uri: clientUri(file),
        diagnostics: list,
        ...(client.diagnostics.version && version !== undefined && { version }),
      });
    },
  });
  const sentStatus = new Map<FileId, string>();
  const boards: Boards = new Boards({
    files,
    index,
    isSearching: () => scan.isSearching,
    baseOf: (overlay) => requests.baseOf(overlay),
    isAppliedTo: (overlay, root) => requests.isAppliedTo(overlay, root),
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
    now: host.now,
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
    get client() {
      return client;
    },
    get positions() {
      return positions;
    },
    get takesVersionedEdits() {
      return client.takesVersionedEdits;
    },
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
    versionOf,
    isOpen: (file) => documents.has(file),
    openFiles: () => documents.keys(),
    reader() {
      if (!analyzer) throw new Error('a trial before the grammar was loaded');
      return analyzer.reader;
    },
    pause: () =>
      new Promise((resolve) => {
        host.later(resolve, 0);
      }),
    rulePage,
    applyEdit: (label, edit) => {
      ifPossible(connection.workspace.applyEdit({ label, edit }));
    },
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

  // Not `window.showWarningMessage`: that is a question, which some editors put before all else.
  function show(type: MessageType, message: string): void {
    void connection.sendNotification(ShowMessageNotification.type, {
      type,
      message: `dtmap: ${message}`,
    });
  }

  function sendStatus(file: FileId): void {
    const status = statusOf(server, file);
    const text = JSON.stringify(status);
    if (sentStatus.get(file) === text) return;
    sentStatus.set(file, text);
    void connection.sendNotification('dtmap/status', status);
  }

  let isReady = false;
  let markReady = (): void => undefined;
  let giveUp: (error: unknown) => void = () => undefined;
  const ready = new Promise<void>((resolve, reject) => {
    markReady = resolve;
    giveUp = reject;
  });
  ready.catch(() => undefined);

  connection.onInitialize((params: InitializeParams): InitializeResult | ResponseError<never> => {
    // The library has registered a handler of its own by now.
    connection.onNotification(
      DidChangeWorkspaceFoldersNotification.type,
      whileRunning(changeFolders),
    );
    const refusal = lifecycle.begin();
    if (refusal) return refusal as ResponseError<never>;
    initialization = (params.initializationOptions ?? {}) as InitializationOptions;
    client = clientAbilities(params.capabilities);
    positions = positionsIn(client.positionEncoding);
    const sent = (params.workspaceFolders ?? []).map(({ uri }) => uri);
    folders = foldersOf(sent.length === 0 && params.rootUri ? [params.rootUri] : sent);
    for (const [uri, board] of Object.entries(initialization.boards ?? {}))
      boards.choose(fileIdOf(uri), fileIdOf(board));
    scan.allowProgress = client.showsProgress;
    const table = { ...languageRequests(server), ...ownRequests(server) };
    for (const [method, answer] of Object.entries(table))
      connection.onRequest(method, (params: never, token: CancellationToken) =>
        answerTo(answer as (params: never) => unknown, params, token),
      );
    return { capabilities: capabilitiesFor(client), serverInfo: { name: 'dtmap' } };
  });
  connection.onShutdown(() => lifecycle.end());
  // Whatever has no handler of its own: before `initialize` that is everything.
  connection.onRequest(
    (method) =>
      lifecycle.refusal() ??
      new ResponseError(ErrorCodes.MethodNotFound, `There is no request ${method}.`),
  );

  /** The same handler for as long as notifications count. */
  function whileRunning<Params>(handle: (params: Params) => void): (params: Params) => void {
    return (params) => {
      if (lifecycle.isRunning) handle(params);
    };
  }

  async function answerTo(
    answer: (params: never) => unknown,
    params: never,
    token: CancellationToken,
  ): Promise<unknown> {
    const refusal = lifecycle.refusal();
    if (refusal) return refusal;
    try {
      start();
      await ready;
      if (token.isCancellationRequested) return requestCancelled();
      const result = await answer(params);
      return token.isCancellationRequested ? requestCancelled() : result;
    } catch (error) {
      if (error instanceof UserError) return error.toResponse();
      failed(error);
      return null;
    }
  }

  const clientSettings = new ClientSettings(
    (sections) => connection.workspace.getConfiguration(sections.map((section) => ({ section }))),
    takeSettings,
  );

  /** Resolves with false after as long as anybody waits for settings. */
  function patience(): Promise<false> {
    return new Promise((resolve) => {
      host.later(() => {
        resolve(false);
      }, SETTINGS_MILLISECONDS);
    });
  }

  function takeSettings(sent: SentSettings): void {
    settings = readSettings(sent.dtmap);
    foreign = readForeignSettings(sent.devicetree);
    if (!isReady) return;
    requests.forget();
    boards.touchAll();
    for (const file of documents.keys()) sendStatus(file);
    // Editors ask again by themselves only when the text changes.
    if (client.redrawsInlayHints) ifPossible(connection.languages.inlayHint.refresh());
    if (client.redrawsCodeLenses) ifPossible(connection.sendRequest('workspace/codeLens/refresh'));
  }

  let isStarting = false;

  /** Makes ready for requests; a client that does not say `initialized` has said enough by its first document. */
  function start(): void {
    if (isStarting) return;
    isStarting = true;
    if (client.watchesSettings)
      ifPossible(
        connection.client.register(DidChangeConfigurationNotification.type, {
          section: ['dtmap', 'devicetree'],
        }),
      );
    if (client.watchesFiles)
      ifPossible(
        connection.client.register(DidChangeWatchedFilesNotification.type, {
          watchers: [
            { globPattern: '**/*.{dts,dtsi,dtso,overlay,h,cmd}' },
            // A folder that is deleted is told of alone, without the files in it.
            { globPattern: '**/*', kind: WatchKind.Delete },
          ],
        }),
      );
    // The first analysis is better made with the settings, but not at any price.
    const configured = client.givesSettings
      ? Promise.race([clientSettings.pull(), patience()])
      : undefined;
    void (async () => {
      const { runtime, grammar } = await host.wasm(initialization);
      analyzer = await createBoardAnalyzer({ runtime, grammar });
      await configured;
      isReady = true;
      markReady();
    })().catch((error: unknown) => {
      failed(error);
      giveUp(error);
      show(MessageType.Error, `the server cannot start: ${String(error)}`);
    });
  }

  connection.onInitialized(whileRunning(start));

  connection.onDidChangeConfiguration(
    whileRunning((change) => {
      void (async () => {
        // What is sent along counts for clients that cannot be asked, or do not answer.
        const isAnswered =
          client.givesSettings && (await Promise.race([clientSettings.pull(), patience()]));
        const sent = change.settings as Partial<SentSettings> | null;
        if (isAnswered || (client.givesSettings && !sent)) return;
        takeSettings({ dtmap: sent?.dtmap, devicetree: sent?.devicetree });
      })().catch(failed);
    }),
  );

  function foldersOf(uris: readonly unknown[]): FileId[] {
    return uris.flatMap((uri) => (typeof uri === 'string' ? fileIdOf(uri).replace(/\/$/, '') : []));
  }

  function changeFolders({ event }: DidChangeWorkspaceFoldersParams): void {
    const removed = foldersOf(event.removed.map(({ uri }) => uri));
    const added = foldersOf(event.added.map(({ uri }) => uri));
    folders = [...new Set([...folders.filter((folder) => !removed.includes(folder)), ...added])];
    scan.forget(removed, (file) => documents.has(file));
    requests.forget();
    boards.touchAll();
    for (const file of documents.keys()) if (!isRootFile(file)) scan.around(file, folders);
    boards.rechoose();
    for (const file of documents.keys()) sendStatus(file);
  }

  connection.onDidOpenTextDocument(
    whileRunning(({ textDocument }: DidOpenTextDocumentParams) => {
      start();
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
    }),
  );

  connection.onDidChangeTextDocument(
    whileRunning(({ textDocument, contentChanges }: DidChangeTextDocumentParams) => {
      const file = fileIdOf(textDocument.uri);
      const document = documents.get(file);
      if (!document) return;
      changes += 1;
      if (!isTyping && changes >= TYPING && !scan.isRunning) workIs('typing');
      for (const change of contentChanges)
        TextDocument.update(document, [inUnits(document, change)], textDocument.version);
      files.setText(file, document.getText());
      boards.touch(file);
    }),
  );

  /** A change with the columns of its range in UTF-16 units, as the document counts. */
  function inUnits(
    document: TextDocument,
    change: TextDocumentContentChangeEvent,
  ): TextDocumentContentChangeEvent {
    if (!('range' in change) || positions.encoding === 'utf-16') return change;
    const unitsAt = ({ line, character }: Position): Position => {
      const text = document.getText({
        start: { line, character: 0 },
        end: { line: line + 1, character: 0 },
      });
      return { line, character: positions.unitsBefore(text, character) };
    };
    const { start, end } = change.range;
    return { range: { start: unitsAt(start), end: unitsAt(end) }, text: change.text };
  }

  connection.onDidCloseTextDocument(
    whileRunning(({ textDocument }: DidCloseTextDocumentParams) => {
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
    }),
  );

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

  connection.onDidChangeWatchedFiles(whileRunning(filesChanged));

  function filesChanged({ changes }: DidChangeWatchedFilesParams): void {
    const told = changes.flatMap(({ uri, type }) => {
      // What is no URI must not keep the others from being told of.
      const sent: unknown = uri;
      return typeof sent === 'string' ? [{ file: fileIdOf(sent), type }] : [];
    });
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
  }

  connection.listen();
}

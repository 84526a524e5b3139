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
  type Diagnostic,
  type DidChangeTextDocumentParams,
  type DidChangeWorkspaceFoldersParams,
  type FileEvent,
  type InitializeParams,
  type InitializeResult,
  type TextDocumentItem,
  type WorkspaceEdit,
  type WorkspaceFolder,
} from 'vscode-languageserver';
import type { CoreSchemas } from '../bindings/binding-index.ts';
import { IncludeIndex, seemsPart } from '../ide/include-index.ts';
import { nameInTree } from '../preprocess/name-in-tree.ts';
import { isZephyrOverlay } from '../ide/overlay-boards.ts';
import { fileName, foldersAbove } from '../ide/paths.ts';
import type { JsonFault } from '../inputs/read-json.ts';
import type { Board } from '../rules/board.ts';
import type { Finding } from '../rules/finding.ts';
import type { SourceFile } from '../text/source-file.ts';
import { LineIndex } from '../text/line-index.ts';
import type { ParserWasm } from '../syntax/create-parser.ts';
import type { PreprocessCache } from '../preprocess/preprocess.ts';
import { folderOf } from '../text/join-path.ts';
import type { FileId } from '../text/span.ts';
import { Boards, type Model } from './boards.ts';
import type { BoardReading } from './board-reading.ts';
import { BoardAnalyzer } from './analyze-board.ts';
import { BoardBindings, type BindingsState } from './board-bindings.ts';
import { BoardRequests, type BoardRequestsHost } from './board-requests.ts';
import { capabilitiesFor } from './capabilities.ts';
import { clientAbilities, type ClientAbilities } from './client-abilities.ts';
import { ClientSettings, type SentSettings } from './client-settings.ts';
import type { BoardSetting, InitializationOptions } from './custom-requests.ts';
import { Diagnostics, type DiagnosticsHost } from './diagnostics.ts';
import { Documents } from './documents.ts';
import { fileIdOf, uriOf } from '../text/file-id.ts';
import type { Files } from './files.ts';
import { JsonDiagnostics } from './json-diagnostics.ts';
import type { KeptTexts } from './kept-includes.ts';
import { languageRequests } from './language-requests.ts';
import { Lifecycle } from './lifecycle.ts';
import { placePart } from './place-part.ts';
import { ownRequests } from './own-requests.ts';
import { OpenTexts } from './open-texts.ts';
import { positionsIn, type Positions } from './positions.ts';
import { Readiness } from './readiness.ts';
import { IndexScan } from './scan-includes.ts';
import {
  defaultSettings,
  readForeignSettings,
  readSettings,
  type ForeignSettings,
  type Settings,
} from './settings.ts';
import { reportOn, wordReport, wordTime } from './reading-report.ts';
import type { Server } from './server-state.ts';
import { boardOf, statusOf } from './status.ts';
import { UnusedFiles } from './unused-files.ts';
import { requestCancelled, UserError } from './user-error.ts';

/** What the server needs from where it runs. */
export interface ServerHost {
  readonly files: Files;
  /** The grammar and its runtime, as bytes; asked for when a question about an open file comes that needs them. */
  wasm(initialization: InitializationOptions): Promise<ParserWasm>;
  /** dtschema's own schemas; asked for when a board has bindings. */
  coreSchemas?(initialization: InitializationOptions): Promise<CoreSchemas>;
  /** Folder of the rule pages; undefined when there is none to open. */
  readonly rulePages: string | undefined;
  /** What may be made again and is kept from one run to the next; undefined where nothing is. */
  readonly kept?: KeptTexts | undefined;
  /** Told what nobody but a developer wants to know. */
  readonly debug?: (message: string) => void;
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

/** An analysis that takes longer is told of in the log. */
const SLOW_MILLISECONDS = 1000;

/** For how long a client may take to give its settings until what is known already has to do. */
const SETTINGS_MILLISECONDS = 1000;

/** What is watched in the client's folders anyway. */
const WATCHED_NAME = /\.(?:dts|dtsi|dtso|overlay|h|cmd|json)$/;

/** Files that boards are made from or read by. */
const WATCHED = /\.(?:dts|dtsi|dtso|overlay|h|cmd)$/;

/** The settings of the command line, whose faults are shown too. */
const PROJECT = /\/dtmap\.json$/;

/** Bindings are no sources: what changes in them is for those who read them. */
function isYaml(uri: unknown): boolean {
  return typeof uri === 'string' && uri.endsWith('.yaml');
}

/** Serves one client until the connection ends. */
export function serve(connection: Connection, host: ServerHost): void {
  new LanguageServer(connection, host).listen();
}

/** One client: what it said, its documents, and the boards they belong to. */
class LanguageServer implements Server, DiagnosticsHost, BoardRequestsHost {
  readonly files: Files;
  readonly index = new IncludeIndex();
  readonly boards: Boards;
  readonly scan: IndexScan;
  readonly texts: OpenTexts;
  client: ClientAbilities = clientAbilities({});
  positions: Positions = positionsIn(this.client.positionEncoding);
  settings: Settings = defaultSettings;
  foreign: ForeignSettings = { contexts: [], includePaths: [] };
  folders: readonly FileId[] = [];

  readonly #connection: Connection;
  readonly #host: ServerHost;
  readonly #lifecycle = new Lifecycle();
  readonly #readiness = new Readiness();
  readonly #documents = new Documents();
  readonly #analyzer = new BoardAnalyzer();
  readonly #requests = new BoardRequests(this);
  readonly #diagnostics = new Diagnostics(this);
  readonly #jsonDiagnostics = new JsonDiagnostics(this);
  readonly #bindings: BoardBindings;
  readonly #clientSettings: ClientSettings;
  readonly #unused: UnusedFiles;
  /** Boards of which the log has what was read. */
  readonly #reported = new Set<FileId>();
  /** Files that the client was asked to watch besides. */
  readonly #watched = new Set<FileId>();
  readonly #sentStatus = new Map<FileId, string>();
  #initialization: InitializationOptions = {};
  #isStarting = false;
  /** Changes since a document was opened or closed, and whether the host was told that somebody types. */
  #changes = 0;
  #isTyping = false;

  constructor(connection: Connection, host: ServerHost) {
    this.#connection = connection;
    this.#host = host;
    this.files = host.files;
    this.#clientSettings = new ClientSettings(
      (sections) => connection.workspace.getConfiguration(sections.map((section) => ({ section }))),
      (sent) => {
        this.#takeSettings(sent);
      },
    );
    this.#bindings = this.#createBindings();
    this.boards = this.#createBoards();
    this.texts = new OpenTexts({
      wasm: () => host.wasm(this.#initialization),
      isOpen: (file) => this.isOpen(file),
      failed: this.#failed,
    });
    this.#unused = new UnusedFiles({
      isUsed: (file) => this.#isUsed(file),
      forget: (file) => {
        this.files.forget(file);
      },
    });
    this.scan = this.#createScan();
  }

  listen(): void {
    const connection = this.#connection;
    connection.onInitialize((params) => this.#initialize(params));
    connection.onInitialized(
      this.#whileRunning(() => {
        this.#start();
      }),
    );
    connection.onShutdown(() => this.#lifecycle.end());
    connection.onDidChangeConfiguration(
      this.#whileRunning((change) => {
        this.#changeSettings(change.settings as Partial<SentSettings> | null).catch(this.#failed);
      }),
    );
    connection.onDidOpenTextDocument(
      this.#whileRunning(({ textDocument }) => {
        this.#openDocument(textDocument);
      }),
    );
    connection.onDidChangeTextDocument(
      this.#whileRunning((params) => {
        this.#changeDocument(params);
      }),
    );
    connection.onDidCloseTextDocument(
      this.#whileRunning(({ textDocument }) => {
        this.#closeDocument(this.fileOf(textDocument.uri));
      }),
    );
    connection.onDidChangeWatchedFiles(
      this.#whileRunning(({ changes }) => {
        this.#changeFiles(changes);
      }),
    );
    // Whatever has no handler of its own: before `initialize` that is everything.
    connection.onRequest(
      (method) =>
        this.#lifecycle.refusal() ??
        new ResponseError(ErrorCodes.MethodNotFound, `There is no request ${method}.`),
    );
    connection.listen();
  }

  // What requests, diagnostics and analyses ask.

  get takesSnippetEdits(): boolean {
    return this.client.takesSnippetEdits;
  }

  get takesVersionedEdits(): boolean {
    return this.client.takesVersionedEdits;
  }

  get addsIncludePaths(): boolean {
    return this.#initialization.addsIncludePaths === true;
  }

  fileOf(uri: string): FileId {
    return this.#documents.fileOf(uri);
  }

  get languageFeatures(): 'all' | 'memory' {
    return this.#initialization.languageFeatures === 'memory' ? 'memory' : 'all';
  }

  uriOf(file: FileId): string {
    return this.#documents.uriOf(this.shownFile(file));
  }

  shownFile(file: FileId): FileId {
    return this.files.linkText?.(file)?.behind ?? file;
  }

  versionOf(file: FileId): number | undefined {
    return this.#documents.versionOf(this.shownFile(file));
  }

  async settingsOf(root: FileId): Promise<readonly BoardSetting[]> {
    const listed = await this.#requests.listSettings(root);
    return listed.map(({ name, value, from, source, at }) => {
      if (source === undefined || at === undefined)
        return { name, value, from: from === 'chosen' ? 'setting of the editor' : 'default' };
      const range = this.positions.rangeIn(source, at.start, at.end);
      const { line, column } = new LineIndex(source.text).positionAt(at.start);
      return {
        name,
        value,
        from: `${fileName(source.id)}:${line}:${column}`,
        at: { uri: this.uriOf(source.id), range },
      };
    });
  }

  targetsOf(root: FileId | undefined): readonly string[] {
    return this.#requests.targetsOf(root);
  }

  withoutRecorded(root: FileId, board: Board, findings: readonly Finding[]): readonly Finding[] {
    return this.#requests.withoutRecorded(root, board, findings);
  }

  isOpen(file: FileId): boolean {
    return this.#documents.has(file);
  }

  openFiles(): readonly FileId[] {
    return this.#documents.files();
  }

  get isTrusted(): boolean {
    return this.#initialization.isTrusted !== false;
  }

  get cache(): PreprocessCache {
    return this.#analyzer.cache;
  }

  pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#host.later(resolve, 0);
    });
  }

  rulePage(rule: string): string | undefined {
    const { rulePages } = this.#host;
    const folder =
      this.#initialization.rulePages ?? (rulePages === undefined ? undefined : uriOf(rulePages));
    return folder === undefined ? undefined : `${folder}/${rule}.md`;
  }

  applyEdit(label: string, edit: WorkspaceEdit): void {
    this.#ifPossible(this.#connection.workspace.applyEdit({ label, edit }));
  }

  readingOf(root: FileId): BoardReading | undefined {
    return this.#requests.readingOf(root);
  }

  boardLabel(root: FileId): string {
    return boardOf(this, root).label;
  }

  publish(file: FileId, diagnostics: Diagnostic[], version: number | undefined): void {
    void this.#connection.sendDiagnostics({
      uri: this.uriOf(file),
      diagnostics,
      ...(this.client.diagnostics.version && version !== undefined && { version }),
    });
  }

  complain(message: string): void {
    this.#show(MessageType.Warning, message);
  }

  watch(file: FileId): void {
    const isInside = this.folders.some((folder) => file.startsWith(`${folder}/`));
    if (this.#watched.has(file) || !this.client.watchesFiles) return;
    if (isInside ? WATCHED_NAME.test(file) : !this.client.watchesFilesAnywhere) return;
    this.#watched.add(file);
    const pattern = fileName(file).replace(/[{}[\]*?!]/g, '?');
    const globPattern = isInside ? `**/${pattern}` : { baseUri: uriOf(folderOf(file)), pattern };
    this.#ifPossible(
      this.#connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers: [{ globPattern }],
      }),
    );
  }

  reportJson(source: SourceFile, by: string, faults: readonly JsonFault[]): void {
    this.#jsonDiagnostics.update(source, by, faults);
  }

  // Boards, and the files they are made from.

  #createBoards(): Boards {
    return new Boards({
      files: this.files,
      index: this.index,
      isSearching: () => this.scan.isSearching,
      baseOf: (overlay) => this.#requests.baseOf(overlay),
      isAppliedTo: (overlay, root) => this.#requests.isAppliedTo(overlay, root),
      requestFor: async (root) => {
        await this.#readiness.wait();
        const bindings = this.#bindings.of(root);
        const request = await this.#requests.requestFor(root);
        return placePart(bindings ? { ...request, bindings } : request, {
          files: this.files,
          index: this.index,
          isScanning: () => this.scan.isRunning,
          chosenFor: (file) => this.boards.chosenFor(file),
          requestFor: (board) => this.#requests.requestFor(board),
        });
      },
      analyze: (root, request, fileSet) => this.#analyzer.analyze(root, request, fileSet),
      forget: (root, members) => {
        this.#analyzer.forget(root);
        this.#bindings.forget(root);
        this.#unused.add(members);
      },
      changed: (root, model) => {
        this.#diagnostics.update(root, model);
        // After what is said without them is on screen.
        if (model) this.#bindings.want(root);
        if (model && !model.stale) this.#requests.compareWithTree(root, model.board, model.files);
        this.#sendAllStatus();
        this.#log(root, model);
      },
      now: this.#host.now,
      later: this.#host.later,
      failed: this.#failed,
    });
  }

  /** Tells the log what was read for a board at first, and of each analysis that people wait for. */
  #log(root: FileId, model: Model | undefined): void {
    if (!model) {
      this.#reported.delete(root);
      return;
    }
    const times = this.boards.timesOf(root);
    if (!this.#reported.has(root) && !this.scan.isRunning) {
      this.#reported.add(root);
      this.#connection.console.info(wordReport(root, reportOn(this, root)));
    } else if (times && times.last > SLOW_MILLISECONDS)
      this.#connection.console.info(
        `The analysis of ${this.boardLabel(root)} took ${wordTime(times.last)}.`,
      );
  }

  #createBindings(): BoardBindings {
    return new BoardBindings({
      files: this.files,
      coreSchemas: () => this.#host.coreSchemas?.(this.#initialization) ?? Promise.resolve({}),
      folderFor: (root) => this.#requests.bindingsFolderOf(root),
      now: this.#host.now,
      pause: () => this.pause(),
      learned: (root) => {
        this.boards.renew(root);
        this.#sendAllStatus();
      },
      complain: (message) => {
        this.complain(message);
      },
      failed: this.#failed,
      progress: () =>
        this.client.showsProgress ? this.#connection.window.createWorkDoneProgress() : undefined,
    });
  }

  /** What is known of the bindings of a board. */
  bindingsOf(root: FileId): BindingsState {
    return this.#bindings.stateOf(root);
  }

  #createScan(): IndexScan {
    return new IndexScan({
      files: this.files,
      index: this.index,
      kept: this.#host.kept,
      isBusy: () => this.boards.isBusy,
      debug: this.#host.debug ?? (() => undefined),
      now: this.#host.now,
      later: this.#host.later,
      isUsed: (file) => this.#isUsed(file),
      learned: () => {
        this.boards.rechoose();
        this.#sendAllStatus();
      },
      failed: this.#failed,
      progress: () => this.#connection.window.createWorkDoneProgress(),
    });
  }

  #isUsed(file: FileId): boolean {
    return this.isOpen(file) || this.boards.models.some((model) => model.members.has(file));
  }

  /** Everything is asked for and analysed anew. */
  #forgetRequests(): void {
    this.#requests.forget();
    this.boards.touchAll();
  }

  // The beginning of the conversation.

  #initialize(params: InitializeParams): InitializeResult | ResponseError<never> {
    // The library has registered a handler of its own by now.
    this.#connection.onNotification(
      DidChangeWorkspaceFoldersNotification.type,
      this.#whileRunning(({ event }: DidChangeWorkspaceFoldersParams) => {
        this.#changeFolders(event.removed, event.added);
      }),
    );
    const refusal = this.#lifecycle.begin();
    if (refusal) return refusal as ResponseError<never>;
    this.#initialization = (params.initializationOptions ?? {}) as InitializationOptions;
    this.client = clientAbilities(params.capabilities);
    this.positions = positionsIn(this.client.positionEncoding);
    const sent = (params.workspaceFolders ?? []).map(({ uri }) => uri);
    this.folders = foldersOf(sent.length === 0 && params.rootUri ? [params.rootUri] : sent);
    for (const [uri, board] of Object.entries(this.#initialization.boards ?? {}))
      this.boards.choose(fileIdOf(uri), fileIdOf(board));
    this.scan.allowProgress = this.client.showsProgress;
    this.#answerRequests();
    const capabilities = capabilitiesFor(this.client, this.languageFeatures);
    return { capabilities, serverInfo: { name: 'dtmap' } };
  }

  #answerRequests(): void {
    const table = { ...languageRequests(this), ...ownRequests(this) };
    for (const [method, answer] of Object.entries(table))
      this.#connection.onRequest(method, (params: never, token: CancellationToken) =>
        this.#answerTo(answer as (params: never) => unknown, params, token),
      );
  }

  async #answerTo(
    answer: (params: never) => unknown,
    params: never,
    token: CancellationToken,
  ): Promise<unknown> {
    const refusal = this.#lifecycle.refusal();
    if (refusal) return refusal;
    try {
      this.#start();
      await this.#readiness.wait();
      if (token.isCancellationRequested) return requestCancelled();
      const result = await answer(params);
      return token.isCancellationRequested ? requestCancelled() : result;
    } catch (error) {
      if (error instanceof UserError) return error.toResponse();
      this.#failed(error);
      return null;
    }
  }

  /** Makes ready for requests; a client that does not say `initialized` has said enough by its first document. */
  #start(): void {
    if (this.#isStarting) return;
    this.#isStarting = true;
    this.#watch();
    // The first analysis is better made with the settings, but not at any price.
    if (!this.client.givesSettings) this.#readiness.reach();
    else
      void this.#pullSettings().then(() => {
        this.#readiness.reach();
      });
  }

  /** Asks to be told of changed settings and files. */
  #watch(): void {
    const { client } = this.#connection;
    if (this.client.watchesSettings)
      this.#ifPossible(
        client.register(DidChangeConfigurationNotification.type, {
          section: ['dtmap', 'devicetree'],
        }),
      );
    if (this.client.watchesFiles)
      this.#ifPossible(
        client.register(DidChangeWatchedFilesNotification.type, {
          watchers: [
            { globPattern: '**/*.{dts,dtsi,dtso,overlay,h,cmd,json,yaml}' },
            // A folder that is deleted is told of alone, without the files in it.
            { globPattern: '**/*', kind: WatchKind.Delete },
          ],
        }),
      );
  }

  // What the client tells later.

  /** Whether the client gave its settings within the time that anybody waits for them. */
  #pullSettings(): Promise<boolean> {
    const patience = new Promise<false>((resolve) => {
      this.#host.later(() => {
        resolve(false);
      }, SETTINGS_MILLISECONDS);
    });
    return Promise.race([this.#clientSettings.pull(), patience]);
  }

  async #changeSettings(sent: Partial<SentSettings> | null): Promise<void> {
    const { givesSettings } = this.client;
    // What is sent along counts for clients that cannot be asked, or do not answer.
    const isAnswered = givesSettings && (await this.#pullSettings());
    if (isAnswered || (givesSettings && !sent)) return;
    this.#takeSettings({ dtmap: sent?.dtmap, devicetree: sent?.devicetree });
  }

  #takeSettings(sent: SentSettings): void {
    this.settings = readSettings(sent.dtmap);
    this.foreign = readForeignSettings(sent.devicetree);
    this.#bindings.forgetFolders();
    if (!this.#readiness.isReady) return;
    this.#forgetRequests();
    this.#sendAllStatus();
    const connection = this.#connection;
    // Editors ask again by themselves only when the text changes.
    if (this.client.redrawsInlayHints) this.#ifPossible(connection.languages.inlayHint.refresh());
    if (this.client.redrawsCodeLenses)
      this.#ifPossible(connection.sendRequest('workspace/codeLens/refresh'));
  }

  #changeFolders(removed: readonly WorkspaceFolder[], added: readonly WorkspaceFolder[]): void {
    const gone = foldersOf(removed.map(({ uri }) => uri));
    const come = foldersOf(added.map(({ uri }) => uri));
    const kept = this.folders.filter((folder) => !gone.includes(folder));
    this.folders = [...new Set([...kept, ...come])];
    this.scan.forget(gone, (file) => this.isOpen(file));
    this.#forgetRequests();
    for (const file of this.#documents.files()) this.#scanAround(file);
    this.boards.rechoose();
    this.#sendAllStatus();
  }

  #openDocument(textDocument: TextDocumentItem): void {
    this.#start();
    this.#workIs('opening');
    const file = this.#fileOfOpened(textDocument);
    this.#documents.open(textDocument, file);
    this.files.setText(file, textDocument.text);
    this.index.set(file, textDocument.text);
    this.boards.open(file);
    this.#touch(file);
    this.#scanAround(file);
    this.#sendStatus(file);
  }

  /** A part has its name in the tree; a board that is a link has the files beside the link, and keeps its name. */
  #fileOfOpened({ uri, text }: TextDocumentItem): FileId {
    const file = fileIdOf(uri);
    const folder = this.folders.find((each) => file.startsWith(`${each}/`));
    if (folder === undefined || !seemsPart(file, text) || this.files.linkText?.(file)) return file;
    return nameInTree(this.files, `${folder}/.`, file);
  }

  #changeDocument(params: DidChangeTextDocumentParams): void {
    const changed = this.#documents.change(params, this.positions);
    if (!changed) return;
    this.#changes += 1;
    if (!this.#isTyping && this.#changes >= TYPING && !this.scan.isRunning) this.#workIs('typing');
    this.files.setText(changed.file, changed.text);
    this.#touch(changed.file);
  }

  #closeDocument(file: FileId): void {
    this.#workIs('opening');
    this.#documents.close(file);
    this.texts.close(file);
    this.#sentStatus.delete(file);
    this.files.unset(file);
    this.files.forget(file);
    this.scan.read([file]);
    this.boards.close(file);
    this.#touch(file);
    this.#diagnostics.resend(file);
  }

  /** Has the boards that read a file analysed anew, under whatever name they read it. */
  #touch(file: FileId): void {
    this.boards.touch(file);
    for (const alias of this.files.aliasesOf(file)) this.boards.touch(alias);
  }

  #workIs(work: 'opening' | 'typing'): void {
    this.#changes = 0;
    this.#isTyping = work === 'typing';
    this.#host.workIs?.(work);
  }

  /** Looks for the boards that include a file. */
  #scanAround(file: FileId): void {
    const source = this.files.get(file);
    const text = typeof source === 'string' ? '' : source.text;
    if (seemsPart(file, text) || isZephyrOverlay(file, text)) this.scan.around(file, this.folders);
  }

  #changeFiles(events: readonly FileEvent[]): void {
    this.#bindings.changed(
      events.flatMap(({ uri }) => (typeof (uri as unknown) === 'string' ? [fileIdOf(uri)] : [])),
    );
    const all = this.#withFilesOfFolders(events.filter(({ uri }) => !isYaml(uri)));
    const json = all.filter(({ file }) => this.#isJson(file));
    const changes = all.filter(({ file }) => !file.endsWith('.json'));
    for (const { file, type } of json) {
      this.files.forget(file);
      if (type === FileChangeType.Deleted) this.#jsonDiagnostics.delete(file);
    }
    for (const { file, type } of changes) {
      this.files.forget(file);
      if (type === FileChangeType.Deleted) this.index.delete(file);
      if (!this.isOpen(file)) this.#touch(file);
    }
    this.scan.read(
      changes.filter(({ type }) => type !== FileChangeType.Deleted).map(({ file }) => file),
    );
    // A new or vanished file may be what an include looked for.
    const isOther = changes.some(({ type }) => type !== FileChangeType.Changed);
    if (isOther || json.length > 0) this.#forgetRequests();
    this.boards.rechoose();
  }

  /** Whether it says how boards boot or are checked. */
  #isJson(file: FileId): boolean {
    return PROJECT.test(file) || this.#jsonDiagnostics.knows(file) || this.#requests.reads(file);
  }

  /** The changes of files that matter; in place of a deleted folder the known files in it. */
  #withFilesOfFolders(events: readonly FileEvent[]): readonly FileChange[] {
    const told = events.flatMap(({ uri, type }): FileChange[] => {
      // What is no URI must not keep the others from being told of.
      const sent: unknown = uri;
      return typeof sent === 'string' ? [{ file: fileIdOf(sent), type }] : [];
    });
    // Of what is deleted without being source, only folders with source matter.
    const isOther = ({ file, type }: FileChange): boolean =>
      type === FileChangeType.Deleted && !WATCHED.test(file) && !this.#isJson(file);
    const others = told.filter(isOther);
    const gone = others.length > 0 ? this.#goneWith(new Set(others.map(({ file }) => file))) : [];
    return [
      ...told.filter((each) => !isOther(each)),
      ...gone.map((file): FileChange => ({ file, type: FileChangeType.Deleted })),
    ];
  }

  /** The files that boards have read or the index knows, and that are gone with the folders deleted. */
  #goneWith(deleted: ReadonlySet<FileId>): FileId[] {
    const members = this.boards.models.flatMap((model) => [...model.members]);
    const known = new Set([...this.index.files(), ...members]);
    return [...known].filter((file) => foldersAbove(file).some((folder) => deleted.has(folder)));
  }

  // What the client is told.

  #sendAllStatus(): void {
    for (const file of this.#documents.files()) this.#sendStatus(file);
  }

  #sendStatus(file: FileId): void {
    const status = { ...statusOf(this, file), uri: this.#documents.uriOf(file) };
    const text = JSON.stringify(status);
    if (this.#sentStatus.get(file) === text) return;
    this.#sentStatus.set(file, text);
    void this.#connection.sendNotification('dtmap/status', status);
  }

  // Not `window.showWarningMessage`: that is a question, which some editors put before all else.
  #show(type: MessageType, message: string): void {
    void this.#connection.sendNotification(ShowMessageNotification.type, {
      type,
      message: `dtmap: ${message}`,
    });
  }

  readonly #failed = (error: unknown): void => {
    this.#connection.console.error(
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    );
  };

  /** For what is asked of the client as a courtesy: it may refuse, or never answer. */
  #ifPossible(asked: Promise<unknown>): void {
    asked.catch((error: unknown) => {
      this.#connection.console.log(`The client refused: ${String(error)}`);
    });
  }

  /** The same handler for as long as notifications count. */
  #whileRunning<Params>(handle: (params: Params) => void): (params: Params) => void {
    return (params) => {
      if (this.#lifecycle.isRunning) handle(params);
    };
  }
}

interface FileChange {
  readonly file: FileId;
  readonly type: FileChangeType;
}

function foldersOf(uris: readonly unknown[]): FileId[] {
  return uris.flatMap((uri) => (typeof uri === 'string' ? fileIdOf(uri).replace(/\/$/, '') : []));
}

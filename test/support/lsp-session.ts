// A language client for tests: drives the bundled server over stdio as an editor would.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import {
  CancellationTokenSource,
  type ClientCapabilities,
  type CodeAction,
  type CompletionItem,
  type CompletionItemKind,
  createProtocolConnection,
  type Diagnostic,
  type Hover,
  type InitializeResult,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import type {
  CustomRequests,
  InitializationOptions,
  Status,
} from '../../server/src/lsp/custom-requests.ts';
import { bundle } from './bundles.ts';

export interface LspOptions {
  /** The workspace folder, absolute. */
  readonly folder?: string;
  /** By section, as `workspace/configuration` asks for them: `{ dtmap: { targets: ['xen:4.18'] } }`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly initializationOptions?: InitializationOptions;
  /** What the client can do, in place of `everyAbility`. */
  readonly capabilities?: ClientCapabilities;
  /** The program to run in place of `dist/server.js --stdio`. */
  readonly command?: readonly [string, ...string[]];
  /** Its environment, in place of ours. */
  readonly env?: NodeJS.ProcessEnv;
  /** The URI of a document, where paths are not those of this system. */
  readonly uriOf?: (file: string) => string;
}

/** A client that can do all that the server makes use of, as VS Code. */
export const everyAbility = {
  workspace: {
    applyEdit: true,
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: true },
    workspaceFolders: true,
    inlayHint: { refreshSupport: true },
    codeLens: { refreshSupport: true },
    workspaceEdit: { documentChanges: true, snippetEditSupport: true },
  },
  window: { workDoneProgress: true },
  textDocument: {
    publishDiagnostics: {
      relatedInformation: true,
      versionSupport: true,
      codeDescriptionSupport: true,
      dataSupport: true,
    },
    hover: { contentFormat: ['markdown', 'plaintext'] },
    completion: {
      completionItem: { snippetSupport: true },
      completionItemKind: {
        valueSet: Array.from({ length: 25 }, (_, index) => (index + 1) as CompletionItemKind),
      },
    },
    signatureHelp: { signatureInformation: { parameterInformation: { labelOffsetSupport: true } } },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    rename: { prepareSupport: true },
    codeAction: {
      dataSupport: true,
      disabledSupport: true,
      isPreferredSupport: true,
      resolveSupport: { properties: ['edit'] },
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } },
    },
  },
} satisfies ClientCapabilities;

/** The edits of each document, whichever way they are given. */
export function editsOf(edit: WorkspaceEdit | undefined): Map<string, TextEdit[]> {
  const versioned = (edit?.documentChanges ?? []).map((each): [string, TextEdit[]] => {
    assert.ok('textDocument' in each);
    return [each.textDocument.uri, each.edits as TextEdit[]];
  });
  return new Map([...Object.entries(edit?.changes ?? {}), ...versioned]);
}

/** One server process, from `initialize` to `stop`. Documents are named by absolute path. */
export class LspSession {
  readonly initialized: InitializeResult;
  /** Everything the server wrote to standard error, and the messages it logged. */
  readonly log: string[];
  private readonly server: ChildProcess;
  private readonly connection: ProtocolConnection;
  /** What the server showed the user, oldest first. */
  private readonly messages: string[] = [];
  private readonly published = new Map<string, PublishDiagnosticsParams>();
  private readonly statuses = new Map<string, Status>();
  private readonly versions = new Map<string, number>();
  private readonly waiting = new Set<() => void>();
  /** What the server asked to be drawn anew, in order. */
  readonly refreshed: ('inlayHint' | 'codeLens')[] = [];
  private timesAsked = 0;
  private settings: Readonly<Record<string, unknown>>;
  readonly uriOf: (file: string) => string;
  private ended: string | undefined;

  private constructor(
    server: ChildProcess,
    connection: ProtocolConnection,
    log: string[],
    initialized: InitializeResult,
    settings: Readonly<Record<string, unknown>>,
    uriOf: (file: string) => string,
  ) {
    this.uriOf = uriOf;
    this.server = server;
    this.connection = connection;
    this.log = log;
    this.initialized = initialized;
    this.settings = settings;
    connection.onNotification('textDocument/publishDiagnostics', (p: PublishDiagnosticsParams) => {
      this.published.set(p.uri, p);
      this.wake();
    });
    connection.onNotification('dtmap/status', (status: Status) => {
      this.statuses.set(status.uri, status);
      this.wake();
    });
    connection.onNotification('window/showMessage', ({ message }: { message: string }) => {
      this.messages.push(message);
      this.wake();
    });
    server.stderr?.on('data', () => {
      this.wake();
    });
    server.once('exit', (code, signal) => {
      this.ended = `the server ended (${String(signal ?? code)}): ${this.log.join('').slice(-2000)}`;
      // Whatever was asked and not answered is rejected.
      this.connection.dispose();
      this.wake();
    });
    connection.onRequest('workspace/configuration', (p: { items: { section?: string }[] }) => {
      this.timesAsked += 1;
      this.wake();
      return p.items.map(({ section }) => lookUp(this.settings, section));
    });
    for (const view of ['inlayHint', 'codeLens'] as const)
      connection.onRequest(`workspace/${view}/refresh`, () => {
        this.refreshed.push(view);
        this.wake();
        return null;
      });
  }

  static async start(options: LspOptions = {}): Promise<LspSession> {
    const [program, ...args] = options.command ?? [
      process.execPath,
      bundle('server.js'),
      '--stdio',
    ];
    const server = spawn(program, args, { stdio: 'pipe', env: options.env });
    const uriOf = options.uriOf ?? ((file: string) => pathToFileURL(file).href);
    const log: string[] = [];
    server.stderr.on('data', (text: Buffer) => log.push(String(text)));
    const connection = createProtocolConnection(
      new StreamMessageReader(server.stdout),
      new StreamMessageWriter(server.stdin),
    );
    connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
      log.push(`${message}\n`);
    });
    for (const method of ['client/registerCapability', 'window/workDoneProgress/create']) {
      connection.onRequest(method, () => null);
    }
    connection.listen();
    const rootUri = options.folder === undefined ? null : uriOf(options.folder);
    const initialized = await connection.sendRequest<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri,
      workspaceFolders: rootUri === null ? null : [{ uri: rootUri, name: 'test' }],
      initializationOptions: options.initializationOptions,
      capabilities: options.capabilities ?? everyAbility,
    });
    const session = new LspSession(
      server,
      connection,
      log,
      initialized,
      options.settings ?? {},
      uriOf,
    );
    await connection.sendNotification('initialized', {});
    return session;
  }

  /** Of the server's process. */
  get pid(): number {
    return this.server.pid ?? 0;
  }

  /** Opens a document with `text`, or with what is on disk. */
  async open(file: string, text = readFileSync(file, 'utf8')): Promise<void> {
    const uri = this.uriOf(file);
    this.versions.set(uri, 1);
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'devicetree', version: 1, text },
    });
  }

  /** Sends one change, which may be several edits, or replaces the whole text. */
  async change(file: string, change: string | TextDocumentContentChangeEvent[]): Promise<void> {
    const uri = this.uriOf(file);
    const version = (this.versions.get(uri) ?? 0) + 1;
    this.versions.set(uri, version);
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: typeof change === 'string' ? [{ text: change }] : change,
    });
  }

  async close(file: string): Promise<void> {
    await this.connection.sendNotification('textDocument/didClose', {
      textDocument: { uri: this.uriOf(file) },
    });
  }

  /** Tells the server what happened to files or folders on disk, as editors that watch them do. */
  async watched(change: 'created' | 'changed' | 'deleted', ...files: string[]): Promise<void> {
    const type = { created: 1, changed: 2, deleted: 3 }[change];
    await this.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: files.map((file) => ({ uri: this.uriOf(file), type })),
    });
  }

  /** Tells the server that settings changed; it has asked for those it wants when this is done. */
  async configure(settings: Readonly<Record<string, unknown>>): Promise<void> {
    this.settings = settings;
    const before = this.timesAsked;
    await this.connection.sendNotification('workspace/didChangeConfiguration', { settings });
    await this.until('the server to ask for its settings', () =>
      this.timesAsked > before ? true : undefined,
    );
  }

  /** What was published for the document as it now is, once that has arrived. */
  async diagnostics(file: string): Promise<Diagnostic[]> {
    const uri = this.uriOf(file);
    const version = this.versions.get(uri);
    const { diagnostics } = await this.until(`diagnostics of ${file}`, () => {
      const last = this.published.get(uri);
      return last && (version === undefined || last.version === version) ? last : undefined;
    });
    return diagnostics;
  }

  /** What was last published for any document, open or not, once `accept` likes it. */
  async diagnosticsWhen(
    file: string,
    accept: (diagnostics: Diagnostic[]) => boolean,
  ): Promise<Diagnostic[]> {
    const uri = this.uriOf(file);
    const { diagnostics } = await this.until(`the awaited diagnostics of ${file}`, () => {
      const last = this.published.get(uri);
      return last && accept(last.diagnostics) ? last : undefined;
    });
    return diagnostics;
  }

  /** What was last said of a document for the status bar, once `accept` likes it. */
  statusWhen(uri: string, accept: (status: Status) => boolean): Promise<Status> {
    return this.until(`the awaited status of ${uri}`, () => {
      const last = this.statuses.get(uri);
      return last && accept(last) ? last : undefined;
    });
  }

  /** Waits until the log matches. */
  async logged(expected: RegExp): Promise<void> {
    await this.until(`a log like ${expected.source}`, () =>
      expected.test(this.log.join('')) ? true : undefined,
    );
  }

  /** The first message shown to the user that matches, once there is one. */
  messageWhen(expected: RegExp): Promise<string> {
    return this.until(`a message like ${expected.source}`, () =>
      this.messages.find((message) => expected.test(message)),
    );
  }

  /** Waits until the server, having done so `before` times for anything, asks for `view` to be drawn anew. */
  async refresh(view: 'inlayHint' | 'codeLens', before: number): Promise<void> {
    await this.until(`${view} to be drawn anew`, () =>
      this.refreshed.slice(before).includes(view) ? true : undefined,
    );
  }

  hover(file: string, position: Position): Promise<Hover | null> {
    return this.at('textDocument/hover', file, { position });
  }

  completion(file: string, position: Position): Promise<CompletionItem[] | null> {
    return this.at('textDocument/completion', file, { position });
  }

  /** The code actions for a range, with the diagnostics that touch it. */
  async codeActions(file: string, range: Range): Promise<CodeAction[]> {
    const uri = this.uriOf(file);
    const diagnostics = (this.published.get(uri)?.diagnostics ?? []).filter(
      (diagnostic) =>
        compare(diagnostic.range.start, range.end) <= 0 &&
        compare(range.start, diagnostic.range.end) <= 0,
    );
    const actions = await this.at<CodeAction[] | null>('textDocument/codeAction', file, {
      range,
      context: { diagnostics },
    });
    return actions ?? [];
  }

  /** Any request about a document. */
  at<Result>(method: string, file: string, params: object = {}): Promise<Result> {
    return this.connection.sendRequest(method, {
      textDocument: { uri: this.uriOf(file) },
      ...params,
    });
  }

  /** Sends any notification, right or wrong. */
  notify(method: string, params: unknown): Promise<void> {
    return this.connection.sendNotification(method, params);
  }

  /** Sends any request, right or wrong; with `cancel` takes it back at once. Rejects with the server's error. */
  ask(method: string, params: unknown, cancel = false): Promise<unknown> {
    if (!cancel) return this.connection.sendRequest(method, params);
    const source = new CancellationTokenSource();
    const answer = this.connection.sendRequest(method, params, source.token);
    source.cancel();
    return answer;
  }

  /** What was last published for a document that is no file, once `accept` likes it. */
  async publishedWhen(
    uri: string,
    accept: (published: PublishDiagnosticsParams) => boolean,
  ): Promise<Diagnostic[]> {
    const { diagnostics } = await this.until(`the awaited diagnostics of ${uri}`, () => {
      const last = this.published.get(uri);
      return last && accept(last) ? last : undefined;
    });
    return diagnostics;
  }

  /** What is on show now, by document: those with nothing on them are left out. */
  shown(): Map<string, Diagnostic[]> {
    const all = [...this.published].map(([uri, { diagnostics }]) => [uri, diagnostics] as const);
    return new Map(all.filter(([, diagnostics]) => diagnostics.length > 0));
  }

  /** One of dtmap's own requests. */
  request<M extends keyof CustomRequests>(
    method: M,
    params: CustomRequests[M]['params'],
  ): Promise<CustomRequests[M]['result']> {
    return this.connection.sendRequest(method, params);
  }

  /** Shuts the server down as the protocol asks. Throws when it does not end cleanly. */
  async stop(): Promise<void> {
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    await this.until('the end of the server', () => this.ended);
    this.connection.dispose();
    if (this.server.exitCode !== 0) throw new Error(this.ended);
  }

  /** Waits for `look` to find something: looked at again whenever the server has said something. */
  private until<Found>(what: string, look: () => Found | undefined): Promise<Found> {
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => {
        this.waiting.delete(attempt);
        reject(new Error(`waited for ${what} in vain: ${this.log.join('').slice(-2000)}`));
      }, 60_000);
      const attempt = (): void => {
        const found = look();
        if (found === undefined && this.ended === undefined) return;
        clearTimeout(timeout);
        this.waiting.delete(attempt);
        if (found === undefined) reject(new Error(this.ended));
        else resolve(found);
      };
      this.waiting.add(attempt);
      attempt();
    });
  }

  private wake(): void {
    for (const attempt of [...this.waiting]) attempt();
  }
}

function compare(a: Position, b: Position): number {
  return a.line - b.line || a.character - b.character;
}

/** `lookUp({ dtmap: { targets } }, 'dtmap.targets')`; null when there is nothing, as editors answer. */
function lookUp(settings: Readonly<Record<string, unknown>>, section = ''): unknown {
  let value: unknown = settings;
  for (const key of section.split('.').filter(Boolean)) {
    value = (value as Record<string, unknown> | null | undefined)?.[key];
  }
  return value ?? null;
}

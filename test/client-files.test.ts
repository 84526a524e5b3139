// A server whose files are the client's, as in a browser: what it learns of those that appear, change and are closed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import {
  createConnection,
  createProtocolConnection,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { clientFiles } from '../server/src/lsp/client-files.ts';
import type { Status } from '../server/src/lsp/custom-requests.ts';
import { serve } from '../server/src/lsp/server.ts';
import { poll } from './support/poll.ts';

const require = createRequire(import.meta.url);
const folder = 'memfs://host/work';
const uriOf = (file: string): string => `${folder}/${file}`;
const included = '/ { memory@0 { device_type = "memory"; reg = <0 0x1000>; }; };\n';
const including = '/dts-v1/;\n#include "soc.dtsi"\n';

/** A client with files in memory, which tells the server of those it writes. */
class Client {
  private readonly files = new Map<string, string>();
  /** Files and folders that the server asked for. */
  requests = 0;
  private readonly connection: ProtocolConnection;
  private readonly statuses = new Map<string, Status>();
  private readonly published = new Map<string, PublishDiagnosticsParams>();

  private constructor(connection: ProtocolConnection) {
    this.connection = connection;
    connection.onRequest('dtmap/readFile', ({ uri }: { uri: string }) => {
      this.requests += 1;
      const text = this.files.get(uri);
      return text === undefined ? null : btoa(text);
    });
    connection.onRequest('dtmap/readDirectory', ({ uri }: { uri: string }) => {
      this.requests += 1;
      const below = [...this.files.keys()].filter((file) => file.startsWith(`${uri}/`));
      const names = below.map((file) => file.slice(uri.length + 1).replace(/\/.*/, '/'));
      return names.length > 0 ? [...new Set(names)] : null;
    });
    connection.onNotification('dtmap/status', (status: Status) => {
      this.statuses.set(status.uri, status);
    });
    connection.onNotification('textDocument/publishDiagnostics', (p: PublishDiagnosticsParams) => {
      this.published.set(p.uri, p);
    });
    connection.listen();
  }

  static async start(files: Readonly<Record<string, string>>): Promise<Client> {
    const [toServer, toClient] = [new PassThrough(), new PassThrough()];
    const server = createConnection(
      new StreamMessageReader(toServer),
      new StreamMessageWriter(toClient),
    );
    serve(server, {
      files: clientFiles(server),
      wasm: () =>
        Promise.resolve({
          runtime: readFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm')),
          grammar: readFileSync(
            require.resolve('tree-sitter-devicetree/tree-sitter-devicetree.wasm'),
          ),
        }),
      rulePages: undefined,
      now: () => performance.now(),
      later: (task, milliseconds) => void setTimeout(task, milliseconds),
    });
    const client = new Client(
      createProtocolConnection(
        new StreamMessageReader(toClient),
        new StreamMessageWriter(toServer),
      ),
    );
    for (const [file, text] of Object.entries(files)) client.files.set(uriOf(file), text);
    await client.connection.sendRequest('initialize', {
      processId: null,
      rootUri: folder,
      workspaceFolders: [{ uri: folder, name: 'work' }],
      capabilities: {},
    });
    await client.connection.sendNotification('initialized', {});
    return client;
  }

  async write(file: string, text: string): Promise<void> {
    // As VS Code tells of files that are not on a disk: one that is made has changed, too.
    const types = this.files.has(uriOf(file)) ? [2] : [1, 2];
    this.files.set(uriOf(file), text);
    await this.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: types.map((type) => ({ uri: uriOf(file), type })),
    });
  }

  async open(file: string): Promise<void> {
    const text = this.files.get(uriOf(file)) ?? '';
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: uriOf(file), languageId: 'devicetree', version: 1, text },
    });
  }

  async close(file: string): Promise<void> {
    this.statuses.delete(uriOf(file));
    await this.connection.sendNotification('textDocument/didClose', {
      textDocument: { uri: uriOf(file) },
    });
  }

  /** Any request about a document. */
  at<Result>(method: string, file: string, params: object): Promise<Result> {
    const textDocument = { uri: uriOf(file) };
    return this.connection.sendRequest(method, { textDocument, ...params });
  }

  /** Waits until a document is read through a board. */
  async board(file: string, board: string): Promise<void> {
    await this.until(() => {
      const status = this.statuses.get(uriOf(file));
      return status?.state === 'ready' && status.board?.uri === uriOf(board);
    });
  }

  /** Waits until a document's findings are these. */
  async findings(file: string, accept: (rules: readonly unknown[]) => boolean): Promise<void> {
    await this.until(() => {
      const found = this.published.get(uriOf(file))?.diagnostics;
      return found !== undefined && accept(found.map(({ code }) => code));
    });
  }

  /** Waits until nothing has been asked for a while. */
  async settled(): Promise<void> {
    let before = -1;
    await poll(
      'requests to end',
      () => {
        const isOver = before === this.requests;
        before = this.requests;
        return Promise.resolve(isOver ? true : undefined);
      },
      { every: 300 },
    );
  }

  private async until(accept: () => boolean): Promise<void> {
    await poll('what the server sends', () => Promise.resolve(accept() ? true : undefined), {
      every: 5,
    });
  }
}

describe('files of the client', () => {
  it('a board that appears after the work tree was read is found', async () => {
    const client = await Client.start({ 'soc.dtsi': included });
    await client.open('soc.dtsi');
    await client.board('soc.dtsi', 'soc.dtsi');
    await client.write('board.dts', including);
    await client.board('soc.dtsi', 'board.dts');
  });

  it('a board that comes to include a file is found, one that no longer does is left', async () => {
    const client = await Client.start({ 'soc.dtsi': included, 'board.dts': '/dts-v1/;\n/ { };\n' });
    await client.open('soc.dtsi');
    await client.board('soc.dtsi', 'soc.dtsi');
    await client.write('board.dts', including);
    await client.board('soc.dtsi', 'board.dts');
    await client.write('board.dts', '/dts-v1/;\n/ { };\n');
    await client.board('soc.dtsi', 'soc.dtsi');
  });

  it('a board is known after its document was closed', async () => {
    const client = await Client.start({ 'soc.dtsi': included, 'board.dts': including });
    await client.open('soc.dtsi');
    await client.board('soc.dtsi', 'board.dts');
    await client.close('soc.dtsi');
    await client.open('board.dts');
    await client.board('board.dts', 'board.dts');
    await client.close('board.dts');
    await client.open('soc.dtsi');
    await client.board('soc.dtsi', 'board.dts');
  });

  it('a folder of headers that appears later is searched', async () => {
    const client = await Client.start({
      'board.dts': '/dts-v1/;\n#include <regions.h>\n/ { };\n',
    });
    await client.open('board.dts');
    await client.findings('board.dts', (rules) => rules.includes('include-not-found'));
    await client.write('include/regions.h', '#define BASE 0\n');
    await client.findings('board.dts', (rules) => !rules.includes('include-not-found'));
  });

  it('links that are text are followed', async () => {
    const client = await Client.start({
      'boards/board.dts': '/dts-v1/;\n#include "../prefixes/acme/soc.dtsi"\n',
      prefixes: 'parts',
      'parts/acme/soc.dtsi': 'soc-real.dtsi',
      'parts/acme/soc-real.dtsi': '#include "../codes.h"\n' + included.replace('0>', 'CODE>'),
      'parts/codes.h': '../codes.h',
      'codes.h': '#define CODE 0\n',
    });
    await client.open('boards/board.dts');
    await client.findings(
      'boards/board.dts',
      (rules) => rules.includes('link-as-text') && !rules.includes('include-not-found'),
    );
  });

  describe('of a large tree', () => {
    /** Vendors with a chip, boards of it and of others. */
    const tree: Record<string, string> = {};
    for (let vendor = 0; vendor < 40; vendor += 1)
      for (let chip = 0; chip < 20; chip += 1) {
        const name = `dts/vendor${vendor}/chip${chip}`;
        tree[`${name}.dtsi`] = included;
        for (const board of ['evk', 'tablet'])
          tree[`${name}-${board}.dts`] = `/dts-v1/;\n#include "chip${chip}.dtsi"\n`;
      }
    tree['dts/vendor7/lonely.dtsi'] = included;
    // Where nobody looks first.
    tree['dts/vendor33/boards/far.dts'] = '/dts-v1/;\n#include "../../vendor2/shared.dtsi"\n';
    tree['dts/vendor2/shared.dtsi'] = included;
    const all = Object.keys(tree).length;

    it('no more is asked for than the first boards take, and nothing twice', async () => {
      const client = await Client.start(tree);
      await client.open('dts/vendor20/chip13.dtsi');
      await client.board('dts/vendor20/chip13.dtsi', 'dts/vendor20/chip13-evk.dts');
      assert.ok(client.requests < 80, `${client.requests} requests`);
      const before = client.requests;
      await client.open('dts/vendor20/chip12.dtsi');
      await client.board('dts/vendor20/chip12.dtsi', 'dts/vendor20/chip12-evk.dts');
      assert.ok(client.requests - before < 40, `${client.requests - before} requests more`);
    });

    it('a part that is named as boards are is read through its board', async () => {
      const client = await Client.start({
        ...tree,
        'dts/vendor3/common.dts': included,
        'dts/vendor3/wide.dts': '/dts-v1/;\n#include "common.dts"\n',
      });
      await client.open('dts/vendor3/common.dts');
      await client.board('dts/vendor3/common.dts', 'dts/vendor3/wide.dts');
      assert.ok(client.requests < 120, `${client.requests} requests`);
    });

    it('a file of no board near it does not have the whole tree read', async () => {
      const client = await Client.start(tree);
      await client.open('dts/vendor7/lonely.dtsi');
      await client.findings('dts/vendor7/lonely.dtsi', () => true);
      await client.settled();
      assert.ok(client.requests < 500, `${client.requests} requests`);
      assert.ok(client.requests < all / 3);
    });

    it('whoever changes what boards share has all of them read', async () => {
      const client = await Client.start(tree);
      await client.open('dts/vendor2/shared.dtsi');
      await client.findings('dts/vendor2/shared.dtsi', () => true);
      await client.settled();
      const boards = await client.at<{ boards: { uri: string }[] }>(
        'dtmap/boards',
        'dts/vendor2/shared.dtsi',
        { uri: uriOf('dts/vendor2/shared.dtsi') },
      );
      assert.match(JSON.stringify(boards), /vendor33\/boards\/far\.dts/);
      assert.ok(client.requests > all - 10);
    });
  });
});

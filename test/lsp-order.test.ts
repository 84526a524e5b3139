// Messages out of the protocol's order, and requests while a work tree is scanned. The bundled server over stdio.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from './support/bundles.ts';
import { RawServer, type Message } from './support/raw-server.ts';

const NOT_INITIALIZED = -32002;
const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;

const INITIALIZE: Message = {
  id: 'initialize',
  method: 'initialize',
  params: { processId: null, rootUri: null, capabilities: {} },
};
const uri = 'file:///boards/board.dts';
const OPEN: Message = {
  method: 'textDocument/didOpen',
  params: {
    textDocument: { uri, languageId: 'dts', version: 1, text: '/dts-v1/;\n/ { a = <1> };\n' },
  },
};
const REQUESTS = [
  ['textDocument/hover', { textDocument: { uri }, position: { line: 1, character: 5 } }],
  ['textDocument/documentSymbol', { textDocument: { uri } }],
  ['workspace/executeCommand', { command: 'x' }],
  ['dtmap/status', { uri }],
  ['no/such/request', {}],
] as const;

describe('language server, order of messages', () => {
  let server: RawServer;
  before(() => {
    bundle('server.js');
  });
  beforeEach(() => {
    server = new RawServer();
  });
  afterEach(() => {
    server.kill();
  });

  async function codeOf(method: string, params: object, id: string): Promise<number | undefined> {
    return (await server.ask(method, params, id)).error?.code;
  }

  it('a request before initialize is answered with an error, and a notification is not heard', async () => {
    for (const [method, params] of REQUESTS)
      assert.equal(await codeOf(method, params, `early ${method}`), NOT_INITIALIZED, method);
    assert.equal(await codeOf('shutdown', {}, 'early shutdown'), NOT_INITIALIZED);
    server.send(OPEN, {
      method: 'workspace/didChangeConfiguration',
      params: { settings: { dtmap: { targets: ['linux:6.12'] } } },
    });
    server.send(INITIALIZE, { method: 'initialized', params: {} });
    await server.answer('initialize');
    const { result } = await server.ask('dtmap/status', { uri });
    assert.equal((result as { state: string; board?: unknown }).board, undefined);
    assert.notDeepEqual((result as { targets: string[] }).targets, ['linux:6.12']);
    assert.ok(!server.received.some(({ method }) => method === 'textDocument/publishDiagnostics'));
  });

  it('initialize is answered once, and what is no request at all by its own error', async () => {
    server.send(INITIALIZE);
    await server.answer('initialize');
    assert.equal(await codeOf('initialize', INITIALIZE.params ?? {}, 'again'), INVALID_REQUEST);
    assert.equal(await codeOf('no/such/request', {}, 'unknown'), METHOD_NOT_FOUND);
    server.send({ method: 'initialized', params: {} }, OPEN);
    await server.receive(({ method }) => method === 'textDocument/publishDiagnostics');
    assert.ok((await server.ask('textDocument/documentSymbol', REQUESTS[1][1])).result);
  });

  it('after shutdown every request is an error and every notification unheard, until exit ends with 0', async () => {
    server.send(INITIALIZE, { method: 'initialized', params: {} });
    await server.answer('initialize');
    assert.deepEqual((await server.ask('shutdown', {})).result, null);
    for (const [method, params] of REQUESTS)
      assert.equal(await codeOf(method, params, `late ${method}`), INVALID_REQUEST, method);
    for (const method of ['initialize', 'shutdown'])
      assert.equal(
        await codeOf(method, INITIALIZE.params ?? {}, `late ${method}`),
        INVALID_REQUEST,
      );
    const said = server.received.length;
    server.send(OPEN, { method: 'exit' });
    assert.equal(await server.ended, 0);
    assert.deepEqual(server.received.slice(said), []);
  });

  it('exit without shutdown ends with 1, before initialize too', async () => {
    server.send({ method: 'exit' });
    assert.equal(await server.ended, 1);
    server = new RawServer();
    server.send(INITIALIZE);
    await server.answer('initialize');
    server.send({ method: 'exit' });
    assert.equal(await server.ended, 1);
  });
});

describe('language server, a work tree of 4000 folders', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-folders-'));
    for (let outer = 0; outer < 40; outer += 1)
      for (let inner = 0; inner < 100; inner += 1)
        mkdirSync(path.join(folder, `d${String(outer)}/d${String(inner)}`), { recursive: true });
    writeFileSync(path.join(folder, 'soc.dtsi'), '/ { a { }; };\n');
  });
  // Some disks take milliseconds for each folder, but many at once.
  after(() => rm(folder, { recursive: true }));

  it('is scanned between requests, not before them', async () => {
    const server = new RawServer();
    server.send({
      id: 'initialize',
      method: 'initialize',
      params: {
        processId: null,
        rootUri: null,
        workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'all' }],
        capabilities: { window: { workDoneProgress: true } },
      },
    });
    await server.answer('initialize');
    const soc = pathToFileURL(path.join(folder, 'soc.dtsi')).href;
    const textDocument = { uri: soc, languageId: 'dts', version: 1, text: '/ { a { }; };\n' };
    server.send(
      { method: 'initialized', params: {} },
      { method: 'textDocument/didOpen', params: { textDocument } },
    );
    const { id } = await server.receive(
      ({ method }) => method === 'window/workDoneProgress/create',
    );
    server.send({ ...(id !== undefined && { id }), result: null });
    const progress = (kind: string): Promise<Message> =>
      server.receive(
        ({ method, params }) =>
          method === '$/progress' && (params?.['value'] as { kind: string }).kind === kind,
      );
    await progress('begin');
    // One after the other: with a walk that lets nobody in between none is answered before its end.
    for (let number = 0; number < 5; number += 1) {
      const answer = await server.ask(
        'textDocument/documentSymbol',
        { textDocument: { uri: soc } },
        String(number),
      );
      assert.ok(answer.result);
    }
    const end = await progress('end');
    const last = await server.answer('4');
    assert.ok(server.received.indexOf(last) < server.received.indexOf(end));
    await server.stop();
  });
});

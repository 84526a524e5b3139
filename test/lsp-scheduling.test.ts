// In what order the bundled server does its work: messages that arrive together are written in one piece.

import assert from 'node:assert/strict';
import { RawServer, type Message } from './support/raw-server.ts';

const uri = 'file:///boards/board.dts';
const devices = Array.from({ length: 2000 }, (_, index) => {
  const address = (0x1000_0000 + index * 0x1000).toString(16);
  return `\tdevice@${address} { compatible = "vendor,device"; reg = <0x0 0x${address} 0x0 0x1000>; };\n`;
});
const LINES = [
  '/dts-v1/;',
  '/ { #address-cells = <2>; #size-cells = <2>;',
  '\tmemory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x0 0x10000000>; };',
];
const TEXT = `${LINES.join('\n')}\n${devices.join('')}};\n`;
/** In the bank's start. */
const PLACE = { line: 2, character: 60 };

/** Edits that type zeros behind the bank's size and take them away again, in turn. */
function edits(first: number, count: number): Message[] {
  const start = { line: 2, character: (LINES[2]?.indexOf('0x10000000>') ?? 0) + 10 };
  return Array.from({ length: count }, (_, index) => ({
    method: 'textDocument/didChange',
    params: {
      textDocument: { uri, version: first + index },
      contentChanges: [
        index % 2 === 0
          ? { range: { start, end: start }, text: '0' }
          : { range: { start, end: { ...start, character: start.character + 1 } }, text: '' },
      ],
    },
  }));
}

const ask = (id: string, method: string, params: object = {}): Message => ({
  id,
  method,
  params: { textDocument: { uri }, position: PLACE, ...params },
});

describe('the server, sent many messages at once', () => {
  let server: RawServer;

  const published = (): unknown[] =>
    server.received
      .filter(({ method }) => method === 'textDocument/publishDiagnostics')
      .map(({ params }) => params?.['version']);
  const publishes = (version: number): Promise<Message> =>
    server.receive(({ params }) => params?.['version'] === version);

  before(async function () {
    this.timeout(60_000);
    server = new RawServer();
    server.send({
      id: 'initialize',
      method: 'initialize',
      params: {
        processId: null,
        rootUri: null,
        capabilities: { textDocument: { publishDiagnostics: { versionSupport: true } } },
      },
    });
    await server.answer('initialize');
    server.send(
      { method: 'initialized', params: {} },
      {
        method: 'textDocument/didOpen',
        params: { textDocument: { uri, languageId: 'devicetree', version: 1, text: TEXT } },
      },
    );
    await publishes(1);
  });

  after(async () => {
    await server.stop();
  });

  it('analyses the newest of fifty edits and not those before it', async () => {
    const before = published().length;
    server.send(...edits(2, 50));
    await publishes(51);
    // The pipe may hand the edits over in more than one piece.
    assert.ok(published().length - before <= 4, JSON.stringify(published().slice(before)));
  });

  it('answers hover and completion before it analyses', async () => {
    const before = published().length;
    server.send(
      ...edits(52, 50),
      ask('hover', 'textDocument/hover'),
      ask('completion', 'textDocument/completion', { position: { line: 2, character: 1 } }),
    );
    const hover = await server.answer('hover');
    const completion = await server.answer('completion');
    assert.ok(published().length - before <= 3);
    assert.ok(hover.result, JSON.stringify(hover));
    assert.ok(Array.isArray(completion.result), JSON.stringify(completion));
    await publishes(101);
  });

  it('answers that a request is cancelled, whether it has waited for an analysis or not', async () => {
    server.send(
      ...edits(102, 2),
      ask('map', 'dtmap/memoryMap', { uri }),
      ask('unwanted hover', 'textDocument/hover'),
      { method: '$/cancelRequest', params: { id: 'map' } },
      { method: '$/cancelRequest', params: { id: 'unwanted hover' } },
      ask('wanted hover', 'textDocument/hover'),
    );
    const requestCancelled = -32800;
    assert.equal((await server.answer('map')).error?.code, requestCancelled);
    assert.equal((await server.answer('unwanted hover')).error?.code, requestCancelled);
    assert.ok((await server.answer('wanted hover')).result);
    await publishes(103);
  });
});

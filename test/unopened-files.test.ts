// What a source may name and nobody opens: pipes, devices, files that the kernel makes up. Reading them waits, or takes from others.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { NodeFiles } from '../server/src/node-files.ts';
import { bundle } from './support/bundles.ts';
import { RawServer } from './support/raw-server.ts';

const WAYS: readonly ((name: string, number: number) => string)[] = [
  (name) => `/dts-v1/;\n#include "${name}"\n/ { };\n`,
  (name) => `/dts-v1/;\n/include/ "${name}"\n/ { };\n`,
  (name, number) => `/dts-v1/;\n/ { blob${String(number)} = /incbin/("${name}"); };\n`,
];

describe('files that are not opened', function () {
  before(function () {
    if (!existsSync('/dev/fd')) this.skip();
  });
  let folder = '';
  let socket: Server;
  const file = (name: string): string => path.join(folder, name);
  const processes: ChildProcess[] = [];

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-unopened-'));
    spawnSync('mkfifo', [file('pipe')]);
    symlinkSync('/proc/kmsg', file('link.dtsi'));
    symlinkSync('/dev/fd/0', file('linked-fd.dtsi'));
    writeFileSync(file('empty.dtsi'), '');
    writeFileSync(file('good.dtsi'), '/ { good; };\n');
    socket = createServer();
    await new Promise<void>((resolve) => socket.listen(file('socket'), resolve));
  });
  afterEach(() => {
    for (const each of processes.splice(0)) each.kill();
  });
  after(() => {
    socket.close();
    rmSync(folder, { recursive: true });
  });

  const unopened = (): string[] => [
    ...['/dev/fd/0', '/dev/stdin', '/proc/self/fd/0', '/dev/zero', '/dev/tty', '/proc/kmsg'],
    ...['/proc/cmdline', '/proc/self/mem', '/sys/kernel/tracing/trace_pipe', '/dev/full'],
    ...[file('pipe'), file('socket'), file('link.dtsi'), file('linked-fd.dtsi')],
  ];

  it('are absent, and those beside them are not', () => {
    const files = new NodeFiles();
    for (const each of unopened()) {
      assert.equal(files.get(each), 'absent', each);
      assert.equal(files.bytes(each), 'absent', each);
    }
    for (const each of ['empty.dtsi', 'good.dtsi'])
      assert.equal(typeof files.get(file(each)), 'object', each);
    assert.deepEqual(files.refresh(), []);
  });

  it('nor by the command line, whose standard input stays open', async () => {
    for (const [number, way] of WAYS.entries()) {
      const name = `board${String(number)}.dts`;
      // All in one: the first that is opened would never end.
      writeFileSync(
        file(name),
        unopened()
          .map(way)
          .join('')
          .replaceAll(/(?<=.)\/dts-v1\/;/gs, ''),
      );
      const child = spawn(process.execPath, [bundle('dtmap.js'), 'check', name], { cwd: folder });
      processes.push(child);
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (text: Buffer) => (said += String(text)));
      await new Promise((resolve) => child.once('close', resolve));
      for (const each of unopened())
        assert.ok(
          [': no such file', ' not found'].some((words) => said.includes(each + words)),
          said,
        );
    }
  });

  it('what a shell makes of <(command) is read where the command line names it', () => {
    writeFileSync(file('board.dts'), '/dts-v1/;\n/ { model = "piped"; };\n');
    const line = `"$1" "$2" preprocess <(cat board.dts) | grep -c piped`;
    const argv = ['-c', line, 'bash', process.execPath, bundle('dtmap.js')];
    const { stdout, stderr } = spawnSync('bash', argv, { cwd: folder, encoding: 'utf8' });
    assert.equal(stdout, '1\n', stderr);
  });

  it('nor by the language server, whose messages come by standard input', async () => {
    const server = new RawServer();
    try {
      const params = { processId: null, rootUri: null, capabilities: {} };
      await server.ask('initialize', params);
      server.send({ method: 'initialized', params: {} });
      for (const [number, way] of WAYS.entries()) {
        const uri = pathToFileURL(file(`open${String(number)}.dts`)).href;
        const text = way('/dev/fd/0', 0);
        const textDocument = { uri, languageId: 'dts', version: 1, text };
        server.send({ method: 'textDocument/didOpen', params: { textDocument } });
        await server.receive(
          (message) =>
            message.method === 'textDocument/publishDiagnostics' &&
            message.params?.['uri'] === uri &&
            /no such file|not found in/.test(JSON.stringify(message.params)),
        );
      }
      await server.stop();
    } finally {
      server.kill();
    }
  });
});

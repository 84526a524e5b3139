// `dtmap mcp` as agents use it: the official client talks to the bundle over its standard streams.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { bundle, root } from './support/bundles.ts';
import { dtmap } from './support/run-dtmap.ts';

const sample = 'client/sample/board.dts';
const overlap = 'test/fixtures/xen-boots/resv-overlap';
const xen = ['4.18', '4.19'];

interface Answer {
  readonly isError: boolean;
  readonly text: string;
}

describe('dtmap mcp', function () {
  this.timeout(60_000);
  let client = new Client({ name: 'test', version: '1' });

  before(async () => {
    client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [bundle('dtmap.js'), 'mcp'],
        cwd: root,
        stderr: 'inherit',
      }),
    );
  });
  after(() => client.close());

  async function call(name: string, args: Readonly<Record<string, unknown>>): Promise<Answer> {
    const { content, isError } = await client.callTool({ name, arguments: { ...args } });
    const [first] = content as readonly { readonly type: string; readonly text: string }[];
    assert.equal(first?.type, 'text');
    return { isError: isError === true, text: first.text };
  }

  async function printed(...argv: string[]): Promise<unknown> {
    const { stdout } = await dtmap([...argv, '--format', 'json'], { cwd: root });
    return JSON.parse(stdout) as unknown;
  }

  it('says who it is, and offers six tools that change nothing', async () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    assert.deepEqual(client.getServerVersion(), { name: 'dtmap', version });
    assert.match(client.getInstructions() ?? '', /dtmap\.json/);
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['check', 'map', 'decode', 'boot', 'explain', 'facts'],
    );
    for (const { name, description, annotations, inputSchema } of tools) {
      assert.equal(annotations?.readOnlyHint, true, name);
      assert.ok((description ?? '').length > 40, name);
      for (const [field, schema] of Object.entries(inputSchema.properties ?? {}))
        assert.ok('description' in schema, `${name}.${field}`);
    }
  });

  const log = readFileSync(path.join(root, overlap, '4.19.6/xen.log'), 'utf8');
  const released = ['--xen', xen.join(',')];
  const cases: readonly (readonly [
    tool: string,
    args: Readonly<Record<string, unknown>>,
    argv: readonly string[],
  ])[] = [
    [
      'check',
      { files: [sample, 'none.dts'], xen },
      ['check', sample, 'none.dts', ...released, '--min-severity', 'information'],
    ],
    [
      'map',
      { file: sample, for: 'xen', xen: ['4.18'], devices: true },
      ['map', sample, '--for', 'xen', '--xen', '4.18'],
    ],
    [
      'decode',
      { file: sample, mfn: '0x1a02dc', xen },
      ['decode', sample, '--mfn', '0x1a02dc', ...released],
    ],
    ['boot', { file: sample, xen }, ['boot', sample, ...released]],
    ['explain', { rule: 'xen-panic' }, ['explain', 'xen-panic']],
    [
      'explain',
      { logFile: `${overlap}/4.19.6/xen.log`, board: `${overlap}/board.dts` },
      ['explain', `${overlap}/4.19.6/xen.log`, '--board', `${overlap}/board.dts`],
    ],
    ['facts', { file: sample, xen }, ['facts', sample, ...released]],
  ];
  for (const [tool, args, argv] of cases)
    it(`${tool} ${JSON.stringify(args)} answers as dtmap ${argv.join(' ')} prints`, async () => {
      const { text, isError } = await call(tool, args);
      assert.equal(isError, false, text);
      const expected = await printed(...argv);
      // Where several releases may be asked for, an answer is a list of them.
      const isList = tool === 'map' || tool === 'boot';
      assert.deepEqual(JSON.parse(text), isList ? [expected].flat() : expected);
    });

  it('explains a log that is pasted', async () => {
    const { text } = await call('explain', { log });
    const { lines } = JSON.parse(text) as { readonly lines: readonly { readonly rule?: string }[] };
    assert.ok(lines.some(({ rule }) => rule === 'reserved-overlap'));
  });

  it('leaves devices out of a map unless they are asked for', async () => {
    const devices = async (args: object): Promise<number> => {
      const { text } = await call('map', { file: sample, ...args });
      const [map] = JSON.parse(text) as [{ readonly devices: readonly unknown[] }];
      return map.devices.length;
    };
    assert.equal(await devices({}), 0);
    assert.ok((await devices({ devices: true })) > 0);
  });

  it('answers with one line what it cannot do, and goes on', async () => {
    for (const [tool, args, expected] of [
      ['map', { file: 'none.dts' }, /^none\.dts: no such file$/],
      ['boot', { file: 'README.md' }, /^README\.md: an include file, and no board/],
      ['boot', { file: sample, xen: ['9.9'] }, /^xen:9\.9: no such release/],
      ['boot', { file: sample, profile: { cpus: 0 } }, /^profile: cpus: /],
      ['decode', { file: sample }, /not an address/],
      ['decode', { file: sample, address: 'somewhere' }, /^somewhere: not an address$/],
      ['explain', {}, /give one of/],
      ['explain', { rule: 'xen-panic', log }, /give one of/],
      ['check', { files: [] }, /files/],
      ['check', { files: sample }, /files/],
      ['no-such-tool', {}, /no-such-tool/],
    ] as const) {
      const { isError, text } = await call(tool, args);
      assert.equal(isError, true, `${tool}: ${text}`);
      assert.match(text, expected);
      assert.doesNotMatch(text, /\n\s+at /);
    }
    assert.equal((await call('explain', { rule: 'xen-panic' })).isError, false);
  });

  it('is started by every set-up that its page shows', () => {
    const page = readFileSync(path.join(root, 'server/docs/agents.md'), 'utf8');
    const blocks = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) => json);
    assert.ok(blocks.length >= 3);
    for (const json of blocks) {
      const [servers] = Object.values(JSON.parse(json) as Record<string, unknown>);
      const { command, args } = (servers as Record<string, { command: string; args: string[] }>)[
        'dtmap'
      ] as { command: string; args: string[] };
      assert.deepEqual([command, ...args], ['dtmap', 'mcp'], json);
    }
    const [, toml = ''] = /```toml\n([\s\S]*?)```/.exec(page) ?? [];
    assert.match(toml, /command = "dtmap"\nargs = \["mcp"\]/);
  });

  it('ends with its input, also when that was no protocol', async () => {
    for (const input of ['', 'hello\n', '{"jsonrpc":"2.0"}\n']) {
      const server = spawn(process.execPath, [bundle('dtmap.js'), 'mcp'], {
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const said: Buffer[] = [];
      server.stderr.on('data', (part: Buffer) => void said.push(part));
      server.stdin.end(input);
      server.stdout.resume();
      const [status] = (await once(server, 'exit')) as [number | null];
      assert.equal(status, 0, input);
      assert.doesNotMatch(Buffer.concat(said).toString(), /\n\s+at /);
    }
  });
});

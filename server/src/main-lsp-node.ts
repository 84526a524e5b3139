// Starts the language server in Node: `--stdio`, or Node's IPC channel when a client forks it.

import path from 'node:path';
import { debuglog } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import type { CoreSchemas } from './bindings/binding-index.ts';
import { serve } from './lsp/server.ts';
import { NodeFiles } from './node-files.ts';
import { fileIdOfPath } from './text/resolve-name.ts';
import { keptTexts } from './node-kept-texts.ts';
import { GROWTH, letHeapGrow, tuneV8 } from './node-tune-v8.ts';

const HELP = `Usage: dtmap-language-server --stdio

The language server of dtmap for devicetree source, for editors: the Language Server Protocol 3.17. dtmap lsp starts the same.

Options:
  --stdio                  talk over standard input and output
  --node-ipc               talk over the channel of the Node process that forked this one
  --socket=PORT            connect to a port of this machine
  --pipe=NAME              connect to a named pipe or socket file
  --clientProcessId=PID    end when this process does
  -V, --version            print the version
  -h, --help               print this

How editors are set up is in server/docs/editors of the repository.
`;

/** By how much the old generation grows while somebody types, but by no more bytes than these: half as many collections. */
const TYPING_GROWTH = 120;
const TYPING_ROOM = 28e6;

answerOptions();
tuneV8();

// A client that has a folder for what can be made again names it.
const option = '--kept=';
const keptFolder = process.argv.find((each) => each.startsWith(option))?.slice(option.length);

const files = new NodeFiles();
// Bundled as CommonJS into dist/, beside the WebAssembly files.
const rulePages = fileIdOfPath(path.join(__dirname, '../server/docs/rules'));

serve(createConnection(ProposedFeatures.all), {
  files: {
    get: (id) => files.get(id),
    bytes: (id) => files.bytes(id),
    sizeOf: (id) => files.sizeOf(id),
    setText: (id, text) => {
      files.setText(id, text);
    },
    unset: (id) => {
      files.unset(id);
    },
    forget: (id) => {
      files.forget(id);
    },
    exists: (id) => Promise.resolve(files.exists(id)),
    isReadOnly: (id) => files.isReadOnly(id),
    readDirectory: (id) => files.listDirectory(id),
    listFolder: (id) => files.listFolderLater(id),
    realPath: (id) => files.realPath(id),
    linkText: (id) => files.linkText(id),
    spelling: (id) => files.spelling(id),
    aliasesOf: (id) => files.aliasesOf(id),
    stampOf: (id) => files.stampOf(id),
    load: () => Promise.resolve(),
  },
  kept:
    keptFolder === undefined ? undefined : keptTexts(path.join(__dirname, 'server.js'), keptFolder),
  debug: debuglog('dtmap'),
  wasm: () =>
    Promise.resolve({
      runtime: wasm('web-tree-sitter.wasm'),
      grammar: wasm('tree-sitter-devicetree.wasm'),
    }),
  coreSchemas: () => Promise.resolve(JSON.parse(coreSchemas()) as CoreSchemas),
  rulePages: files.exists(rulePages) ? rulePages : undefined,
  workIs: (work) => {
    const { used_heap_size: used } = getHeapStatistics();
    const room = Math.min(TYPING_GROWTH, (TYPING_ROOM / used) * 100);
    letHeapGrow(work === 'typing' ? Math.max(GROWTH, room) : GROWTH);
  },
  now: () => performance.now(),
  later: (task, milliseconds) => {
    if (milliseconds === 0) setImmediate(task);
    else setTimeout(task, milliseconds);
  },
});

/** What a person asks at a terminal, who is no client: the program ends with an answer. */
function answerOptions(): void {
  const given = process.argv.slice(2);
  const is = (...names: string[]): boolean => given.some((each) => names.includes(each));
  if (is('--help', '-h')) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  if (is('--version', '-V')) {
    const { version } = JSON.parse(
      Buffer.from(new NodeFiles().bytes(path.join(__dirname, '../package.json'))).toString(),
    ) as { readonly version: string };
    process.stdout.write(`${version}\n`);
    process.exit(0);
  }
  const isForked = process.send !== undefined;
  if (isForked || given.some((each) => /^--(?:stdio|node-ipc|socket|pipe)(?:=|$)/.test(each)))
    return;
  process.stderr.write(
    'dtmap-language-server: say how to talk: --stdio, as clients do; --help tells more\n',
  );
  process.exit(2);
}

function coreSchemas(): string {
  const source = files.peek(path.join(__dirname, 'dtschema.json'));
  return typeof source === 'string' ? '{}' : source.text;
}

function wasm(name: string): Uint8Array {
  const bytes = files.bytes(path.join(__dirname, name));
  if (typeof bytes === 'string') throw new Error(`${name} is missing beside the server`);
  return bytes;
}

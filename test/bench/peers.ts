// Measures any language server for devicetrees as ours is measured: opening the five boards, typing, hovering, memory, and what it
// flags of faults in memory.
//   npx tsx test/bench/peers.ts -- COMMAND ARGUMENTS      the server, speaking the protocol on standard input and output
//   options before --: --edits N, --settings FILE (JSON by section, as the server asks for them), --boards N

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Diagnostic } from 'vscode-languageserver/node';
import { kernelTree } from '../oracle/kernel-tree.ts';
import { root } from '../support/bundles.ts';
import { LspSession } from '../support/lsp-session.ts';
import { BOARDS } from './boards.ts';
import type { EditedBoard } from './measure-editing.ts';
import { cpuMilliseconds, idle, quantile, residentMegabytes } from './server-process.ts';

/** CPU milliseconds of the server's process, memory in megabytes. */
interface Measured {
  readonly open: number;
  readonly key: number;
  readonly hover: number;
  readonly peak: number;
  /** Of severity error, warning, and less, in the root file. */
  readonly found: readonly [number, number, number];
}

const rules = 'test/fixtures/rules';

/** What a reader of a tree should be told; a tree with that fault, and its twin without. */
const FAULTS: readonly (readonly [what: string, bad: string, good: string])[] = [
  ...[
    ['two reserved regions overlap', 'reserved-overlap'],
    ['a region outside RAM', 'reserved-outside-ram'],
    ['a region past the end of its bank', 'reserved-straddles-bank'],
    ['a region over `/memreserve/`', 'memreserve-overlap'],
    ['a region over a module', 'module-overlaps-reserved'],
    ['a pool that its device cannot reach', 'region-out-of-reach'],
    ['a pool that finds no room', 'dynamic-region-no-room'],
  ].map(
    ([what = '', rule = '']) =>
      [what, `${rules}/${rule}/bad.dts`, `${rules}/${rule}/good.dts`] as const,
  ),
  [
    'a disabled region that dom0 gets as RAM (Xen 4.13 to 4.18)',
    'client/sample/examples/seed/broken.dts',
    'client/sample/examples/seed/cured.dts',
  ],
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    edits: { type: 'string', default: '50' },
    boards: { type: 'string', default: '5' },
    settings: { type: 'string' },
  },
});
const [program, ...args] = positionals;

if (program === undefined) {
  console.error(
    'usage: npx tsx test/bench/peers.ts [--edits N] [--settings FILE] -- COMMAND ARGUMENTS',
  );
  process.exitCode = 2;
} else {
  void run([program, ...args]);
}

async function run(command: readonly [string, ...string[]]): Promise<void> {
  const settings = {
    dtmap: { targets: ['xen:4.18', 'xen:4.22', 'linux:6.12'], bootProfile: { cpus: 1 } },
    ...(values.settings === undefined ? {} : readSettings(values.settings)),
  };
  console.log(`${command.join(' ')}: CPU milliseconds, memory in MB\n`);
  console.log('| board | open | key | hover | peak | errors, warnings, others |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const board of BOARDS.slice(0, Number(values.boards))) {
    const { open, key, hover, peak, found } = await measure(board, command, settings);
    const numbers = [open, key, hover, peak].map((each) => each.toFixed(1));
    const name = path.basename(board.board, '.dts');
    console.log(`| ${[name, ...numbers, found.join(', ')].join(' | ')} |`);
  }
  console.log('\n| what is flagged | as |');
  console.log('| --- | --- |');
  for (const [what, bad, good] of FAULTS)
    console.log(`| ${what} | ${await flagged([bad, good], command, settings)} |`);
}

/** The worst severity of what is said of the tree with the fault and not of its twin; a dash when nothing is. */
async function flagged(
  [bad, good]: readonly [string, string],
  command: readonly [string, ...string[]],
  settings: Readonly<Record<string, unknown>>,
): Promise<string> {
  const folder = path.join(root, path.dirname(bad));
  const session = await LspSession.start({ folder, command, settings });
  const said = async (name: string): Promise<readonly Diagnostic[]> => {
    const file = path.join(root, name);
    await session.open(file);
    await idle(session.pid);
    return session.diagnosticsWhen(file, () => true);
  };
  const faulty = await said(bad);
  const silent = new Set((await said(good)).map(({ message }) => message));
  await session.stop();
  const severities = faulty
    .filter(({ message }) => !silent.has(message))
    .map(({ severity = 1 }) => severity);
  return ['–', 'error', 'warning', 'information', 'hint'][Math.min(...severities, 5) % 5] ?? '–';
}

function readSettings(file: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}

async function measure(
  { board }: EditedBoard,
  command: readonly [string, ...string[]],
  settings: Readonly<Record<string, unknown>>,
): Promise<Measured> {
  const folder = kernelTree();
  const file = `${folder}/${board}`;
  const session = await LspSession.start({ folder, command, settings });
  const { pid } = session;
  await session.open(file);
  await idle(pid);
  const open = cpuMilliseconds(pid);
  // Not every server says which version its diagnostics are of: what was published last, when it has come to rest, counts.
  const found = count(await session.diagnosticsWhen(file, () => true));

  const at = placeToType(readFileSync(file, 'utf8'));
  const keys: number[] = [];
  for (let edit = 0; edit < Number(values.edits); edit += 1) {
    const insert = edit % 2 === 0;
    const end = insert ? at : { ...at, character: at.character + 1 };
    const before = cpuMilliseconds(pid);
    await session.change(file, [{ range: { start: at, end }, text: insert ? '1' : '' }]);
    await idle(pid);
    keys.push(cpuMilliseconds(pid) - before);
  }
  const hovers: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const before = cpuMilliseconds(pid);
    await session.hover(file, at);
    hovers.push(cpuMilliseconds(pid) - before);
  }
  const { peak } = residentMegabytes(pid);
  await session.stop();
  // The first ones run code that is not compiled yet.
  const warm = keys.slice(Math.min(10, keys.length >> 1));
  return { open, key: quantile(warm, 0.5), hover: quantile(hovers, 0.5), peak, found };
}

function count(diagnostics: readonly Diagnostic[]): [number, number, number] {
  const of = (accept: (severity: number) => boolean): number =>
    diagnostics.filter(({ severity = 1 }) => accept(severity)).length;
  return [of((each) => each === 1), of((each) => each === 2), of((each) => each > 2)];
}

/** The end of the first number in cells. */
function placeToType(text: string): { line: number; character: number } {
  const found = /<\s*\w+/.exec(text);
  const lines = text.slice(0, found ? found.index + found[0].length : 0).split('\n');
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}
